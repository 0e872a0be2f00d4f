"""Demonstration weights are repeatable, and answer differently to different images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from reference.errors import InitialisationError
from reference.networks.ali import autoencoder
from reference.networks.densenet import Classifier
from reference.networks.initialise import HEAD_MEAN, VARIANCE_FLOOR, Spread, from_data
from reference.preprocess import Preprocess
from reference.samples.synthetic import synthetic_image

MakeClassifier = Callable[..., Classifier]
CLASSIFIER = Preprocess(size=64, channels=3, low=0.0, high=1.0)
AUTOENCODER = Preprocess(size=64, channels=1, low=-1.0, high=1.0)


def _inputs(preprocess: Preprocess, count: int = 18) -> list[torch.Tensor]:
    images = [synthetic_image(index, seed=0, size=96) for index in range(count)]
    return [torch.from_numpy(preprocess.apply(image)) for image in images]


@pytest.fixture
def demonstration(make_miniature: MakeClassifier) -> Classifier:
    network = make_miniature()
    from_data(network, _inputs(CLASSIFIER), seed=0)
    return network


# Repeatable


def test_same_seed_gives_the_same_weights(
    demonstration: Classifier, make_miniature: MakeClassifier
) -> None:
    again = make_miniature()
    from_data(again, _inputs(CLASSIFIER), seed=0)
    for name, tensor in demonstration.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name
        assert tensor.dtype in (torch.float32, torch.int64)
        assert torch.isfinite(tensor).all(), name


def test_earlier_weights_do_not_matter(demonstration: Classifier) -> None:
    before = {name: tensor.clone() for name, tensor in demonstration.state_dict().items()}
    from_data(demonstration, _inputs(CLASSIFIER), seed=1)
    assert not torch.equal(before["classifier.weight"], demonstration.classifier.weight)
    from_data(demonstration, _inputs(CLASSIFIER), seed=0)
    for name, tensor in demonstration.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_split_of_the_inputs_does_not_matter(
    demonstration: Classifier, make_miniature: MakeClassifier
) -> None:
    again = make_miniature()
    from_data(again, [torch.cat(_inputs(CLASSIFIER))], seed=0)
    assert torch.equal(again.classifier.weight, demonstration.classifier.weight)


def test_global_random_state_is_neither_used_nor_changed(make_miniature: MakeClassifier) -> None:
    network = make_miniature()
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    from_data(network, _inputs(CLASSIFIER, 3), seed=0)
    assert torch.equal(torch.rand(3), expected)


def test_mode_and_hooks_are_left_as_they_were(make_miniature: MakeClassifier) -> None:
    network = make_miniature().train()
    network.features.norm0.eval()
    from_data(network, _inputs(CLASSIFIER, 3), seed=0)
    assert network.training
    assert not network.features.norm0.training
    assert network.features.norm5.training
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in network.modules())
    assert all(parameter.requires_grad for parameter in network.parameters())


# Lively


def test_logits_have_the_promised_spread_on_the_given_images(demonstration: Classifier) -> None:
    with torch.no_grad():
        logits, _ = demonstration(torch.cat(_inputs(CLASSIFIER)))
    torch.testing.assert_close(logits.std(0, correction=0), torch.full((14,), Spread().head_std))
    assert logits.mean(0).abs().max() <= HEAD_MEAN + 1e-4
    assert logits.mean(0).std() > 0.1
    assert logits.abs().max() < 5


def test_logits_vary_on_images_that_were_not_given(
    demonstration: Classifier, radiographs: list[npt.NDArray[np.float64]]
) -> None:
    batch = torch.cat([torch.from_numpy(CLASSIFIER.apply(image)) for image in radiographs])
    with torch.no_grad():
        logits, _ = demonstration(batch)
    assert logits.std(0).min() > 0.05
    assert logits.std(0).median() > 0.3


def test_findings_are_not_copies_of_each_other(demonstration: Classifier) -> None:
    with torch.no_grad():
        logits, _ = demonstration(torch.cat(_inputs(CLASSIFIER)))
    alike = torch.corrcoef(logits.T).abs()
    assert alike.sum() - 14 < 0.5 * (14 * 14 - 14)


def test_running_statistics_are_those_of_the_inputs(demonstration: Classifier) -> None:
    reached: list[torch.Tensor] = []
    demonstration.features.norm0.register_forward_hook(lambda _m, args, _o: reached.append(args[0]))
    with torch.no_grad():
        demonstration(torch.cat(_inputs(CLASSIFIER)))
    norm = demonstration.features.norm0
    torch.testing.assert_close(norm.running_mean, reached[0].mean((0, 2, 3)), rtol=1e-3, atol=1e-4)
    variance = reached[0].var((0, 2, 3), correction=0)
    lively = variance > 0.1 * variance.mean()
    torch.testing.assert_close(norm.running_var[lively], variance[lively], rtol=1e-3, atol=1e-4)


def test_no_batch_norm_is_the_identity(demonstration: Classifier) -> None:
    norms = [part for part in demonstration.modules() if isinstance(part, nn.BatchNorm2d)]
    for norm in norms:
        assert norm.weight.std() > 0.02
        assert norm.bias.std() > 0.02
        assert (norm.running_mean != 0).any()
        assert (norm.running_var > 0).all()


def test_autoencoder_has_a_unit_latent_and_an_unsaturated_reconstruction() -> None:
    network = autoencoder(latent=16, width=8)
    batch = torch.cat(_inputs(AUTOENCODER))
    from_data(network, [batch], seed=0)
    with torch.no_grad():
        reconstruction, latent = network(batch)
    assert 0.5 < latent.std() < 2
    assert latent.std(0).min() > 0.1
    assert (reconstruction.abs() > 0.95).float().mean() < 0.1
    assert reconstruction.std(0).mean() > 0.1


def test_unvarying_channel_is_not_amplified() -> None:
    network = nn.Sequential(nn.BatchNorm2d(2), nn.Conv2d(2, 1, 1))
    inputs = torch.rand(4, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    inputs[:, 0] = 5.0
    from_data(network, [inputs], seed=0)
    floor = VARIANCE_FLOOR * float(inputs[:, 1].var(correction=0)) / 2
    assert float(network[0].running_var[0]) == pytest.approx(floor, rel=1e-4)


# Refusals


@pytest.mark.parametrize(
    "inputs",
    [
        [],
        [torch.zeros(1, 3, 64, 64)],
        [torch.zeros(1, 3, 64, 64), torch.zeros(1, 3, 32, 32)],
        [torch.full((2, 3, 64, 64), torch.nan)],
    ],
)
def test_refuses_inputs_without_statistics(
    make_miniature: MakeClassifier, inputs: list[torch.Tensor]
) -> None:
    with pytest.raises(InitialisationError, match="inputs"):
        from_data(make_miniature(), inputs, seed=0)


def test_refuses_a_module_without_weights() -> None:
    with pytest.raises(InitialisationError, match="ReLU"):
        from_data(nn.ReLU(), [torch.zeros(2, 1, 4, 4)], seed=0)
