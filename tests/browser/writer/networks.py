"""Small networks of the common families, built from torch alone, with weights that behave."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import onnx
import torch
from torch import nn

from reference.networks.ali import autoencoder
from reference.networks.densenet import densenet121
from reference.networks.initialise import from_data


class Bottleneck(nn.Module):
    """1x1, 3x3 with the stride, 1x1, and a shortcut that fits (ResNet)."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = 2 * width
        self.body = nn.Sequential(
            *_conv(inputs, width, 1, nn.ReLU()),
            *_conv(width, width, 3, nn.ReLU(), stride=stride),
            *_conv(width, outputs, 1),
        )
        self.shortcut = nn.Sequential(*_conv(inputs, outputs, 1, stride=stride))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.body(x) + self.shortcut(x))


class SqueezeExcite(nn.Module):
    """Every channel by a factor that depends on all channels' means (MobileNetV3)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, channels // 2, 1),
            nn.ReLU(),
            nn.Conv2d(channels // 2, channels, 1),
            nn.Hardsigmoid(),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gate(x)


class Inverted(nn.Module):
    """Wider, depthwise, squeeze and excite, narrower again, plus the input (MobileNetV3)."""

    def __init__(self, channels: int, kernel: int, activation: nn.Module) -> None:
        super().__init__()
        wide = 3 * channels
        self.body = nn.Sequential(
            *_conv(channels, wide, 1, activation),
            *_conv(wide, wide, kernel, activation, groups=wide),
            SqueezeExcite(wide),
            *_conv(wide, channels, 1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x)


class UNet(nn.Module):
    """Down twice, up twice, with skip connections; up by transposed convolution or by resizing."""

    def __init__(self, up: Callable[[int, int], nn.Module]) -> None:
        super().__init__()
        self.first = nn.Sequential(*_conv(3, 8, 3, nn.LeakyReLU(0.1)))
        self.second = nn.Sequential(*_conv(8, 16, 3, nn.LeakyReLU(0.1)))
        self.bottom = nn.Sequential(*_conv(16, 16, 3, nn.ELU()))
        self.up_second, self.up_first = up(16, 16), up(16, 8)
        self.join_second = nn.Sequential(*_conv(32, 16, 3, nn.PReLU(16)))
        self.join_first = nn.Sequential(*_conv(16, 8, 3, nn.SiLU()))
        self.head = nn.Conv2d(8, 2, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.first(x)
        second = self.second(self.pool(first))
        bottom = self.bottom(self.pool(second))
        second = self.join_second(torch.cat([self.up_second(bottom), second], 1))
        first = self.join_first(torch.cat([self.up_first(second), first], 1))
        return torch.sigmoid(self.head(first))


class Attention(nn.Module):
    """Self-attention of several heads, written out."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.split, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, tokens, width = x.shape
        split = self.split(x).reshape(batch, tokens, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        scores = (query @ key.transpose(-2, -1)) * (width // self.heads) ** -0.5
        mixed = scores.softmax(-1) @ value
        return self.join(mixed.transpose(1, 2).reshape(batch, tokens, width))


class VisionTransformer(nn.Module):
    """Patches, a class token, positions, two blocks, and a head."""

    def __init__(self, width: int = 24, heads: int = 3, patches: int = 16) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, 8, stride=8)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.zeros(1, patches + 1, width))
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm": nn.LayerNorm(width),
                    "attention": Attention(width, heads),
                    "second": nn.LayerNorm(width),
                    "mlp": nn.Sequential(
                        nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
                    ),
                }
            )
            for _ in range(2)
        )
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 5))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.patches(image).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.positions
        for block in self.blocks:
            assert isinstance(block, nn.ModuleDict)
            x = x + block["attention"](block["norm"](x))
            x = x + block["mlp"](block["second"](x))
        return self.head(x[:, 0])


def _conv(
    inputs: int, outputs: int, kernel: int, *after: nn.Module, stride: int = 1, groups: int = 1
) -> list[nn.Module]:
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(outputs), *after]


def _resized(mode: str, align: bool | None = None) -> Callable[[int, int], nn.Module]:
    def up(inputs: int, outputs: int) -> nn.Module:
        resize = nn.Upsample(scale_factor=2, mode=mode, align_corners=align)
        return nn.Sequential(resize, nn.Conv2d(inputs, outputs, 3, padding=1))

    return up


def resnet() -> nn.Module:
    """A ResNet of two bottlenecks."""
    return nn.Sequential(
        *_conv(3, 8, 7, nn.ReLU(), stride=2),
        nn.MaxPool2d(3, 2, 1),
        Bottleneck(8, 8, 1),
        Bottleneck(16, 16, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, 5),
    )


def mobilenet() -> nn.Module:
    """A MobileNetV3 of two blocks, with ReLU6 and hard-swish."""
    return nn.Sequential(
        *_conv(3, 8, 3, nn.Hardswish(), stride=2),
        Inverted(8, 3, nn.ReLU6()),
        Inverted(8, 5, nn.Hardswish()),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 12),
        nn.Hardswish(),
        nn.Dropout(0.2),
        nn.Linear(12, 5),
    )


@dataclass(frozen=True)
class Network:
    """A module in evaluation mode with seeded weights, and an image for it."""

    module: nn.Module
    image: torch.Tensor

    @classmethod
    def of(cls, build: Callable[[], nn.Module], *shape: int) -> Network:
        """Seeded; BatchNorm's statistics are those of random images, so that values stay near 1."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(5)
            module = build()
            for parameter in module.parameters():
                if parameter.ndim < 2 or parameter.ndim == 3:
                    nn.init.uniform_(parameter, 0.2, 1.0)
            images = torch.randn(4, *shape[1:])
            module.train()
            with torch.no_grad():
                for _ in range(30):
                    module(images)
            return cls(module.eval(), torch.randn(shape))

    def outputs(self, dtype: torch.dtype) -> list[torch.Tensor]:
        """What torch computes in a precision."""
        with torch.no_grad():
            found = self.module.to(dtype)(self.image.to(dtype))
            self.module.float()
        return list(found) if isinstance(found, tuple) else [found]

    def onnx(self, opset: int) -> onnx.ModelProto:
        """The TorchScript exporter's file; the output is `y`, or `y0`, `y1`, …"""
        file = io.BytesIO()
        count = len(self.outputs(torch.float32))
        names = ["y"] if count == 1 else [f"y{i}" for i in range(count)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the exporter announces its own end
            torch.onnx.export(
                self.module, (self.image,), file, dynamo=False, opset_version=opset,
                input_names=["x"], output_names=names,
            )  # fmt: skip
        return onnx.load_from_string(file.getvalue())


SMALL: dict[str, Callable[[], nn.Module]] = {
    "resnet": resnet,
    "mobilenet": mobilenet,
    "unet_transposed": lambda: UNet(lambda i, o: nn.ConvTranspose2d(i, o, 3, 2, 1, 1)),
    "unet_nearest": lambda: UNet(_resized("nearest")),
    "unet_bilinear": lambda: UNet(_resized("bilinear", False)),
    "unet_corners": lambda: UNet(_resized("bilinear", True)),
    "transformer": VisionTransformer,
}


def full_size() -> dict[str, Network]:
    """DenseNet-121 and ALI as the full-width release has them, on smooth random images."""
    random = torch.Generator().manual_seed(3)

    def images(channels: int, size: int) -> torch.Tensor:
        coarse = torch.rand(6, channels, 8, 8, generator=random) * 2 - 1
        return nn.functional.interpolate(coarse, size=size, mode="bilinear")

    found = {}
    for name, module, batch in (
        ("densenet121", densenet121(), images(3, 224)),
        ("ali", autoencoder(), images(1, 64)),
    ):
        from_data(module, [batch], seed=7)
        found[name] = Network(module.eval(), batch[:1])
    return found
