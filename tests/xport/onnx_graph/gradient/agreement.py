"""Gradient graphs executed in float64 by onnx's reference implementation, beside torch.autograd."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from torch.nn import functional

from xport.common.arrays import Array
from xport.onnx_graph.files import model_from_graph
from xport.onnx_graph.gradient import gradient_graph
from xport.onnx_graph.graph import Graph, Node, TensorType

TOLERANCE = 1e-12
"""Of the largest gradient, in float64."""
Function = Callable[..., torch.Tensor]
Run = Callable[[onnx.ModelProto, Mapping[str, Array]], list[Array]]


def node(op: str, inputs: str, outputs: str = "y", **attributes: Any) -> Node:
    """A node whose inputs and outputs are listed with spaces, "-" for an absent one."""
    names = ["" if name == "-" else name for name in inputs.split()]
    return Node(op, names, outputs.split(), attributes, name=f"{op}_to_{outputs.split()[0]}")


def graph_of(
    nodes: Sequence[Node], inputs: Mapping[str, Array], constants: Mapping[str, Any], opset: int
) -> Graph:
    """A graph with output `y`; float64 constants get the inputs' dtype."""
    dtype = next(iter(inputs.values())).dtype
    arrays = {name: np.asarray(value) for name, value in constants.items()}
    return Graph(
        inputs=list(inputs),
        outputs=["y"],
        nodes=list(nodes),
        constants={n: a.astype(dtype) if a.dtype == np.float64 else a for n, a in arrays.items()},
        types={name: TensorType(value.shape, value.dtype) for name, value in inputs.items()},
        opset=opset,
    )


def assert_agrees(
    build: Callable[[Mapping[str, Array]], Graph],
    inputs: Mapping[str, Array],
    function: Function,
    y_tolerance: float = TOLERANCE,
) -> None:
    """Check y and its gradients with a random cotangent against torch.

    In float64 by onnx's reference implementation, and in float32 by ONNX Runtime.

    Args:
        build: makes the graph for inputs of either dtype.
        inputs: float64, by name.
        function: takes the inputs by name and computes y with torch.
        y_tolerance: looser where onnx's reference implementation has float32 constants.
    """
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in inputs.items()}
    y = function(**tensors)
    cotangent = torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator().manual_seed(5))
    expected = torch.autograd.grad(y, list(tensors.values()), cotangent)
    assert all(one.abs().max() > 0 for one in expected), "a gradient of zeros shows nothing"
    feed = {**inputs, "cotangent": cotangent.numpy()}

    def assert_run(run: Run, dtype: type[np.floating[Any]], tolerance: float) -> None:
        graph = build({name: value.astype(dtype) for name, value in inputs.items()})
        wrt = {name: f"gradient_of_{name}" for name in graph.inputs}
        gradients = gradient_graph(graph, of="y", wrt=wrt)
        model = model_from_graph(gradients)
        assert_types_hold(gradients, model)
        typed = {name: feed[name].astype(gradients.type_of(name).dtype) for name in feed}
        found_y, *found = run(model, typed)
        assert_close(found_y, y.detach().numpy(), max(tolerance, y_tolerance))
        for one, other in zip(found, expected, strict=True):
            assert_close(one, other.numpy(), tolerance)

    assert_run(execute, np.float64, TOLERANCE)
    assert_run(execute_float32, np.float32, 1e-4)


def assert_close(found: Array, expected: Array, tolerance: float) -> None:
    """Check shape and values; the tolerance is relative to the largest expected magnitude."""
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max()


def assert_types_hold(graph: Graph, model: onnx.ModelProto) -> None:
    """Check that the types the graph declares are the ones that onnx infers."""
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    for value in inferred.graph.value_info:
        tensor = value.type.tensor_type
        shape = tuple(dim.dim_value for dim in tensor.shape.dim)
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        if value.name in graph.types:  # not an unused output's
            assert graph.types[value.name] == TensorType(shape, dtype), value.name


def execute(model: onnx.ModelProto, feed: Mapping[str, Array]) -> list[Array]:
    """The outputs, by onnx's reference implementation in the inputs' dtype."""
    evaluator = ReferenceEvaluator(model, new_ops=NEW_OPS)
    with np.errstate(all="ignore"):  # Elu takes exp on the side that it does not use
        return [np.asarray(one) for one in evaluator.run(None, dict(feed))]


def execute_float32(model: onnx.ModelProto, feed: Mapping[str, Array]) -> list[Array]:
    """The outputs, by ONNX Runtime."""
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return [np.asarray(one) for one in session.run(None, dict(feed))]


# onnx's own versions of these are loops, do not know groups, ceil_mode or negative pads, or round
# to float32.


class Conv(OpRun):
    """A convolution by torch, any rank, pads on each side."""

    def _run(self, x: Array, w: Array, b: Array | None = None, **attributes: Any) -> tuple[Array]:
        rank = w.ndim - 2
        convolve = (functional.conv1d, functional.conv2d, functional.conv3d)[rank - 1]
        strides = attributes["strides"] or [1] * rank
        pads = attributes["pads"] or [0] * 2 * rank
        if attributes["auto_pad"] in ("SAME_UPPER", "SAME_LOWER"):
            pads = _same(x.shape[2:], w.shape[2:], strides, attributes["auto_pad"])
        padded = functional.pad(torch.tensor(x), _for_torch(pads))
        bias = None if b is None else torch.tensor(b)
        y = convolve(
            padded,
            torch.tensor(w),
            bias,
            stride=list(strides),
            dilation=list(attributes["dilations"] or [1] * rank),
            groups=attributes["group"],
        )
        return (y.numpy(),)


class ConvTranspose(OpRun):
    """A transposed convolution by torch, any rank, pads on each side."""

    def _run(self, x: Array, w: Array, b: Array | None = None, **attributes: Any) -> tuple[Array]:
        rank = w.ndim - 2
        convolve = (
            functional.conv_transpose1d,
            functional.conv_transpose2d,
            functional.conv_transpose3d,
        )[rank - 1]
        whole = convolve(
            torch.tensor(x),
            torch.tensor(w),
            None if b is None else torch.tensor(b),
            stride=list(attributes["strides"] or [1] * rank),
            output_padding=list(attributes["output_padding"] or [0] * rank),
            groups=attributes["group"],
            dilation=list(attributes["dilations"] or [1] * rank),
        )
        pads = attributes["pads"] or [0] * 2 * rank
        return (functional.pad(whole, _for_torch([-p for p in pads])).numpy(),)


class MaxPool(OpRun):
    """Max pooling by torch, 2-D, the same pads on both sides."""

    def _run(self, x: Array, **attributes: Any) -> tuple[Array]:
        rank = x.ndim - 2
        pool = (functional.max_pool1d, functional.max_pool2d, functional.max_pool3d)[rank - 1]
        pads = attributes["pads"] or [0] * 2 * rank
        y = pool(
            functional.pad(torch.tensor(x), _for_torch(pads), value=-np.inf),
            list(attributes["kernel_shape"]),
            list(attributes["strides"] or [1] * rank),
            0,
            list(attributes["dilations"] or [1] * rank),
            bool(attributes["ceil_mode"]),
        )
        return (y.numpy(),)


class AveragePool(OpRun):
    """Average pooling by torch, the same pads on both sides."""

    def _run(self, x: Array, **attributes: Any) -> tuple[Array]:
        rank = x.ndim - 2
        pads = list(attributes["pads"] or [0] * 2 * rank)
        assert pads[:rank] == pads[rank:], "torch pads both sides alike"
        pool = (functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d)[rank - 1]
        y = pool(
            torch.tensor(x),
            list(attributes["kernel_shape"]),
            list(attributes["strides"] or [1] * rank),
            pads[:rank],
            bool(attributes["ceil_mode"]),
            bool(attributes["count_include_pad"]),
        )
        return (y.numpy(),)


class Pad(OpRun):
    """Padding by torch, which crops where a pad is negative."""

    def _run(
        self, x: Array, pads: Array, value: Any = 0, axes: Any = None, mode: str = "constant"
    ) -> tuple[Array]:
        if mode == "constant":
            sides = [int(pad) for pad in pads]
            y = functional.pad(torch.tensor(x.copy()), _for_torch(sides), value=float(value or 0))
            return (y.numpy(),)
        return (np.pad(x, pads.reshape(2, -1).T, mode=mode),)  # type: ignore[call-overload]


class Erf(OpRun):
    """The error function by torch, in the input's dtype."""

    def _run(self, x: Array) -> tuple[Array]:
        return (torch.special.erf(torch.tensor(x)).numpy(),)


NEW_OPS = [Conv, ConvTranspose, MaxPool, AveragePool, Pad, Erf]


def _for_torch(pads: Sequence[int]) -> list[int]:
    """ONNX's begins, then ends, as torch's pairs from the last axis on."""
    rank = len(pads) // 2
    return [pads[side * rank + axis] for axis in reversed(range(rank)) for side in (0, 1)]


def _same(
    sizes: Sequence[int], kernel: Sequence[int], strides: Sequence[int], mode: str
) -> list[int]:
    begins, ends = [], []
    for n, k, s in zip(sizes, kernel, strides, strict=True):
        total = max((-(-n // s) - 1) * s + k - n, 0)
        less, more = total // 2, total - total // 2
        begins.append(less if mode == "SAME_UPPER" else more)
        ends.append(more if mode == "SAME_UPPER" else less)
    return [*begins, *ends]
