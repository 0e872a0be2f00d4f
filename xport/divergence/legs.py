"""A leg and what it is held to, both opened so that their tensors can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xport.common import digests
from xport.common.arrays import Array, Tensors
from xport.divergence.document import Cause
from xport.divergence.lowered import Written, direct_points, named_points, written
from xport.divergence.onnx_causes import layer_causes, node_causes
from xport.divergence.onnx_model import How, OnnxModel, OnnxReference, OnnxSide, points_of
from xport.divergence.points import Point, Reference, Side, segment
from xport.divergence.tfjs_causes import converted_causes, written_causes
from xport.divergence.tfjs_model import TfjsModel
from xport.divergence.tfjs_side import Execute, TfjsSide
from xport.divergence.torch_reference import TorchReference, torch_points, torch_reference
from xport.errors import InputError, IntegrityError
from xport.formats.artifact import Format
from xport.formats.onnx_file import MODEL as ONNX_FILE
from xport.plan.plan import EVALUATOR_LEG, ONNX_LEG, OPTIMISED_LEG, REFERENCE_LEG, Leg, PlannedModel
from xport.plan.routes import DIRECT, ONNX, TORCH

HOW: dict[str, How] = {ONNX_LEG: "default", OPTIMISED_LEG: "all", EVALUATOR_LEG: "evaluator"}
"""How a leg of an ONNX file runs it."""


@dataclass(frozen=True)
class Opened:
    """A leg under test and its reference on one probe.

    `causes` finds what differs at a point; `values` is how many values the reference has; `outputs`
    are what it says of the model's outputs.
    """

    reference: Reference
    side: Side
    causes: Callable[[Point], Iterable[Cause]]
    values: int
    outputs: Tensors
    words: str

    def within(self, point: Point) -> tuple[list[str], list[str]]:
        """The tested tensors that make up a point, and the points' tensors that they read."""
        return segment(self.side.reads, {one.ref for one in self.side.points}, point.ref)


def open_leg(model: PlannedModel, leg: Leg, inputs: Tensors, execute: Execute) -> Opened:
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
        return open_tfjs(onnx_model, TfjsModel(_folder(model, leg.artifact)), inputs, execute, leg)
    if tested.format is Format.ONNX:
        return _onnx_leg(model, leg, inputs)
    raise InputError(
        "the tensors inside a SavedModel are not read",
        f"leg {leg.name} of {model.id}",
        "debug the TF.js model that is made from it, such as tfjs-tf/wasm",
    )


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
    source: OnnxModel, tested: TfjsModel, inputs: Tensors, execute: Execute, leg: Leg
) -> Opened:
    """A TF.js model held to the values of the ONNX model that it was made from."""
    from xport.formats.tfjs_model import signature_of

    reference = OnnxReference(source, inputs)
    values = reference.values(source.computed())
    known = written(source.proto) if leg.artifact == DIRECT else None
    points = (
        direct_points(source, tested, known, values)
        if known is not None
        else named_points(source, tested, values)
    )
    side = TfjsSide(tested, signature_of(tested.folder), points, execute)

    def causes(point: Point) -> Iterator[Cause]:
        yield from _tfjs_causes(source, side, known, point)

    outputs = {name: values[name] for name in source.outputs if name in values}
    words = "the ONNX graph’s values, by ONNX Runtime without optimisations"
    return Opened(reference, side, causes, len(values), outputs, words)


def _tfjs_causes(
    source: OnnxModel, side: TfjsSide, known: Written | None, point: Point
) -> Iterator[Cause]:
    within, before = segment(side.reads, {one.ref for one in side.points}, point.ref)
    if known is not None:
        yield from written_causes(known.graph, side.model, within)
        return
    by_ref = {one.ref: one.value for one in side.points}
    behind, _ = segment(source.reads, {by_ref[ref] for ref in before}, point.value)
    makers = source.producers()
    nodes = {id(makers[value]): makers[value] for value in behind if value in makers}
    yield from converted_causes(list(nodes.values()), source.weights(), side.model, within)


def _onnx_leg(model: PlannedModel, leg: Leg, inputs: Tensors) -> Opened:
    tested = OnnxModel(_folder(model, leg.artifact) / ONNX_FILE, HOW[leg.name])
    if model.reference == REFERENCE_LEG:
        return open_onnx(tested, torch_reference(_folder(model, TORCH), tested, inputs))
    return open_pair(tested, OnnxModel(tested.path), inputs)


def open_onnx(tested: OnnxModel, reference: TorchReference) -> Opened:
    """An ONNX model held to the layers of the module that it was exported from."""
    side = OnnxSide(tested, torch_points(tested, reference))

    def causes(point: Point) -> Iterator[Cause]:
        layer, makers = reference.layers.get(point.value), tested.producers()
        if layer is not None:
            behind, _ = segment(side.reads, {one.ref for one in side.points}, point.ref)
            nodes = {id(makers[value]): makers[value] for value in behind if value in makers}
            ordered = [node for node in tested.nodes if _is_among(node, list(nodes.values()))]
            yield from layer_causes(layer, ordered, tested.weights())

    values = len(tested.computed())
    return Opened(reference, side, causes, values, reference.outputs, "PyTorch’s layers")


def _is_among(node: object, nodes: list[object]) -> bool:
    """By what they write: protobuf makes an object anew for every look at one."""
    return any(list(node.output) == list(one.output) for one in nodes)  # type: ignore[attr-defined]


def open_pair(tested: OnnxModel, source: OnnxModel, inputs: Tensors) -> Opened:
    """An ONNX model held to the values that another has under the same names."""
    reference = OnnxReference(source, inputs)
    values: dict[str, Array] = reference.values(source.computed())
    side = OnnxSide(tested, points_of(tested, source, values))

    def causes(point: Point) -> Iterator[Cause]:
        behind, _ = segment(side.reads, {one.ref for one in side.points}, point.ref)
        theirs, ours = source.producers(), tested.producers()
        for value in behind:
            if value in theirs and value in ours:
                yield from node_causes(
                    theirs[value], ours[value], source.weights(), tested.weights()
                )

    outputs = {name: values[name] for name in source.outputs if name in values}
    words = "ONNX Runtime without optimisations"
    return Opened(reference, side, causes, len(values), outputs, words)
