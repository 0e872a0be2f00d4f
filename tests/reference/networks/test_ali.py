"""ALI's three networks have the sizes of the ones that were deployed."""

from __future__ import annotations

import pytest
import torch

from reference.errors import ArchitectureError
from reference.networks.ali import ALI, Discriminator, Encoder, autoencoder


def _parameters(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_autoencoder_has_the_deployed_number_of_parameters() -> None:
    with torch.device("meta"):
        deployed = autoencoder()
    assert _parameters(deployed.encoder) == 12_102_784
    assert _parameters(deployed.decoder) == 4_013_088
    assert _parameters(deployed) == 16_115_872


def test_discriminator_has_the_published_number_of_parameters() -> None:
    with torch.device("meta"):
        critic = Discriminator()
    parts = (critic.dx, critic.dz, critic.dxz)
    assert tuple(map(_parameters, parts)) == (6_529_280, 524_288, 6_293_504)


def test_autoencoder_has_the_published_keys() -> None:
    norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    expected = {f"encoder.main.Conv_{i}.weight" for i in range(6)}
    expected |= {f"decoder.main.ConvT_{i}.weight" for i in range(6)}
    for side in ("encoder", "decoder"):
        expected |= {f"{side}.main.BN_{i}.{part}" for i in range(5) for part in norm}
    with torch.device("meta"):
        assert set(autoencoder().state_dict()) == expected


def test_activation_comes_before_batch_norm() -> None:
    network = autoencoder(latent=4, width=4)
    encoder = [type(layer).__name__ for layer in network.encoder.main]
    decoder = [type(layer).__name__ for layer in network.decoder.main]
    assert encoder == [*["Conv2d", "LeakyReLU", "BatchNorm2d"] * 5, "Conv2d"]
    assert decoder == [*["ConvTranspose2d", "ReLU", "BatchNorm2d"] * 5, "ConvTranspose2d", "Tanh"]


def test_layers_shrink_and_grow_the_image_as_published() -> None:
    sides: list[int] = []
    network = autoencoder(latent=4, width=4)
    for layer in [*network.encoder.main, *network.decoder.main]:
        if isinstance(layer, torch.nn.Conv2d | torch.nn.ConvTranspose2d):
            layer.register_forward_hook(lambda _module, _args, out: sides.append(out.shape[-1]))
    network(torch.zeros(1, 1, 64, 64))
    assert sides == [63, 29, 13, 4, 1, 1, 4, 13, 29, 63, 64, 64]


def test_autoencoder_answers_reconstruction_and_flat_latent() -> None:
    network = autoencoder(latent=6, width=4)
    assert not network.training
    reconstruction, latent = network(torch.rand(3, 1, 64, 64) * 2 - 1)
    assert reconstruction.shape == (3, 1, 64, 64)
    assert latent.shape == (3, 6)
    assert reconstruction.abs().max() <= 1


def test_stochastic_encoder_samples_in_training_and_answers_mu_otherwise() -> None:
    encoder = Encoder(latent=6, width=4, stochastic=True)
    images = torch.rand(4, 1, 64, 64)
    assert not torch.equal(encoder(images), encoder(images))
    encoder.eval()
    mu, sigma = encoder.distribution(images)
    assert mu.shape == sigma.shape == (4, 6, 1, 1)
    assert (sigma > 0).all()
    torch.testing.assert_close(encoder(images), mu)
    torch.testing.assert_close(encoder.main(images), mu)


def test_gradient_reaches_mu_and_sigma_through_the_sample() -> None:
    encoder = Encoder(latent=6, width=4, stochastic=True)
    encoder(torch.rand(4, 1, 64, 64)).square().mean().backward()
    assert encoder.log_sigma is not None
    assert encoder.log_sigma.weight.grad is not None
    assert encoder.log_sigma.weight.grad.abs().max() > 0


def test_deterministic_encoder_has_no_sigma() -> None:
    with pytest.raises(ArchitectureError, match="stochastic=True"):
        Encoder(latent=6, width=4).distribution(torch.rand(1, 1, 64, 64))


def test_ali_scores_inferred_and_generated_pairs() -> None:
    ali = ALI(latent=6, width=4).eval()
    images, codes = torch.rand(3, 1, 64, 64), torch.randn(3, 6, 1, 1)
    inferred, generated = ali(images, codes)
    assert inferred.shape == generated.shape == (3,)
    torch.testing.assert_close(inferred, ali.discriminator(images, ali.encoder(images)))
    torch.testing.assert_close(generated, ali.discriminator(ali.decoder(codes), codes))


def test_discriminator_drops_half_first_and_a_fifth_later() -> None:
    critic = Discriminator(latent=6, width=4)
    rates = [
        [layer.p for layer in part if isinstance(layer, torch.nn.Dropout)]
        for part in (critic.dx, critic.dz, critic.dxz)
    ]
    assert rates == [[0.5, 0.2, 0.2, 0.2], [0.5], [0.5, 0.2]]


def test_deployed_part_of_ali_shares_its_weights_and_keys() -> None:
    ali = ALI(latent=6, width=4)
    deployed = ali.autoencoder()
    assert deployed.encoder is ali.encoder
    assert set(deployed.state_dict()) == set(autoencoder(latent=6, width=4).state_dict())


@pytest.mark.parametrize(("latent", "width"), [(0, 64), (4, 0), (4, 3)])
def test_refuses_sizes_that_cannot_be_built(latent: int, width: int) -> None:
    with pytest.raises(ArchitectureError, match=f"width={width}"):
        autoencoder(latent, width)
