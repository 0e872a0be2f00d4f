"""Operators without weights: element by element, reductions, movements, choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

from tests.fuzz_modules.step import MAKERS, Choice, Shape, Step, operator, simple

UNARY: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    name: getattr(torch, name)
    for name in ("abs", "neg", "exp", "sin", "cos", "atan", "tanh", "sigmoid", "erf",
                 "floor", "ceil", "round", "sign", "square",
                 "asinh", "sinh", "cosh", "reciprocal", "trunc", "tan")
}  # fmt: skip
UNARY |= {
    "log": lambda x: torch.log(x.abs() + 0.5), "sqrt": lambda x: torch.sqrt(x.abs()),
    "rsqrt": lambda x: torch.rsqrt(x.abs() + 0.5), "log1p": lambda x: torch.log1p(x.abs()),
    "expm1": torch.expm1, "acos": lambda x: torch.acos(torch.sin(x) * 0.9),
    "asin": lambda x: torch.asin(torch.sin(x) * 0.9), "acosh": lambda x: torch.acosh(x.abs() + 1.5),
    "atanh": lambda x: torch.atanh(torch.sin(x) * 0.9), "frac": torch.frac, "lgamma": torch.lgamma,
    "nan to num": torch.nan_to_num, "logical not": lambda x: ~(x > 0), "isnan": torch.isnan,
    "isinf": torch.isinf, "to int": lambda x: x.int(), "to bool": lambda x: x.bool(),
    "to double": lambda x: x.double().float(), "to half": lambda x: x.half().float(),
}  # fmt: skip
ACTIVATIONS: dict[str, Callable[..., torch.Tensor]] = {
    name: getattr(functional, name)
    for name in ("relu", "relu6", "silu", "mish", "elu", "selu", "celu", "leaky_relu", "softplus",
                 "softsign", "hardswish", "hardsigmoid", "hardtanh", "hardshrink", "softshrink",
                 "tanhshrink", "logsigmoid", "gelu", "threshold")
    if name != "threshold"
}  # fmt: skip
ACTIVATIONS |= {
    "gelu tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "threshold": lambda x: functional.threshold(x, 0.2, -1.0),
    "rrelu": functional.rrelu,
    "normalize": lambda x: functional.normalize(x, dim=-1),
}
for _name, _function in {**UNARY, **ACTIVATIONS}.items():
    simple(_name, _function)
simple("flatten", lambda x: x.flatten(1))
simple("channel shuffle", lambda x: functional.channel_shuffle(x, 2), 4)
simple("pixel shuffle", lambda x: functional.pixel_shuffle(x, 2), 4)
simple("pixel unshuffle", lambda x: functional.pixel_unshuffle(x, 2), 4)
simple("unfold", lambda x: functional.unfold(x, 2), 4)
simple("random", lambda x: x + torch.rand_like(x))
simple("diagonal", lambda x: x.diagonal(dim1=-1, dim2=-2))

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "maximum": torch.maximum, "minimum": torch.minimum,
    "greater": lambda a, b: a > b, "less or equal": lambda a, b: a <= b,
    "equal": lambda a, b: a == b,
    "pow": lambda a, b: a.abs() ** b, "remainder": torch.remainder, "fmod": torch.fmod,
    "floor divide": lambda a, b: a // b, "atan2": torch.atan2, "hypot": torch.hypot,
}  # fmt: skip


def _binary(name: str, function: Callable[[Any, Any], Any]) -> None:
    def make(choice: Choice, shape: Shape) -> Step:
        sign = choice.of(-1.0, 1.0) if name not in ("pow",) else 1.0
        if choice.chance(0.2):
            number = sign * choice.of(0.5, 1.0, 2.0, 3.0)
            if choice.chance(0.5):
                return Step(name, lambda x: function(x, torch.tensor(number)))
            return Step(name, lambda x: function(torch.tensor(number), x))
        constant = sign * choice.positive(*choice.broadcast(shape))
        if choice.chance(0.3):
            return Step(name, lambda x: function(x, x.abs() + 0.5))
        if choice.chance(0.5):
            return Step(name, lambda x, c: function(c, x), [], [constant])
        return Step(name, lambda x, c: function(x, c), [], [constant])

    MAKERS[name] = make


for _name, _function in BINARY.items():
    _binary(_name, _function)


@operator("where")
def where(choice: Choice, shape: Shape) -> Step:
    mask, constant = (
        choice.normal(*choice.broadcast(shape)) > 0,
        choice.normal(*choice.broadcast(shape)),
    )
    return Step("where", choice.of(
        lambda x, m, c: torch.where(m, x, c), lambda x, m, c: torch.where(m, c, x),
        lambda x, m, c: torch.where(x > c, x, c), lambda x, m, c: x.masked_fill(m, -2.0),
    ), [], [mask, constant])  # fmt: skip


@operator("clamp")
def clamp(choice: Choice, shape: Shape) -> Step:
    low, high = choice.of(None, -0.5), choice.of(0.5, 1.5)
    return Step("clamp", lambda x: x.clamp(low, high))


def _reduced(name: str, function: Callable[..., Any]) -> None:
    def make(choice: Choice, shape: Shape) -> Step:
        axes = tuple({choice.between(0, len(shape) - 1) for _ in range(choice.between(1, 2))})
        keep = choice.chance(0.5)
        return Step(name, lambda x: function(x, axes, keep))

    MAKERS[name] = make


for _name, _function in {
    "mean": lambda x, a, k: x.mean(a, k), "sum": lambda x, a, k: x.sum(a, k),
    "amax": lambda x, a, k: x.amax(a, k), "amin": lambda x, a, k: x.amin(a, k),
    "prod": lambda x, a, k: x.prod(a[0], k), "norm": lambda x, a, k: x.norm(2, a, k),
    "logsumexp": lambda x, a, k: x.logsumexp(a, k), "var": lambda x, a, k: x.var(a, keepdim=k),
    "std": lambda x, a, k: x.std(a, unbiased=False, keepdim=k),
    "argmax": lambda x, a, k: x.argmax(a[0], k).int(),
    "argmin": lambda x, a, k: x.argmin(a[0], k).int(),
    "max": lambda x, a, k: x.max(a[0], k)[0], "any": lambda x, a, k: (x > 0).any(a[0], k),
    "all": lambda x, a, k: (x > -1).all(a[0], k), "median": lambda x, a, k: x.median(a[0], k)[0],
}.items():  # fmt: skip
    _reduced(_name, _function)


def _along(name: str, function: Callable[..., Any]) -> None:
    def make(choice: Choice, shape: Shape) -> Step:
        axis = choice.axis(shape)
        return Step(name, lambda x: function(x, axis))

    MAKERS[name] = make


for _name, _function in {
    "softmax": functional.softmax, "log softmax": functional.log_softmax,
    "softmin": functional.softmin, "glu": functional.glu,
    "cumsum": torch.cumsum, "cumprod": torch.cumprod, "flip": lambda x, a: x.flip([a]),
    "roll": lambda x, a: x.roll(1, a), "cat with itself": lambda x, a: torch.cat([x, x.sin()], a),
    "stack": lambda x, a: torch.stack([x, x.cos()], a), "unsqueeze": lambda x, a: x.unsqueeze(a),
    "sort": lambda x, a: x.sort(a)[0], "topk": lambda x, a: x.topk(1, a)[0],
    "first half": lambda x, a: x.chunk(2, a)[0], "split": lambda x, a: x.split(1, a)[-1],
    "unbind": lambda x, a: x.unbind(a)[0], "select": lambda x, a: x.select(a, -1),
    "repeat interleave": lambda x, a: x.repeat_interleave(2, a), "diff": lambda x, a: x.diff(dim=a),
}.items():  # fmt: skip
    _along(_name, _function)


@operator("permute")
def permute(choice: Choice, shape: Shape) -> Step:
    order = list(range(len(shape)))
    choice.random.shuffle(order)
    return Step("permute", lambda x: x.permute(order))


@operator("reshape")
def reshape(choice: Choice, shape: Shape) -> Step:
    at = choice.between(0, len(shape) - 2)
    joined = (*shape[:at], shape[at] * shape[at + 1], *shape[at + 2 :])
    wanted = choice.of(joined, (shape[0], -1), (-1, shape[-1]), tuple(reversed(shape)))
    return Step("reshape", lambda x: x.reshape(wanted))


@operator("expand")
def expand(choice: Choice, shape: Shape) -> Step:
    return Step("expand", lambda x: x.unsqueeze(0).expand(2, *shape))


@operator("tile")
def tile(choice: Choice, shape: Shape) -> Step:
    counts = [choice.of(1, 1, 2) for _ in shape]
    return Step("tile", lambda x: x.repeat(counts))


@operator("slice")
def cut(choice: Choice, shape: Shape) -> Step:
    axis = choice.between(0, len(shape) - 1)
    start, step = choice.between(-shape[axis], shape[axis] - 1), choice.of(1, 1, 2)
    index = tuple(slice(start, None, step) if i == axis else slice(None) for i in range(len(shape)))
    return Step("slice", lambda x: x[index])


@operator("gather")
def gather(choice: Choice, shape: Shape) -> Step:
    axis = choice.between(0, len(shape) - 1)
    picked = torch.tensor([choice.between(0, shape[axis] - 1) for _ in range(3)])
    return Step("gather", lambda x, i: x.index_select(axis, i), [], [picked])


@operator("take along")
def take_along(choice: Choice, shape: Shape) -> Step:
    axis = choice.between(0, len(shape) - 1)
    index = torch.randint(0, shape[axis], shape, generator=choice.numbers)
    return Step("take along", lambda x, i: x.gather(axis, i), [], [index])


@operator("scatter")
def scatter(choice: Choice, shape: Shape) -> Step:
    axis = choice.between(0, len(shape) - 1)
    index = torch.randint(0, shape[axis], shape, generator=choice.numbers)
    add = choice.chance(0.5)
    method = "scatter_add" if add else "scatter"
    return Step(
        method, lambda x, i: getattr(x, method)(axis, i * 0 if not add else i, x), [], [index]
    )


@operator("pad")
def pad(choice: Choice, shape: Shape) -> Step:
    count = choice.between(1, min(3, len(shape) - 1))
    mode = choice.of("constant", "constant", "reflect", "replicate", "circular")
    amounts = [choice.between(-1 if mode == "constant" else 0, 2) for _ in range(2 * count)]
    value = choice.of(0.0, 1.5) if mode == "constant" else None
    return Step("pad", lambda x: functional.pad(x, amounts, mode, value))


@operator("resize")
def resize(choice: Choice, shape: Shape) -> Step | None:
    modes = {3: ("nearest", "linear"), 4: ("nearest", "bilinear", "bicubic", "nearest-exact"),
             5: ("nearest", "trilinear")}  # fmt: skip
    if len(shape) not in modes:
        return None
    mode = choice.of(*modes[len(shape)])
    words: dict[str, Any] = {"mode": mode}
    if choice.chance(0.5):
        words["scale_factor"] = choice.of(2, 3, 0.5, 1.5)
    else:
        words["size"] = choice.sizes(len(shape) - 2, 1, 9)
    if mode.endswith(("linear", "cubic")):
        words["align_corners"] = choice.of(True, False)
        words["antialias"] = mode in ("bilinear", "bicubic") and choice.chance(0.2)
    return Step("resize", lambda x: functional.interpolate(x, **words))


@operator("grid sample")
def grid_sample(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) != 4:
        return None
    grid = choice.normal(shape[0], 3, 3, 2) * 0.5
    return Step(
        "grid sample", lambda x, g: functional.grid_sample(x, g, align_corners=False), [], [grid]
    )


@operator("tril")
def tril(choice: Choice, shape: Shape) -> Step:
    return Step("tril", choice.of(torch.tril, torch.triu))


@operator("one hot")
def one_hot(choice: Choice, shape: Shape) -> Step:
    return Step("one hot", lambda x: functional.one_hot(x.abs().clamp(max=3).long(), 4).float())


@operator("cdist")
def cdist(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) not in (2, 3):
        return None
    return Step("cdist", lambda x, c: torch.cdist(x, c), [], [choice.normal(2, shape[-1])])
