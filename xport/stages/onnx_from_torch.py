"""PyTorch to ONNX with the TorchScript exporter, at the opset that the consumer can read."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xport import torch_module
from xport.artifact import Artifact, Format, Signature
from xport.errors import ConversionError
from xport.onnx_file import MODEL, signature_of


@dataclass(frozen=True)
class OnnxFromTorch:
    """`opset` is 15 at most for onnx-tf, whose handlers end there."""

    opset: int = 15

    name = "onnx_from_torch"
    consumes = Format.TORCH
    produces = Format.ONNX
    packages = ("torch", "onnx", "onnxruntime", "numpy")

    def parameters(self) -> Mapping[str, Any]:
        """The opset."""
        return {"opset": self.opset, "exporter": "torchscript"}

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Export, check the file with onnx's own checker, and read its signature back.

        Raises:
            ConversionError: the exporter does not know an operator (named), or the result is
                not a valid ONNX model.
        """
        import onnx
        import torch

        assert source is not None
        module, recipe = torch_module.load(source.path)
        example = tuple(
            torch.zeros(s.shape, dtype=getattr(torch, s.dtype)) for s in recipe.signature.inputs
        )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(
                    module,
                    example,
                    str(folder / MODEL),
                    dynamo=False,
                    opset_version=self.opset,
                    input_names=[s.name for s in recipe.signature.inputs],
                    output_names=[s.name for s in recipe.signature.outputs],
                )
            model = _with_fixed_outputs(folder / MODEL, example)
            onnx.checker.check_model(model, full_check=True)
            onnx.save(model, str(folder / MODEL))
        except (torch.onnx.errors.OnnxExporterError, RuntimeError) as error:
            raise ConversionError(
                f"torch.onnx cannot export {recipe.factory}: {error}",
                self.name,
                "replace the operator in the module, or choose another opset",
            ) from error
        except onnx.checker.ValidationError as error:
            raise ConversionError(f"the export is not valid ONNX: {error}", self.name) from error
        return signature_of(folder / MODEL)


def _with_fixed_outputs(path: Path, inputs: tuple[Any, ...]) -> Any:
    """The model with its outputs' shapes as ONNX Runtime produces them.

    The exporter names dimensions that it did not follow (behind a computed Pad, say) although
    every input is fixed.
    """
    import onnx
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in session.get_inputs()]
    feed = {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)}
    model = onnx.load(str(path))
    for output, array in zip(model.graph.output, session.run(None, feed), strict=True):
        for dimension, size in zip(output.type.tensor_type.shape.dim, array.shape, strict=True):
            dimension.dim_value = size
    return model
