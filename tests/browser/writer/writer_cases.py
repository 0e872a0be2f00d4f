"""Small graphs for what ONNX's own tests leave out, with ONNX Runtime's results.

Each is a few words of onnx's text format. Upper-case inputs are constants of the model.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import onnx
import onnx.parser
import onnxruntime
from onnx import numpy_helper

from tests.browser.writer.onnx_cases import Case
from xport.common.arrays import Array

PICTURE = "float[1,6,7,5] x"
MIXED = f"{PICTURE}, float[6,6,1,1] W"
"""A picture for `c = Conv(x, W)`, after which a tensor is stored channels-last."""
FIXED: dict[str, Array] = {
    "ZERO": np.zeros((), np.float32),
    "TINY": np.full((), -1e-7, np.float32),
    "SIX": np.full((), 6, np.float32),
    "AT_0": np.array(0),
    "FIRST": np.array([0]),
    "LAST": np.array([-1]),
    "ONE": np.array([1]),
    "TWO": np.array([2]),
    "FAR": np.array([-100]),
    "THREE": np.array([3]),
    "SIXTH": np.array([6]),
    "SEVEN": np.array([7]),
    "PAIR": np.array([-0.5, 2.0], np.float32),
    "PLACES": np.array([[0, -1], [2, 2], [3, 1]]),
    "BIG": np.array([1234567], np.int32),
    "DIVISORS": np.array([[3], [-3], [7], [-1], [9], [-128]], np.int32),
    "TURNED": np.array([1, 0, 1]),
    "HEADS": np.array([1, 5, 3, 2, 4]),
    "JOINED": np.array([1, 5, 8]),
    "HALVES": np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 0.3], np.float32),
}
"""Constants that a body may name without declaring them."""


@dataclass(frozen=True)
class Text:
    """A graph in onnx's text format: inputs with their types, and nodes that end in `y`."""

    name: str
    inputs: str
    body: str

    def case(self) -> Case:
        """Seeded inputs and what ONNX Runtime makes of them."""
        head = '<ir_version: 8, opset_import: ["" : 21]>'
        model = onnx.parser.parse_model(f"{head} g ({self.inputs}) => (y) {{ {self.body} }}")
        inputs = {value.name: self._values(value) for value in model.graph.input}
        constants = {name: array for name, array in inputs.items() if name.isupper()}
        words = set(re.findall(r"\w+", self.body))
        constants |= {name: array for name, array in FIXED.items() if name in words}
        computed = [value for value in model.graph.input if value.name not in constants]
        del model.graph.input[:]
        model.graph.input.extend(computed)
        model.graph.initializer.extend(
            numpy_helper.from_array(array, name) for name, array in constants.items()
        )
        inputs = {name: array for name, array in inputs.items() if name not in constants}
        model = onnx.shape_inference.infer_shapes(model, data_prop=True)
        return Case(f"ours_{self.name}", "", model, inputs, run(model, inputs))

    def _values(self, value: onnx.ValueInfoProto) -> Array:
        shape = tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim)
        random = np.random.default_rng(zlib.crc32(f"{self.name}/{value.name}".encode()))
        if value.type.tensor_type.elem_type == onnx.TensorProto.INT32:
            return random.integers(-9, 9, shape, dtype=np.int32)
        return random.normal(size=shape).astype(np.float32)


def run(model: onnx.ModelProto, inputs: dict[str, Array]) -> dict[str, Array]:
    """What ONNX Runtime computes."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


def texts() -> Iterator[Text]:
    """Every graph."""
    yield from _fused()
    yield from _windows()
    yield from _random_convolutions()
    yield from _broadcasts()
    yield from _of_every_rank()
    yield from _resizes()
    yield from _products()
    yield from _layouts()
    yield from _numbers()
    from tests.browser.writer.integer_cases import integer_texts

    yield from integer_texts()


def _fused() -> Iterator[Text]:
    """Activations right behind what TF.js fuses them into, with and without a bias."""
    activations = {
        "relu": "Relu(c)", "relu6": "Clip(c, ZERO, SIX)", "elu": "Elu(c)",
        "leaky": "LeakyRelu<alpha = 0.1>(c)", "sigmoid": "Sigmoid(c)", "tanh": "Tanh(c)",
        "prelu": "PRelu(c, SLOPES)", "hard_swish": "HardSwish(c)", "mish": "Mish(c)",
        "gelu": "Gelu(c)", "gelu_tanh": 'Gelu<approximate = "tanh">(c)',
    }  # fmt: skip
    for name, activation in activations.items():
        for bias, kind in (("", name), (", B", f"{name}_biased")):
            rest = "float[4] B, float[4,1,1] SLOPES"
            body = f"c = Conv(x, W{bias}) y = {activation}"
            yield Text(f"conv_{kind}", f"{PICTURE}, float[4,6,3,3] W, {rest}", body)
            body = f"c = Conv<group = 4>(x, W{bias}) y = {activation}"
            inputs = f"float[1,4,7,5] x, float[4,1,3,3] W, {rest}"
            yield Text(f"depthwise_{kind}", inputs, body)
            body = f"c = Gemm(x, W{bias}) y = {activation}".replace("SLOPES", "B")
            yield Text(f"gemm_{kind}", f"float[3,5] x, float[5,4] W, {rest}", body)


def _windows() -> Iterator[Text]:
    """Ways to slide a window over a picture."""
    convolutions = (
        "pads = [0,2,1,0], strides = [2,3]",
        "dilations = [2,3]",
        "dilations = [2,1], pads = [2,1,2,1], strides = [2,1]",
        'auto_pad = "SAME_UPPER", strides = [2,2]',
        'auto_pad = "SAME_LOWER", strides = [3,2]',
    )
    kernels = {1: "float[4,6,3,2] W", 2: "float[4,3,3,2] W", 6: "float[12,1,3,2] W"}
    for number, how in enumerate(convolutions):
        for groups, kernel in kernels.items():
            body = f"y = Conv<group = {groups}, {how}>(x, W)"
            yield Text(f"conv_window{number}_{groups}_groups", f"{PICTURE}, {kernel}", body)
    yield Text("conv_computed_kernel", f"{PICTURE}, float[4,6,3,2] w", "y = Conv(x, w)")
    line = "y = Conv<strides = [2]>(x, W)"
    yield Text("conv_one_axis", "float[2,6,9] x, float[4,6,3] W", line)
    pools = (
        "kernel_shape = [3,2], pads = [1,0,1,1], strides = [2,2]",
        "kernel_shape = [3,3], strides = [2,2], ceil_mode = 1",
        "kernel_shape = [3,3], strides = [2,2], ceil_mode = 1, pads = [1,0,1,0]",
        'kernel_shape = [3,3], auto_pad = "SAME_LOWER", strides = [2,2]',
    )
    for number, how in enumerate(pools):
        yield Text(f"max_pool{number}", PICTURE, f"y = MaxPool<{how}>(x)")
        for counted in (0, 1):
            body = f"y = AveragePool<{how}, count_include_pad = {counted}>(x)"
            yield Text(f"mean_pool{number}_{counted}", PICTURE, body)


def _random_convolutions() -> Iterator[Text]:
    """Transposed convolutions of every geometry that 60 draws hit, in one or two dimensions."""
    random = np.random.default_rng(11)
    number = 0
    while number < 60:
        axes = int(random.integers(1, 3))
        kernel, stride, dilation = (random.integers(1, 5, axes) for _ in range(3))
        dilation = np.minimum(dilation, 3)
        size, pads = random.integers(1, 6, axes), random.integers(0, 4, 2 * axes)
        added = [int(random.integers(0, max(s, d))) for s, d in zip(stride, dilation, strict=True)]
        groups, inputs, outputs = int(random.choice([1, 1, 2, 4])), 4, int(random.integers(1, 3))
        lengths = (size - 1) * stride + added + (kernel - 1) * dilation + 1
        if (lengths - pads[:axes] - pads[axes:] < 1).any() or (np.array(added) >= stride).any():
            continue
        attributes = {
            "group": groups, "strides": stride.tolist(), "dilations": dilation.tolist(),
            "pads": pads.tolist(), "output_padding": added,
        }  # fmt: skip
        words = ", ".join(f"{name} = {value}" for name, value in attributes.items())
        shape, window = (",".join(map(str, values)) for values in (size, kernel))
        yield Text(
            f"transposed{number}",
            f"float[2,{inputs},{shape}] x, float[{inputs},{outputs},{window}] W, "
            f"float[{outputs * groups}] B",
            f"y = ConvTranspose<{words}>(x, W, B)",
        )
        number += 1


def _broadcasts() -> Iterator[Text]:
    """A picture with another, one number per channel, a row, a plane or one number."""
    others = {
        "same": "float[1,6,7,5] z", "channel": "float[6,1,1] z", "row": "float[5] z",
        "plane": "float[7,5] z", "one": "float[1] z", "constant": "float Z",
    }  # fmt: skip
    for kind, other in others.items():
        z = other[-1]
        for op in ("Add", "Sub", "Mul", "Max", "Min", "Greater", "Equal"):
            for left, right in (("c", z), (z, "c")):
                name = f"{op.lower()}_{kind}{'_left' if right == 'c' else ''}"
                body = f"c = Conv(x, W) y = {op}({left}, {right})"
                yield Text(name, f"{MIXED}, {other}", body)
        body = f"c = Conv(x, W) e = Exp({z}) y = Div(c, e)"
        yield Text(f"div_{kind}", f"{MIXED}, {other}", body)
        yield Text(f"prelu_{kind}", f"{MIXED}, {other}", f"c = Conv(x, W) y = PRelu(c, {z})")
        body = f"c = Conv(x, W) m = Greater(c, {z}) y = Where(m, c, {z})"
        yield Text(f"where_{kind}", f"{MIXED}, {other}", body)


def _of_every_rank() -> Iterator[Text]:
    """Tensors of up to six axes, which WebGL's kernels do not all take."""
    for rank in range(1, 7):
        shape = ",".join(map(str, (2, 3, 2, 4, 3, 2)[:rank]))
        order = ",".join(str((i + 1) % rank) for i in range(rank))
        ends = "{" + ",".join(str(int(i % rank == rank - 1)) for i in range(2 * rank)) + "}"
        counts = "{" + ",".join(str(1 + (i == rank - 1)) for i in range(rank)) + "}"
        pads = f"p = Constant<value = int64[{2 * rank}] {ends}>()"
        bodies = {
            "reverse": "y = Slice(x, LAST, FAR, LAST, LAST)",
            "steps": "y = Slice(x, FIRST, TWO, LAST, TWO)",
            "slice": "y = Slice(x, FIRST, ONE, LAST)",
            "add": "y = Add(x, z)",
            "where": "m = Greater(x, z) y = Where(m, x, z)",
            "where_number": "m = Greater(x, ZERO) y = Where(m, x, ZERO)",
            "tile": f"r = Constant<value = int64[{rank}] {counts}>() y = Tile(x, r)",
            "pad": f"{pads} y = Pad(x, p)",
            "edge": f'{pads} y = Pad<mode = "edge">(x, p)',
            "reflect": f'{pads} y = Pad<mode = "reflect">(x, p)',
            "transpose": f"t = Transpose<perm = [{order}]>(x) y = Add(t, ZERO)",
            "concat": f"y = Concat<axis = {rank - 1}>(x, z)",
            "sum": "y = ReduceSum(x, LAST)",
            "first_sum": "y = ReduceSum<keepdims = 1>(x, FIRST)",
            "largest": f"y = ArgMax<axis = {rank - 1}>(x)",
            "cumsum": "y = CumSum(x, AT_0)",
            "softmax": "y = Softmax<axis = 0>(x)",
            "gather": f"y = Gather<axis = {rank - 1}>(x, TURNED)",
            "expand": "s = ReduceSum(x, FIRST) y = Add(s, x)",
        }
        for name, body in bodies.items():
            second = f", float[{shape}] z" if re.search(r"\bz\b", body) else ""
            yield Text(f"{name}_rank{rank}", f"float[{shape}] x{second}", body)


def _resizes() -> Iterator[Text]:
    """Doubled, threefold and smaller, to one and unchanged, and by no whole number."""
    for size in ((14, 10), (21, 2), (1, 5), (10, 13)):
        for how in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"):
            for mode in ("nearest", "linear", "cubic"):
                rounding = "floor" if how == "asymmetric" else "round_prefer_floor"
                words = (
                    f'mode = "{mode}", coordinate_transformation_mode = "{how}", '
                    f'nearest_mode = "{rounding}"'
                )
                shape = f"s = Constant<value = int64[4] {{1,6,{size[0]},{size[1]}}}>()"
                body = f"{shape} y = Resize<{words}>(x, , , s)"
                yield Text(f"resize_{mode}_{how}_{size[0]}_{size[1]}", PICTURE, body)
    for mode in ("linear", "cubic"):
        for height, width in ((4, 3), (3, 9)):
            words = f'mode = "{mode}", antialias = 1, exclude_outside = 1'
            body = f"s = Constant<value = int64[4] {{1,6,{height},{width}}}>() "
            body += f"y = Resize<{words}>(x, , , s)"
            yield Text(f"resize_antialias_{mode}_{height}_{width}", PICTURE, body)


def _products() -> Iterator[Text]:
    """Matrix products that broadcast, and whose factors are stored the other way round."""
    factors = {
        "broadcast_left": ("1,2,3", "4,3,5"), "broadcast_right": ("4,2,3", "1,3,5"),
        "two_on_many": ("2,3", "4,2,3,5"), "many_on_two": ("4,2,2,3", "3,5"),
        "crossed": ("4,1,2,3", "1,5,3,2"), "vector": ("3", "3,2"),
    }  # fmt: skip
    for name, (a, b) in factors.items():
        yield Text(f"matmul_{name}", f"float[{a}] x, float[{b}] z", "y = MatMul(x, z)")
    body = "t = Transpose<perm = [0,2,1]>(z) y = MatMul(x, t)"
    yield Text("matmul_turned", "float[4,2,3] x, float[4,5,3] z", body)
    body = "t = Transpose<perm = [0,2,1]>(x) y = MatMul(t, z)"
    yield Text("matmul_turned_left", "float[4,3,2] x, float[4,3,5] z", body)
    yield Text("matmul_turned_on_two", "float[4,3,2] x, float[3,5] z", body)
    attention = (
        "h = Reshape(x, HEADS) t = Transpose<perm = [2,0,3,1,4]>(h) "
        "q0, k0, v0 = Split<axis = 0, num_outputs = 3>(t) q = Squeeze(q0, FIRST) "
        "k = Squeeze(k0, FIRST) v = Squeeze(v0, FIRST) kt = Transpose<perm = [0,1,3,2]>(k) "
        "s = MatMul(q, kt) p = Softmax(s) a = MatMul(p, v) b = Transpose<perm = [0,2,1,3]>(a) "
        "y = Reshape(b, JOINED)"
    )
    yield Text("attention", "float[1,5,24] x", attention)
    equations = {
        "bij,bjk->bik": ("2,3,4", "2,4,5"), "bhid,bhjd->bhij": ("1,2,3,4", "1,2,5,4"),
        "bhij,bjhd->bihd": ("1,2,3,4", "1,4,2,5"), "ij,kj->ki": ("3,4", "5,4"),
        "abc,cd->bda": ("2,3,4", "4,5"), "ab,c->acb": ("2,3", "4"), "ij,ij->i": ("3,4", "3,4"),
    }  # fmt: skip
    for number, (equation, (a, b)) in enumerate(equations.items()):
        body = f'y = Einsum<equation = "{equation}">(x, z)'
        yield Text(f"einsum{number}", f"float[{a}] x, float[{b}] z", body)


def _layouts() -> Iterator[Text]:
    """Operators on a tensor that is stored channels-last."""
    for axis in range(4):
        shape = ",".join(map(str, (1, 6, 7, 5)[axis:]))
        bodies = {
            "softmax": f"y = Softmax<axis = {axis}>(c)",
            "log_softmax": f"y = LogSoftmax<axis = {axis}>(c)",
            "concat": f"y = Concat<axis = {axis}>(c, c)",
            "layer_norm": f"y = LayerNormalization<axis = {axis}>(c, S, B)",
            "smallest": f"y = ArgMin<axis = {axis}, keepdims = 0>(c)",
            "mean": f"a = Constant<value = int64[1] {{{axis}}}>() "
            "y = ReduceMean<keepdims = 0>(c, a)",
        }
        for name, body in bodies.items():
            inputs = f"{MIXED}, float[{shape}] S, float[{shape}] B"
            yield Text(f"{name}_axis{axis}", inputs, f"c = Conv(x, W) {body}")
    bodies = {
        "second_half": "a, y = Split<axis = 1, num_outputs = 2>(c)",
        "instance_norm": "y = InstanceNormalization(c, S, B)",
        "group_norm": "y = GroupNormalization<num_groups = 3>(c, S, B)",
        "batch_norm": "v = Exp(s) y = BatchNormalization(c, s, s, s, v)",
        "lrn": "y = LRN<size = 3>(c)",
        "reflect": "p = Constant<value = int64[8] {0,0,1,2,0,0,2,1}>() "
        'y = Pad<mode = "reflect">(c, p)',
        "squeeze": "g = GlobalAveragePool(c) f = Flatten(g) y = Relu(f)",
        "flatten": "f = Flatten(c) y = Relu(f)",
        "cropped": "y = Slice(c, ONE, LAST, TWO)",
        "expanded": "g = GlobalMaxPool(c) y = Add(g, c)",
    }
    for name, body in bodies.items():
        inputs = f"{MIXED}, float[6] S, float[6] B, float[6] s"
        yield Text(name, inputs, f"c = Conv(x, W) {body}")
    excite = (
        "c = Conv(x, W) g = GlobalAveragePool(c) a = Conv(g, A) r = Relu(a) b = Conv(r, B) "
        "h = HardSigmoid(b) y = Mul(h, c)"
    )
    yield Text("squeeze_excite", f"{MIXED}, float[2,6,1,1] A, float[6,2,1,1] B", excite)
    body = "y = GroupNormalization<num_groups = 2>(x, S, B)"
    yield Text("group_norm_batch", "float[2,6,3,4] x, float[6] S, float[6] B", body)
    yield Text("space_to_depth", "float[1,3,6,4] x", "y = SpaceToDepth<blocksize = 2>(x)")
    for mode in ("DCR", "CRD"):
        body = f'y = DepthToSpace<blocksize = 2, mode = "{mode}">(x)'
        yield Text(f"depth_to_space_{mode}", "float[1,12,3,4] x", body)


def _numbers() -> Iterator[Text]:
    """Numbers at which implementations differ, and integers."""
    body = "t = Mul(x, TINY) s = Sin(t) y = Div(s, TINY)"
    yield Text("sine_of_small_numbers", "float[2,3] x", body)
    yield Text("sign_of_small_numbers", "float[2,3] x", "t = Mul(x, TINY) y = Sign(t)")
    yield Text("sign_of_zero", "float[2,3] x", "z = Sub(x, x) y = Sign(z)")
    body = "t = Mul(x, SIX) i = Cast<to = 6>(t) s = Sign(i) y = Cast<to = 1>(s)"
    yield Text("sign_of_integers", "float[2,3] x", body)
    for power in ("2.0", "0.5", "3.0", "-1.0"):
        body = f"a = Abs(x) p = Constant<value_float = {power}>() y = Pow(a, p)"
        yield Text(f"pow_{power}", "float[2,3] x", body)
    body = "p = Constant<value_float = 3.0>() y = Pow(x, p)"
    yield Text("pow_negative_base", "float[2,3] x", body)
    body = "n = Mul(x, ZERO) h = Add(n, HALVES) y = Round(h)"
    yield Text("round_half_to_even", "float[8] x", body)
    yield Text("fmod", "float[4,5] x, float[4,5] z", "y = Mod<fmod = 1>(x, z)")
    log_sum = "y = ReduceLogSumExp<keepdims = 0>(x, LAST)"
    yield Text("log_sum_exp", "float[4,5] x", log_sum)
    yield Text("triangle", "float[2,4,5] x", "y = Trilu(x, AT_0)")
    body = "m = Greater(x, ZERO) i = Cast<to = 6>(m) j = Mul(i, i) y = Cast<to = 1>(j)"
    yield Text("cast_and_back", "float[4,5] x", body)
    body = "a = Abs(x) f = Floor(a) y = Cast<to = 9>(f)"
    yield Text("cast_to_bool", "float[4,5] x", body)
    body = "s = Mul(x, SIX) b = Cast<to = 9>(s) y = Cast<to = 1>(b)"
    yield Text("cast_fractions_to_bool", "float[4,5] x", body)
    yield Text("cast_truncates", "float[4,5] x", "s = Mul(x, SIX) y = Cast<to = 6>(s)")
    body = "a = Add(x, z) b = Mul(a, x) y = Sub(b, z)"
    yield Text("integers", "int32[4,5] x, int32[5] z", body)
    yield Text("integers_compared", "int32[4,5] x, int32[5] z", "y = Greater(x, z)")
    body = "m = Greater(x, z) y = Where(m, x, z)"
    yield Text("integers_chosen", "int32[4,5] x, int32[5] z", body)
    yield Text("integers_reduced", "int32[4,5] x", "y = ReduceMax<keepdims = 0>(x, LAST)")
    yield Text("constant_output", "float[2] x, float[3] K", "s = Add(x, x) y = Identity(K)")
