"""A classifier that answers with its explanations, by autograd (section 4 and appendix D)."""

from __future__ import annotations

import torch
from torch import nn

from reference.errors import ArchitectureError


class Explained(nn.Module):
    """A classifier and what the paper shows beside a prediction, for one class per image.

    Saliency is max(0, ∂y/∂I), where I is the image and y the class's score before the sigmoid
    (section 4). The class activation map is Σ_k w_k f_k, where f are the last feature maps and w
    the class's weights, without a bias and at the feature maps' resolution (appendix D).

    Args:
        classifier: returns (logits, probabilities), each (N, classes). For the class activation
            map it has a method ``feature_map(image)``, whose spatial means its layer
            ``classifier``, an ``nn.Linear``, maps to the logits, as `DenseNet` has.
        cam: whether the class activation map is wanted.

    Raises:
        ArchitectureError: the classifier has none of these, and the map is wanted.
    """

    def __init__(self, classifier: nn.Module, *, cam: bool = True) -> None:
        super().__init__()
        last = getattr(classifier, "classifier", None)
        if cam and not (hasattr(classifier, "feature_map") and isinstance(last, nn.Linear)):
            raise ArchitectureError(
                "it has no feature_map() and no linear layer `classifier`",
                where=f"class activation map of {type(classifier).__name__}",
                remedy="add them, or ask for no map (cam=False)",
            )
        self.explained, self._cam = classifier, cam

    def forward(self, image: torch.Tensor, one_hot: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return ``(logits, probabilities, gradient, saliency, cam)``; no cam without ``cam``.

        Works under ``torch.no_grad`` and ``torch.inference_mode`` too; outputs carry no graph.

        Args:
            image: (N, C, H, W), floating point.
            one_hot: (N, classes), 1 at the explained class, else 0.

        Returns:
            gradient and saliency as the image, cam (N, 1, h, w).
        """
        with torch.inference_mode(False), torch.enable_grad():
            image, one_hot = image.clone().requires_grad_(), one_hot.clone()
            logits, probabilities = self.explained(image)
            (gradient,) = torch.autograd.grad(logits, image, one_hot)
        found = [logits, probabilities, gradient, torch.relu(gradient)]
        if self._cam:
            found.append(self._activation_map(image, one_hot))
        return tuple(tensor.detach() for tensor in found)

    @torch.no_grad()
    def _activation_map(self, image: torch.Tensor, one_hot: torch.Tensor) -> torch.Tensor:
        # A second forward pass: the classifier's own code stays the only one that is explained.
        features = self.explained.feature_map(image)  # type: ignore[operator]  # checked above
        weights = one_hot @ self.explained.classifier.weight  # type: ignore[union-attr, operator]
        activation_map: torch.Tensor = (weights[:, :, None, None] * features).sum(1, keepdim=True)
        return activation_map
