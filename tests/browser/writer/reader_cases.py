"""Operators that treat axes unlike, as templates for values in any order of axes.

See `operand_cases`. `m` and `l` are float values in two orders; `k` and `h` are constants of the
shape that stands beside the template.
"""

from __future__ import annotations

from collections.abc import Iterator

Shape = tuple[int, ...]


def readers(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Templates for two values of a shape, each with its constants' shape."""
    yield from _by_axis(shape)
    yield from _movements(shape)
    yield from _products(shape)
    if len(shape) > 2:
        yield from _channels(shape)
    if len(shape) == 4:
        yield from _pictures(shape)


def _by_axis(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Along each axis in turn: reductions, scans, softmax, normalisation, parts."""
    for axis in range(len(shape)):
        for keep in (0, 1):
            words = f"axis = {axis}, keepdims = {keep}"
            yield f"{{y}} = ArgMax<{words}>({{m}})", ()
            yield f"{{y}} = ArgMin<{words}, select_last_index = 1>({{m}})", ()
            for op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceLogSumExp", "ReduceL2"):
                axes = f"{{a}} = Constant<value = int64[1] {{{{{axis}}}}}>()"
                yield f"{axes} {{y}} = {op}<keepdims = {keep}>({{m}}, {{a}})", ()
        if len({*shape}) == 1:
            less = f"{{a}} = Constant<value_ints = [{axis}]>() "
            less += "{p} = ReduceMax<keepdims = 0>({m}, {a})"
            for pair in ("{p}, {l}", "{l}, {p}", "{p}, {k}", "{k}, {p}"):
                yield f"{less} {{y}} = Sub({pair})", shape
        yield f"{{y}} = Softmax<axis = {axis}>({{m}})", ()
        yield f"{{a}} = Constant<value_int = {axis}>() {{y}} = CumSum({{m}}, {{a}})", ()
        last = shape[axis:]
        yield f"{{y}} = LayerNormalization<axis = {axis}>({{m}}, {{k}}, {{h}})", last
        yield f"{{y}} = LayerNormalization<axis = {axis}>({{m}}, {{k}})", (*last[:-1], 1)
        if last == last[::-1]:
            dropped = f"{{a}} = Constant<value_ints = {list(range(axis))}>()"
            if axis:
                computed = f"{dropped} {{p}} = ReduceMax<keepdims = 0>({{m}}, {{a}})"
                yield f"{computed} {{y}} = LayerNormalization<axis = {axis}>({{m}}, {{p}})", ()
        yield f"{{y}} = LayerNormalization<axis = {axis}>({{m}}, {{l}})", ()
        yield f"{{y}}, {{a}} = Split<axis = {axis}, num_outputs = 2>({{m}})", ()
        turned = "{a} = Constant<value_ints = [1, 0, 1, 1]>()"
        yield f"{turned} {{y}} = Gather<axis = {axis}>({{m}}, {{a}})", ()
        yield f"{{a}} = Constant<value_int = 1>() {{y}} = Gather<axis = {axis}>({{m}}, {{a}})", ()
        for pair in ("{m}, {k}", "{k}, {m}", "{k}, {m}, {l}", "{m}, {l}"):
            yield f"{{y}} = Concat<axis = {axis}>({pair})", shape


def _movements(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """What moves, repeats and cuts."""
    rank = len(shape)
    numbers = {
        "pads": [int(i == 0) for i in range(rank)] + [int(i == rank - 1) for i in range(rank)],
        "counts": [1 + (i == 0) for i in range(rank)],
        "joined": [shape[0], -1],
        "front": [-1, shape[-1]],
        "grown": [2, *shape],
        "parted": [*shape[:-1], 1, shape[-1]],
    }

    def ints(name: str) -> str:
        return f"{{a}} = Constant<value_ints = {numbers[name]}>()"

    for name in ("joined", "front", "parted"):
        yield f"{ints(name)} {{y}} = Reshape({{m}}, {{a}})", ()
    yield f"{ints('grown')} {{y}} = Expand({{m}}, {{a}})", ()
    yield f"{ints('counts')} {{y}} = Tile({{m}}, {{a}})", ()
    for mode in ("constant", "reflect", "edge", "wrap"):
        yield f'{ints("pads")} {{y}} = Pad<mode = "{mode}">({{m}}, {{a}})', ()
    for upper in (0, 1):
        yield f"{{y}} = Trilu<upper = {upper}>({{m}})", ()
    yield "{y} = Flatten<axis = 1>({m})", ()
    yield "{y} = ThresholdedRelu<alpha = 0.5>({m})", ()
    yield "{y} = Shrink<lambd = 0.6, bias = 0.2>({m})", ()
    yield "{y} = PRelu({m}, {l})", ()
    minus, far = "{a} = Constant<value_ints = [-1]>()", "{p} = Constant<value_ints = [-9]>()"
    yield f"{minus} {far} {{y}} = Slice({{m}}, {{a}}, {{p}}, {{a}}, {{a}})", ()


def _products(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Matrix products with a constant on either side, and what Gemm adds."""
    *batch, rows, columns = shape
    yield "{y} = MatMul({k}, {m})", (*batch, columns, rows)
    yield "{y} = MatMul({m}, {k})", (*batch, columns, rows)
    yield "{y} = MatMul({k}, {m})", (rows,)
    yield "{y} = MatMul({m}, {k})", (columns,)
    yield "{y} = MatMul({k}, {m})", (columns, rows)
    yield "{y} = MatMul({m}, {k})", (columns, rows)
    if rows == columns:
        yield "{y} = MatMul({m}, {l})", ()
    if len(shape) > 2:
        return
    for words in ("alpha = 0.5", "transA = 1", "transB = 1"):
        yield f"{{y}} = Gemm<{words}>({{m}}, {{k}})", shape[:: 1 if "trans" in words else -1]
        yield f"{{y}} = Gemm<{words}>({{k}}, {{m}})", shape[:: 1 if "trans" in words else -1]
    if rows == columns:
        for three in ("{k}, {h}, {m}", "{m}, {k}, {l}", "{m}, {l}, {k}", "{l}, {m}, {m}"):
            yield f"{{y}} = Gemm<beta = 0.5>({three})", shape
            yield f"{{y}} = Gemm({three})", shape
    else:
        yield "{a} = MatMul({k}, {m}) {y} = Gemm({k}, {m}, {a})", shape[::-1]
    yield '{y} = Einsum<equation = "ij,jk->ki">({k}, {m})', shape[::-1]
    yield '{y} = Einsum<equation = "ij,kj->ik">({m}, {k})', shape


def _channels(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """By channel, with constant and with computed parameters."""
    channels = (shape[1],)
    yield "{a} = Abs({k}) {y} = BatchNormalization({m}, {k}, {h}, {h}, {a})", channels
    others = [axis for axis in range(len(shape)) if axis != 1]
    means = (
        f"{{a}} = Constant<value_ints = {others}>() {{p}} = ReduceL2<keepdims = 0>({{m}}, {{a}})"
    )
    yield f"{means} {{y}} = BatchNormalization({{m}}, {{p}}, {{p}}, {{k}}, {{p}})", channels
    yield "{y} = InstanceNormalization({m}, {k}, {h})", channels
    yield f"{means} {{y}} = InstanceNormalization({{m}}, {{p}}, {{k}})", channels
    yield f"{{y}} = GroupNormalization<num_groups = {shape[1]}>({{m}}, {{k}}, {{h}})", channels
    yield "{y} = GroupNormalization<num_groups = 1>({m}, {k}, {h})", channels
    yield f"{means} {{y}} = GroupNormalization<num_groups = 1>({{m}}, {{p}}, {{k}})", channels
    yield "{y} = GlobalAveragePool({m})", ()
    window = f"kernel_shape = {[2] * (len(shape) - 2)}"
    if len(shape) < 5:
        yield f"{{y}} = MaxPool<{window}>({{m}})", ()
        yield f"{{y}} = AveragePool<{window}, pads = {[1] * (2 * len(shape) - 4)}>({{m}})", ()
        kernel = (shape[1], shape[1], *(2,) * (len(shape) - 2))
        yield "{y} = Conv({m}, {k})", kernel
        yield "{y} = ConvTranspose({m}, {k})", kernel
        two = [2] * (len(shape) - 2)
        yield f"{{y}} = ConvTranspose<strides = {two}>({{m}}, {{k}})", kernel
        depthwise = f"group = {shape[1]}"
        yield f"{{y}} = ConvTranspose<{depthwise}>({{m}}, {{k}})", (shape[1], 1, *kernel[2:])
        words = f"{depthwise}, strides = {two}"
        yield f"{{y}} = ConvTranspose<{words}>({{m}}, {{k}})", (shape[1], 1, *kernel[2:])
        yield f"{{y}} = Conv<{depthwise}>({{m}}, {{k}})", (shape[1], 1, *kernel[2:])
        if shape[:2] == (shape[0],) * 2:
            yield "{y} = Conv({m}, {l})", ()


def _pictures(shape: Shape) -> Iterator[tuple[str, Shape]]:
    """Resizing, and blocks of pixels."""
    yield "{y} = MeanVarianceNormalization({m})", ()
    yield "{y} = LRN<size = 3>({m})", ()
    size = [*shape[:2], 2 * shape[2], 3 * shape[3]]
    for mode in ("nearest", "linear", "cubic"):
        sizes = f"{{a}} = Constant<value_ints = {size}>()"
        yield f'{sizes} {{y}} = Resize<mode = "{mode}">({{m}}, , , {{a}})', ()
    yield "{a} = Concat<axis = 1>({m}, {m}, {m}, {m}) {y} = DepthToSpace<blocksize = 2>({a})", ()
