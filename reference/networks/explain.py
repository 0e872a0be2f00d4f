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
        classifier: returns one tensor or a tuple of tensors, each (N, classes). For the class
            activation map it has a method ``feature_map(image)``, whose spatial means its layer
            ``classifier``, an ``nn.Linear``, maps to the logits, as `DenseNet` has.
        cam: whether the class activation map is wanted.
        logits: which of the tensors, counted from 0, is the score before the sigmoid or softmax.
        probabilities: which of them is the one after it; None where there is none.

    Raises:
        ArchitectureError: the map is wanted, and the classifier has none of these.
    """

    def __init__(
        self,
        classifier: nn.Module,
        *,
        cam: bool = True,
        logits: int = 0,
        probabilities: int | None = 1,
    ) -> None:
        super().__init__()
        last = getattr(classifier, "classifier", None)
        if cam and not (hasattr(classifier, "feature_map") and isinstance(last, nn.Linear)):
            raise ArchitectureError(
                f"{type(classifier).__name__} lacks feature_map() or a linear layer `classifier`",
                where="cam",
                remedy="add them, or ask for no map",
            )
        self.explained, self._cam = classifier, cam
        self._places = (logits, *(() if probabilities is None else (probabilities,)))

    def forward(self, image: torch.Tensor, one_hot: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return ``(logits, probabilities, gradient, saliency, cam)``, or those that there are.

        Works under ``torch.no_grad`` and ``torch.inference_mode`` too; outputs carry no graph.

        Args:
            image: (N, C, H, W), floating point.
            one_hot: (N, classes), 1 at the explained class, else 0.

        Returns:
            gradient and saliency as the image, cam (N, 1, h, w).

        Raises:
            ArchitectureError: ``feature_map`` does not yield what ``classifier`` takes, or logits
                and probabilities are the other way round.
        """
        with torch.inference_mode(False), torch.enable_grad():
            image, one_hot = image.clone().requires_grad_(), one_hot.clone()
            said = self.explained(image)
            outputs = (said,) if isinstance(said, torch.Tensor) else tuple(said)
            found = [outputs[place] for place in self._places]
            _require_order(*found)
            (gradient,) = torch.autograd.grad(found[0], image, one_hot)
        found += [gradient, torch.relu(gradient)]
        if self._cam:
            found.append(self._activation_map(image, one_hot))
        return tuple(tensor.detach() for tensor in found)

    @torch.no_grad()
    def _activation_map(self, image: torch.Tensor, one_hot: torch.Tensor) -> torch.Tensor:
        # A second forward pass: the classifier's own code stays the only one that is explained.
        features = self.explained.feature_map(image)  # type: ignore[operator]  # checked above
        weights = one_hot @ self.explained.classifier.weight  # type: ignore[union-attr, operator]
        if features.ndim != 4 or features.shape[1] != weights.shape[1]:
            raise ArchitectureError(
                f"feature_map() yields {tuple(features.shape)}, "
                f"`classifier` takes the means of {weights.shape[1]} channels",
                where="cam",
                remedy="return the maps that the last linear layer's means are taken of",
            )
        activation_map: torch.Tensor = (weights[:, :, None, None] * features).sum(1, keepdim=True)
        return activation_map


def _require_order(logits: torch.Tensor, probabilities: torch.Tensor | None = None) -> None:
    """Refuse logits that are made from the probabilities.

    The other way round is not required: probabilities may be calibrated.
    """
    if probabilities is None:
        return
    for made in (torch.sigmoid(probabilities), torch.softmax(probabilities, -1)):
        if made.shape == logits.shape and torch.allclose(made, logits, rtol=1e-5, atol=1e-6):
            raise ArchitectureError(
                "the outputs called logits and probabilities are the other way round",
                where="logits",
                remedy="name the outputs in the order in which the module returns them",
            )
