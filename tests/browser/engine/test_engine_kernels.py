"""The engine's own kernels move and combine values exactly as TF.js's and numpy do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.browser.tiny_model import Weight, node, placeholder, spec, write_model
from xport.formats.artifact import Signature

Settings = Callable[..., BrowserSettings]
SHAPE = (2, 6, 10, 200)
"""Rows on both sides of the length from which copies are made by the browser."""

X = np.random.default_rng(5).normal(size=SHAPE).astype(np.float32)
FACTORS = np.random.default_rng(6).normal(size=SHAPE[3]).astype(np.float32)
SUMMANDS = np.random.default_rng(7).normal(size=SHAPE).astype(np.float32)
SPLITS = (4, 90, 106)


def depth_to_space(x: np.ndarray, block: int) -> np.ndarray:
    """NHWC, as TensorFlow defines it."""
    batch, height, width, depth = x.shape
    channels = depth // block**2
    blocks = x.reshape(batch, height, width, block, block, channels)
    return blocks.transpose(0, 1, 3, 2, 4, 5).reshape(
        batch, height * block, width * block, channels
    )


EXPECTED = {
    "channels": X[:, :, :, 3:40],
    "long_channels": X[:, :, :, 5:199],
    "box": X[1:2, 2:5, 1:9, :],
    "rows": X[:, 1:6],
    "joined": np.concatenate([X[..., 4:94], X[..., 94:], X[..., :4]], axis=3),
    "odd": np.concatenate([X[:, :, :, 3:40], X], axis=3),
    "stacked": np.concatenate([X[:, 1:6], X], axis=1),
    "spread": depth_to_space(X, 2),
    "scaled": X * FACTORS,
    "moved": X - SUMMANDS,
    "summed": X + FACTORS,
}
SLICES = {
    "channels": ((0, 0, 0, 3), (-1, -1, -1, 37)),
    "long_channels": ((0, 0, 0, 5), (-1, -1, -1, 194)),
    "box": ((1, 2, 1, 0), (1, 3, 8, -1)),
    "rows": ((0, 1, 0, 0), (-1, 5, -1, -1)),
}
INT = {"type": "DT_INT32"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ModelSource:
    """One graph with every operation that the engine has a kernel for."""
    weights = [
        Weight("factors", FACTORS),
        Weight("summands", SUMMANDS),
        Weight("last", np.array(3, np.int32)),
        Weight("second", np.array(1, np.int32)),
        Weight("sizes", np.array(SPLITS, np.int32)),
    ]
    nodes = [placeholder("x", SHAPE)]
    for name, (begin, size) in SLICES.items():
        for part, values in (("begin", begin), ("size", size)):
            weights.append(Weight(f"{name}_{part}", np.array(values, np.int32)))
        nodes.append(node(name, "Slice", "x", f"{name}_begin", f"{name}_size", Index=INT))
    nodes += [
        node("split", "SplitV", "x", "sizes", "last", num_split={"i": "3"}, Tlen=INT),
        _concat("joined", "split:1", "split:2", "split", axis="last"),
        _concat("odd", "channels", "x", axis="last"),
        _concat("stacked", "rows", "x", axis="second"),
        node("spread", "DepthToSpace", "x", block_size={"i": "2"}, data_format={"s": "TkhXQw=="}),
        node("scaled", "Mul", "x", "factors"),
        node("moved", "Sub", "x", "summands"),
        node("summed", "AddV2", "x", "factors"),
    ]
    signature = Signature(
        inputs=(spec("image", *SHAPE),),
        outputs=tuple(spec(name, *values.shape) for name, values in EXPECTED.items()),
    )
    folder: Path = tmp_path_factory.mktemp("kernels") / "model"
    tensors = {"image": "x", **{name: name for name in EXPECTED}}
    write_model(folder, signature, nodes, weights, tensors)
    return ModelSource("kernels", folder, signature)


def _concat(name: str, *inputs: str, axis: str) -> dict[str, object]:
    return node(name, "ConcatV2", *inputs, axis, N={"i": str(len(inputs))}, Tidx=INT)


@pytest.mark.parametrize("backend", ["wasm", "webgl"])
@pytest.mark.parametrize("stock", [False, True], ids=["engine", "stock"])
def test_values_are_numpys(
    source: ModelSource, settings: Settings, backend: str, stock: bool
) -> None:
    with BrowserSession([source], settings(backend, stock_kernels=stock)) as session:
        outputs = session.run("kernels", {"image": X}).outputs
    for name, values in EXPECTED.items():
        assert np.array_equal(outputs[name], values), name
