"""Weights in shards that TF.js reads back."""

from __future__ import annotations

import numpy as np
import pytest

from xport.tfjs_writer.tf_graph import CONST, TfNode, TfType
from xport.tfjs_writer.weights import KERNEL_ELEMENTS, Stored, grouped, stored


def weight(name: str, size: int) -> Stored:
    value = np.random.default_rng(size).normal(size=size).astype(np.float32)
    kind = TfType(value.shape, "float32")
    return stored(TfNode(name, CONST, [], {}, (kind,), value), "float32")


@pytest.mark.parametrize("smaller", [1, 5, 40])
@pytest.mark.parametrize("kernels", [0, 1, 9])
def test_no_last_shard_is_larger_than_the_shards_of_one_size_before_it(
    kernels: int, smaller: int
) -> None:
    """TF.js 4.22 (CompositeArrayBuffer) takes every shard for one of the first one's size then."""
    weights = [weight(f"kernel{n}", KERNEL_ELEMENTS + n) for n in range(kernels)]
    weights += [weight(f"small{n}", 500 + n) for n in range(smaller)]
    groups = grouped(weights, shard_bytes=3 * 4 * KERNEL_ELEMENTS)
    sizes = [len(data) for group in groups for data in group.shards.values()]
    assert sum(sizes) == sum(len(one.data) for one in weights)
    assert len({*sizes[:-1]}) > 1 or sizes[-1] <= sizes[0]
