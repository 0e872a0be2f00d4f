"""Operators with weights or windows: convolutions, pools, normalisations, products, recurrences."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from tests.fuzz_modules.step import Choice, Shape, Step, operator

CONVS = {3: nn.Conv1d, 4: nn.Conv2d, 5: nn.Conv3d}
TRANSPOSED = {3: nn.ConvTranspose1d, 4: nn.ConvTranspose2d, 5: nn.ConvTranspose3d}


def _layer(name: str, layer: nn.Module) -> Step:
    return Step(name, lambda x, inner: inner(x), [layer])


@operator("conv")
def conv(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) not in CONVS:
        return None
    count, channels = len(shape) - 2, shape[1]
    groups = choice.of(
        1, 1, channels, choice.of(*(d for d in range(1, channels + 1) if channels % d == 0))
    )
    layer: Any = CONVS[len(shape)]
    return _layer("conv", layer(
        channels, groups * choice.between(1, 3), choice.sizes(count, 1, 3),
        stride=choice.sizes(count, 1, 2), padding=choice.sizes(count, 0, 2),
        dilation=choice.of(1, 1, 2), groups=groups, bias=choice.chance(0.7),
        padding_mode=choice.of("zeros", "zeros", "zeros", "reflect", "replicate", "circular"),
    ))  # fmt: skip


@operator("conv same")
def conv_same(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) not in (3, 4):
        return None
    layer: Any = CONVS[len(shape)]
    kernel = choice.sizes(len(shape) - 2, 1, 4)
    return _layer("conv same", layer(shape[1], 2, kernel, padding=choice.of("same", "valid")))


@operator("conv transposed")
def conv_transposed(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) not in TRANSPOSED:
        return None
    layer: Any = TRANSPOSED[len(shape)]
    stride, dilation = choice.between(1, 3), choice.of(1, 1, 2)
    extra = choice.of(0, 0, choice.between(0, max(stride, dilation) - 1))
    groups = choice.of(1, 1, shape[1])
    return _layer("conv transposed", layer(
        shape[1], groups * choice.between(1, 2), choice.sizes(len(shape) - 2, 1, 4), stride=stride,
        padding=choice.between(0, 2), output_padding=extra, dilation=dilation, groups=groups,
        bias=choice.chance(0.7),
    ))  # fmt: skip


@operator("pool")
def pool(choice: Choice, shape: Shape) -> Step | None:
    count = len(shape) - 2
    if count not in (1, 2, 3):
        return None
    kernel = choice.between(1, 3)
    words = {
        "kernel_size": kernel, "stride": choice.of(None, 1, 2, 3),
        "padding": choice.between(0, kernel // 2), "ceil_mode": choice.chance(0.5),
    }  # fmt: skip
    if choice.chance(0.5):
        words["dilation"] = choice.of(1, 1, 1, 2)
        return _layer("max pool", getattr(nn, f"MaxPool{count}d")(**words))
    words["count_include_pad"] = choice.chance(0.5)
    if count > 1:
        words["divisor_override"] = choice.of(None, None, 2, 5)
    return _layer("average pool", getattr(nn, f"AvgPool{count}d")(**words))


@operator("adaptive pool")
def adaptive_pool(choice: Choice, shape: Shape) -> Step | None:
    count = len(shape) - 2
    if count not in (1, 2, 3):
        return None
    kind = choice.of("Avg", "Max")
    layer = getattr(nn, f"Adaptive{kind}Pool{count}d")
    return _layer("adaptive pool", layer(choice.between(1, min(shape[2:]))))


@operator("lp pool")
def lp_pool(choice: Choice, shape: Shape) -> Step | None:
    count = len(shape) - 2
    if count not in (1, 2):
        return None
    layer = getattr(nn, f"LPPool{count}d")
    return _layer("lp pool", layer(choice.of(1, 2), 2, ceil_mode=choice.chance(0.3)))


@operator("max pool with indices")
def pool_with_indices(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) != 4 or min(shape[2:]) < 2:
        return None
    return Step(
        "max pool with indices", lambda x, p: p(x)[1].int(), [nn.MaxPool2d(2, return_indices=True)]
    )


@operator("max unpool")
def unpool(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) != 4 or min(shape[2:]) < 2:
        return None
    layers = [nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)]
    return Step("max unpool", lambda x, p, u: u(*p(x)), layers)


@operator("batch norm")
def batch_norm(choice: Choice, shape: Shape) -> Step | None:
    layers: dict[int, Any] = {
        2: nn.BatchNorm1d,
        3: nn.BatchNorm1d,
        4: nn.BatchNorm2d,
        5: nn.BatchNorm3d,
    }
    if len(shape) not in layers:
        return None
    tracks = choice.chance(0.9)
    layer = layers[len(shape)](shape[1], affine=choice.chance(0.8), track_running_stats=tracks)
    return _layer("batch norm" if tracks else "batch norm without statistics", layer)


@operator("instance norm")
def instance_norm(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) not in (3, 4, 5):
        return None
    layer = getattr(nn, f"InstanceNorm{len(shape) - 2}d")
    return _layer("instance norm", layer(shape[1], affine=choice.chance(0.5)))


@operator("group norm")
def group_norm(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) < 3:
        return None
    groups = choice.of(*(d for d in range(1, shape[1] + 1) if shape[1] % d == 0))
    return _layer("group norm", nn.GroupNorm(groups, shape[1], affine=choice.chance(0.7)))


@operator("layer norm")
def layer_norm(choice: Choice, shape: Shape) -> Step:
    kept = shape[choice.between(1, len(shape) - 1) :]
    return _layer("layer norm", nn.LayerNorm(kept, elementwise_affine=choice.chance(0.7)))


@operator("local response norm")
def local_response_norm(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) not in (3, 4):
        return None
    return _layer(
        "local response norm",
        nn.LocalResponseNorm(choice.between(1, 5), alpha=0.1, k=choice.of(1.0, 2.0)),
    )


@operator("linear")
def linear(choice: Choice, shape: Shape) -> Step:
    return _layer("linear", nn.Linear(shape[-1], choice.between(1, 5), bias=choice.chance(0.7)))


@operator("bilinear")
def bilinear(choice: Choice, shape: Shape) -> Step:
    return Step("bilinear", lambda x, b: b(x, x), [nn.Bilinear(shape[-1], shape[-1], 2)])


@operator("addmm")
def addmm(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) != 2:
        return None
    wide = choice.between(1, 4)
    bias = choice.normal(*choice.broadcast((shape[0], wide)))
    beta, alpha = choice.of(1, 1, 0.5, 2), choice.of(1, 1, 0.5, -1)
    return Step(
        "addmm", lambda x, b, w: torch.addmm(b, x, w, beta=beta, alpha=alpha), [],
        [bias, choice.normal(shape[1], wide)],
    )  # fmt: skip


@operator("batch norm, addmm")
def batch_norm_addmm(choice: Choice, shape: Shape) -> Step | None:
    inner = addmm(choice, shape)
    if inner is None:
        return None
    return Step("batch norm, addmm", lambda x, n, a: a(n(x)), [nn.BatchNorm1d(shape[1]), inner])


@operator("matmul")
def matmul(choice: Choice, shape: Shape) -> Step | None:
    first = choice.chance(0.5)
    inner = shape[-2] if first else shape[-1]
    other = choice.between(1, 4)
    batch = choice.broadcast(shape[:-2]) if choice.chance(0.5) else ()
    constant = choice.normal(*batch, *((other, inner) if first else (inner, other)))
    if first:
        return Step("matmul", lambda x, c: c @ x, [], [constant])
    return Step("matmul", lambda x, c: x @ c, [], [constant])


@operator("matmul with itself")
def gram(choice: Choice, shape: Shape) -> Step:
    return Step("matmul with itself", lambda x: x @ x.transpose(-1, -2))


@operator("einsum")
def einsum(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) != 3:
        return None
    equation = choice.of("bij,kj->bik", "bij,ki->bkj", "bij,kj->kbi", "bij,ki->b")
    inner = shape[2] if "kj" in equation.split("->")[0] else shape[1]
    return Step("einsum", lambda x, c: torch.einsum(equation, x, c), [], [choice.normal(2, inner)])


@operator("attention")
def attention(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) not in (3, 4):
        return None
    causal = choice.chance(0.3)
    return Step(
        "attention", lambda x: functional.scaled_dot_product_attention(x, x, x, is_causal=causal)
    )


@operator("multi-head attention")
def multi_head(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) != 3:
        return None
    layer = nn.MultiheadAttention(shape[2], 1, batch_first=choice.chance(0.5))
    return Step("multi-head attention", lambda x, a: a(x, x, x)[0], [layer])


@operator("recurrent")
def recurrent(choice: Choice, shape: Shape) -> Step | None:
    if len(shape) != 3:
        return None
    kind = choice.of("LSTM", "GRU", "RNN")
    layer = getattr(nn, kind)(shape[2], 3, batch_first=True, bidirectional=choice.chance(0.3))
    return Step(kind, lambda x, r: r(x)[0], [layer])


@operator("embedding")
def embedding(choice: Choice, shape: Shape) -> Step:
    return Step(
        "embedding", lambda x, e: e(x.nan_to_num().abs().clamp(max=4).int()), [nn.Embedding(5, 3)]
    )


@operator("prelu")
def prelu(choice: Choice, shape: Shape) -> Step:
    return _layer("prelu", nn.PReLU(choice.of(1, shape[1])))


@operator("forced dropout")
def forced_dropout(choice: Choice, shape: Shape) -> Step:
    return Step("forced dropout", lambda x: functional.dropout(x, 0.5))
