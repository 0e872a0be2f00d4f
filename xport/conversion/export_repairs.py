"""Changes to what torch.onnx wrote, so that every runtime computes what PyTorch does.

- PyTorch leaves a pool's last window out if it would begin in the padding; ONNX has no such rule,
  and runtimes differ in `ceil_mode`. It is written out as padding.
- An input that the module does not use is left out by the exporter; it stays an input.
- A dropout in training mode that drops nothing is no dropout.
- A window that is dilated may reach further into the padding than runtimes allow; it is padded
  before.
- The scales of a Resize are rounded to float32, and PyTorch goes by the sizes of some axes:
  30 times 7 / 3 is then less than 70. Such axes are resized by sizes, alone or before the others.
- ONNX Runtime refuses an `output_padding` as large as a stride; it is fewer `pads` at the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xport.formats.artifact import Signature

POOLS = ("MaxPool", "AveragePool")


def repair(model: Any) -> None:
    """Apply every repair to an ONNX model in place; shapes that are no longer right are dropped."""
    changed = _write_output_padding_out(model)
    changed |= _write_scales_as_meant(model)
    _remove_idle_dropouts(model)
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


def _remove_idle_dropouts(model: Any) -> None:
    """Write Identity for every Dropout whose ratio is 0, whatever its mode."""
    known = _constants(model)
    read = {name for node in model.graph.node for name in node.input}
    read |= {output.name for output in model.graph.output}
    for node in model.graph.node:
        ratio = known.get(node.input[1]) if len(node.input) > 1 else None
        if node.op_type != "Dropout" or ratio is None or read & {*node.output[1:]}:
            continue
        if not ratio.any():
            node.op_type = "Identity"
            del node.input[1:], node.output[1:], node.attribute[:]


def _write_scales_as_meant(model: Any) -> bool:
    """Give every Resize the scales that PyTorch computes with, or sizes.

    PyTorch has them in double precision: 64 / 26 takes other elements than the float32 beside it,
    and 30 times the float32 beside 7 / 3 is less than 70. Of nearest, an axis that keeps its
    length, or gets twice as many elements, has the scale 1 or 2 there.
    """
    import numpy as np
    from onnx import numpy_helper

    known, shapes, changed = _constants(model), _shapes(model), False
    for place, node in reversed([*enumerate(model.graph.node)]):
        if node.op_type != "Resize" or len(node.input) != 3:
            continue
        given, before = known.get(node.input[2]), np.array(shapes.get(node.input[0], []))
        if given is None or given.shape != before.shape:
            continue
        nearest = _text(node, "mode") == "nearest"
        if nearest and _text(node, "coordinate_transformation_mode") != "asymmetric":
            continue
        after = np.floor(before * given.astype(np.float64)).astype(np.int64)
        meant = given
        if nearest:
            meant = np.where(after == before, 1, np.where(after == 2 * before, 2, given))
            meant = meant.astype(np.float32)
        sizes = np.rint(before * meant.astype(np.float64)).astype(np.int64)
        ratios, name = sizes / before, f"{node.output[0]}_scales"
        of_sizes = ratios.astype(np.float32) == meant
        rounded = of_sizes & ((ratios != meant) if nearest else (after != sizes))
        if rounded.any() and not of_sizes.all():
            node.input[0] = _by_sizes(model, node, place, np.where(rounded, sizes, before))
            meant, rounded = np.where(rounded, np.float32(1), meant), np.zeros_like(rounded)
        if rounded.any():
            node.input[2] = ""
            node.input.append(name)
            model.graph.initializer.append(numpy_helper.from_array(sizes, name))
            changed = True
        elif (meant != given).any():
            node.input[2] = name
            model.graph.initializer.append(numpy_helper.from_array(meant, name))
            changed = True
    return changed


def _by_sizes(model: Any, node: Any, place: int, sizes: Any) -> str:
    """Resize to these sizes before a Resize that has scales; what comes out is called so.

    One node has scales or sizes, for all axes, which are resized one after the other anyway.
    """
    from onnx import numpy_helper

    first = type(node)()
    first.CopyFrom(node)
    made, name = f"{node.output[0]}_resized", f"{node.output[0]}_sizes"
    first.name = f"{node.name}_sizes" if node.name else ""
    del first.input[1:], first.output[:]
    first.input.extend(["", "", name])
    first.output.append(made)
    model.graph.initializer.append(numpy_helper.from_array(sizes, name))
    model.graph.node.insert(place, first)
    return made


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
    """Take `ceil_mode` from the first pool that has it and a known shape; whether there was one."""
    nodes, shapes = list(model.graph.node), _shapes(model)
    for place, node in enumerate(nodes):
        shape = shapes.get(node.input[0]) if node.op_type in POOLS else None
        known = shape is not None and len(shape) == len(_ints(node, "kernel_shape")) + 2
        if known and _int(node, "ceil_mode") and _text(node, "auto_pad") in ("", "NOTSET"):
            _write_ceiling_out(model, node, place, list(_axes(node, shape or [])))
            return True
    return False


def _write_ceiling_out(model: Any, node: Any, place: int, axes: Sequence[_Axis]) -> None:
    begins, declared = [a.begin for a in axes], [a.end for a in axes]
    ends = [a.padding for a in axes]
    counted = node.op_type == "AveragePool" and _int(node, "count_include_pad")
    kernel = _ints(node, "kernel_shape")
    if any(end >= size for end, size in zip(ends, kernel, strict=True)):
        _pad_before(model, node, place, [*begins, *ends], -math.inf)
        begins, ends = [0] * len(axes), [0] * len(axes)
    elif counted and ends != declared:
        _pad_before(model, node, place, [*begins, *declared], 0.0)
        begins = [0] * len(axes)
        ends = [end - known for end, known in zip(ends, declared, strict=True)]
        _set(node, "count_include_pad", 0)
    _set(node, "ceil_mode", 0)
    _set(node, "pads", [*begins, *ends])


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


def _pad_before(model: Any, node: Any, place: int, pads: Sequence[int], value: float) -> None:
    """Put a number around a pool's input, which counts as an element of its windows."""
    import numpy as np
    from onnx import helper, numpy_helper

    half = len(pads) // 2
    whole = [0, 0, *pads[:half], 0, 0, *pads[half:]]
    name = f"{node.output[0]}_padded"
    amounts = numpy_helper.from_array(np.array(whole, np.int64), f"{name}_pads")
    number = numpy_helper.from_array(np.array(value, np.float32), f"{name}_value")
    model.graph.initializer.extend([amounts, number])
    inputs = [node.input[0], amounts.name, number.name]
    padded = helper.make_node("Pad", inputs, [name], name=name)
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


def _constants(model: Any) -> dict[str, Any]:
    """The arrays that a graph holds, by name."""
    from onnx import numpy_helper

    tensors = {value.name: value for value in model.graph.initializer}
    for node in model.graph.node:
        value = _attribute(node, "value") if node.op_type == "Constant" else None
        if value is not None:
            tensors[node.output[0]] = value.t
    return {name: numpy_helper.to_array(tensor) for name, tensor in tensors.items()}


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
