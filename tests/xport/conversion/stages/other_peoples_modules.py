"""Modules as other people write them, and what converts them."""

from __future__ import annotations

import collections
import dataclasses
import math
import os
import random
import sys
import time
import urllib.error
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch import nn
from torch.nn import functional

from xport.common.arrays import Array
from xport.conversion.pipeline import Stage, carry_out
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.conversion.stages.torch_from_factory import TorchFromFactory
from xport.formats import torch_module
from xport.formats.artifact import Artifact, Signature, TensorSpec

HERE = "tests.xport.conversion.stages.other_peoples_modules"
Spec = tuple[str, tuple[int, ...], str]


def seeded(module: nn.Module, inputs: Any, *, seed: int) -> None:
    """An initializer: every parameter in turn, so that of tied ones the last counts."""
    numbers = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=numbers) * 0.3)


def signature(inputs: list[Spec], outputs: list[Spec]) -> Signature:
    """From name, shape and dtype of each tensor."""
    made = [
        tuple(TensorSpec.model_validate({"name": n, "shape": s, "dtype": d}) for n, s, d in side)
        for side in (inputs, outputs)
    ]
    return Signature(inputs=made[0], outputs=made[1])


def convert(
    name: str, signature: Signature, root: Path, last: int = 3, **arguments: Any
) -> list[Artifact]:
    """The artifacts of a module of this file, as far as stage `last`."""
    made = TorchFromFactory(
        factory=f"{HERE}:{name}",
        arguments=arguments,
        signature=signature,
        initializer=f"{HERE}:seeded",
        seed=3,
    )
    stages: tuple[Stage, ...] = (made, OnnxFromTorch(), TfjsFromOnnx())
    artifacts: list[Artifact] = []
    for stage in stages[:last]:
        folder = root / stage.produces
        folder.mkdir(parents=True)
        source = artifacts[-1] if artifacts else None
        found = carry_out(stage, source, folder)
        artifacts.append(Artifact(stage.produces, folder, found, ""))
    return artifacts


def answers(artifacts: list[Artifact]) -> tuple[dict[str, Array], dict[str, Array]]:
    """What PyTorch and ONNX Runtime make of the same inputs, by output."""
    module, recipe = torch_module.load(artifacts[0].path)
    random_ = np.random.default_rng(5)
    inputs = {s.name: random_.normal(size=s.shape).astype(s.dtype) for s in recipe.signature.inputs}
    given = [torch.from_numpy(value) for value in inputs.values()]
    names = [s.name for s in recipe.signature.outputs]
    outputs = torch_module.outputs_of(module, recipe, given)
    session = onnxruntime.InferenceSession(
        str(artifacts[1].path / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    ours = dict(zip(names, session.run(names, inputs), strict=True))
    return {n: o.numpy() for n, o in zip(names, outputs, strict=True)}, ours


# Shared memory


class TiedWeight(nn.Module):
    """Two layers, one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.b.weight = self.a.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.b(self.a(x))


class SharedLayer(nn.Module):
    """One layer under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(4, 4, 1)
        self.b = nn.Sequential(self.a, nn.ReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.b(self.a(x))


class ExpandedBuffer(nn.Module):
    """A buffer made by `expand`, and one made by overlapping windows."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.arange(4.0).view(1, 4, 1, 1).expand(1, 4, 8, 8))
        self.register_buffer("windows", torch.arange(11.0).unfold(0, 8, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - self.mean + self.windows.view(1, 4, 1, 8)


class ViewOfParameter(nn.Module):
    """Buffers that are views of a parameter: a row, a transposed one, an expanded one."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 4))
        self.register_buffer("row", self.weight.detach()[1])
        self.register_buffer("turned", self.weight.detach().t())
        self.register_buffer("wide", self.weight.detach()[2].view(1, 4, 1, 1).expand(1, 4, 8, 8))
        self.plain = self.weight.detach()[3]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        factor = self.row + self.turned[0] + self.plain
        return x * factor.view(1, 4, 1, 1) + self.wide + self.weight.sum()


class OddBuffers(nn.Module):
    """A transposed parameter, an empty buffer, a number, and a mask with infinities."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(8, 4).t())
        self.register_buffer("empty", torch.zeros(0, 3))
        self.register_buffer("number", torch.tensor(2.0))
        self.register_buffer("mask", torch.full((8, 8), -torch.inf).triu(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x + self.mask).softmax(-1) * self.weight.sum() + self.number + self.empty.sum()


class ComplexBuffer(nn.Module):
    """A buffer of complex numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("turns", torch.ones(4, dtype=torch.complex64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.turns.real.view(1, 4, 1, 1)


class SparseBuffer(nn.Module):
    """A sparse buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("links", torch.eye(4).to_sparse())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class ExtraState(nn.Module):
    """A state dict with something that is no tensor."""

    def get_extra_state(self) -> dict[str, int]:
        return {"epoch": 3}

    def set_extra_state(self, state: Any) -> None:
        pass

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


# Outputs


@dataclasses.dataclass
class Answer:
    """Two tensors by name."""

    second: torch.Tensor
    first: torch.Tensor


class Returning(nn.Module):
    """Returns what `kind` says, of two tensors of the same shape."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.conv, self.kind = nn.Conv2d(3, 3, 1), kind

    def forward(self, x: torch.Tensor) -> Any:
        a, b = self.conv(x), x.tanh()
        made: dict[str, Any] = {
            "dict": {"second": b, "first": a},
            "ordered": collections.OrderedDict(second=b, first=a),
            "dataclass": Answer(second=b, first=a),
            "tuple": (a, b),
            "list": [a, b],
            "nested": (a, (b, a)),
            "nested dict": {"first": a, "second": {"deep": b}},
            "none": (a, None),
            "nothing": None,
            "text": "done",
            "three": (a, b, a),
            "one": a,
            "int64": (a, x.argmax(1)),
            "half": (a, b.half()),
            "bfloat16": (a, b.bfloat16()),
            "uint8": (a, (b > 0).byte()),
            "complex": (a, torch.complex(a, b)),
            "number": (a, b.sum()),
            "empty": (a, b[:0]),
            "double": (a, b.double()),
            "bool": (a, b > 0),
            "int32": (a, (b * 3).int()),
        }
        return made[self.kind]


class Raising(nn.Module):
    """A factory that raises, as one does that downloads weights without a network."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        raised: dict[str, BaseException] = {
            "network": urllib.error.URLError("no network"),
            "file": FileNotFoundError(2, "No such file", "/weights.bin"),
            "runtime": RuntimeError("CUDA is not available"),
            "exit": SystemExit("usage: train.py"),
            "key": KeyError("resnet"),
            "assertion": AssertionError(),
            "import": ImportError("No module named 'timm'"),
            "type": TypeError("unexpected keyword"),
        }
        raise raised[kind]


# What depends on more than the state dict


class RandomAttribute(nn.Module):
    """Random numbers in a plain attribute."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        numbers = {
            "torch": lambda: torch.randn(1, 3, 1, 1),
            "numpy": lambda: torch.from_numpy(np.random.default_rng().normal(size=(1, 3, 1, 1))),
            "python": lambda: torch.full((1, 3, 1, 1), random.random()),
            "time": lambda: torch.full((1, 3, 1, 1), time.perf_counter() % 1 + 0.1),
            "machine": lambda: torch.full((1, 3, 1, 1), float(os.environ["NUMBER"])),
            "hash": lambda: torch.full((1, 3, 1, 1), float(hash("seed") % 1000)),
        }
        self.noise = numbers[kind]().float()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.noise


class HiddenBuffer(nn.Module):
    """Random numbers in a buffer that is not kept."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("noise", torch.randn(1, 3, 1, 1), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.noise


class Drawing(nn.Module):
    """Draws while it runs, or is in training mode."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind, self.drop, self.norm = kind, nn.Dropout(0.5), nn.BatchNorm2d(3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean, variance = self.norm.running_mean, self.norm.running_var
        drawn = {
            "dropout": lambda: functional.dropout(x),
            "dropout2d": lambda: functional.dropout2d(x),
            "forced dropout": lambda: self.drop.train()(x),
            "normal": lambda: x + torch.randn_like(x),
            "bernoulli": lambda: x * torch.bernoulli(x.sigmoid()),
            "multinomial": lambda: x * x[0, 0].softmax(-1).multinomial(1).max() * 1.0,
            "rrelu": lambda: functional.rrelu(x, training=True),
            "batch norm": lambda: (
                functional.batch_norm(x, mean, variance, training=True)
                + functional.batch_norm(x, mean, variance)
            ),
        }
        return drawn[self.kind]()


class Reading(nn.Module):
    """Hands numbers out of its tensors to Python."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.weight = nn.Parameter(torch.ones(3, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        read = {
            "branch": lambda: x * 2 if x.mean() > 0 else x,
            "item": lambda: x / x.abs().max().item(),
            "float": lambda: x * math.sqrt(x.var()),
            "loop": lambda: sum(x for _ in range((x > 0.5).sum() % 5 + 1)),
            "numpy": lambda: x + torch.from_numpy(np.sign(x.numpy())),
            "list": lambda: x - torch.tensor(x.flatten().tolist()).mean(),
            "membership": lambda: x if 0.0 in x else x + 1,
            "closeness": lambda: x if torch.allclose(x, x.flip(-1)) else x + 1,
            "while": lambda: self._halved(x),
            "weight": lambda: x * self.weight.max().item(),
            "shape": lambda: x * x.shape[-1] if len(x) == 1 else x,
            "check": lambda: self._checked(x),
        }
        return read[self.kind]()  # type: ignore[no-any-return]

    @staticmethod
    def _halved(x: torch.Tensor) -> torch.Tensor:
        while x.abs().max() > 1:
            x = x / 2
        return x

    @staticmethod
    def _checked(x: torch.Tensor) -> torch.Tensor:
        if not torch.isfinite(x).all():
            raise ValueError("not finite")
        return x * 2


class ByTheBatch(nn.Module):
    """BatchNorm without statistics of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(3, track_running_stats=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(x)


# Layers


def layer(kind: str, arguments: list[Any], words: dict[str, Any]) -> nn.Module:
    """A layer of torch."""
    return getattr(nn, kind)(*arguments, **words)  # type: ignore[no-any-return]


class Unpooled(nn.Module):
    """MaxUnpool2d, for which torch.onnx has no operator."""

    def __init__(self) -> None:
        super().__init__()
        self.pool, self.unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.unpool(*self.pool(x))


class Awkward(nn.Module):
    """Raises a TypeError, but only while it is exported."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.onnx.is_in_onnx_export():
            raise TypeError("'>' not supported between instances of 'Tensor' and 'NoneType'")
        return x * 2


class Idle(nn.Module):
    """Drops, in training mode, nothing at all."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.dropout(x * 2, p=0.0)


class Angles(nn.Module):
    """atan2 of whole numbers: zeros among them, with a sign where `second` keeps one."""

    def __init__(self, second: str) -> None:
        super().__init__()
        self.second = second

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        whole = (x * 1.5).round() + 0.0
        first, second = {
            "zeros": (whole, whole),
            "negative zeros": (whole + 0.5, functional.hardswish(whole * 3)),
            "integers": (whole, whole.to(torch.int64)),
        }[self.second]
        return torch.atan2(first[:, None], second[None])


class Ignoring(nn.Module):
    """Two inputs, of which one is not used."""

    def forward(self, x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        return x * 2


class Twice(nn.Module):
    """The same tensor under two names, and its input as it is."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        y = x * 2
        return y, y, x


def exits_on_import() -> None:
    """Stands for a module that ends the program when it is imported."""
    sys.exit(1)
