"""ONNX's own operator tests and ours, through the direct writer, in a browser on every backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import onnx
import pytest

from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.browser.writer import operator_table
from tests.browser.writer.backend_run import (
    ABSOLUTE,
    Converted,
    convert_every,
    difference,
    on_webgl,
    operators_of,
    slice_of,
    wrong_of,
)
from tests.browser.writer.operator_table import DOCUMENT
from xport.tfjs_writer.lower import supported_operators


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """Every case that the writer converts; ours it has to convert."""
    return convert_every(tmp_path_factory.mktemp("cases"))


@pytest.fixture(scope="module", params=["webgl", "wasm", "cpu"])
def browser(
    request: pytest.FixtureRequest, settings: Callable[..., BrowserSettings]
) -> Iterator[BrowserSession]:
    """A browser on each backend in turn."""
    with BrowserSession([], settings(request.param, timeout_s=120.0)) as opened:
        yield opened


def test_every_case_comes_out_right(browser: BrowserSession, converted: Converted) -> None:
    """Every one on wasm, a fixed part on the others: all of them on WebGL is `make operators`."""
    (cases, models), backend = converted, browser.settings.backend
    if backend != "wasm":
        models = slice_of(cases, on_webgl(models) if backend == "webgl" else models)
    wrong = list(wrong_of(browser, cases, models))
    assert len(models) > (900 if backend == "wasm" else 150)
    assert not wrong, f"{len(wrong)} of {len(models)}:\n" + "\n".join(wrong)


def test_the_slice_for_webgl_has_every_operator(converted: Converted) -> None:
    cases, models = converted
    chosen = slice_of(cases, on_webgl(models))
    assert len(chosen) < 0.6 * len(on_webgl(models))
    assert operators_of(cases, chosen) == operators_of(cases, on_webgl(models))


def test_every_supported_operator_is_run(converted: Converted) -> None:
    run = {node.op_type for case in converted[0].values() for node in case.model.graph.node}
    unknown = {op for op in supported_operators() if not onnx.defs.has(op)}
    assert set(supported_operators()) - run <= unknown, "operators that no test runs"


def test_the_table_in_the_docs_is_up_to_date() -> None:
    written = DOCUMENT.read_text()
    if f"onnx {onnx.__version__}'s" in written:
        assert written == operator_table.table(), "run `make goldens` and review the diff"
        return
    now = operator_table.passed_by_operator(operator_table.table())
    for operator, passed in operator_table.passed_by_operator(written).items():
        assert now[operator] > 0 or not passed, f"no test of {operator} passes any more"


def test_a_difference_is_seen() -> None:
    values = {"y": np.array([1.0, np.nan], np.float32)}
    assert not difference(values, values, ABSOLUTE)
    for other in ([1.0001, np.nan], [1.0, 2.0], [np.nan, np.nan]):
        assert "y" in difference({"y": np.array(other, np.float32)}, values, ABSOLUTE)
    assert "float32(1,)" in difference({"y": np.ones(1, np.float32)}, values, ABSOLUTE)
    assert difference({}, values, ABSOLUTE)
