"""Adversarially learned inference: the autoencoder that tells chest X-rays from other images.

Paper section 3 and appendix C (Dumoulin et al., 2016). Images are 64x64, one channel, in
[-1, 1]. No convolution has a bias or a padding; the activation comes *before* the batch
normalisation. Codes are kept as (N, latent, 1, 1) maps inside, so that every layer is a
convolution and the exported graph needs no reshaping before its last step.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

import torch
from torch import nn

from reference.errors import ArchitectureError

LEAK = 0.1
"""Slope of every LeakyReLU below zero."""


class _Step(NamedTuple):
    """One convolution: output channels, kernel side and stride in pixels."""

    channels: int
    kernel: int
    stride: int


def _check(latent: int, width: int) -> None:
    if latent < 1 or width < 2 or width % 2:
        raise ArchitectureError(
            f"latent={latent} and width={width} cannot be built",
            where="ALI",
            remedy="give a latent size of at least 1 and an even width of at least 2",
        )


class Encoder(nn.Module):
    """E: image to code. Keys ``main.Conv_i.weight`` and ``main.BN_i.*``.

    Args:
        latent: size of the code.
        width: channels of the first layer; 64 gives the paper's 12,102,784 parameters.
        stochastic: also learn sigma, so that E(img) ~ N(mu, sigma) as section 3 says. In
            training the code is then sampled (reparameterised from the global random
            state); in evaluation it is mu, which ``main`` alone computes. The deployed
            encoder was deterministic.
    """

    def __init__(self, latent: int = 512, width: int = 64, stochastic: bool = False) -> None:
        super().__init__()
        _check(latent, width)
        steps = [
            _Step(width, 2, 1),
            _Step(2 * width, 7, 2),
            _Step(4 * width, 5, 2),
            _Step(8 * width, 7, 2),
            _Step(8 * width, 4, 1),
            _Step(latent, 1, 1),
        ]
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        channels = 1
        for i, step in enumerate(steps):
            layers[f"Conv_{i}"] = nn.Conv2d(channels, *step, bias=False)
            channels = step.channels
            if i < len(steps) - 1:
                layers[f"LReLU_{i}"] = nn.LeakyReLU(LEAK)
                layers[f"BN_{i}"] = nn.BatchNorm2d(channels)
        self.main = nn.Sequential(layers)
        self.log_sigma = nn.Conv2d(8 * width, latent, 1, bias=False) if stochastic else None

    def distribution(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mu and sigma of the code, each (N, latent, 1, 1); sigma above 0.

        Raises:
            ArchitectureError: the encoder is deterministic.
        """
        if self.log_sigma is None:
            raise ArchitectureError(
                "a deterministic encoder has no sigma",
                where="Encoder",
                remedy="build it with stochastic=True",
            )
        trunk = self.main[:-1](x)
        mu: torch.Tensor = self.main[-1](trunk)
        sigma: torch.Tensor = torch.exp(self.log_sigma(trunk))
        return mu, sigma

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map images (N, 1, 64, 64) in [-1, 1] to codes (N, latent, 1, 1)."""
        if self.log_sigma is not None and self.training:
            mu, sigma = self.distribution(x)
            return mu + sigma * torch.randn_like(mu)
        code: torch.Tensor = self.main(x)
        return code


class Decoder(nn.Module):
    """G: code to image. Keys ``main.ConvT_i.weight`` and ``main.BN_i.*``.

    Args:
        latent: size of the code.
        width: four times this many channels after the first layer; 64 gives 4,013,088
            parameters.
    """

    def __init__(self, latent: int = 512, width: int = 64) -> None:
        super().__init__()
        _check(latent, width)
        steps = [
            _Step(4 * width, 4, 1),
            _Step(2 * width, 7, 2),
            _Step(width, 5, 2),
            _Step(width // 2, 7, 2),
            _Step(width // 2, 2, 1),
            _Step(1, 1, 1),
        ]
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        channels = latent
        for i, step in enumerate(steps):
            layers[f"ConvT_{i}"] = nn.ConvTranspose2d(channels, *step, bias=False)
            channels = step.channels
            if i < len(steps) - 1:
                layers[f"ReLU_{i}"] = nn.ReLU()
                layers[f"BN_{i}"] = nn.BatchNorm2d(channels)
        layers["Tanh"] = nn.Tanh()
        self.main = nn.Sequential(layers)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Map codes (N, latent, 1, 1) to images (N, 1, 64, 64) in [-1, 1]."""
        image: torch.Tensor = self.main(z)
        return image


def _critic(channels: int, steps: list[_Step]) -> nn.Sequential:
    """Convolutions with LeakyReLU and dropout (0.5 first, then 0.2) after all but the last."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for i, step in enumerate(steps):
        layers[f"Conv_{i}"] = nn.Conv2d(channels, *step, bias=False)
        channels = step.channels
        if i < len(steps) - 1:
            layers[f"LReLU_{i}"] = nn.LeakyReLU(LEAK)
            layers[f"Dropout_{i}"] = nn.Dropout(0.5 if i == 0 else 0.2)
    return nn.Sequential(layers)


class Discriminator(nn.Module):
    """D: tells pairs (x, E(x)) of an image and its code from generated pairs (G(z), z).

    Three critics: ``dx`` reads the image, ``dz`` the code, ``dxz`` both answers. At the
    default sizes they have 6,529,280, 524,288 and 6,293,504 parameters.

    Args:
        latent: size of the code.
        width: channels of the first image layer.
    """

    def __init__(self, latent: int = 512, width: int = 64) -> None:
        super().__init__()
        _check(latent, width)
        image_steps = [
            _Step(width, 2, 1),
            _Step(2 * width, 7, 2),
            _Step(4 * width, 5, 2),
            _Step(4 * width, 7, 2),
            _Step(8 * width, 4, 1),
        ]
        self.dx = _critic(1, image_steps)
        self.dz = _critic(latent, [_Step(8 * width, 1, 1), _Step(8 * width, 1, 1)])
        joint_steps = [_Step(32 * width, 1, 1), _Step(32 * width, 1, 1), _Step(1, 1, 1)]
        self.dxz = _critic(16 * width, joint_steps)

    def forward(self, x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """Return one logit per pair, (N,); x (N, 1, 64, 64) in [-1, 1], z (N, latent, 1, 1)."""
        score: torch.Tensor = self.dxz(torch.cat([self.dz(z), self.dx(x)], dim=1))
        return score.flatten()


class Autoencoder(nn.Module):
    """The deployed pair: an image goes in, its reconstruction and its code come out.

    Keys ``encoder.main.*`` and ``decoder.main.*``. ALI and a plain L2 training produce the
    same architecture, so weights of either fit.
    """

    def __init__(self, encoder: Encoder, decoder: Decoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return ``(reconstruction, latent)`` of images (N, 1, 64, 64) in [-1, 1].

        The reconstruction is (N, 1, 64, 64) in [-1, 1], the latent (N, latent), unbounded.
        """
        code = self.encoder(x)
        return self.decoder(code), code.flatten(start_dim=1)


class ALI(nn.Module):
    """Encoder, decoder and discriminator together, as they are trained (figure 4)."""

    def __init__(self, latent: int = 512, width: int = 64, stochastic: bool = False) -> None:
        super().__init__()
        self.latent = latent
        self.encoder = Encoder(latent, width, stochastic)
        self.decoder = Decoder(latent, width)
        self.discriminator = Discriminator(latent, width)

    def forward(self, x: torch.Tensor, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits of D(x, E(x)) and of D(G(z), z), each (N,).

        Args:
            x: images, (N, 1, 64, 64) in [-1, 1].
            z: codes drawn from the prior N(0, 1), (N, latent, 1, 1).
        """
        inferred: torch.Tensor = self.discriminator(x, self.encoder(x))
        generated: torch.Tensor = self.discriminator(self.decoder(z), z)
        return inferred, generated

    def autoencoder(self) -> Autoencoder:
        """Return the part that is deployed; it shares its weights with this module."""
        return Autoencoder(self.encoder, self.decoder)


def autoencoder(latent: int = 512, width: int = 64, stochastic: bool = False) -> Autoencoder:
    """Return the deployed autoencoder in evaluation mode; 16,115,872 parameters by default.

    Callable from a release file as ``reference.networks.ali:autoencoder``.

    Raises:
        ArchitectureError: ``latent`` is below 1, or ``width`` below 2 or odd.
    """
    return Autoencoder(Encoder(latent, width, stochastic), Decoder(latent, width)).eval()
