"""Backward rules of operators that move elements, in float64."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812  # torch's own convention

from tests.xport.onnx_graph.gradient.agreement import Function, node
from tests.xport.onnx_graph.gradient.cases import (
    Case,
    check,
    i64,
    parametrized,
    randn,
)


def moved(
    name: str, function: Function, shape: Sequence[int], constants: Any = None, **attributes: Any
) -> Case:
    constants = {} if constants is None else constants
    inputs = " ".join(["x", *constants])
    label = f"{name} {list(constants.values())} {attributes}"
    nodes = [node(name, inputs, **attributes)]
    return Case(label, nodes, {"x": randn(*shape)}, lambda x: function(x), constants)


def padded(mode: str, begins_then_ends: list[int]) -> Case:
    left, right = begins_then_ends[3], begins_then_ends[7]
    top, bottom = begins_then_ends[2], begins_then_ends[6]
    torch_mode = {"edge": "replicate"}.get(mode, mode)
    return moved(
        "Pad",
        lambda x: F.pad(x, (left, right, top, bottom), mode=torch_mode),
        (1, 2, 5, 6),
        {"pads": np.array(begins_then_ends)},
        mode=mode,
    )


def resized(coordinates: str, rounding: str) -> Case:
    return Case(
        f"Resize {coordinates} {rounding}",
        [
            node(
                "Resize",
                "x - scales",
                coordinate_transformation_mode=coordinates,
                nearest_mode=rounding,
            )
        ],
        {"x": randn(1, 2, 3, 4)},
        lambda x: F.interpolate(x, scale_factor=(2, 3), mode="nearest"),
        {"scales": np.array([1, 1, 2, 3], dtype=np.float32)},
    )


MOVEMENT = [
    moved("Reshape", lambda x: x.reshape(2, 12), (2, 3, 4), {"shape": i64(2, -1)}),
    moved("Flatten", lambda x: x.flatten(1), (2, 3, 4), axis=1),
    moved("Squeeze", lambda x: x.squeeze(1), (2, 1, 4), {"axes": i64(1)}),
    moved("Unsqueeze", lambda x: x[:, None], (2, 4), {"axes": i64(1)}),
    moved("Transpose", lambda x: x.permute(2, 0, 1), (2, 3, 4), perm=[2, 0, 1]),
    moved("Transpose", lambda x: x.permute(2, 1, 0), (2, 3, 4)),
    moved(
        "Slice",
        lambda x: x[:, 1:-1, 2:],
        (2, 4, 5),
        {"starts": i64(1, 2), "ends": i64(-1, 2**40), "axes": i64(1, -1)},
    ),
    moved(
        "Slice",
        lambda x: x[1:8:3, ::2],
        (8, 5),
        {"starts": i64(1, 0), "ends": i64(8, 5), "axes": i64(0, 1), "steps": i64(3, 2)},
    ),
    moved("Gather", lambda x: x[:, -1], (2, 3, 4), {"index": np.array(-1)}, axis=1),
    padded("constant", [0, 0, 1, 0, 0, 0, 2, 3]),
    padded("constant", [0, 0, -1, 2, 0, 0, 1, -2]),
    padded("reflect", [0, 0, 1, 0, 0, 0, 3, 2]),
    padded("reflect", [0, 0, 4, 5, 0, 0, 4, 5]),
    padded("edge", [0, 0, 1, 3, 0, 0, 0, 2]),
    resized("asymmetric", "floor"),
    resized("half_pixel", "round_prefer_floor"),
    resized("pytorch_half_pixel", "round_prefer_ceil"),
    moved("DepthToSpace", lambda x: F.pixel_shuffle(x, 2), (2, 8, 3, 4), blocksize=2, mode="CRD"),
    moved(
        "DepthToSpace",
        lambda x: F.pixel_shuffle(x.reshape(2, 4, 2, 3, 4).transpose(1, 2).flatten(1, 2), 2),
        (2, 8, 3, 4),
        blocksize=2,
        mode="DCR",
    ),
    moved(
        "SpaceToDepth",
        lambda x: F.pixel_unshuffle(x, 2).reshape(2, 3, 4, 2, 3).transpose(1, 2).flatten(1, 2),
        (2, 3, 4, 6),
        blocksize=2,
    ),
    Case(
        "Concat of one value twice",
        [node("Concat", "a b a", axis=-1)],
        {"a": randn(2, 3), "b": randn(2, 2)},
        lambda a, b: torch.cat([a, b, a], dim=1),
    ),
    Case(
        "Split, one part of which is not used",
        [node("Split", "x sizes", "p q r", axis=1), node("Mul", "p r", "y")],
        {"x": randn(2, 6)},
        lambda x: x[:, :2] * x[:, 4:],
        {"sizes": i64(2, 2, 2)},
    ),
    Case(
        "Split, all parts used",
        [node("Split", "x", "p q", axis=0), node("Mul", "p q", "y")],
        {"x": randn(4, 3)},
        lambda x: x[:2] * x[2:],
    ),
]


@parametrized(MOVEMENT)
def test_movement(case: Case) -> None:
    check(case)
