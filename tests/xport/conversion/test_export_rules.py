"""What an exporter gets wrong by itself: pools with a divisor of their own, idle dropouts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.on_wasm import on_wasm
from tests.xport.conversion.stages.other_peoples_modules import (
    answers,
    convert,
    layer,
    signature,
)
from xport.conversion.export_rules import without_divisors

pytestmark = pytest.mark.slow

POOLS: list[tuple[Any, dict[str, Any]]] = [
    (2, {"divisor_override": 3}),
    ((2, 3), {"stride": 2, "padding": 1, "divisor_override": 5, "count_include_pad": False}),
    (3, {"stride": 2, "padding": (1, 0), "ceil_mode": True, "divisor_override": 2}),
    ((3, 2), {"stride": (3, 4), "padding": 1, "ceil_mode": True, "divisor_override": -1}),
]


@pytest.mark.parametrize(("kernel", "words"), POOLS)
@pytest.mark.parametrize("size", [(5, 5), (6, 7), (4, 9)])
def test_a_pool_divides_by_its_own_divisor(
    kernel: Any, words: dict[str, Any], size: tuple[int, int], tmp_path: Path
) -> None:
    shape = (1, 2, *size)
    out = layer("AvgPool2d", [kernel], words)(torch.zeros(shape))
    given = signature([("x", shape, "float32")], [("y", tuple(out.shape), "float32")])
    made = convert("layer", given, tmp_path, kind="AvgPool2d", arguments=[kernel], words=words)
    expected, found = answers(made)
    np.testing.assert_allclose(found["y"], expected["y"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("ceil", [False, True])
def test_pools_over_three_axes_are_written_alike(ceil: bool) -> None:
    x = torch.randn(1, 2, 5, 6, 7, generator=torch.Generator().manual_seed(1))
    pool = nn.AvgPool3d((2, 3, 2), 2, (1, 1, 0), ceil_mode=ceil, divisor_override=7)
    with without_divisors():
        found = pool(x)
    torch.testing.assert_close(found, pool(x))


def test_a_pool_without_a_divisor_is_left_alone() -> None:
    x = torch.randn(1, 2, 5, 6)
    with without_divisors():
        found = functional.avg_pool2d(input=x, kernel_size=3)
    torch.testing.assert_close(found, functional.avg_pool2d(x, 3), rtol=0, atol=0)


@pytest.mark.parametrize(("kernel", "dilation"), [(2, 3), (3, 2)])
def test_a_dilated_pool_with_a_ceiling_is_right_in_a_browser(
    kernel: int, dilation: int, tmp_path: Path
) -> None:
    """Its last window reaches further into the padding than ONNX Runtime allows."""
    words = {"stride": 3, "padding": 1, "dilation": dilation, "ceil_mode": True}
    shape = (1, 2, 7, 7)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(7))
    out = layer("MaxPool2d", [kernel], words)(x)
    given = signature([("x", shape, "float32")], [("y", tuple(out.shape), "float32")])
    arguments: dict[str, Any] = {"kind": "MaxPool2d", "arguments": [kernel], "words": words}
    made = convert("layer", given, tmp_path, **arguments)
    expected, found = answers(made)
    np.testing.assert_array_equal(found["y"], expected["y"])
    np.testing.assert_array_equal(on_wasm(made[-1], {"x": x.numpy()})["y"], out.numpy())


def test_a_dropout_that_drops_nothing_is_no_dropout(tmp_path: Path) -> None:
    spec = [("x", (1, 3, 8, 8), "float32")]
    made = convert("Idle", signature(spec, [("y", *spec[0][1:])]), tmp_path)
    expected, found = answers(made)
    np.testing.assert_array_equal(found["y"], expected["y"])


@pytest.mark.parametrize(("size", "to"), [(26, 64), (49, 100), (7, 17)])
def test_scales_that_mean_sizes_are_written_as_sizes(size: int, to: int, tmp_path: Path) -> None:
    """As float32 they would be a little too large, and an element another."""
    shapes = (1, 1, size, size), (1, 1, to, to)
    given = signature([("x", shapes[0], "float32")], [("y", shapes[1], "float32")])
    words = {"scale_factor": to / size, "mode": "nearest"}
    made = convert("layer", given, tmp_path, 2, kind="Upsample", arguments=[], words=words)
    graph = onnx.load(str(made[1].path / "model.onnx")).graph
    (resize,) = (node for node in graph.node if node.op_type == "Resize")
    assert (resize.input[2], len(resize.input)) == ("", 4)
    sizes = {value.name: onnx.numpy_helper.to_array(value) for value in graph.initializer}
    assert sizes[resize.input[3]].tolist() == list(shapes[1])


@pytest.mark.parametrize("factor", [2, 0.5, 2.46, 1.7])
def test_other_scales_stay_scales(factor: float, tmp_path: Path) -> None:
    to = int(26 * factor)
    given = signature([("x", (1, 1, 26, 26), "float32")], [("y", (1, 1, to, to), "float32")])
    words = {"scale_factor": factor, "mode": "nearest"}
    made = convert("layer", given, tmp_path, 2, kind="Upsample", arguments=[], words=words)
    graph = onnx.load(str(made[1].path / "model.onnx")).graph
    (resize,) = (node for node in graph.node if node.op_type == "Resize")
    assert len(resize.input) == 3
    expected, found = answers(made)
    np.testing.assert_array_equal(found["y"], expected["y"])


@pytest.mark.parametrize("factor", [8 / 3, 7 / 3, 100 / 49, 1.1, 1.3])
@pytest.mark.parametrize("size", [(5, 4), (26, 9), (49, 30)])
def test_nearest_takes_the_elements_that_pytorch_takes(
    factor: float, size: tuple[int, int], tmp_path: Path
) -> None:
    words = {"scale_factor": factor, "mode": "nearest"}
    out = layer("Upsample", [], words)(torch.zeros(1, 1, *size))
    given = signature([("x", (1, 1, *size), "float32")], [("y", tuple(out.shape), "float32")])
    made = convert("layer", given, tmp_path, kind="Upsample", arguments=[], words=words)
    expected, found = answers(made)
    np.testing.assert_array_equal(found["y"], expected["y"])


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize(("factor", "size"), [(7 / 3, (30, 30)), (7 / 3, (49, 30)), (1.3, (30, 9))])
def test_interpolation_has_the_sizes_that_pytorch_has(
    factor: float, size: tuple[int, int], align: bool, mode: str, tmp_path: Path
) -> None:
    """Runtimes round coordinates of so many elements by up to 2e-5 with any factor."""
    words = {"scale_factor": factor, "mode": mode, "align_corners": align}
    out = layer("Upsample", [], words)(torch.zeros(1, 1, *size))
    given = signature([("x", (1, 1, *size), "float32")], [("y", tuple(out.shape), "float32")])
    made = convert("layer", given, tmp_path, 2, kind="Upsample", arguments=[], words=words)
    expected, found = answers(made)
    np.testing.assert_allclose(found["y"], expected["y"], rtol=0, atol=4e-5)


@pytest.mark.parametrize("second", ["zeros", "negative zeros", "integers"])
def test_the_angle_of_zeros_is_that_of_pytorch(second: str, tmp_path: Path) -> None:
    """But of two zeros, the second with a sign: ONNX keeps none."""
    given = signature([("x", (40,), "float32")], [("y", (40, 40), "float32")])
    made = convert("Angles", given, tmp_path, second=second)
    expected, found = answers(made)
    assert (expected["y"] == np.float32(np.pi / 2)).any()
    assert ((expected["y"] == np.float32(np.pi)).any()) == (second != "negative zeros")
    np.testing.assert_allclose(found["y"], expected["y"], atol=1e-6)
