"""PyTorch to ONNX with one of torch.onnx's exporters, at an opset that the consumer can read."""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xport.conversion.exporters import OPSETS, Exporter
from xport.errors import ConversionError, InputError, UnavailableError
from xport.formats import torch_module
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL, signature_of

LEAST_ONNXSCRIPT = (0, 7, 2)
"""Before it, ConvTranspose was written without its kernel_shape."""


@dataclass(frozen=True)
class OnnxFromTorch:
    """`opset` is the exporter's default if none is given; for onnx-tf it is 15 at most.

    Raises:
        InputError: the exporter does not write that opset.
    """

    exporter: Exporter = "torchscript"
    opset: int | None = None

    name = "onnx_from_torch"
    consumes = Format.TORCH
    produces = Format.ONNX

    def __post_init__(self) -> None:
        opsets = OPSETS[self.exporter]
        if self.opset is None:
            object.__setattr__(self, "opset", opsets.default)
        elif self.opset not in opsets:
            raise InputError(
                f"exporter {self.exporter!r} writes opsets {opsets}, not {self.opset}", self.name
            )

    @property
    def packages(self) -> tuple[str, ...]:
        """The exporter's, and those that check and read what it wrote."""
        exporters = ("onnxscript",) if self.exporter == "dynamo" else ()
        return ("torch", *exporters, "onnx", "onnxruntime", "numpy")

    def parameters(self) -> Mapping[str, Any]:
        """The opset and the exporter."""
        return {"opset": self.opset, "exporter": self.exporter}

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Export into one file, check it with onnx's own checker, and read its signature back.

        Raises:
            ConversionError: the exporter does not know an operator (named), or the result is
                not a valid ONNX model of the opset.
            UnavailableError: onnxscript is too old for the dynamo exporter.
        """
        import onnx
        import torch

        assert source is not None
        if self.exporter == "dynamo":
            _require_onnxscript()
        module, recipe = torch_module.load(source.path)
        example = tuple(
            torch.zeros(s.shape, dtype=getattr(torch, s.dtype)) for s in recipe.signature.inputs
        )
        try:
            with _quiet():
                torch.onnx.export(
                    module,
                    example,
                    str(folder / MODEL),
                    dynamo=self.exporter == "dynamo",
                    external_data=False,
                    opset_version=self.opset,
                    input_names=[s.name for s in recipe.signature.inputs],
                    output_names=[s.name for s in recipe.signature.outputs],
                )
            model = _with_fixed_outputs(folder / MODEL, example)
            _remove_metadata(model.graph)
            onnx.checker.check_model(model, full_check=True)
            onnx.save(model, str(folder / MODEL))
        except (torch.onnx.errors.OnnxExporterError, RuntimeError) as error:
            raise ConversionError(
                f"torch.onnx cannot export {recipe.factory}: {_reason(error)}",
                self.name,
                "replace the operator in the module, or choose another opset or exporter",
            ) from error
        except onnx.checker.ValidationError as error:
            raise ConversionError(f"the export is not valid ONNX: {error}", self.name) from error
        self._require_opset(model)
        return signature_of(folder / MODEL)

    def _require_opset(self, model: Any) -> None:
        """Dynamo keeps the opset of its own functions if it cannot translate them to another."""
        found = [opset.version for opset in model.opset_import if opset.domain == ""]
        if found != [self.opset]:
            raise ConversionError(
                f"the export is of opset {found}, not {self.opset}", self.name, "choose that opset"
            )


def _require_onnxscript() -> None:
    found = importlib.metadata.version("onnxscript")
    if tuple(int(part) for part in re.findall(r"\d+", found)[:3]) < LEAST_ONNXSCRIPT:
        least = ".".join(map(str, LEAST_ONNXSCRIPT))
        raise UnavailableError(
            f"onnxscript {found} writes ConvTranspose without its kernel_shape",
            "this environment",
            f"pip install 'onnxscript>={least}'",
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the exporters print, warn and log from the reader: their errors say enough."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            with contextlib.redirect_stderr(io.StringIO()):
                yield
    finally:
        logging.disable(before)


def _reason(error: BaseException) -> str:
    """What went wrong first, in one paragraph, with the operator's name.

    The dynamo exporter wraps it in pages of advice.
    """
    while error.__cause__ is not None:
        error = error.__cause__
    said = str(error).strip().split("\n\n")[0]
    return re.sub(r"<OpOverload\(op='([\w.]+)', overload='\w+'\)>", r"operator \1", said)


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


def _remove_metadata(graph: Any) -> None:
    """Remove what the dynamo exporter notes: the paths of this machine's sources, among others."""
    parts = (graph.node, graph.input, graph.output, graph.value_info, graph.initializer)
    for item in (graph, *(item for part in parts for item in part)):
        if hasattr(item, "metadata_props"):  # not in every version's
            del item.metadata_props[:]
