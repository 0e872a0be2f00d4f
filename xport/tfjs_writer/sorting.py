"""Operators that order the elements of an axis, and one place in each of them."""

from __future__ import annotations

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.computed import from_the_end
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.operands import Operands, select
from xport.tfjs_writer.tensor import Stored, Tensor
from xport.tfjs_writer.tf_graph import TfType


@lowers("TopK")
def top_k(low: Lowering, node: Node) -> None:
    """The k largest or smallest of an axis with their places; of equal ones, the first is first.

    A sort is one with all of them.
    """
    given = low.fixed(node, 1, "k")
    if given is None:
        raise refuse(node, "has no k")
    k, rank = int(given.reshape(-1)[0]), len(low.shape(node.inputs[0]))
    axis = node.get("axis", -1) % rank
    node.get("sorted", 1)  # sorted is one of the orders that are allowed when it is 0
    order = (*(i for i in range(rank) if i != axis), axis)
    x = low.as_axes(node.inputs[0], order)
    if x.dtype not in ("float32", "int32") or not 0 < k <= x.shape[-1]:
        raise refuse(node, f"has {k} of {x.shape[-1]} {x.dtype}", "ask for at least one")
    largest = bool(node.get("largest", 1))
    source = x if largest else low.emit("Neg", [x], x.shape, axes=x.axes)
    shape = (*x.shape[:-1], k)
    made = low.target.add(
        "TopKV2", [source.ref, low.ints_scalar(k).ref],
        [TfType(shape, x.dtype), TfType(shape, "int32")], f"{node.outputs[0]}/TopKV2",
        {"sorted": True},
    )  # fmt: skip
    values = Tensor(made.name, shape, x.dtype, order)
    if not largest:
        values = low.emit("Neg", [values], shape, axes=order)
    places = Tensor(f"{made.name}:1", shape, "int32", order)
    for name, tensor in zip(node.outputs, (values, places), strict=False):
        if name:
            low.write(name, tensor)


@lowers("OneHot")
def one_hot(low: Lowering, node: Node) -> None:
    """One value at a place of a new axis, another elsewhere; negative places are from the end."""
    depth = low.fixed(node, 1, "depth")
    if depth is None:
        raise refuse(node, "has no depth")
    places: Stored = low.plain(node.inputs[0])
    if places.dtype == "float32":
        codes = {"SrcT": "DT_FLOAT", "DstT": "DT_INT32"}
        places = low.compute("Cast", [places], places.shape, "int32", **codes)
    shape = low.shape(node.outputs[0])
    axis, length = node.get("axis", -1) % len(shape), int(depth.reshape(-1)[0])
    places = from_the_end(low, places, np.asarray(length))
    alone = low.reshape(places, (*places.shape[:axis], 1, *places.shape[axis:]))
    steps = np.arange(length, dtype=np.int32).reshape(
        [-1 if i == axis else 1 for i in range(len(shape))]
    )
    hit = low.compute("Equal", [alone, low.const(steps)], shape, "bool")
    pair = low.plain(node.inputs[2])
    off, on = (low.reshape(part, ()) for part in low.split(pair, 0, [1, 1]))
    low.write(node.outputs[0], select(low, Operands((hit, on, off), tuple(range(len(shape))))))
