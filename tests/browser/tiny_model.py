"""Hand-written TF.js graph models, small enough to be computed again in numpy.

Each is written the way the converter writes them: a GraphDef in JSON, weights in 4-byte little-
endian shards, and a signature whose names differ from the graph's (`Identity`, `Identity_1`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xport.formats.artifact import Signature, TensorSpec

FINDINGS = 14


@dataclass(frozen=True)
class Weight:
    """A constant of the graph."""

    name: str
    values: np.ndarray


def spec(name: str, *shape: int) -> TensorSpec:
    """A float32 tensor."""
    return TensorSpec(name=name, shape=shape)


def _attr(**attributes: Any) -> dict[str, Any]:
    return attributes


def _ints(*values: int) -> dict[str, Any]:
    return {"list": {"i": [str(value) for value in values]}}


def _shape(shape: tuple[int, ...]) -> dict[str, Any]:
    return {"dim": [{"size": str(size)} for size in shape]}


FLOAT = {"type": "DT_FLOAT"}


def placeholder(name: str, shape: tuple[int, ...]) -> dict[str, Any]:
    """An input node."""
    attr = _attr(dtype=FLOAT, shape={"shape": _shape(shape)})
    return {"name": name, "op": "Placeholder", "attr": attr}


def constant(weight: Weight) -> dict[str, Any]:
    """A node whose value comes from the shards."""
    kind = {"type": "DT_FLOAT" if weight.values.dtype == np.float32 else "DT_INT32"}
    shape = {"tensor": {"dtype": kind["type"], "tensorShape": _shape(weight.values.shape)}}
    return {"name": weight.name, "op": "Const", "attr": _attr(dtype=kind, value=shape)}


def node(name: str, op: str, *inputs: str, **attributes: Any) -> dict[str, Any]:
    """Any other node, on float32."""
    return {
        "name": name,
        "op": op,
        "input": list(inputs),
        "attr": _attr(T=FLOAT, **attributes),
    }


def write_model(
    folder: Path,
    signature: Signature,
    nodes: list[dict[str, Any]],
    weights: list[Weight],
    tensors: dict[str, str],
    shards: int = 1,
) -> Path:
    """Write model.json and its shards.

    Args:
        tensors: graph tensor by signature name.
        shards: into how many files of equal length (but the last) the weights are cut.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = b"".join(weight.values.tobytes() for weight in weights)
    paths = [f"group1-shard{index + 1}of{shards}.bin" for index in range(shards)]
    size = -(-len(data) // shards)
    for index, path in enumerate(paths):
        (folder / path).write_bytes(data[index * size : (index + 1) * size])
    model = {
        "format": "graph-model",
        "generatedBy": "tests",
        "convertedBy": None,
        "signature": {
            side: {
                one.name: {
                    "name": tensors[one.name],
                    "dtype": "DT_FLOAT",
                    "tensorShape": _shape(one.shape),
                }
                for one in getattr(signature, side)
            }
            for side in ("inputs", "outputs")
        },
        "modelTopology": {
            "node": [*map(constant, weights), *nodes],
            "library": {},
            "versions": {"producer": 1482},
        },
        "weightsManifest": [
            {
                "paths": paths,
                "weights": [
                    {
                        "name": weight.name,
                        "shape": list(weight.values.shape),
                        "dtype": weight.values.dtype.name,
                    }
                    for weight in weights
                ],
            }
        ],
    }
    (folder / "model.json").write_text(json.dumps(model))
    return folder


@dataclass(frozen=True)
class Classifier:
    """Conv 3x3 + bias -> global mean -> `logits`; sigmoid of it -> `probabilities`. NCHW in."""

    channels: int = 3
    size: int = 32
    findings: int = FINDINGS
    seed: int = 7

    @property
    def signature(self) -> Signature:
        """One image in, logits and probabilities out."""
        return Signature(
            inputs=(spec("image", 1, self.channels, self.size, self.size),),
            outputs=(
                spec("logits", 1, self.findings),
                spec("probabilities", 1, self.findings),
            ),
        )

    def weights(self) -> tuple[np.ndarray, np.ndarray]:
        """Kernel (3, 3, channels, findings) and bias."""
        random = np.random.default_rng(self.seed)
        kernel = random.normal(size=(3, 3, self.channels, self.findings)).astype(np.float32)
        return kernel, random.normal(size=self.findings).astype(np.float32)

    def write(self, folder: Path, shards: int = 1) -> Path:
        """Write the model."""
        kernel, bias = self.weights()
        weights = [
            Weight("kernel", kernel),
            Weight("bias", bias),
            Weight("to_nhwc", np.array([0, 2, 3, 1], np.int32)),
            Weight("plane", np.array([1, 2], np.int32)),
        ]
        shape = self.signature.inputs[0].shape
        axes = {"Tperm": {"type": "DT_INT32"}}
        nodes = [
            placeholder("x", shape),
            node("nhwc", "Transpose", "x", "to_nhwc", **axes),
            node(
                "conv",
                "Conv2D",
                "nhwc",
                "kernel",
                strides=_ints(1, 1, 1, 1),
                dilations=_ints(1, 1, 1, 1),
                padding={"s": "VkFMSUQ="},
                data_format={"s": "TkhXQw=="},
            ),
            node("biased", "BiasAdd", "conv", "bias", data_format={"s": "TkhXQw=="}),
            node(
                "Identity_1",
                "Mean",
                "biased",
                "plane",
                keep_dims={"b": False},
                Tidx={"type": "DT_INT32"},
            ),
            node("Identity", "Sigmoid", "Identity_1"),
        ]
        names = {
            "image": "x:0",
            "logits": "Identity_1:0",
            "probabilities": "Identity:0",
        }
        return write_model(folder, self.signature, nodes, weights, names, shards)

    def in_numpy(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """The same in float64."""
        kernel, bias = (weight.astype(np.float64) for weight in self.weights())
        windows = np.lib.stride_tricks.sliding_window_view(
            image[0].astype(np.float64), (3, 3), axis=(1, 2)
        )
        logits = np.einsum("cyxhw,hwcf->yxf", windows, kernel).mean((0, 1))[None] + bias
        return {"logits": logits, "probabilities": 1 / (1 + np.exp(-logits))}


@dataclass(frozen=True)
class View(Classifier):
    """Tells which side of a ramp is bright: bottom is frontal, left is turned 90° clockwise."""

    channels: int = 1
    findings: int = 8
    gain: float = 40

    def weights(self) -> tuple[np.ndarray, np.ndarray]:
        """Differences down and across, for the labels 0, 2, 3 and 4; the others are improbable."""
        kernel = np.zeros((3, 3, self.channels, self.findings), np.float32)
        down = np.array([-1, 0, 1], np.float32)[:, None, None] * self.gain
        across = down.swapaxes(0, 1)
        for label, ramp in ((0, down), (2, -across), (3, -down), (4, across)):
            kernel[..., label] = ramp
        bias = np.full(self.findings, -6, np.float32)
        bias[7] = -2
        return kernel, bias


@dataclass(frozen=True)
class Autoencoder:
    """tanh(gain * image) -> `reconstruction`; mean over the image -> `latent`."""

    size: int = 64
    gain: float = 0.9

    @property
    def signature(self) -> Signature:
        """One image in [-1, 1] in; its reconstruction and latent out."""
        shape = (1, 1, self.size, self.size)
        return Signature(
            inputs=(spec("image", *shape),),
            outputs=(spec("reconstruction", *shape), spec("latent", 1, 1)),
        )

    def write(self, folder: Path) -> Path:
        """Write the model."""
        weights = [
            Weight("gain", np.array(self.gain, np.float32)),
            Weight("plane", np.array([2, 3], np.int32)),
        ]
        nodes = [
            placeholder("x", self.signature.inputs[0].shape),
            node("scaled", "Mul", "x", "gain"),
            node("Identity", "Tanh", "scaled"),
            node(
                "Identity_1",
                "Mean",
                "x",
                "plane",
                keep_dims={"b": False},
                Tidx={"type": "DT_INT32"},
            ),
        ]
        names = {
            "image": "x:0",
            "reconstruction": "Identity:0",
            "latent": "Identity_1:0",
        }
        return write_model(folder, self.signature, nodes, weights, names)

    def in_numpy(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """The same in float64."""
        exact = image.astype(np.float64)
        return {
            "reconstruction": np.tanh(np.float64(np.float32(self.gain)) * exact),
            "latent": exact.mean((2, 3)),
        }


@dataclass(frozen=True)
class Explainer:
    """Why the tiny classifier says what it says: its own gradient and class activation map.

    Its logits are linear in the image, so the gradient of each is the same for every image.
    """

    classifier: Classifier

    @property
    def signature(self) -> Signature:
        """An image and a finding in; what the classifier says, and maps, out."""
        (image,) = self.classifier.signature.inputs
        findings, side = self.classifier.findings, self.classifier.size - 2
        return Signature(
            inputs=(image, spec("one_hot", 1, findings)),
            outputs=(
                *self.classifier.signature.outputs,
                spec("gradient", *image.shape),
                spec("saliency", *image.shape),
                spec("cam", 1, 1, side, side),
            ),
        )

    def gradients(self) -> np.ndarray:
        """Each logit's gradient, (findings, pixels)."""
        kernel, _ = self.classifier.weights()
        findings, side = self.classifier.findings, self.classifier.size - 2
        found = np.zeros((findings, *self.classifier.signature.inputs[0].shape[1:]))
        for y in range(3):
            for x in range(3):
                found[:, :, y : y + side, x : x + side] += kernel[y, x].T[:, :, None, None]
        return (found / side**2).reshape(findings, -1).astype(np.float32)

    def write(self, folder: Path) -> Path:
        """Write the model."""
        kernel, bias = self.classifier.weights()
        image, side = self.signature.inputs[0].shape, self.classifier.size - 2
        weights = [
            Weight("kernel", kernel),
            Weight("bias", bias),
            Weight("gradients", self.gradients()),
            Weight("to_nhwc", np.array([0, 2, 3, 1], np.int32)),
            Weight("plane", np.array([1, 2], np.int32)),
            Weight("last", np.array([3], np.int32)),
            Weight("as_image", np.array(image, np.int32)),
            Weight("as_choice", np.array([1, 1, 1, self.classifier.findings], np.int32)),
            Weight("as_map", np.array([1, 1, side, side], np.int32)),
        ]
        axes, index = {"Tperm": {"type": "DT_INT32"}}, {"Tidx": {"type": "DT_INT32"}}
        same, nhwc = {"Tshape": {"type": "DT_INT32"}}, {"data_format": {"s": "TkhXQw=="}}
        ones = {"strides": _ints(1, 1, 1, 1), "dilations": _ints(1, 1, 1, 1)}
        mean = {"keep_dims": {"b": False}, **index}
        turned = {"transpose_a": {"b": False}, "transpose_b": {"b": False}}
        nodes = [
            placeholder("x", image),
            placeholder("chosen", (1, self.classifier.findings)),
            node("nhwc", "Transpose", "x", "to_nhwc", **axes),
            node("conv", "Conv2D", "nhwc", "kernel", padding={"s": "VkFMSUQ="}, **ones, **nhwc),
            node("biased", "BiasAdd", "conv", "bias", **nhwc),
            node("logits", "Mean", "biased", "plane", **mean),
            node("probabilities", "Sigmoid", "logits"),
            node("flat", "MatMul", "chosen", "gradients", **turned),
            node("gradient", "Reshape", "flat", "as_image", **same),
            node("saliency", "Relu", "gradient"),
            node("choice", "Reshape", "chosen", "as_choice", **same),
            node("picked", "Mul", "conv", "choice"),
            node("summed", "Sum", "picked", "last", **mean),
            node("cam", "Reshape", "summed", "as_map", **same),
        ]
        outputs = [one.name for one in self.signature.outputs]
        names = {"image": "x:0", "one_hot": "chosen:0", **{name: f"{name}:0" for name in outputs}}
        return write_model(folder, self.signature, nodes, weights, names)

    def in_numpy(self, image: np.ndarray, one_hot: np.ndarray) -> dict[str, np.ndarray]:
        """The same in float64."""
        kernel = self.classifier.weights()[0].astype(np.float64)
        windows = np.lib.stride_tricks.sliding_window_view(
            image[0].astype(np.float64), (3, 3), axis=(1, 2)
        )
        cam = np.einsum("cyxhw,hwcf,f->yx", windows, kernel, one_hot[0].astype(np.float64))
        gradient = (one_hot.astype(np.float64) @ self.gradients()).reshape(image.shape)
        maps = {"gradient": gradient, "saliency": gradient.clip(0), "cam": cam[None, None]}
        return {**self.classifier.in_numpy(image), **maps}
