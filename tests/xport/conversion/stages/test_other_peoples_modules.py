"""Modules as other people write them: PyTorch's numbers, or one line that names what is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.on_wasm import on_wasm
from tests.xport.conversion.stages.other_peoples_modules import answers, convert, signature
from xport.common import isolated
from xport.conversion.export_repairs import POOLS
from xport.errors import ConversionError, ExitCode, InputError, XportError
from xport.recording.runners.torch_runner import TorchRunner

pytestmark = pytest.mark.slow

IMAGE = ("x", (1, 4, 8, 8), "float32")
SMALL = ("x", (1, 3, 8, 8), "float32")
SAME = signature([IMAGE], [("y", (1, 4, 8, 8), "float32")])
SAME_SMALL = signature([SMALL], [("y", (1, 3, 8, 8), "float32")])
PAIR = [("first", (1, 3, 8, 8), "float32"), ("second", (1, 3, 8, 8), "float32")]


def refused(name: str, given: Any, root: Path, last: int = 3, **arguments: Any) -> XportError:
    """The error of a conversion that must fail: one line, and not of an unexpected kind."""
    with pytest.raises(XportError) as caught:
        convert(name, given, root, last, **arguments)
    said = str(caught.value)
    assert "\n" not in said
    assert "Traceback" not in said
    return caught.value


@pytest.mark.parametrize(
    "name", ["TiedWeight", "SharedLayer", "ExpandedBuffer", "ViewOfParameter", "OddBuffers"]
)
def test_tensors_that_share_memory_keep_their_numbers(name: str, tmp_path: Path) -> None:
    expected, found = answers(convert(name, SAME, tmp_path))
    np.testing.assert_allclose(found["y"], expected["y"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ComplexBuffer", "'turns' of the module's state dict is complex (torch.complex64)"),
        ("SparseBuffer", "'links' of the module's state dict is sparse"),
        ("ExtraState", "'_extra_state' of the module's state dict is a dict, not a tensor"),
    ],
)
def test_a_state_dict_of_anything_but_real_dense_tensors_is_refused_by_name(
    name: str, words: str, tmp_path: Path
) -> None:
    error = refused(name, SAME, tmp_path, 1)
    assert isinstance(error, InputError)
    assert words in str(error)


@pytest.mark.parametrize("kind", ["dict", "ordered", "dataclass", "tuple", "list"])
def test_outputs_come_by_name_or_by_place(kind: str, tmp_path: Path) -> None:
    expected, found = answers(convert("Returning", signature([SMALL], PAIR), tmp_path, kind=kind))
    assert not np.allclose(expected["first"], expected["second"])
    for name in ("first", "second"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("nested", "returns a tuple of (float32[1, 3, 8, 8], a tuple of (float32[1, 3, 8, 8], "),
        ("nested dict", "second: a dict of (deep: float32[1, 3, 8, 8])), the file names first, "),
        ("none", "returns a tuple of (float32[1, 3, 8, 8], None), the file names first, second"),
        ("nothing", "the module returns None, the file names first, second"),
        ("text", "the module returns a str, the file names first, second"),
        ("three", "float32[1, 3, 8, 8], float32[1, 3, 8, 8]), the file names first, second"),
        ("one", "the module returns float32[1, 3, 8, 8], the file names first, second"),
        ("int64", "second: int64[1, 8, 8], which TF.js does not carry; let the module return it."
         "int()"),
        ("half", "second: float16[1, 3, 8, 8], which TF.js does not carry; let the module return "
         "it.float()"),
        ("bfloat16", "it.float()"),
        ("uint8", "it.int()"),
        ("complex", "second: complex64[1, 3, 8, 8], which TF.js does not carry"),
        ("number", "second: float32[], a number without an axis; let the module return it.reshape"),
        ("empty", "second: float32[0, 3, 8, 8], which cannot be an output"),
        ("double", "second: float64[1, 3, 8, 8], the file says float32[1, 3, 8, 8]"),
        ("bool", "second: bool[1, 3, 8, 8], the file says float32[1, 3, 8, 8]"),
    ],
)  # fmt: skip
def test_outputs_that_are_none_are_described(kind: str, words: str, tmp_path: Path) -> None:
    error = refused("Returning", signature([SMALL], PAIR), tmp_path, 1, kind=kind)
    assert error.exit_code is ExitCode.BAD_INPUT
    assert error.where == "signature.outputs"
    assert words in str(error)


def test_a_mapping_with_other_keys_is_described(tmp_path: Path) -> None:
    given = signature([SMALL], [("y", (1, 3, 8, 8), "float32"), PAIR[1]])
    error = refused("Returning", given, tmp_path, 1, kind="dict")
    assert "a dict of (second: float32[1, 3, 8, 8], first: float32" in error.what
    assert "the file names y, second" in error.what


@pytest.mark.parametrize(("kind", "dtype"), [("bool", "bool"), ("int32", "int32")])
def test_bool_and_int32_outputs_are_carried(kind: str, dtype: str, tmp_path: Path) -> None:
    given = signature([SMALL], [PAIR[0], ("second", (1, 3, 8, 8), dtype)])
    expected, found = answers(convert("Returning", given, tmp_path, kind=kind))
    assert found["second"].dtype == dtype
    np.testing.assert_array_equal(found["second"], expected["second"])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("network", "raised URLError: <urlopen error no network>"),
        ("file", "raised FileNotFoundError: [Errno 2] No such file: '/weights.bin'"),
        ("runtime", "raised RuntimeError: CUDA is not available"),
        ("exit", "raised SystemExit: usage: train.py"),
        ("key", "raised KeyError: 'resnet'"),
        ("assertion", "raised AssertionError"),
        ("import", "raised ImportError: No module named 'timm'"),
        ("type", "refuses its arguments: unexpected keyword"),
    ],
)
def test_a_factory_that_raises_is_named_with_what_it_raised(
    kind: str, words: str, tmp_path: Path
) -> None:
    error = refused("Raising", SAME, tmp_path, 1, kind=kind)
    assert error.exit_code is ExitCode.BAD_INPUT
    assert error.where in ("factory", "arguments")
    assert "other_peoples_modules:Raising" in error.what
    assert words in error.what


@pytest.mark.parametrize(
    ("inputs", "outputs", "where", "words"),
    [
        ([SMALL], [("y", (1, 4, 6, 6), "float32")], "signature.outputs",
         "the module gives y: float32[1, 3, 8, 8], the file says float32[1, 4, 6, 6]"),
        ([SMALL], [("y", (1, 3, 8, 8), "int32")], "signature.outputs", "the file says int32"),
        ([SMALL], [("y", (1, 9), "float32")], "signature.outputs", "the file says float32[1, 9]"),
        ([SMALL], PAIR, "signature.outputs", "the file names first, second"),
        ([("x", (1, 3, 9, 8), "float32")], [("y", (1, 3, 8, 8), "float32")], "signature.outputs",
         "the module gives y: float32[1, 3, 9, 8]"),
        ([IMAGE], [("y", (1, 3, 8, 8), "float32")], "signature.inputs",
         "does not accept the declared inputs (x: float32[1, 4, 8, 8])"),
        ([("x", (3, 8), "float32")], [("y", (1, 3, 8, 8), "float32")], "signature.inputs", "x: "),
        ([("x", (1, 3, 8, 8), "int32")], [("y", (1, 3, 8, 8), "float32")], "signature.inputs",
         "x: int32[1, 3, 8, 8]"),
        ([SMALL, ("z", (1, 3), "float32")], [("y", (1, 3, 8, 8), "float32")], "signature.inputs",
         "z: float32[1, 3]"),
    ],
)  # fmt: skip
def test_a_signature_that_the_module_does_not_have_is_named_by_its_key(
    inputs: Any, outputs: Any, where: str, words: str, tmp_path: Path
) -> None:
    error = refused("Returning", signature(inputs, outputs), tmp_path, 1, kind="one")
    assert error.exit_code is ExitCode.BAD_INPUT
    assert error.where == where
    assert words in error.what


@pytest.mark.parametrize("kind", ["torch", "numpy", "python", "time"])
def test_a_module_that_is_another_function_at_every_build_is_named(
    kind: str, tmp_path: Path
) -> None:
    error = refused("RandomAttribute", SAME_SMALL, tmp_path, 1, kind=kind)
    assert error.where == "factory"
    assert "is not reproducible: two builds of " in error.what
    assert "other_peoples_modules:RandomAttribute" in error.what


def test_a_buffer_that_is_not_kept_must_be_the_same_at_every_build(tmp_path: Path) -> None:
    assert "is not reproducible" in refused("HiddenBuffer", SAME_SMALL, tmp_path, 1).what


def export_hashed(root: Path) -> None:
    convert("RandomAttribute", SAME_SMALL, root, 1, kind="hash")


def convert_on(root: Path) -> None:
    from xport.conversion.pipeline import carry_out
    from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
    from xport.formats.artifact import Artifact, Format

    (root / "onnx").mkdir()
    source = Artifact(Format.TORCH, root / "torch", SAME_SMALL, "")
    carry_out(OnnxFromTorch(), source, root / "onnx")


def test_a_module_that_differs_from_process_to_process_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one does that goes by the order of a set: every process hashes otherwise."""
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    isolated.call(export_hashed, tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", "2")
    with pytest.raises(InputError, match="is not reproducible"):
        isolated.call(convert_on, tmp_path)


def test_a_module_that_differs_from_day_to_day_is_named_when_it_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then no exporter is blamed, although its conversion is an earlier one."""
    monkeypatch.setenv("NUMBER", "2")
    made = convert("RandomAttribute", SAME_SMALL, tmp_path, 1, kind="machine")[0]
    for dtype in ("float32", "float64"):
        with TorchRunner("m/torch", made.path, dtype):
            pass
    monkeypatch.setenv("NUMBER", "3")
    runner = TorchRunner("m/torch", made.path, "float32")
    with pytest.raises(InputError, match="is not reproducible: two builds of"), runner:
        pass


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("dropout", "a dropout in training mode"),
        ("dropout2d", "a dropout in training mode"),
        ("forced dropout", "a dropout in training mode"),
        ("normal", "it runs randn_like"),
        ("bernoulli", "it runs bernoulli"),
        ("multinomial", "it runs multinomial"),
        ("rrelu", "it runs rrelu_with_noise"),
        ("batch norm", "native_batch_norm in training mode"),
    ],
)
def test_a_module_that_draws_or_trains_while_it_runs_is_named_with_the_operator(
    kind: str, words: str, tmp_path: Path
) -> None:
    error = refused("Drawing", SAME_SMALL, tmp_path, 1, kind=kind)
    assert "answers the same input differently every time" in error.what
    assert words in error.what
    assert error.remedy


@pytest.mark.parametrize(
    "kind",
    ["branch", "item", "float", "loop", "numpy", "list", "membership", "closeness", "while"],
)
def test_a_number_that_the_input_decides_is_not_frozen_but_named(kind: str, tmp_path: Path) -> None:
    error = refused("Reading", SAME_SMALL, tmp_path, 1, kind=kind)
    assert "takes a number out of a tensor, and it depends on the input" in error.what
    assert "other_peoples_modules.py:" in error.what
    assert error.remedy


@pytest.mark.parametrize("kind", ["weight", "shape", "check"])
def test_numbers_that_are_the_same_for_every_input_may_be_read(kind: str, tmp_path: Path) -> None:
    expected, found = answers(convert("Reading", SAME_SMALL, tmp_path, kind=kind))
    np.testing.assert_allclose(found["y"], expected["y"], rtol=1e-6)


def test_a_norm_by_the_batch_is_refused_by_name(tmp_path: Path) -> None:
    error = refused("ByTheBatch", SAME_SMALL, tmp_path)
    assert re.search(r"operator BatchNormalization of node '.*': is in training mode", error.what)


def pools() -> list[tuple[str, list[Any], dict[str, Any], tuple[int, ...]]]:
    """Windows that end within, at the end of and beyond what is padded, on axes alike and not."""
    found: list[tuple[str, list[Any], dict[str, Any], tuple[int, ...]]] = []
    ceil = {"ceil_mode": True}
    for size in ((5, 5), (2, 7), (12, 6)):
        for kernel, stride, padding in ((2, 2, 1), (3, 3, 1), (1, 2, 0), (3, 2, 0), (2, 3, 1)):
            if min(size) + 2 * padding < kernel:
                continue
            shape = (1, 2, *size)
            found.append(("MaxPool2d", [kernel, stride, padding], ceil, shape))
            for counted in (True, False):
                words = ceil | {"count_include_pad": counted}
                found.append(("AvgPool2d", [kernel, stride, padding], words, shape))
    for size in (5, 6, 7):
        found.append(("MaxPool1d", [2, 2, 1], ceil, (1, 2, size)))
        found.append(("AvgPool1d", [3, 3, 1], ceil, (1, 2, size)))
    found.append(("MaxPool2d", [2, 3, 1, 2], ceil, (1, 2, 7, 8)))
    found.append(("MaxPool2d", [[2, 3], [2, 1], [1, 0]], ceil, (2, 2, 5, 6)))
    found.append(("AvgPool2d", [[3, 2], [2, 3], [1, 1]], ceil, (2, 2, 6, 5)))
    found.append(("LPPool2d", [2, 2], ceil, (1, 2, 5, 5)))
    return found


def test_pools_with_a_ceiling_have_pytorchs_shape_and_numbers(tmp_path: Path) -> None:
    import torch

    from tests.xport.conversion.stages.other_peoples_modules import layer

    assert len(pools()) > 40
    for number, (kind, arguments, words, shape) in enumerate(pools()):
        out = layer(kind, arguments, words)(torch.zeros(shape))
        given = signature([("x", shape, "float32")], [("y", tuple(out.shape), "float32")])
        made = convert(
            "layer", given, tmp_path / str(number), 2,
            kind=kind, arguments=arguments, words=words,
        )  # fmt: skip
        expected, found = answers(made)
        what = f"{kind} {arguments} {words} {shape}"
        np.testing.assert_allclose(found["y"], expected["y"], 1e-5, 1e-6, err_msg=what)
    assert POOLS == ("MaxPool", "AveragePool")


@pytest.mark.parametrize(
    ("kind", "shape"), [("MaxPool3d", (1, 2, 5, 5, 5)), ("AvgPool3d", (1, 2, 4, 5, 6))]
)
def test_pools_over_three_axes_with_a_ceiling_are_right_in_a_browser(
    kind: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    import torch

    from tests.xport.conversion.stages.other_peoples_modules import layer

    words = {"ceil_mode": True}
    x = np.random.default_rng(7).normal(size=shape).astype(np.float32)
    out = layer(kind, [2, 2, 1], words)(torch.from_numpy(x)).numpy()
    given = signature([("x", shape, "float32")], [("y", out.shape, "float32")])
    made = convert("layer", given, tmp_path, kind=kind, arguments=[2, 2, 1], words=words)
    found = on_wasm(made[-1], {"x": x})
    np.testing.assert_allclose(found["y"], out, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("shape", [(1, 8, 4, 4), (2, 5, 6), (1, 3, 2, 5)])
def test_local_response_norm_is_converted(
    size: int, shape: tuple[int, ...], tmp_path: Path
) -> None:
    given = signature([("x", shape, "float32")], [("y", shape, "float32")])
    words = {"alpha": 0.5, "k": 2.0}
    made = convert(
        "layer", given, tmp_path, kind="LocalResponseNorm", arguments=[size], words=words
    )
    expected, found = answers(made)
    np.testing.assert_allclose(found["y"], expected["y"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([1, 3, 2], {"padding": 3, "dilation": 2, "output_padding": 1}),
        ([1, 3, 3], {"stride": 2, "padding": 2, "dilation": 3, "output_padding": 2}),
        ([2, 2, 3], {"stride": [1, 2], "padding": 1, "dilation": 2, "output_padding": 1}),
    ],
)
def test_a_transposed_convolution_padded_as_far_as_its_stride(
    arguments: list[Any], words: dict[str, Any], tmp_path: Path
) -> None:
    import torch

    from tests.xport.conversion.stages.other_peoples_modules import layer

    shape = (1, arguments[0], 7, 7)
    out = layer("ConvTranspose2d", arguments, words)(torch.zeros(shape))
    given = signature([("x", shape, "float32")], [("y", tuple(out.shape), "float32")])
    made = convert(
        "layer", given, tmp_path, kind="ConvTranspose2d", arguments=arguments, words=words
    )
    expected, found = answers(made)
    np.testing.assert_allclose(found["y"], expected["y"], rtol=1e-5, atol=1e-6)


def test_what_onnx_runtime_does_not_run_is_one_line_with_operator_and_node(tmp_path: Path) -> None:
    words = {"padding": 0, "dilation": 2, "output_padding": 1}
    given = signature([("x", (1, 1, 7, 7), "float32")], [("y", (1, 3, 10, 10), "float32")])
    error = refused(
        "layer", given, tmp_path, kind="ConvTranspose2d", arguments=[1, 3, 2], words=words
    )
    assert isinstance(error, ConversionError)
    assert "ConvTranspose" in error.what
    assert error.remedy


@pytest.mark.parametrize(
    ("name", "words"), [("Unpooled", "max_unpool2d"), ("Awkward", "TypeError: '>' not supported")]
)
def test_what_an_exporter_raises_is_one_line_with_a_remedy(
    name: str, words: str, tmp_path: Path
) -> None:
    error = refused(name, SAME_SMALL, tmp_path)
    assert isinstance(error, ConversionError)
    assert f"torch.onnx cannot export {__package__}.other_peoples_modules:{name}" in error.what
    assert words in error.what
    assert "another opset or exporter" in error.remedy


def test_an_input_that_is_not_used_stays_an_input(tmp_path: Path) -> None:
    given = signature([SMALL, ("z", (1, 3), "float32")], [("y", (1, 3, 8, 8), "float32")])
    made = convert("Ignoring", given, tmp_path)
    expected, found = answers(made)
    np.testing.assert_array_equal(found["y"], expected["y"])
    assert made[2].signature == given


def test_one_tensor_may_be_several_outputs(tmp_path: Path) -> None:
    outputs = [(name, (1, 3, 8, 8), "float32") for name in ("b", "a", "c")]
    made = convert("Twice", signature([SMALL], outputs), tmp_path)
    expected, found = answers(made)
    for name in "abc":
        np.testing.assert_array_equal(found[name], expected[name])
