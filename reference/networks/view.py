"""The gate's network: tells an upright frontal chest radiograph from everything else."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from reference.errors import ArchitectureError

VIEWS: tuple[str, ...] = (
    "frontal",
    "lateral",
    "turned 90° clockwise",
    "turned 180°",
    "turned 90° counter-clockwise",
    "upside down (mirrored)",
    "inverted",
    "other",
)
"""What an image may look like, in the order of the outputs; "frontal" alone is accepted.

A chest that is mirrored left to right is still frontal.
"""

WIDTHS: tuple[int, ...] = (24, 40, 64, 96)
"""Channels of the stages, each of half the height and width of the one before."""


class ViewNet(nn.Module):
    """Stages of two 3×3 convolutions, each followed by BatchNorm and ReLU; the first has stride 2.

    State keys: ``stages.N.{conv1,norm1,conv2,norm2}.*``, ``head.*``.

    Args:
        widths: channels of each stage.

    Raises:
        ArchitectureError: there is no stage, or a width is not a positive whole number.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        if not widths or any(
            isinstance(w, bool) or not isinstance(w, int) or w < 1 for w in widths
        ):
            raise ArchitectureError(
                f"{list(widths)!r} are no widths of stages",
                where="ViewNet widths",
                remedy="give positive whole numbers, at least one",
            )
        channels = (1, *widths)
        self.stages = nn.Sequential(
            *(_Stage(before, after) for before, after in zip(channels, widths, strict=False))
        )
        self.head = nn.Linear(widths[-1], len(VIEWS))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.head.bias)

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Return the scores before the softmax, (N, 8) float32.

        Args:
            x: images, (N, 1, 96, 96) float32 on [-1, 1], as the preset ``view`` prepares them.
        """
        logits: torch.Tensor = self.head(self.stages(x).mean(dim=(2, 3)))
        return logits

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return ``logits(x)``; losses are computed on these."""
        return self.logits(x)


class _Stage(nn.Module):
    """Conv3×3 (stride 2)-BN-ReLU-Conv3×3-BN-ReLU; halves height and width."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride=2, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, channels, H, W) to (N, width, H / 2, W / 2)."""
        halved = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(halved)))


class ViewClassifier(ViewNet):
    """The deployed network: same weights and keys, two outputs."""

    def forward(  # type: ignore[override]  # deployment has two outputs, training one
        self, x: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return ``(logits, probabilities)``, each (N, 8); probabilities add up to 1."""
        logits = self.logits(x)
        return logits, torch.softmax(logits, dim=1)


def view_classifier(*, widths: Sequence[int] = WIDTHS) -> ViewClassifier:
    """Return the deployed network, in evaluation mode.

    Callable from a release file as ``reference.networks.view:view_classifier``; outputs are in the
    order of ``VIEWS``. The default has 0.24 million parameters, less than 1 MB of float32.

    Raises:
        ArchitectureError: a width is not a positive whole number.
    """
    return ViewClassifier(tuple(widths)).eval()
