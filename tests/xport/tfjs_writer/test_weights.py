"""Weights: dtypes, quantisation, and files named by their content."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xport.common.arrays import Array
from xport.errors import ConversionError
from xport.tfjs_writer.tf_graph import CONST, TfNode, TfType
from xport.tfjs_writer.weights import KERNEL_ELEMENTS, SHARD_BYTES, Stored, grouped, stored


def node(value: Any, name: str = "w") -> TfNode:
    """A constant's node."""
    array = np.asarray(value)
    return TfNode(name, CONST, [], {}, (TfType(array.shape, array.dtype.name),), array)


def read(weight: Stored) -> Array:
    """The values as TF.js restores them."""
    entry = weight.entry
    how = entry.get("quantization")
    kind = np.dtype(how["dtype"] if how else entry["dtype"])
    values = np.frombuffer(weight.data, kind).reshape(entry["shape"])
    if how and "scale" in how:  # in float64, as JavaScript has it
        return np.asarray(values * how["scale"] + how["min"], np.float32)
    return values.astype(entry["dtype"])


def kernel(seed: int = 0, size: int = KERNEL_ELEMENTS) -> Array:
    """Values that float16 does not hold."""
    return np.random.default_rng(seed).normal(size=(size // 2, 2)).astype(np.float32)


@pytest.mark.parametrize(
    ("dtype", "share"),
    [("float32", 0.0), ("float16", 2**-11), ("uint16", 2**-17), ("uint8", 2**-9)],
)
def test_kernels_come_back_within_half_a_step(dtype: Any, share: float) -> None:
    value = kernel()
    weight = stored(node(value), dtype)
    span = float(np.abs(value).max()) if dtype == "float16" else float(np.ptp(value))
    assert np.abs(read(weight) - value).max() <= share * span * 1.01
    assert weight.lossless is (dtype == "float32")


@pytest.mark.parametrize(
    ("dtype", "number"),
    [("float16", 7e4), ("float16", np.nan), ("uint8", np.nan), ("uint16", np.inf)],
)
def test_numbers_that_a_dtype_cannot_hold_are_refused(dtype: Any, number: float) -> None:
    value = kernel()
    value.flat[3] = number
    with pytest.raises(ConversionError, match=f"which {dtype} cannot"):
        stored(node(value), dtype)


@given(
    st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=9),
    st.sampled_from(["uint16", "uint8"]),
)
@settings(max_examples=60, deadline=None)
def test_any_values_survive_quantisation(values: list[float], dtype: Any) -> None:
    value = np.resize(np.asarray(values, np.float32), (KERNEL_ELEMENTS, 1))
    value[0] += np.float32(0.1)  # or float16 might hold all of them
    step = float(np.ptp(value.astype(np.float64))) / np.iinfo(dtype).max
    assert np.abs(read(stored(node(value), dtype)) - value).max() <= 0.51 * step + 1e-3


@pytest.mark.parametrize("dtype", ["float32", "float16", "uint16", "uint8"])
def test_what_float16_holds_exactly_is_stored_so_without_loss(dtype: Any) -> None:
    value = kernel().astype(np.float16).astype(np.float32)
    weight = stored(node(value), dtype)
    assert weight.entry["quantization"] == {"dtype": "float16", "original_dtype": "float32"}
    assert weight.lossless
    assert np.array_equal(read(weight), value)


@pytest.mark.parametrize("value", [1e-9, 70000.0, 0.1, 65519.0])
def test_one_value_that_float16_lacks_keeps_float32(value: float) -> None:
    array = np.full(8, 0.5, np.float32)
    array[3] = value
    weight = stored(node(array), "float16")
    assert "quantization" not in weight.entry
    assert np.array_equal(read(weight), array)


def test_the_sign_of_zero_and_infinities_are_kept() -> None:
    array = np.array([0.0, -0.0, np.inf, -np.inf], np.float32)
    assert np.array_equal(read(stored(node(array), "uint8")).view(np.int32), array.view(np.int32))


@pytest.mark.parametrize("dtype", ["float16", "uint16", "uint8"])
@pytest.mark.parametrize(
    "value",
    [
        kernel(size=KERNEL_ELEMENTS - 2),
        kernel(size=5000).ravel(),
        np.arange(5000, dtype=np.int32),
        np.ones(2000, dtype=bool),
    ],
    ids=["small", "bias", "integers", "flags"],
)
def test_biases_and_integers_are_never_rounded(dtype: Any, value: Array) -> None:
    weight = stored(node(value), dtype)
    assert weight.lossless
    assert np.array_equal(read(weight), value)


def weights(*seeds: int) -> list[Stored]:
    """Kernels of 64 KiB."""
    return [stored(node(kernel(seed, 16384), f"w{seed}"), "float32") for seed in seeds]


def test_shards_are_cut_to_size_and_named_by_content() -> None:
    (group,) = grouped(weights(1, 2, 3), shard_bytes=50000)
    sizes = [len(data) for data in group.shards.values()]
    assert sizes == [50000, 50000, 50000, 3 * 65536 - 150000]
    assert b"".join(group.shards.values()) == b"".join(one.data for one in weights(1, 2, 3))
    assert list(group.shards) == list(grouped(weights(1, 2, 3), 50000)[0].shards)
    (other,) = grouped(weights(4, 2, 3), shard_bytes=50000)
    assert [a == b for a, b in zip(group.shards, other.shards, strict=True)] == [
        False, False, True, True,
    ]  # fmt: skip
    assert SHARD_BYTES == 4 * 1024 * 1024


def test_graphs_that_share_kernels_share_files() -> None:
    small = [stored(node(kernel(9, 8), "bias"), "float32")]
    one = {name for group in grouped(weights(1, 2)) for name in group.shards}
    other = {name for group in grouped([*small, *weights(1, 2)]) for name in group.shards}
    assert len(one) == 1
    assert one < other


def test_equal_shards_have_names_of_their_own() -> None:
    twice = [stored(node(np.full((32, 32), 0.1, np.float32), f"w{i}"), "float32") for i in range(2)]
    (group,) = grouped(twice, shard_bytes=4096)
    assert len(group.shards) == 2
    assert len(group.manifest()["paths"]) == len(set(group.manifest()["paths"]))
