"""Small graphs with computed integers: indices, quotients, orders, and windows of other kinds."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.writer.writer_cases import MIXED, Text


def integer_texts() -> Iterator[Text]:
    """Every graph."""
    yield from _picked()
    yield from _placed()
    yield from _divided()
    yield from _before_a_product()
    yield from _powers()
    yield from _ordered()
    yield from _windows()
    yield from _volumes()
    yield from _sampled()
    yield from _put_together()


def _within(length: int, name: str = "i") -> str:
    """Indices within an axis, counted from either end, of the input `j`."""
    return (
        f"w = Constant<value = int32[1] {{{2 * length}}}>() "
        f"v = Constant<value = int32[1] {{{length}}}>() "
        f"m = Mod(j, w) n = Sub(m, v) {name} = Cast<to = 7>(n)"
    )


def _picked() -> Iterator[Text]:
    """By indices that are computed, of values of one to four axes, channels last too."""
    shapes = ("7", "5,3", "2,5,3", "2,4,3,5")
    for rank, shape in enumerate(shapes, 1):
        for axis in range(rank):
            length = int(shape.split(",")[axis])
            inputs = f"float[{shape}] x, int32[2,3] j"
            body = f"{_within(length)} y = Gather<axis = {axis}>(x, i)"
            yield Text(f"gather_computed_{rank}_{axis}", inputs, body)
            inputs = f"float[{shape}] x, int32[{shape}] j"
            body = f"{_within(length)} y = GatherElements<axis = {axis}>(x, i)"
            yield Text(f"gather_elements_computed_{rank}_{axis}", inputs, body)
    embedding = f"{_within(11)} e = Gather(TABLE, i) y = LayerNormalization(e, S)"
    yield Text("embedding", "int32[2,5] j, float[11,4] TABLE, float[4] S", embedding)
    one = f"{_within(4)} p = Squeeze(i) y = Gather<axis = 1>(x, p)"
    yield Text("gather_one_computed", "float[2,4,3] x, int32[1] j", one)
    body = f"c = Conv(x, W) {_within(6)} y = Gather<axis = 1>(c, i)"
    yield Text("gather_channels_computed", f"{MIXED}, int32[3] j", body)
    nd = f"{_within(3)} y = GatherND(x, i)"
    yield Text("gather_nd_computed_elements", "float[3,4,5] x, int32[2,3] j", nd)
    yield Text("gather_nd_computed_slices", "float[3,4,5] x, int32[2,2,2] j", nd)
    body = f"{_within(4)} y = GatherND<batch_dims = 1>(x, i)"
    yield Text("gather_nd_computed_batch", "float[2,4,5] x, int32[2,3,1] j", body)
    yield Text("gather_nd_computed_batch_all", "float[2,4,5] x, int32[2,2] j", body)
    body = f"{_within(4)} b = Greater(x, ZERO) g = Gather(b, i) y = Cast<to = 1>(g)"
    yield Text("gather_bool_computed", "float[4,3] x, int32[2] j", body)


def _placed() -> Iterator[Text]:
    """Places are all different, but where updates are added."""
    for axis in (0, 1):
        body = f"k, i = TopK<axis = {axis}>(z, THREE) y = ScatterElements<axis = {axis}>(x, i, k)"
        yield Text(f"scatter_elements_computed_{axis}", "float[4,5] x, float[4,5] z", body)
    inputs = "float[4,5] x, int32[4,5] j, float[4,5] z"
    body = f'{_within(4)} y = ScatterElements<reduction = "add">(x, i, z)'
    yield Text("scatter_elements_added", inputs, body)
    body = f'{_within(4)} y = ScatterND<reduction = "add">(x, i, z)'
    yield Text("scatter_nd_added", "float[4,5] x, int32[6,1] j, float[6,5] z", body)
    yield Text("scatter_nd_added_elements", "float[4,5] x, int32[6,2] j, float[6] z", body)
    body = "k, t = TopK(s, THREE) i = Unsqueeze(t, LAST) y = ScatterND(x, i, z)"
    yield Text("scatter_nd_computed", "float[5,4] x, float[5] s, float[3,4] z", body)
    body = 'y = ScatterElements<axis = 1, reduction = "add">(x, PLACES, z)'
    yield Text("scatter_elements_added_constant", "float[3,4] x, float[3,2] z", body)


def _before_a_product() -> Iterator[Text]:
    """Three by three, which leaves texels beside a packed texture's tensor: they must be finite."""
    inputs = "float[3,3] x, float[3,3] z"
    yield Text("fmod_before_a_product_webgl", inputs, "v = Mod<fmod = 1>(x, z) y = MatMul(v, z)")
    body = "u = Cast<to = 2>(j) v = Cast<to = 1>(u) y = MatMul(v, z)"
    yield Text("uint8_before_a_product_webgl", "int32[3,3] j, float[3,3] z", body)


def _divided() -> Iterator[Text]:
    """Every sign, multiples, and numbers up to 2^24."""
    wide = "h = Mul(j, BIG) a = Add(h, k)"
    for name, numbers in {"small": "a = Add(j, k)", "large": wide}.items():
        for op in ("Div", "Mod", "Mod<fmod = 1>"):
            body = f"{numbers} o = Constant<value = int32[1] {{1}}>() f = Mul(d, d) "
            body += f"e = Add(f, o) y = {op}(a, e)"
            title = op.lower().split("<")[0] + ("_fmod" if "fmod" in op else "")
            inputs = "int32[6,7] j, int32[7] k, int32[6,1] d"
            yield Text(f"int_{title}_{name}", inputs, body)
            body = f"{numbers} y = {op}(a, DIVISORS)"
            yield Text(f"int_{title}_signs_{name}", "int32[6,7] j, int32[7] k", body)


def _powers() -> Iterator[Text]:
    """Pools and norms of every power that has a way of its own."""
    for power in (1, 2, 3):
        yield Text(
            f"global_lp_pool_{power}", "float[2,3,4,5] x", f"y = GlobalLpPool<p = {power}>(x)"
        )
        words = f"p = {power}, kernel_shape = [3,2], pads = [1,0,1,1], strides = [2,1]"
        yield Text(f"lp_pool_{power}", "float[2,3,6,5] x", f"y = LpPool<{words}>(x)")
        words = f"p = {power}, axis = 1"
        if power < 3:
            body = f"y = LpNormalization<{words}>(x)"
            yield Text(f"lp_normalization_{power}", "float[2,3,4] x", body)


def _ordered() -> Iterator[Text]:
    for axis in range(3):
        for largest in (0, 1):
            words = f"axis = {axis}, largest = {largest}"
            body = f"y, i = TopK<{words}>(x, TWO)"
            yield Text(f"topk_{axis}_{largest}", "float[3,4,5] x", body)
            body = f"v, y = TopK<{words}>(x, TWO)"
            yield Text(f"topk_places_{axis}_{largest}", "float[3,4,5] x", body)
    ties = "r = Round(x) v, y = TopK<largest = {}>(r, SEVEN)"
    yield Text("topk_ties", "float[3,7] x", ties.format(1))
    yield Text("topk_ties_smallest", "float[3,7] x", ties.format(0))
    yield Text("sort_channels", MIXED, "c = Conv(x, W) y, i = TopK<axis = 1>(c, SIXTH)")
    yield Text("sort_integers", "int32[2,7] x", "y, i = TopK<largest = 0>(x, SEVEN)")
    yield Text("bitwise_not", "int32[6,7] j", "y = BitwiseNot(j)")
    for axis in (-1, 0, 1):
        body = f"i = Cast<to = 7>(j) y = OneHot<axis = {axis}>(i, SEVEN, PAIR)"
        yield Text(f"one_hot_{axis}", "int32[3,4] j", body)


def _windows() -> Iterator[Text]:
    """Dilated pools, and pools over three axes."""
    for pads in ("0,0,0,0", "1,2,1,0"):
        for strides in ("1,1", "2,1"):
            words = f"kernel_shape = [2,3], dilations = [2,2], strides = [{strides}]"
            body = f"c = Conv(x, W) y = MaxPool<{words}, pads = [{pads}]>(c)"
            yield Text(f"dilated_max_{pads}_{strides}".replace(",", ""), MIXED, body)
    body = "y = MaxPool<kernel_shape = [3], dilations = [3]>(x)"
    yield Text("dilated_max_1d", "float[2,3,11] x", body)
    for op in ("MaxPool", "AveragePool"):
        for number, words in enumerate((
            "kernel_shape = [2,3,2]", "kernel_shape = [2,2,2], strides = [2,1,2]",
            "kernel_shape = [3,2,2], pads = [1,0,1,1,1,0], strides = [1,2,1]",
            "kernel_shape = [2,3,3], ceil_mode = 1, strides = [2,2,2]",
        )):  # fmt: skip
            yield Text(f"{op.lower()}_3d_{number}", "float[2,3,5,6,4] x", f"y = {op}<{words}>(x)")
    body = "y = AveragePool<kernel_shape = [2,2,3], pads = [1,1,1,0,1,1], count_include_pad = 1>(x)"
    yield Text("averagepool_3d_padded", "float[1,2,4,4,5] x", body)
    for op in ("GlobalAveragePool", "GlobalMaxPool"):
        yield Text(f"{op.lower()}_3d", "float[2,3,4,3,2] x", f"y = {op}(x)")


def _volumes() -> Iterator[Text]:
    """Convolutions over three axes."""
    cases = {
        "plain": ("2,3,4,5,6", "4,3,2,3,3", ""),
        "one_by_one": ("1,3,4,3,2", "5,3,1,1,1", ""),
        "padded": ("1,3,4,5,4", "2,3,3,2,3", "<pads = [1,0,1,2,1,0]>"),
        "strided": (
            "1,4,7,6,5",
            "4,2,3,3,2",
            "<group = 2, strides = [2,1,2], pads = [1,1,0,1,1,0]>",
        ),
        "dilated": ("1,2,7,6,7", "3,2,3,2,2", "<dilations = [2,3,1]>"),
    }  # fmt: skip
    for name, (x, w, words) in cases.items():
        inputs = f"float[{x}] x, float[{w}] W, float[{w.split(',')[0]}] B"
        yield Text(f"conv_3d_{name}", inputs, f"y = Conv{words}(x, W, B)")


def _sampled() -> Iterator[Text]:
    """Inside and outside of the picture."""
    for mode in ("linear", "nearest"):
        for padding in ("zeros", "border", "reflection"):
            for aligned in (0, 1):
                words = f'mode = "{mode}", padding_mode = "{padding}", align_corners = {aligned}'
                name = f"grid_sample_{mode}_{padding}_{aligned}"
                body = f"y = GridSample<{words}>(x, g)"
                yield Text(name, "float[2,3,4,5] x, float[2,3,6,2] g", body)
    body = "c = Conv(x, W) p = Tanh(g) s = GridSample(c, p) y = Relu(s)"
    yield Text("grid_sample_channels_last", f"{MIXED}, float[1,4,4,2] g", body)


def _put_together() -> Iterator[Text]:
    """Places moved by a matrix, and windows added up."""
    for aligned in (0, 1):
        for size in ("2,3,4,5", "2,3,2,4,5"):
            axes = size.count(",") - 1
            body = (
                f"s = Constant<value = int64[{axes + 2}] {{{size}}}>() "
                f"y = AffineGrid<align_corners = {aligned}>(x, s)"
            )
            inputs = f"float[2,{axes},{axes + 1}] x"
            yield Text(f"affine_grid_{axes}_{aligned}", inputs, body)
    sizes = "i = Constant<value = int64[2] {5,6}>() b = Constant<value = int64[2] {2,3}>() "
    for number, (words, columns) in enumerate((
        ("", 16), ("strides = [2,1], pads = [1,1,0,2]", 21), ("dilations = [2,2]", 6),
    )):  # fmt: skip
        body = f"{sizes} y = Col2Im{f'<{words}>' if words else ''}(x, i, b)"
        yield Text(f"col2im_{number}", f"float[2,12,{columns}] x", body)
