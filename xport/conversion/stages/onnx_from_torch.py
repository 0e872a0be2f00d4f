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

from xport.conversion.export_repairs import add_unused_inputs, repair
from xport.conversion.export_rules import known_rules, without_divisors
from xport.conversion.exporters import OPSETS, Exporter
from xport.conversion.in_words import in_words
from xport.conversion.onnx_files import fix_outputs
from xport.errors import ConversionError, InputError, UnavailableError
from xport.formats import torch_module
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL, signature_of
from xport.formats.torch_answers import require_answers

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
        assert source is not None
        module, recipe = torch_module.load(source.path)
        require_answers(module, recipe, source.path)
        return self.write(module, recipe, folder / MODEL)

    def write(self, module: Any, recipe: torch_module.Recipe, path: Path) -> Signature:
        """Export a module that is at hand, of which the recipe says the signature.

        Raises:
            ConversionError, UnavailableError: as `run`.
        """
        if self.exporter == "dynamo":
            _require_onnxscript()
        with in_words(self.name, f"torch.onnx cannot export {recipe.factory}"), _quiet():
            self._export(module, recipe, path)
        with in_words(self.name, "the export is not valid ONNX"):
            self._check(recipe, path)
        return signature_of(path)

    def _export(self, module: Any, recipe: torch_module.Recipe, path: Path) -> None:
        import torch

        example = _zeros(recipe)
        if self.exporter == "torchscript":
            known_rules()
        exported = torch_module.returning_a_tuple(module, recipe, example)
        with without_divisors(), _without_graph_log():
            torch.onnx.export(
                exported,
                tuple(example),
                str(path),
                dynamo=self.exporter == "dynamo",
                external_data=False,
                opset_version=self.opset,
                input_names=[s.name for s in recipe.signature.inputs],
                output_names=[s.name for s in recipe.signature.outputs],
            )

    def _check(self, recipe: torch_module.Recipe, path: Path) -> None:
        """Repair what was written, give outputs their sizes, and let onnx check the whole."""
        import onnx

        model = onnx.load(str(path))
        self._require_opset(model)
        repair(model)
        add_unused_inputs(model, recipe.signature)
        names = [spec.name for spec in recipe.signature.inputs]
        zeros = [tensor.numpy() for tensor in _zeros(recipe)]
        fix_outputs(model, dict(zip(names, zeros, strict=True)))
        _remove_metadata(model.graph)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, str(path))

    def _require_opset(self, model: Any) -> None:
        """Dynamo keeps the opset of its own functions if it cannot translate them to another."""
        found = [opset.version for opset in model.opset_import if opset.domain == ""]
        if found != [self.opset]:
            raise ConversionError(
                f"the export is of opset {found}, not {self.opset}", self.name, "choose that opset"
            )


def _require_onnxscript() -> None:
    try:
        found = importlib.metadata.version("onnxscript")
    except importlib.metadata.PackageNotFoundError as error:
        raise UnavailableError(
            "onnxscript, which the dynamo exporter needs, is not installed",
            "this environment",
            "run `pip install 'xport-tfjs[dynamo]'`, or choose torchscript",
        ) from error
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


@contextlib.contextmanager
def _without_graph_log() -> Iterator[None]:
    """Keep torch from printing the graph that it fails on, from C++ and to standard output.

    Its log is off; the exporter switches it on whatever `verbose` says (seen in torch 2.7 to 2.13).
    """
    import torch

    switch = getattr(torch._C, "_jit_set_onnx_log_enabled", None)
    if switch is None:
        yield
        return
    torch._C._jit_set_onnx_log_enabled = lambda enabled: None
    try:
        yield
    finally:
        torch._C._jit_set_onnx_log_enabled = switch


def _zeros(recipe: torch_module.Recipe) -> list[Any]:
    import torch

    return [torch.zeros(s.shape, dtype=getattr(torch, s.dtype)) for s in recipe.signature.inputs]


def _remove_metadata(graph: Any) -> None:
    """Remove what the dynamo exporter notes: the paths of this machine's sources, among others."""
    parts = (graph.node, graph.input, graph.output, graph.value_info, graph.initializer)
    for item in (graph, *(item for part in parts for item in part)):
        if hasattr(item, "metadata_props"):  # not in every version's
            del item.metadata_props[:]
