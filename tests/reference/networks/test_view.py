"""The gate's network has the promised outputs and size."""

from __future__ import annotations

import pytest
import torch

from reference.errors import ArchitectureError
from reference.networks.view import VIEWS, ViewNet, view_classifier
from reference.preprocess import PRESETS


def test_answers_logits_and_probabilities_of_eight_views() -> None:
    logits, probabilities = view_classifier()(torch.zeros(2, 1, 96, 96))
    assert logits.shape == probabilities.shape == (2, len(VIEWS)) == (2, 8)
    assert torch.allclose(probabilities.sum(1), torch.ones(2))
    assert torch.equal(torch.softmax(logits, 1), probabilities)


def test_is_at_most_a_megabyte() -> None:
    assert 4 * sum(tensor.numel() for tensor in view_classifier().state_dict().values()) <= 1e6


def test_its_preset_shows_the_whole_picture_whatever_its_proportions() -> None:
    assert (PRESETS["view"].size, PRESETS["view"].fit) == (96, "stretch")


@pytest.mark.parametrize("widths", [(), (8, 0), (8, True)])
def test_refuses_what_are_no_widths(widths: tuple[int, ...]) -> None:
    with pytest.raises(ArchitectureError):
        ViewNet(widths)
