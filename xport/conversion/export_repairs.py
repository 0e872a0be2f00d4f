"""Changes to what torch.onnx wrote, so that every runtime computes what PyTorch does.

- PyTorch leaves a pool's last window out if it would begin in the padding; ONNX has no such rule,
  and runtimes differ in `ceil_mode`. It is written out as padding.
- An input that the module does not use is left out by the exporter; it stays an input.
- `//` is exported as a division that truncates; PyTorch rounds down.
- ONNX Runtime refuses an `output_padding` as large as a stride; it is fewer `pads` at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xport.formats.artifact import Signature

POOLS = ("MaxPool", "AveragePool")


def repair(model: Any) -> None:
    """Apply every repair to an ONNX model in place; shapes that are no longer right are dropped."""
    changed = _write_output_padding_out(model)
    while _write_first_ceiling_out(model):
        changed = True
    if changed:
        del model.graph.value_info[:]


def add_unused_inputs(model: Any, signature: Signature) -> None:
    """Give the model the inputs that nothing reads, in the signature's order."""
    from onnx import TensorProto, helper

    known = {value.name: value for value in model.graph.input}
    ordered = []
    for spec in signature.inputs:
        kind = getattr(TensorProto, {"float32": "FLOAT", "float64": "DOUBLE"}.get(
            spec.dtype, spec.dtype.upper()
        ))  # fmt: skip
        made = helper.make_tensor_value_info(spec.name, kind, spec.shape)
        ordered.append(known.pop(spec.name, made))
    if len(ordered) > len(model.graph.input):
        others = list(known.values())
        del model.graph.input[:]
        model.graph.input.extend([*ordered, *others])


def known_rules() -> None:
    """Tell torch.onnx's older exporter what it has wrong, in this process."""
    import torch

    def floor_divide(g: Any, dividend: Any, divisor: Any) -> Any:
        real = {"Float", "Double", "Half", "BFloat16"}
        kinds = {value.type().scalarType() for value in (dividend, divisor)}
        if not kinds & real:
            return g.op("Div", dividend, divisor)  # refused later: integers are not divided
        return g.op("Floor", g.op("Div", dividend, divisor))

    register: Any = torch.onnx.register_custom_op_symbolic  # type: ignore[attr-defined]
    register("aten::floor_divide", floor_divide, 9)


def _write_output_padding_out(model: Any) -> bool:
    changed = False
    for node in model.graph.node:
        if node.op_type != "ConvTranspose":
            continue
        added = _ints(node, "output_padding")
        if not any(added):
            continue
        strides = _ints(node, "strides") or [1] * len(added)
        pads = _ints(node, "pads") or [0] * (2 * len(added))
        ends = [end - more for end, more in zip(pads[len(added) :], added, strict=True)]
        large = any(more >= step for more, step in zip(added, strides, strict=True))
        if large and min(ends) >= 0:
            _set(node, "pads", [*pads[: len(added)], *ends])
            _set(node, "output_padding", [0] * len(added))
            changed = True
    return changed


@dataclass(frozen=True)
class _Axis:
    """One spatial axis of a pool: sizes as ONNX has them, and the length that PyTorch gives."""

    size: int
    kernel: int
    stride: int
    begin: int
    end: int

    @property
    def length(self) -> int:
        room = self.size + self.begin + self.end - self.kernel
        windows = -(-room // self.stride) + 1
        return windows - ((windows - 1) * self.stride >= self.size + self.begin)

    @property
    def padding(self) -> int:
        """What has to be padded at the end for as many windows without a ceiling."""
        reach = (self.length - 1) * self.stride + self.kernel
        return max(self.end, reach - self.size - self.begin)


def _write_first_ceiling_out(model: Any) -> bool:
    """Take `ceil_mode` from the first pool that has it; whether there was one."""
    nodes = list(model.graph.node)
    ceiled = [n for n in nodes if n.op_type in POOLS and _int(n, "ceil_mode")]
    if not ceiled:
        return False
    node, shapes = ceiled[0], _shapes(model)
    shape = shapes.get(node.input[0])
    _set(node, "ceil_mode", 0)
    if shape is None or _text(node, "auto_pad") not in ("", "NOTSET"):
        _set(node, "ceil_mode", 1)
        return False
    axes = list(_axes(node, shape))
    begins, declared = [a.begin for a in axes], [a.end for a in axes]
    ends = [a.padding for a in axes]
    counted = node.op_type == "AveragePool" and _int(node, "count_include_pad")
    if counted and ends != declared:
        _pad_before(model, node, nodes.index(node), [*begins, *declared])
        begins = [0] * len(axes)
        ends = [end - known for end, known in zip(ends, declared, strict=True)]
        _set(node, "count_include_pad", 0)
    _set(node, "pads", [*begins, *ends])
    return True


def _axes(node: Any, shape: Sequence[int]) -> Iterator[_Axis]:
    spatial = shape[2:]
    count = len(spatial)
    kernel = _ints(node, "kernel_shape")
    strides = _ints(node, "strides") or [1] * count
    dilations = _ints(node, "dilations") or [1] * count
    pads = _ints(node, "pads") or [0] * (2 * count)
    for i in range(count):
        window = (kernel[i] - 1) * dilations[i] + 1
        yield _Axis(spatial[i], window, strides[i], pads[i], pads[count + i])


def _pad_before(model: Any, node: Any, place: int, pads: Sequence[int]) -> None:
    """Put zeros around a pool's input, which count as elements of its windows."""
    import numpy as np
    from onnx import helper, numpy_helper

    half = len(pads) // 2
    whole = [0, 0, *pads[:half], 0, 0, *pads[half:]]
    name = f"{node.output[0]}_zeros"
    amounts = numpy_helper.from_array(np.array(whole, np.int64), f"{name}_pads")
    model.graph.initializer.append(amounts)
    padded = helper.make_node("Pad", [node.input[0], amounts.name], [name], name=name)
    model.graph.node.insert(place, padded)
    node.input[0] = name


def _shapes(model: Any) -> dict[str, list[int]]:
    """The shapes of the values that onnx's inference follows, outputs declared or not."""
    import onnx

    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    del bare.graph.value_info[:]
    for output in bare.graph.output:
        output.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(bare, data_prop=True).graph
    found = {}
    for value in (*inferred.input, *inferred.value_info, *inferred.output):
        dims = value.type.tensor_type.shape.dim
        if all(dim.HasField("dim_value") for dim in dims):
            found[value.name] = [int(dim.dim_value) for dim in dims]
    return found


def _attribute(node: Any, name: str) -> Any:
    return next((a for a in node.attribute if a.name == name), None)


def _ints(node: Any, name: str) -> list[int]:
    found = _attribute(node, name)
    return list(found.ints) if found is not None else []


def _int(node: Any, name: str) -> int:
    found = _attribute(node, name)
    return int(found.i) if found is not None else 0


def _text(node: Any, name: str) -> str:
    found = _attribute(node, name)
    return found.s.decode() if found is not None else ""


def _set(node: Any, name: str, value: int | list[int]) -> None:
    from onnx import helper

    found = _attribute(node, name)
    if found is not None:
        node.attribute.remove(found)
    node.attribute.append(helper.make_attribute(name, value))
