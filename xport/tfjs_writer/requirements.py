"""What no handler has to check by itself."""

from __future__ import annotations

from collections.abc import Sequence

from xport.errors import ConversionError
from xport.onnx_graph.graph import Node, TensorType, refuse

UNASKED: dict[str, set[str]] = {
    "AveragePool": {"ceil_mode"}, "BatchNormalization": {"momentum"},
    "Cast": {"saturate", "round_mode"}, "CastLike": {"saturate", "round_mode"},
    "ConvTranspose": {"output_padding", "kernel_shape"}, "Dropout": {"seed", "ratio"},
    "Flatten": {"axis"}, "Gemm": {"beta"}, "MaxPool": {"ceil_mode"}, "Reshape": {"allowzero"},
    "Resize": {"nearest_mode", "cubic_coeff_a", "exclude_outside", "extrapolation_value"},
    "Split": {"num_outputs"},
}  # fmt: skip
"""Attributes that no handler need ask for: they decide shapes, which inference has worked out, or
only matter together with others."""
REDUCTION = {"keepdims", "noop_with_empty_axes"}


def require_all_asked_for(node: Node) -> None:
    """Refuse attributes that no handler has asked for, as newer versions of an operator have."""
    harmless = REDUCTION if node.op.startswith("Reduce") else UNASKED.get(node.op, set())
    unknown = node.attributes.keys() - node.asked - harmless
    if unknown:
        raise refuse(node, f"its {' and '.join(sorted(unknown))} is not known to the direct writer")


def require_tensor(what: str, shape: tuple[int, ...]) -> None:
    """Refuse what a signature cannot carry: no axes, or no elements."""
    if not shape or 0 in shape:
        kind = "has no elements" if shape else "is a single number"
        raise ConversionError(f"{what} {kind}", "", "give it a shape of at least one element")


def require_axis(node: Node, types: Sequence[TensorType | None]) -> None:
    """Refuse an `axis` that the first input does not have; Flatten may name the one behind."""
    axis = node.attributes.get("axis")
    if not isinstance(axis, int) or not types or types[0] is None or node.op == "OneHot":
        return
    rank = len(types[0].shape)
    if not -rank <= axis < rank + (node.op == "Flatten"):
        raise refuse(node, f"axis {axis} is not one of {rank}")
