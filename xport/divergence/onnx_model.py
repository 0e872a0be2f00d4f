"""An ONNX model whose values can be asked for and given: run whole, or cut at points."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from xport.common.arrays import Array, Tensors
from xport.divergence.points import CannotCompute, Point, Reads
from xport.errors import ConversionError, InputError
from xport.onnx_graph.files import graph_from_model
from xport.onnx_graph.graph import TensorType
from xport.onnx_graph.shapes import infer_shapes

if TYPE_CHECKING:
    import onnx

FED = "fed|"
"""Before the name of a value that is given instead of computed."""
BATCH = 16
"""How many values are computed at once for their shapes alone."""
How = Literal["none", "default", "all", "evaluator"]
"""ONNX Runtime with as many optimisations, or onnx's own evaluator."""


class OnnxModel:
    """One ONNX file; what is asked for is computed by a model made for the purpose.

    Raises:
        InputError: the file is no ONNX model.
    """

    def __init__(self, path: Path, how: How = "none") -> None:
        import onnx
        from google.protobuf.message import DecodeError

        self.path, self.how = path, how
        try:
            self.proto = onnx.load(str(path))
        except (DecodeError, OSError) as error:
            raise InputError(
                f"cannot read the ONNX model: {error}", str(path), "run `xport convert` again"
            ) from error
        self.constants = {tensor.name for tensor in self.proto.graph.initializer}
        given = (value.name for value in self.proto.graph.input)
        self.inputs = [name for name in given if name not in self.constants]
        self.outputs = [value.name for value in self.proto.graph.output]
        self.reads: Reads = {
            name: tuple(_read_by(node)) for node in self.nodes for name in node.output if name
        }

    @property
    def nodes(self) -> Sequence[onnx.NodeProto]:
        """The nodes, in topological order."""
        found: Sequence[onnx.NodeProto] = self.proto.graph.node
        return found

    def producers(self) -> dict[str, onnx.NodeProto]:
        """The node that makes each value."""
        return {name: node for node in self.nodes for name in node.output if name}

    def weights(self) -> dict[str, Array]:
        """The initializers, and the values of Constant nodes."""
        from onnx import numpy_helper

        found = {t.name: numpy_helper.to_array(t) for t in self.proto.graph.initializer}
        for node in self.nodes:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                found[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        return found

    def computed(self) -> list[str]:
        """The values that depend on the model's inputs, in topological order."""
        known, found = set(self.inputs), list[str]()
        for node in self.nodes:
            if known.intersection(_read_by(node)):
                names = [name for name in node.output if name]
                known.update(names)
                found += names
        return found

    def kinds(self, inputs: Tensors) -> dict[str, TensorType]:
        """Shape and dtype of every value of `computed`: by inference, else by computing it."""
        try:
            graph = graph_from_model(self.proto)
            infer_shapes(graph)
            known = graph.types
        except ConversionError:
            known = {}
        names = self.computed()
        open_ = [name for name in names if name not in known]
        for at in range(0, len(open_), BATCH):
            found = self.run(inputs, open_[at : at + BATCH])
            known |= {name: TensorType(one.shape, one.dtype) for name, one in found.items()}
        return {name: known[name] for name in names}

    def run(
        self, inputs: Tensors, wanted: Sequence[str], fed: Tensors | None = None
    ) -> dict[str, Array]:
        """Values by name; whoever reads a fed value reads what is given instead.

        Raises:
            CannotCompute: the runtime refuses to.
        """
        made = self.cut(wanted, fed or {})
        feeds = {FED + name: np.ascontiguousarray(array) for name, array in (fed or {}).items()}
        feeds |= dict(inputs)
        return execute(made, feeds, self.how)

    def cut(self, wanted: Sequence[str], fed: Tensors) -> onnx.ModelProto:
        """A model of what the wanted values need, with the fed ones as further inputs."""
        import onnx
        from onnx import helper

        needed, kept = set(wanted), list[onnx.NodeProto]()
        for node in reversed(self.nodes):
            if needed.isdisjoint(node.output):
                continue
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            del copy.input[:]
            copy.input.extend(FED + name if name in fed else name for name in node.input)
            needed.update(_read_by(copy))
            kept.append(copy)
        made = onnx.ModelProto()
        made.CopyFrom(self.proto)
        graph = made.graph
        del graph.node[:], graph.output[:], graph.value_info[:]  # a fault may change shapes
        graph.node.extend(reversed(kept))
        graph.output.extend(onnx.ValueInfoProto(name=name) for name in wanted)
        _keep(graph.initializer, needed)
        _keep(graph.input, needed)
        for name, array in fed.items():
            if FED + name in needed:
                kind = helper.np_dtype_to_tensor_dtype(array.dtype)
                graph.input.append(helper.make_tensor_value_info(FED + name, kind, array.shape))
        return made


def execute(made: onnx.ModelProto, feeds: Tensors, how: How) -> dict[str, Array]:
    """The outputs of a model by name; feeds that it does not take are left out.

    Raises:
        CannotCompute: the runtime refuses to.
    """
    names = [value.name for value in made.graph.output]
    taken = {value.name for value in made.graph.input}
    feeds = {name: array for name, array in feeds.items() if name in taken}
    try:
        run = _evaluated if how == "evaluator" else _ran
        found = run(made, names, feeds, how)
    except Exception as error:  # whatever the runtime raises
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CannotCompute(f"its values cannot be computed: {said}", "the ONNX model") from error
    return {name: np.asarray(array) for name, array in zip(names, found, strict=True)}


def execute_each(made: onnx.ModelProto, feeds: Iterable[Tensors]) -> Iterator[dict[str, Array]]:
    """The outputs of a model on one input after the other, in one session without optimisations.

    Raises:
        CannotCompute: the runtime refuses to.
    """
    names = [value.name for value in made.graph.output]
    taken = {value.name for value in made.graph.input}
    try:
        session = _session(made, "none")
        for one in feeds:
            found = session.run(names, {name: one[name] for name in one if name in taken})
            yield {name: np.asarray(array) for name, array in zip(names, found, strict=True)}
    except Exception as error:  # whatever the runtime raises
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CannotCompute(f"its values cannot be computed: {said}", "the ONNX model") from error


def _evaluated(made: onnx.ModelProto, names: list[str], feeds: Tensors, how: How) -> Sequence[Any]:
    from onnx.reference import ReferenceEvaluator

    found: Any = ReferenceEvaluator(made).run(names, dict(feeds))
    return list(found)


def _ran(made: onnx.ModelProto, names: list[str], feeds: Tensors, how: How) -> Sequence[Any]:
    found: Sequence[Any] = _session(made, how).run(names, dict(feeds))
    return found


def _session(made: onnx.ModelProto, how: How) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    levels = onnxruntime.GraphOptimizationLevel
    if how == "none":
        options.graph_optimization_level = levels.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        made.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _read_by(node: onnx.NodeProto) -> Iterator[str]:
    """What a node reads; what graphs inside it capture too."""
    yield from (name for name in node.input if name)
    for attribute in node.attribute:
        for graph in (attribute.g, *attribute.graphs):
            for inner in graph.node:
                yield from _read_by(inner)


def _keep(items: Any, needed: Collection[str]) -> None:
    kept = [item for item in items if item.name in needed]
    del items[:]
    items.extend(kept)


class OnnxReference:
    """The values of an ONNX model on one probe, by ONNX Runtime without optimisations."""

    def __init__(self, model: OnnxModel, inputs: Tensors) -> None:
        self.model, self._inputs = model, inputs

    def values(self, names: Collection[str]) -> dict[str, Array]:
        """These values by name; the model's inputs are among those that can be asked for."""
        own = {name: self._inputs[name] for name in names if name in self._inputs}
        asked = [name for name in dict.fromkeys(names) if name not in own]
        return {**own, **(self.model.run(self._inputs, asked) if asked else {})}


class OnnxSide:
    """An ONNX model under test; its points are its own values."""

    def __init__(self, model: OnnxModel, points: Sequence[Point]) -> None:
        self.model, self.points = model, tuple(points)
        self.reads = model.reads

    def run(self, inputs: Tensors, wanted: Sequence[Point], fed: Tensors) -> dict[str, Array]:
        """See `Side`."""
        refs = {point.value: point.ref for point in self.points}
        given = {refs[value]: array for value, array in fed.items()}
        found = self.model.run(inputs, [point.ref for point in wanted], given)
        return {point.value: found[point.ref] for point in wanted}


def points_of(
    model: OnnxModel, reference: OnnxModel, kinds: Mapping[str, TensorType]
) -> list[Point]:
    """The values that two ONNX models have under one name, in the tested one's order.

    Args:
        kinds: shape and dtype of the reference's values.
    """
    ours, theirs = model.producers(), reference.producers()
    found = []
    for value in model.computed():
        if value in theirs and value in kinds:
            kind = kinds[value]
            axes = tuple(range(len(kind.shape)))
            found.append(point_of(theirs[value], value, value, ours[value].op_type, kind, axes))
    return found


def point_of(
    maker: onnx.NodeProto,
    value: str,
    ref: str,
    tested: str,
    kind: TensorType,
    axes: tuple[int, ...],
) -> Point:
    """The point of a value that an ONNX node makes."""
    name = maker.name or value
    return Point(value, name, maker.op_type, ref, tested, kind.shape, kind.dtype.name, axes)
