"""Demonstration weights: seeded, and fitted to data so that answers vary between images.

They diagnose nothing. They stand in for trained weights, so that a conversion has numbers
to get wrong: every layer has spread, no BatchNorm is the identity, nothing saturates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import nn

from reference.errors import InitialisationError

HEAD_MEAN = 0.6
"""Means of the outputs of a last layer with a bias lie within plus or minus this."""

VARIANCE_FLOOR = 0.05
"""Least running variance of a channel, as a share of the layer's mean variance.

A channel that hardly varies on the given inputs would otherwise be multiplied by a huge
number, and would amplify the rounding of every later framework."""

EVENNESS = 1.5
"""How evenly the directions of a linear head's input are used; see ``_even_out``.

Low numbers let inputs that resemble each other score differently, at the price of
multiplying small differences, and rounding, by more; very high ones change nothing."""

Weighted = nn.Conv1d | nn.Conv2d | nn.ConvTranspose2d | nn.Linear
Normalising = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d


@dataclass(frozen=True)
class Spread:
    """How large and how different the numbers in a demonstration network are.

    An untrained deep network amplifies float32 rounding, and how much depends on these: the
    defaults suit a network whose BatchNorm comes before its ReLU.

    Attributes:
        head_std: spread of each output of the last layer over the inputs, before any tanh or
            sigmoid.
        layer_std: spread of the outputs of every other layer with weights; it shows only where
            no BatchNorm follows.
        shifts: range of the BatchNorm shifts. Around 0, two float32 summation orders of
            DenseNet-121 differed by 3e-5 to 8e-5 in a logit; with the default by 2e-5. Most
            units are active then, and still every ReLU cuts.
        smoothness: 0 to 1, how much of each kernel is its own mean. Smooth kernels answer to
            smooth images with sums that cancel less.
    """

    head_std: float = 0.9
    layer_std: float = 1.0
    shifts: tuple[float, float] = (0.4, 1.0)
    smoothness: float = 0.0


def from_data(
    module: nn.Module, inputs: Sequence[torch.Tensor], *, seed: int, **spread: Any
) -> None:
    """Give a module seeded weights whose statistics come from the inputs, in place.

    Convolutions and linear layers are drawn from a normal distribution (Kaiming, fan in),
    biases start at 0; BatchNorm scales lie in [0.7, 1.3] and shifts within ``shifts``. Then
    the inputs run through once, as one batch, in evaluation mode: each weighted layer is
    divided by the standard deviation of its output, and each BatchNorm takes its running
    mean and variance from what reaches it. The layer that runs last (logits, or the
    reconstruction before its tanh) is finally scaled to ``head_std`` per output, and its
    bias, if it has one, puts the outputs' means within ``HEAD_MEAN``. A linear last layer
    is first turned away from the few features that tell very different inputs apart, so
    that similar ones get different answers too. One without a bias gets weights that add
    up to zero, which keeps its outputs near zero on average.

    The global random state is neither used nor changed. The result is the same on every
    call; between machines it may differ by float32 rounding, so publish the weights, not
    only the seed.

    Args:
        module: every layer is meant to run once per pass; its mode is left as it was.
        inputs: model inputs, each (N, C, H, W), that differ from each other; at least two
            images in all.
        seed: any whole number.
        spread: fields of ``Spread`` that are to differ from its defaults.

    Raises:
        InitialisationError: fewer than two images, images of different shapes or with
            NaN, or a module that runs no layer with weights.
        TypeError: ``Spread`` has no such field.
    """
    chosen = Spread(**spread)
    batch = _batch(inputs)
    modes = {part: part.training for part in module.modules()}
    _draw(module, chosen, torch.Generator().manual_seed(seed))
    module.eval()
    try:
        with torch.no_grad():
            head = _fit(module, batch, chosen.layer_std)
            _finish_head(head, chosen.head_std, torch.Generator().manual_seed(seed + 1))
    finally:
        for part, training in modes.items():
            part.training = training


def _batch(inputs: Sequence[torch.Tensor]) -> torch.Tensor:
    shapes = sorted({tuple(item.shape[1:]) for item in inputs})
    if len(shapes) > 1 or sum(item.shape[0] for item in inputs if item.ndim) < 2:
        raise InitialisationError(
            f"{len(inputs)} inputs of shapes {shapes} do not make a batch",
            "inputs",
            "give at least two images of one shape, each (N, C, H, W)",
        )
    batch = torch.cat(list(inputs)).to(torch.float32)
    if not torch.isfinite(batch).all():
        raise InitialisationError("holds NaN or infinity", "inputs", "check the preprocessing")
    return batch


@torch.no_grad()
def _draw(module: nn.Module, spread: Spread, generator: torch.Generator) -> None:
    def uniform(like: torch.Tensor, low: float, high: float) -> torch.Tensor:
        return torch.rand(like.shape, generator=generator) * (high - low) + low

    for part in module.modules():
        if isinstance(part, Weighted):
            nn.init.kaiming_normal_(part.weight, generator=generator)
            _smooth(part.weight, spread.smoothness)
            if part.bias is not None:
                part.bias.zero_()
        elif isinstance(part, Normalising) and part.affine:
            part.weight.copy_(uniform(part.weight, 0.7, 1.3))
            part.bias.copy_(uniform(part.bias, *spread.shifts))


def _smooth(weight: torch.Tensor, share: float) -> None:
    """Replace a share of each spatial kernel by its mean, scaled to the kernel's own spread."""
    over = tuple(range(2, weight.ndim))
    points = weight[0, 0].numel()
    if points > 1 and share > 0:
        mean = weight.mean(dim=over, keepdim=True) * points**0.5
        weight.mul_(1 - share).add_(mean, alpha=share)


class _Reached(NamedTuple):
    """A weighted layer, and what it received during the pass."""

    layer: Weighted
    received: torch.Tensor


def _fit(module: nn.Module, batch: torch.Tensor, layer_std: float) -> _Reached:
    """Run the batch once, fitting each layer as it is reached; return the last one.

    A layer sees the fitted output of those before it, so one pass is exact.
    """
    reached: list[_Reached] = []

    def scale(
        layer: nn.Module, args: tuple[torch.Tensor, ...], output: torch.Tensor
    ) -> torch.Tensor:
        assert isinstance(layer, Weighted)
        std = float(output.std())
        factor = layer_std / std if std > 0 else 1.0
        layer.weight.mul_(factor)
        reached[:] = [_Reached(layer, args[0])]
        return output * factor

    handles = [
        part.register_forward_hook(scale)
        if isinstance(part, Weighted)
        else part.register_forward_pre_hook(_take_statistics)
        for part in module.modules()
        if isinstance(part, Weighted | Normalising)
    ]
    try:
        module(batch)
    finally:
        for handle in handles:
            handle.remove()
    if not reached:
        raise InitialisationError(
            "runs no layer with weights", type(module).__name__, "give a network"
        )
    return reached[0]


def _take_statistics(layer: nn.Module, args: tuple[torch.Tensor, ...]) -> None:
    assert isinstance(layer, Normalising)
    if layer.running_mean is None or layer.running_var is None:
        return
    x = args[0]
    over = [axis for axis in range(x.ndim) if axis != 1]
    variance, mean = torch.var_mean(x, dim=over, correction=0)
    layer.running_mean.copy_(mean)
    floor = max(VARIANCE_FLOOR * float(variance.mean()), torch.finfo(torch.float32).tiny)
    layer.running_var.copy_(variance.clamp(min=floor))
    if layer.num_batches_tracked is not None:
        layer.num_batches_tracked.fill_(1)


def _even_out(features: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Return ``rows (C + f I)^(-1/2)`` up to scale, C being the covariance of the features.

    f is ``EVENNESS`` times the mean variance of the directions in which the features vary.
    Computed from the (N, F) features without forming the (F, F) matrix.

    Args:
        features: (N, F) inputs of a linear layer.
        rows: (outputs, F) weights.
    """
    centred = (features - features.mean(dim=0)).double()
    _, singular, directions = torch.linalg.svd(centred, full_matrices=False)
    variance = singular.square() / len(centred)
    floor = EVENNESS * variance.mean()
    if not floor > 0:
        return rows
    shrink = 1 - torch.sqrt(floor / (variance + floor))
    evened: torch.Tensor = rows - ((rows.double() @ directions.T * shrink) @ directions).to(rows)
    return evened


def _finish_head(head: _Reached, std: float, generator: torch.Generator) -> None:
    layer = head.layer
    outputs_axis = 1 if isinstance(layer, nn.ConvTranspose2d) else 0
    if isinstance(layer, nn.Linear) and head.received.ndim == 2:
        layer.weight.copy_(_even_out(head.received, layer.weight))
    if layer.bias is None and layer.weight.numel() > layer.weight.shape[outputs_axis]:
        # What reaches it is above zero on average; weights that add up to zero cancel that.
        inputs = [axis for axis in range(layer.weight.ndim) if axis != outputs_axis]
        layer.weight.sub_(layer.weight.mean(dim=inputs, keepdim=True))
    output = layer(head.received)
    over = [axis for axis in range(output.ndim) if axis != 1]
    variance, mean = torch.var_mean(output, dim=over, correction=0)
    factor = std / variance.sqrt().clamp(min=1e-3)
    per_output = [-1 if axis == outputs_axis else 1 for axis in range(layer.weight.ndim)]
    layer.weight.mul_(factor.reshape(per_output))
    if layer.bias is not None:
        drawn = torch.rand(layer.bias.shape, generator=generator) * 2 - 1
        layer.bias.copy_(drawn * HEAD_MEAN - mean * factor)
