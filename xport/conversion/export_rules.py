"""What torch.onnx's exporters have wrong, mended before they export.

- `//` is exported as a division that truncates; PyTorch rounds down.
- `atan2` is exported with the sign that the zero of its second argument has, with -pi for a first
  argument of 0 beside a negative second, and with NaN for two zeros.
- `divisor_override` of average pools is left out: a pool of whole windows, and a factor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

_AVERAGE = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")


def known_rules() -> None:
    """Tell torch.onnx's older exporter what it has wrong, in this process."""
    import torch

    register: Any = torch.onnx.register_custom_op_symbolic  # type: ignore[attr-defined]
    register("aten::floor_divide", _floor_divide, 9)
    register("aten::atan2", _atan2, 9)


def _floor_divide(g: Any, dividend: Any, divisor: Any) -> Any:
    real = {"Float", "Double", "Half", "BFloat16"}
    kinds = {value.type().scalarType() for value in (dividend, divisor)}
    if not kinds & real:
        return g.op("Div", dividend, divisor)  # refused later: integers are not divided
    return g.op("Floor", g.op("Div", dividend, divisor))


def _atan2(g: Any, y: Any, x: Any) -> Any:
    """The angle of (x, y) as PyTorch has it for zeros without a sign: ONNX keeps none."""
    import torch

    kinds = {"Double": torch.float64, "Half": torch.float16, "BFloat16": torch.bfloat16}
    kind = kinds.get(x.type().scalarType(), torch.float32)

    def number(value: float) -> Any:
        return g.op("Constant", value_t=torch.tensor(value, dtype=kind))

    if not {value.type().scalarType() for value in (y, x)} <= {"Float", *kinds}:
        y, x = (g.op("Cast", value, to_i=1) for value in (y, x))  # integers, as PyTorch does
    vertical = g.op("Equal", x, number(0.0))
    angle = g.op("Atan", g.op("Div", y, g.op("Where", vertical, number(1.0), x)))
    half_turn = g.op("Where", g.op("Less", y, number(0.0)), number(-math.pi), number(math.pi))
    angle = g.op("Where", g.op("Less", x, number(0.0)), g.op("Add", angle, half_turn), angle)
    return g.op("Where", vertical, g.op("Mul", g.op("Sign", y), number(math.pi / 2)), angle)


def without_divisors() -> Any:
    """A mode in which average pools with a `divisor_override` are written by other operators."""
    import torch
    from torch.overrides import TorchFunctionMode

    pools = {torch.nn.functional.avg_pool2d: 2, torch.nn.functional.avg_pool3d: 3}

    class WithoutDivisors(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            kwargs = kwargs or {}
            divisor = args[6] if len(args) > 6 else kwargs.get("divisor_override")
            if func not in pools or divisor is None:
                return func(*args, **kwargs)
            x = args[0] if args else kwargs["input"]
            words = {**dict(zip(_AVERAGE, args[1:6], strict=False)), **kwargs}
            return _sum_of_windows(func, pools[func], x, words) / divisor

    return WithoutDivisors()


def _sum_of_windows(pool: Any, axes: int, x: Any, words: Mapping[str, Any]) -> Any:
    """The sum of every window of an average pool: zeros at its ends make all of them whole."""
    import torch

    kernels = _each(words["kernel_size"], axes)
    strides = _each(words.get("stride") or kernels, axes)
    begins = _each(words.get("padding", 0), axes)
    pads: list[int] = []
    spatial = [int(size) for size in x.shape[-axes:]]
    for size, kernel, stride, begin in zip(spatial, kernels, strides, begins, strict=True):
        room = size + 2 * begin - kernel
        windows = (-(-room // stride) if words.get("ceil_mode") else room // stride) + 1
        windows -= (windows - 1) * stride >= size + begin
        end = max(0, (windows - 1) * stride + kernel - size - begin)
        pads = [begin, end, *pads]
    return pool(torch.nn.functional.pad(x, pads), kernels, strides) * math.prod(kernels)


def _each(value: int | Sequence[int], axes: int) -> list[int]:
    found = [value] if isinstance(value, int) else [int(size) for size in value]
    return found * axes if len(found) == 1 else found
