"""An average of a network's weights over its training, which errs less than the last of them."""

from __future__ import annotations

import copy

import torch
from torch import nn


def averaged_copy(network: nn.Module) -> nn.Module:
    """Return a copy in evaluation mode that no optimizer changes."""
    made = copy.deepcopy(network).eval()
    for parameter in made.parameters():
        parameter.requires_grad_(False)
    return made


@torch.no_grad()
def take_in(average: nn.Module, network: nn.Module, keep: float, step: int) -> None:
    """Move an average towards a network's weights and running statistics, in place.

    Args:
        average: made by ``averaged_copy``.
        network: after a step.
        keep: share of the average that stays; less in the first steps, so that the weights of the
            beginning are forgotten.
        step: number of the step, from 0.
    """
    stays = min(keep, (1 + step) / (10 + step))
    theirs = network.state_dict()
    for name, mine in average.state_dict().items():
        if mine.is_floating_point():
            mine.lerp_(theirs[name], 1 - stays)
        else:
            mine.copy_(theirs[name])
