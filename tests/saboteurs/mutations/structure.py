"""Graphs that are wired otherwise: what a converter's mistake or a wrong attribute does."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper

from tests.saboteurs.mutations.weights import kernels, mutation, put


def nodes(model: onnx.ModelProto, kind: str) -> list[onnx.NodeProto]:
    """The nodes of one operator, in order."""
    return [node for node in model.graph.node if node.op_type == kind]


def attribute(node: onnx.NodeProto, name: str, value: object) -> None:
    """Set an attribute of a node."""
    kept = [one for one in node.attribute if one.name != name]
    del node.attribute[:]
    node.attribute.extend([*kept, helper.make_attribute(name, value)])


def epsilon(model: onnx.ModelProto) -> None:
    """Another epsilon in every normalisation."""
    for node in nodes(model, "BatchNormalization"):
        attribute(node, "epsilon", 1e-3)


def padding_side(model: onnx.ModelProto) -> None:
    """Pad the first convolution at the other side."""
    attribute(nodes(model, "Conv")[0], "pads", [2, 2, 4, 4])


def dropped(model: onnx.ModelProto) -> None:
    """Leave out the last activation."""
    node = nodes(model, "Relu")[-1]
    node.op_type = "Identity"


def leaky(model: onnx.ModelProto) -> None:
    """Give the autoencoder's activations another slope."""
    for node in nodes(model, "LeakyRelu"):
        attribute(node, "alpha", 0.01001)


def doubled(model: onnx.ModelProto) -> None:
    """Apply the last sigmoid twice."""
    (node,) = nodes(model, "Sigmoid")
    out = node.output[0]
    node.output[0] = "once"
    model.graph.node.append(helper.make_node("Sigmoid", ["once"], [out]))


def without_sigmoid(model: onnx.ModelProto) -> None:
    """Hand out logits as probabilities."""
    nodes(model, "Sigmoid")[0].op_type = "Identity"


def permuted_labels(model: onnx.ModelProto) -> None:
    """Exchange two findings."""
    named = {tensor.name: tensor for tensor in model.graph.initializer}
    for name in ("classifier.weight", "classifier.bias"):
        put(named[name], lambda w: w[[1, 0, *range(2, len(w))]])


def exchanged_outputs(model: onnx.ModelProto) -> None:
    """Exchange the names of logits and probabilities."""
    names = {"logits": "probabilities", "probabilities": "logits"}
    for node in model.graph.node:
        node.output[:] = [names.get(name, name) for name in node.output]
        node.input[:] = [names.get(name, name) for name in node.input]


def constant(model: onnx.ModelProto) -> None:
    """A last layer that looks at nothing."""
    put(kernels(model)[-1], np.zeros_like)


def mean_for_max(model: onnx.ModelProto) -> None:
    """Pool by the mean where the network pools by the maximum."""
    node = nodes(model, "MaxPool")[0]
    node.op_type = "AveragePool"
    known = [one for one in node.attribute if one.name in ("kernel_shape", "strides", "pads")]
    del node.attribute[:]
    node.attribute.extend(known)


def align_corners(model: onnx.ModelProto) -> None:
    """Resize maps so that the corners' centres meet, another framework's default."""
    for node in nodes(model, "Resize"):
        attribute(node, "coordinate_transformation_mode", "align_corners")


def bgr(model: onnx.ModelProto) -> None:
    """Read the image's channels in the other order."""
    put(kernels(model)[0], lambda w: w[:, ::-1])


def unfolded(model: onnx.ModelProto) -> None:
    """Forget a bias that a normalisation was folded into."""
    named = {tensor.name: tensor for tensor in model.graph.initializer}
    put(named[nodes(model, "Conv")[0].input[2]], np.zeros_like)


def running_mean(model: onnx.ModelProto) -> None:
    """Normalise by no mean."""
    named = {tensor.name: tensor for tensor in model.graph.initializer}
    put(named[nodes(model, "BatchNormalization")[0].input[3]], np.zeros_like)


MUTATIONS = [
    mutation("epsilon", "Every normalisation has the epsilon of another framework, 1e-3.", epsilon),
    mutation(
        "lost fold",
        "A convolution lacks the bias that its normalisation was folded into.",
        unfolded,
    ),
    mutation(
        "running mean",
        "A normalisation subtracts no mean, as in training mode's first step.",
        running_mean,
    ),
    mutation(
        "align corners",
        "Maps are resized with aligned corners, which another framework has as its default.",
        align_corners,
        "explanation",
    ),
    mutation("padding side", "The first convolution pads one pixel more at the end.", padding_side),
    mutation("dropped activation", "The network's last ReLU is left out of the graph.", dropped),
    mutation("doubled activation", "The sigmoid is applied to its own outputs again.", doubled),
    mutation(
        "logits for probabilities",
        "The sigmoid is left out: logits are handed out as probabilities.",
        without_sigmoid,
    ),
    mutation("permuted labels", "Two findings are exchanged in the last layer.", permuted_labels),
    mutation(
        "exchanged outputs",
        "Logits and probabilities have exchanged their names.",
        exchanged_outputs,
    ),
    mutation(
        "constant output", "The last layer is zero, so that every image gets one answer.", constant
    ),
    mutation("mean for maximum", "A max pooling has become a mean pooling.", mean_for_max),
    mutation("channels as BGR", "The first convolution reads blue where red is.", bgr),
    mutation(
        "another slope",
        "The autoencoder's leaky ReLUs have a slope of another default.",
        leaky,
        "autoencoder",
    ),
]
