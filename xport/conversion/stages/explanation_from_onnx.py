"""A classifier to the same classifier with its explanations (paper, section 4 and appendix D)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from xport.errors import InputError
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL, signature_of
from xport.onnx_graph.gradient import ExplanationNames


@dataclass(frozen=True)
class ExplanationFromOnnx:
    """Adds the gradient of one class's logit as further operators: see `explanation_graph`.

    `signature` is the result's: the classifier's with the input and the outputs of `names`. There
    is a class activation map where the signature has one. `key` is the release file's, for errors.
    """

    signature: Signature
    image: str = "image"
    logits: str = "logits"
    probabilities: str | None = "probabilities"
    names: ExplanationNames = field(default_factory=ExplanationNames)
    key: str = "explanation"

    name = "explanation_from_onnx"
    consumes = Format.ONNX
    produces = Format.ONNX
    packages = ("onnx", "numpy")

    def parameters(self) -> Mapping[str, Any]:
        """The names, the signature, and the code of the rules."""
        from xport import onnx_graph
        from xport.common.callables import package_digest

        return {
            "signature": self.signature.model_dump(mode="json"),
            "image": self.image,
            "logits": self.logits,
            "probabilities": self.probabilities,
            "names": asdict(self.names),
            "code": package_digest(onnx_graph),
        }

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Simplify, differentiate, and write the larger model.

        The classifier is simplified first, so that both passes read the same weights afterwards.

        Raises:
            ConversionError: an operator has no exact gradient; operator, node and reason are named.
            InputError: a class activation map is wanted of a network that has none.
        """
        import onnx

        from xport.onnx_graph.files import graph_from_model, model_from_graph
        from xport.onnx_graph.gradient import NoActivationMap, explanation_graph
        from xport.onnx_graph.passes import simplify

        assert source is not None
        classifier = simplify(graph_from_model(onnx.load(str(source.path / MODEL))))
        try:
            explanation = explanation_graph(
                classifier,
                logits=self.logits,
                probabilities=self.probabilities,
                image=self.image,
                cam=self.names.cam in {spec.name for spec in self.signature.outputs},
                names=self.names,
            )
        except NoActivationMap as error:
            raise InputError(error.what, f"{self.key}.cam", error.remedy) from error
        onnx.save(model_from_graph(explanation), str(folder / MODEL))
        return signature_of(folder / MODEL)
