"""DenseNet-121, the paper's classifier of chest X-rays (section 2; Huang et al., 2017)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from reference.errors import ArchitectureError


@dataclass(frozen=True)
class DenseNetShape:
    """The numbers that define a DenseNet; the defaults are DenseNet-121 with 14 findings.

    Args:
        in_channels: channels of the input image, 1 or 3 in practice.
        num_classes: findings scored, one logit each.
        growth: channels that every dense layer adds.
        block_config: dense layers per block.
        init_features: channels after the first convolution.
        bn_size: the bottleneck of a dense layer has ``bn_size * growth`` channels.

    Raises:
        ArchitectureError: a number is not a positive integer, or there is no block.
    """

    in_channels: int = 3
    num_classes: int = 14
    growth: int = 32
    block_config: tuple[int, ...] = (6, 12, 24, 16)
    init_features: int = 64
    bn_size: int = 4

    def __post_init__(self) -> None:
        named = {name: value for name, value in vars(self).items() if name != "block_config"}
        named |= {f"block_config[{i}]": layers for i, layers in enumerate(self.block_config)}
        for name, value in named.items():
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ArchitectureError(
                    f"{value!r} is not a positive whole number",
                    where=f"DenseNet {name}",
                    remedy="give a whole number of at least 1",
                )
        if not self.block_config:
            raise ArchitectureError(
                "there is no dense block", where="DenseNet block_config", remedy="name at least one"
            )


class DenseLayer(nn.Module):
    """BN-ReLU-Conv1x1-BN-ReLU-Conv3x3; appends ``growth`` channels to its input."""

    def __init__(self, channels: int, growth: int, bn_size: int) -> None:
        super().__init__()
        bottleneck = bn_size * growth
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, bottleneck, kernel_size=1, bias=False)
        self.norm2 = nn.BatchNorm2d(bottleneck)
        self.conv2 = nn.Conv2d(bottleneck, growth, kernel_size=3, padding=1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, channels, H, W) to (N, channels + growth, H, W)."""
        bottleneck = self.conv1(torch.relu(self.norm1(x)))
        grown = self.conv2(torch.relu(self.norm2(bottleneck)))
        return torch.cat([x, grown], dim=1)


class Transition(nn.Module):
    """BN-ReLU-Conv1x1-AvgPool2; halves channels, height and width."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, channels // 2, kernel_size=1, bias=False)
        self.pool = nn.AvgPool2d(kernel_size=2, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, C, H, W) to (N, C // 2, H // 2, W // 2)."""
        halved: torch.Tensor = self.pool(self.conv(torch.relu(self.norm(x))))
        return halved


def _stem(shape: DenseNetShape) -> OrderedDict[str, nn.Module]:
    # Pads are attributes of the layers: as layers of their own, an exporter computes them in the
    # graph and loses every shape behind them.
    return OrderedDict(
        conv0=nn.Conv2d(shape.in_channels, shape.init_features, 7, stride=2, padding=3, bias=False),
        norm0=nn.BatchNorm2d(shape.init_features),
        relu0=nn.ReLU(),
        pool0=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
    )


def _features(shape: DenseNetShape) -> tuple[nn.Sequential, int]:
    """Return everything up to and including ``norm5``, and the channels it ends with."""
    layers = _stem(shape)
    channels = shape.init_features
    for number, depth in enumerate(shape.block_config, start=1):
        block: OrderedDict[str, nn.Module] = OrderedDict()
        for layer in range(1, depth + 1):
            block[f"denselayer{layer}"] = DenseLayer(channels, shape.growth, shape.bn_size)
            channels += shape.growth
        layers[f"denseblock{number}"] = nn.Sequential(block)
        if number < len(shape.block_config):
            layers[f"transition{number}"] = Transition(channels)
            channels //= 2
    layers["norm5"] = nn.BatchNorm2d(channels)
    return nn.Sequential(layers), channels


class DenseNet(nn.Module):
    """A DenseNet that answers one logit per finding.

    State keys: ``features.conv0.weight``, ``features.norm0.*``,
    ``features.denseblockB.denselayerL.{norm1,conv1,norm2,conv2}.*``,
    ``features.transitionT.{norm,conv}.*``, ``features.norm5.*``, ``classifier.*``.

    Args:
        shape: the sizes; by default DenseNet-121 with 3 channels and 14 findings.
    """

    def __init__(self, shape: DenseNetShape | None = None) -> None:
        super().__init__()
        self.shape = shape or DenseNetShape()
        self.features, channels = _features(self.shape)
        self.classifier = nn.Linear(channels, self.shape.num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.classifier.bias)

    def feature_map(self, x: torch.Tensor) -> torch.Tensor:
        """Return f = ReLU(norm5), from which class activation maps are made (appendix D).

        Args:
            x: images, (N, in_channels, H, W) float32, in the range of the model's training.

        Returns:
            (N, C, H / 32, W / 32), not negative; (N, 1024, 7, 7) for DenseNet-121 at 224.
        """
        return torch.relu(self.features(x))

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Return the scores before the sigmoid, (N, num_classes) float32, unbounded."""
        pooled = self.feature_map(x).mean(dim=(2, 3))
        logits: torch.Tensor = self.classifier(pooled)
        return logits

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return ``logits(x)``; losses are computed on these."""
        return self.logits(x)


class Classifier(DenseNet):
    """The deployed DenseNet: same weights and keys, two outputs."""

    def forward(  # type: ignore[override]  # deployment has two outputs, training one
        self, x: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return ``(logits, probabilities)``, each (N, num_classes); probabilities in (0, 1)."""
        logits = self.logits(x)
        return logits, torch.sigmoid(logits)


def densenet121(in_channels: int = 3, num_classes: int = 14) -> DenseNet:
    """Return a DenseNet-121; 6,968,206 parameters for (3, 14), 6,966,034 for (1, 18)."""
    return DenseNet(DenseNetShape(in_channels=in_channels, num_classes=num_classes))


def classifier(
    in_channels: int = 3,
    num_classes: int = 14,
    *,
    growth: int = 32,
    block_config: Sequence[int] = (6, 12, 24, 16),
    init_features: int = 64,
    bn_size: int = 4,
) -> Classifier:
    """Return the deployed classifier, in evaluation mode; the defaults are DenseNet-121.

    Callable from a release file as ``reference.networks.densenet:classifier``; the keyword-only
    sizes exist so that tests can build a miniature of the same structure.

    Raises:
        ArchitectureError: a size is not a positive whole number.
    """
    shape = DenseNetShape(
        in_channels, num_classes, growth, tuple(block_config), init_features, bn_size
    )
    return Classifier(shape).eval()
