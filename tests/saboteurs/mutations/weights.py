"""Weights that are not the checkpoint's: ONNX Runtime runs the spoilt file, all else stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from tests.saboteurs.table import Mutation
from xport.common.arrays import Array

Change = Callable[[Array], Array]
TENTHS = 10
OPERATORS = ("Conv", "ConvTranspose", "Gemm")


def kernels(model: onnx.ModelProto) -> list[TensorProto]:
    """The kernels and matrices of a network, in the order in which they compute."""
    named = {tensor.name: tensor for tensor in model.graph.initializer}
    used = [node.input[1] for node in model.graph.node if node.op_type in OPERATORS]
    return [named[name] for name in used]


def put(tensor: TensorProto, change: Change) -> None:
    """Change a tensor of a model."""
    before = numpy_helper.to_array(tensor)
    after = np.ascontiguousarray(change(before), dtype=before.dtype)
    assert not np.array_equal(before, after)
    tensor.CopyFrom(numpy_helper.from_array(after, tensor.name))


def scaled(place: float, factor: float) -> Callable[[onnx.ModelProto], None]:
    """Scale the kernel at a place of the network, 0 to 1."""

    def spoil(model: onnx.ModelProto) -> None:
        found = kernels(model)
        put(found[min(int(place * len(found)), len(found) - 1)], lambda w: w * np.float32(factor))

    return spoil


def _tenths(percent: float, model: str = "classifier") -> Iterator[Mutation]:
    whose = "" if model == "classifier" else f"{model}'s "
    for tenth in range(TENTHS):
        yield mutation(
            f"{percent:g} % in {whose}tenth {tenth + 1}",
            f"The kernel that lies in tenth {tenth + 1} of the {model}'s depth is {percent:g} % "
            "too large, as after a wrong fold of a normalisation.",
            scaled((tenth + 0.5) / TENTHS, 1 + percent / 100),
            model,
        )


def mutation(
    name: str, what: str, spoil: Callable[[onnx.ModelProto], None], model: str = "classifier"
) -> Mutation:
    """A mutation of a model's ONNX file, which the ONNX leg must be blamed for."""
    return Mutation(
        name,
        what,
        "judge",
        "FAILED",
        f"FAILED: {model}/onnx",
        lambda bench: bench.exported(model, spoil),
    )


def bias(model: onnx.ModelProto) -> TensorProto:
    """The bias of the last layer."""
    named = {tensor.name: tensor for tensor in model.graph.initializer}
    return named[[node for node in model.graph.node if node.op_type == "Gemm"][-1].input[2]]


def first(change: Change) -> Callable[[onnx.ModelProto], None]:
    """Change the first kernel."""
    return lambda model: put(kernels(model)[0], change)


def last(change: Change) -> Callable[[onnx.ModelProto], None]:
    """Change the matrix of the last layer."""
    return lambda model: put(kernels(model)[-1], change)


def every(change: Change) -> Callable[[onnx.ModelProto], None]:
    """Change all kernels."""

    def spoil(model: onnx.ModelProto) -> None:
        for tensor in kernels(model):
            put(tensor, change)

    return spoil


def one_channel(weights: Array) -> Array:
    """The first channel's kernels, 1 % larger."""
    changed = weights.copy()
    changed[0] *= np.float32(1.01)
    return changed


def one_number(weights: Array) -> Array:
    """The largest number, 1 % larger."""
    changed = weights.copy()
    changed.flat[np.abs(weights).argmax()] *= np.float32(1.01)
    return changed


def quantised(weights: Array, *, permuted: bool) -> Array:
    """Weights through 8 bits a channel; with the scales in another order if asked."""
    flat = weights.reshape(len(weights), -1)
    scales = np.abs(flat).max(axis=1, keepdims=True) / 127
    scales[scales == 0] = 1
    levels = np.round(flat / scales)
    back: Array = (levels * (scales[::-1] if permuted else scales)).reshape(weights.shape)
    return back


MUTATIONS = [
    *_tenths(1),
    *_tenths(0.1),
    *_tenths(0.1, "autoencoder"),
    mutation(
        "one tensor",
        "The last layer's bias, one tensor of five numbers, is 1 % too large.",
        lambda model: put(bias(model), lambda b: b * np.float32(1.01)),
    ),
    mutation(
        "one channel",
        "The kernels of one channel of the first convolution are 1 % too large.",
        first(one_channel),
    ),
    mutation(
        "one number",
        "One single weight, the largest of the last layer, is 1 % too large.",
        last(one_number),
    ),
    mutation(
        "float16 weights",
        "All kernels pass through float16 without the release saying so.",
        every(lambda w: w.astype(np.float16)),
    ),
    mutation(
        "8-bit weights",
        "All kernels pass through 8 bits a channel without the release saying so.",
        every(lambda w: quantised(w, permuted=False)),
    ),
    mutation(
        "permuted scales",
        "The last layer is stored in 8 bits, and its channels' scales are read in another order.",
        last(lambda w: quantised(w, permuted=True)),
    ),
    mutation(
        "a shard of another release",
        "The last layer's matrix is that of another training: a shard of an older release.",
        last(lambda w: np.random.default_rng(1).normal(0, w.std(), w.shape)),
    ),
    mutation(
        "turned kernels",
        "The first convolution's kernels have height and width exchanged, a wrong layout.",
        first(lambda w: w.swapaxes(2, 3)),
    ),
    mutation(
        "autoencoder's code 0.1 %",
        "The autoencoder's first kernel is 0.1 % too large, which moves its code.",
        scaled(0, 1.001),
        "autoencoder",
    ),
]
