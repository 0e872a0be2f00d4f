"""Saliency and class activation map are what sections 4 and appendix D define."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from reference.errors import ArchitectureError
from reference.networks.densenet import Classifier
from reference.networks.explain import Explained


@pytest.fixture
def image() -> torch.Tensor:
    return torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)).double()


def one_hot(index: int) -> torch.Tensor:
    return nn.functional.one_hot(torch.tensor([index]), 14).double()


def test_the_gradient_is_that_of_the_logit_by_finite_differences(
    miniature: Classifier, image: torch.Tensor
) -> None:
    module = miniature.double()
    _, _, gradient, saliency, _ = Explained(module)(image, one_hot(4))
    direction = torch.randn(image.shape, generator=torch.Generator().manual_seed(1)).double()
    step = 1e-7 * direction
    with torch.no_grad():
        rise = module.logits(image + step)[0, 4] - module.logits(image - step)[0, 4]
    assert torch.isclose((gradient * direction).sum(), rise / 2e-7, rtol=1e-5)
    assert torch.equal(saliency, gradient.clamp(min=0))
    assert saliency.max() > 0 > gradient.min()


def test_the_map_averages_to_the_logit_without_its_bias(
    miniature: Classifier, image: torch.Tensor
) -> None:
    module = miniature.double()
    logits, probabilities, _, _, cam = Explained(module)(image, one_hot(9))
    assert cam.shape == (1, 1, 2, 2)
    assert torch.isclose(cam.mean() + module.classifier.bias[9], logits[0, 9])
    assert torch.equal(probabilities, torch.sigmoid(logits))


@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_works_where_gradients_are_switched_off(
    miniature: Classifier, image: torch.Tensor, guard: type
) -> None:
    module = Explained(miniature.double())
    expected = module(image, one_hot(0))
    with guard():
        found = module(image.clone(), one_hot(0))
    assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))
    assert not any(one.requires_grad for one in found)
    assert all(parameter.grad is None for parameter in module.parameters())


def test_rejects_a_map_of_a_network_without_feature_maps() -> None:
    with pytest.raises(ArchitectureError, match="cam: Sequential lacks feature_map"):
        Explained(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)))


class Reordered(nn.Module):
    """A classifier whose outputs come in another order, or alone."""

    def __init__(self, classifier: Classifier, *order: int) -> None:
        super().__init__()
        self.inner, self.order, self.classifier = classifier, order, classifier.classifier

    def forward(self, image: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        """The chosen ones of logits, probabilities."""
        found = tuple(self.inner(image)[place] for place in self.order)
        return found if len(found) > 1 else found[0]

    def feature_map(self, image: torch.Tensor) -> torch.Tensor:
        """Those of the classifier."""
        return self.inner.feature_map(image)


def test_outputs_are_taken_from_the_places_that_are_named(
    miniature: Classifier, image: torch.Tensor
) -> None:
    module = miniature.double()
    expected = Explained(module)(image, one_hot(2))
    reordered = Explained(Reordered(module, 1, 0), logits=1, probabilities=0)(image, one_hot(2))
    alone = Explained(Reordered(module, 0), probabilities=None)(image, one_hot(2))
    for one, other in zip(reordered, expected, strict=True):
        assert torch.equal(one, other)
    for one, other in zip(alone, (expected[0], *expected[2:]), strict=True):
        assert torch.equal(one, other)


def test_rejects_logits_and_probabilities_that_are_the_other_way_round(
    miniature: Classifier, image: torch.Tensor
) -> None:
    explained = Explained(miniature.double(), logits=1, probabilities=0)
    with pytest.raises(ArchitectureError, match=r"logits: .* the other way round"):
        explained(image, one_hot(2))


def test_rejects_feature_maps_that_the_last_layer_does_not_take(
    miniature: Classifier, image: torch.Tensor
) -> None:
    module = Reordered(miniature.double(), 0, 1)
    module.classifier = nn.Linear(3, 14).double()
    with pytest.raises(ArchitectureError, match="takes the means of 3 channels"):
        Explained(module)(image, one_hot(2))
