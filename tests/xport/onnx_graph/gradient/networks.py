"""Small classifiers of the structures that whole gradients are tested on."""

from __future__ import annotations

import io
import warnings

import onnx
import torch
from torch import nn
from torch.nn import functional

from reference.networks.densenet import classifier
from xport.onnx_graph.files import graph_from_model
from xport.onnx_graph.graph import Graph

EXACT_EPSILON = 2.0**-10
"""ONNX keeps epsilon as float32; this one is the same number in float64."""


def exported(module: nn.Module, image: torch.Tensor) -> Graph:
    """The graph of a module that returns (logits, probabilities), in the module's dtype."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            (image,),
            buffer,
            dynamo=False,
            opset_version=15,
            input_names=["image"],
            output_names=["logits", "probabilities"],
        )
    return graph_from_model(onnx.load_from_string(buffer.getvalue()))


def with_lively_statistics(module: nn.Module, seed: int = 4) -> nn.Module:
    """Give every BatchNorm statistics of its own."""
    generator = torch.Generator().manual_seed(seed)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eps = EXACT_EPSILON
            for tensor in (layer.weight.data, layer.running_var):
                assert tensor is not None
                tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
            for tensor in (layer.bias.data, layer.running_mean):
                assert tensor is not None
                tensor.copy_(torch.randn(tensor.shape, generator=generator) / 10)
    return module.eval()


class _Classifier(nn.Module):
    """Features, global average pool, linear layer, sigmoid: as explanations want them."""

    def __init__(self, features: nn.Module, channels: int) -> None:
        super().__init__()
        self.features, self.classifier = features, nn.Linear(channels, 5)

    def feature_map(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.features(x)
        return found

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        pooled = functional.adaptive_avg_pool2d(self.feature_map(x), 1)
        logits = self.classifier(torch.flatten(pooled, 1))
        return logits, torch.sigmoid(logits)


class _Residual(nn.Module):
    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, out, 3, stride, 1, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(),
            nn.Conv2d(out, out, 3, 1, 1),
            nn.BatchNorm2d(out),
        )
        self.short = nn.Conv2d(channels, out, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.leaky_relu(self.body(x) + self.short(x), 0.125)


class _Inverted(nn.Module):
    """MobileNetV3's block: expand, depthwise, squeeze and excite, project."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        wide = channels * 2
        self.expand = nn.Sequential(nn.Conv2d(channels, wide, 1), nn.BatchNorm2d(wide), nn.ReLU6())
        self.depthwise = nn.Conv2d(wide, wide, 3, stride, 1, groups=wide)
        self.squeeze, self.excite = nn.Conv2d(wide, 4, 1), nn.Conv2d(4, wide, 1)
        self.project = nn.Conv2d(wide, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.depthwise(self.expand(x))
        gate = torch.relu(self.squeeze(y.mean((2, 3), keepdim=True)))
        projected: torch.Tensor = self.project(y * torch.sigmoid(self.excite(gate)))
        return projected


class FlatDenseBlock(nn.Module):
    """A dense block whose layers each concatenate all layers before, as torchvision writes it."""

    def __init__(self, channels: int, growth: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv2d(channels + growth * i, growth, 3, padding=1) for i in range(layers)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found = [x]
        for layer in self.layers:
            found.append(torch.relu(layer(torch.cat(found, 1))))
        return torch.cat(found, 1)


def densenet() -> nn.Module:
    """DenseNet's structure with 5 dense layers, logits from means over H and W."""
    return classifier(3, 5, growth=4, block_config=[2, 1, 1, 1], init_features=8, bn_size=2)


def flat_densenet() -> nn.Module:
    """A dense block of six layers."""
    return _Classifier(FlatDenseBlock(3, 4, 6), 3 + 4 * 6)


def resnet() -> nn.Module:
    """Residual blocks behind a strided convolution and an overlapping max pool."""
    stem = nn.Conv2d(3, 8, 7, 2, 3)
    pool = nn.MaxPool2d(3, 2, 1, ceil_mode=True)
    return _Classifier(
        nn.Sequential(stem, nn.ReLU(), pool, _Residual(8, 8, 1), _Residual(8, 16, 2)), 16
    )


def mobilenet() -> nn.Module:
    """Depthwise convolutions, ReLU6, SiLU, squeeze and excitation, reflected borders."""
    stem = nn.Conv2d(3, 8, 3, 2, 1, padding_mode="reflect")
    return _Classifier(nn.Sequential(stem, nn.SiLU(), _Inverted(8, 2), _Inverted(8, 1)), 8)


def vgg() -> nn.Module:
    """Average and max pools, and logits from a hidden layer: no class activation map."""
    return _Hidden()


class _Hidden(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3), nn.Tanh(), nn.AvgPool2d(3, 2, 1), nn.Conv2d(8, 8, 3), nn.ELU(0.5),
            nn.MaxPool2d(2), nn.GroupNorm(2, 8, eps=EXACT_EPSILON),
        )  # fmt: skip
        self.head = nn.Sequential(
            nn.Flatten(), nn.LazyLinear(12), nn.GELU(), nn.Dropout(), nn.Linear(12, 5)
        )

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits = self.head(self.features(x))
        return logits, torch.softmax(logits, 1)
