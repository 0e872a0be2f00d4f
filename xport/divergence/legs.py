"""A leg and what it is held to, both opened so that their tensors can be asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xport.common import digests
from xport.common.arrays import Tensors
from xport.divergence.document import Cause
from xport.divergence.lowered import Written, direct_points, named_points, written
from xport.divergence.onnx_causes import layer_causes, node_causes
from xport.divergence.onnx_model import How, OnnxModel, OnnxReference, OnnxSide, points_of
from xport.divergence.points import Point, Reference, Side, segment
from xport.divergence.tf_nodes import TfNodes
from xport.divergence.tf_side import SavedModelNodes, SavedModelSide
from xport.divergence.tfjs_causes import converted_causes, written_causes
from xport.divergence.tfjs_model import TfjsModel
from xport.divergence.tfjs_side import Execute, TfjsSide
from xport.divergence.torch_reference import TorchReference, torch_points, torch_reference
from xport.errors import InputError, IntegrityError
from xport.formats.artifact import Format
from xport.formats.onnx_file import MODEL as ONNX_FILE
from xport.formats.tfjs_model import signature_of
from xport.plan.plan import EVALUATOR_LEG, ONNX_LEG, OPTIMISED_LEG, REFERENCE_LEG, Leg, PlannedModel
from xport.plan.routes import DIRECT, ONNX, TORCH
from xport.toolchains.tensorflow import TensorflowWorker

if TYPE_CHECKING:
    import onnx

    from xport.divergence.torch_reference import OwnModule

HOW: dict[str, How] = {ONNX_LEG: "default", OPTIMISED_LEG: "all", EVALUATOR_LEG: "evaluator"}
"""How a leg of an ONNX file runs it."""
AS_IT_STANDS = 2
"""How many nodes the direct writer makes of one whose attributes it has not taken apart."""


@dataclass(frozen=True)
class Opened:
    """A leg under test and its reference on one probe.

    `causes` finds what differs at a point; `values` is how many values the reference has; `outputs`
    are what it says of the model's outputs. `by_name`: nothing but names says which tensor stands
    for which value.
    """

    reference: Reference
    side: Side
    causes: Callable[[Point], Iterable[Cause]]
    values: int
    outputs: Tensors
    words: str
    by_name: bool = False

    def within(self, point: Point) -> tuple[list[str], list[str]]:
        """The tested tensors that make up a point, and the points' tensors that they read."""
        return segment(self.side.reads, {one.ref for one in self.side.points}, point.ref)


@dataclass(frozen=True)
class Tools:
    """What runs models outside this process; `open_until` closes what was opened on the way.

    `own` is the module of a model that lives in this process alone, with its recipe.
    """

    execute: Execute
    open_until: ExitStack = field(default_factory=ExitStack)
    own: OwnModule | None = None

    def saved_model(self, folder: Path) -> tuple[TensorflowWorker, SavedModelNodes]:
        """A worker with a SavedModel's graph open.

        Raises:
            PackageMissing: there is no toolchain.
        """
        worker = self.open_until.enter_context(TensorflowWorker())
        into = self.open_until.enter_context(tempfile.TemporaryDirectory(prefix="xport-debug-"))
        return worker, SavedModelNodes(worker.open_graph(folder, Path(into)))


def open_leg(model: PlannedModel, leg: Leg, inputs: Tensors, tools: Tools) -> Opened:
    """Open a leg and what it is held to: PyTorch's layers for ONNX, ONNX's values for the rest.

    Raises:
        InputError: an artifact is missing, or the leg is a reference itself.
        IntegrityError: an artifact is not the converted one.
    """
    if leg.name == model.reference or leg.artifact == TORCH:
        raise InputError(
            f"{leg.name} is what other legs are held to, and is held to no tensor itself",
            f"leg {leg.name} of {model.id}",
            "name a leg that is made from it, such as onnx or tfjs/webgl",
        )
    tested = model.artifacts[leg.artifact]
    if tested.format is Format.TFJS:
        onnx_model = OnnxModel(_folder(model, ONNX) / ONNX_FILE)
        folder, direct = _folder(model, leg.artifact), leg.artifact == DIRECT
        return open_tfjs(onnx_model, folder, inputs, tools.execute, direct=direct)
    if tested.format is Format.ONNX:
        return _onnx_leg(model, leg, inputs, tools.own)
    onnx_model = OnnxModel(_folder(model, ONNX) / ONNX_FILE)
    return open_saved_model(onnx_model, _folder(model, leg.artifact), inputs, tools)


def _folder(model: PlannedModel, artifact: str) -> Path:
    planned = model.artifacts.get(artifact)
    if planned is None or not planned.path.is_dir():
        raise InputError(
            f"the artifact {artifact!r} of {model.id} is not there",
            str(planned.path) if planned else model.id,
            "run `xport convert` again with the same --cache-dir",
        )
    if digests.of_folder(planned.path) != planned.files:
        raise IntegrityError(
            "the stored files are not the converted ones",
            str(planned.path),
            "delete this folder and run `xport convert` again",
        )
    return planned.path


def open_tfjs(
    source: OnnxModel, folder: Path, inputs: Tensors, execute: Execute, *, direct: bool
) -> Opened:
    """A TF.js model held to the values of the ONNX model that it was made from.

    `direct`: xport's own writer made it, which says what stands for what.
    """
    tested, reference = TfjsModel(folder), OnnxReference(source, inputs)
    kinds = source.kinds(inputs)
    known = written(source.proto) if direct else None
    points = (
        direct_points(source, tested, known, kinds)
        if known is not None
        else named_points(source, tested, kinds)
    )
    side = TfjsSide(tested, signature_of(folder), points, execute)
    return _held_to_onnx(reference, side, tested, len(kinds), known)


def open_saved_model(source: OnnxModel, folder: Path, inputs: Tensors, tools: Tools) -> Opened:
    """A SavedModel held to the values of the ONNX model that it was made from."""
    reference = OnnxReference(source, inputs)
    kinds = source.kinds(inputs)
    worker, nodes = tools.saved_model(folder)
    side = SavedModelSide(worker, nodes, named_points(source, nodes, kinds))
    return _held_to_onnx(reference, side, nodes, len(kinds), None)


def _held_to_onnx(
    reference: OnnxReference, side: Side, tested: TfNodes, values: int, known: Written | None
) -> Opened:
    def causes(point: Point) -> Iterator[Cause]:
        yield from _tf_causes(reference.model, side, tested, known, point)

    outputs = reference.values(reference.model.outputs)
    words = "the ONNX graph’s values, by ONNX Runtime without optimisations"
    return Opened(reference, side, causes, values, outputs, words, by_name=known is None)


def _tf_causes(
    source: OnnxModel, side: Side, tested: TfNodes, known: Written | None, point: Point
) -> Iterator[Cause]:
    within, before = segment(side.reads, {one.ref for one in side.points}, point.ref)
    if known is not None:
        found = list(written_causes(known.graph, tested, within))
        yield from found
        if found or sum(1 for name in within if side.reads.get(name)) > AS_IT_STANDS:
            return  # else the writer itself is asked what it made of the node
    by_ref = {one.ref: one.value for one in side.points}
    behind, _ = segment(source.reads, {by_ref[ref] for ref in before}, point.value)
    yield from converted_causes(_nodes_of(source, behind), source.weights(), tested, within)


def _nodes_of(model: OnnxModel, values: Iterable[str]) -> list[onnx.NodeProto]:
    """The nodes that make some values, in topological order."""
    wanted = set(values)
    return [node for node in model.nodes if wanted.intersection(node.output)]


def _onnx_leg(
    model: PlannedModel, leg: Leg, inputs: Tensors, own: OwnModule | None = None
) -> Opened:
    tested = OnnxModel(_folder(model, leg.artifact) / ONNX_FILE, HOW[leg.name])
    if model.reference == REFERENCE_LEG:
        return open_onnx(tested, torch_reference(_folder(model, TORCH), tested, inputs, own))
    return open_pair(tested, OnnxModel(tested.path), inputs)


def open_onnx(tested: OnnxModel, reference: TorchReference) -> Opened:
    """An ONNX model held to the layers of the module that it was exported from."""
    side = OnnxSide(tested, torch_points(tested, reference))

    def causes(point: Point) -> Iterator[Cause]:
        for layer in reference.layers.get(point.value, ()):
            behind, _ = segment(side.reads, {one.ref for one in side.points}, point.ref)
            yield from layer_causes(layer, _nodes_of(tested, behind), tested.weights())

    values = len(tested.computed())
    words = "PyTorch’s layers"
    return Opened(reference, side, causes, values, reference.outputs, words, by_name=True)


def open_pair(tested: OnnxModel, source: OnnxModel, inputs: Tensors) -> Opened:
    """An ONNX model held to the values that another has under the same names."""
    reference = OnnxReference(source, inputs)
    kinds = source.kinds(inputs)
    side = OnnxSide(tested, points_of(tested, source, kinds))

    def causes(point: Point) -> Iterator[Cause]:
        behind, _ = segment(side.reads, {one.ref for one in side.points}, point.ref)
        theirs, ours = source.producers(), tested.producers()
        for value in behind:
            if value in theirs and value in ours:
                yield from node_causes(
                    theirs[value], ours[value], source.weights(), tested.weights()
                )

    outputs = reference.values(source.outputs)
    words = "ONNX Runtime without optimisations"
    return Opened(reference, side, causes, len(kinds), outputs, words)
