"""ONNX's own operator tests and ours, through the direct writer, in a browser on every backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.browser.writer import operator_table
from tests.browser.writer.onnx_cases import Case, convert_all
from tests.browser.writer.writer_cases import texts
from xport.common.arrays import Array
from xport.errors import XportError
from xport.tfjs_writer.lower import supported_operators

PAGE_MODELS = 150
"""Models that are open in one page."""
RELATIVE, ABSOLUTE = 1e-5, 2e-6
"""float32 sums in another order; ONNX's own tests allow 1e-3."""
LOOSER = {
    "acos": 1e-5,  # Mesa's arc tangent is good to 2e-6 only
    "asin": 1e-5,
    "averagepool_2d_ceil_last_window_starts_on_pad": 1e-4,  # written down with four digits
}
"""Absolute, by test."""
DOCUMENT = Path(__file__).parents[3] / "docs" / "operators.md"

Converted = tuple[dict[str, Case], list[ModelSource]]


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """Every case that the writer converts; ours it has to convert."""
    folder = tmp_path_factory.mktemp("cases")
    found = convert_all(folder)
    cases, models = dict(found.cases), list(found.models)
    for text in texts():
        case = text.case()
        assert case.name not in cases
        cases[case.name] = case
        models.append(case.convert(folder / case.name))
    return cases, models


@pytest.fixture(scope="module", params=["webgl", "wasm", "cpu"])
def browser(
    request: pytest.FixtureRequest, settings: Callable[..., BrowserSettings]
) -> Iterator[BrowserSession]:
    """A browser on each backend in turn."""
    with BrowserSession([], settings(request.param, timeout_s=120.0)) as opened:
        yield opened


def test_every_case_comes_out_right(browser: BrowserSession, converted: Converted) -> None:
    cases, models = converted
    backend = browser.settings.backend
    if backend == "webgl":  # where every shader takes its time to compile
        models = [model for model in models if "_expanded" not in model.id]
    wrong = []
    for start in range(0, len(models), PAGE_MODELS):
        chunk = models[start : start + PAGE_MODELS]
        browser.reopen(chunk)
        for model in chunk:
            problem = _problem(browser, cases[model.id])
            wrong += [f"{model.id}: {problem}"] if problem else []
    assert len(models) > 900
    assert not wrong, f"{len(wrong)} of {len(models)} on {backend}:\n" + "\n".join(wrong)


def _problem(browser: BrowserSession, case: Case) -> str:
    try:
        outputs = browser.run(case.name, case.inputs).outputs
    except XportError as error:
        return error.what
    return difference(outputs, case.outputs, LOOSER.get(case.name, ABSOLUTE))


def difference(found: Mapping[str, Array], expected: Mapping[str, Array], absolute: float) -> str:
    """How outputs differ, or nothing."""
    if found.keys() != expected.keys():
        return f"outputs {sorted(found)} for {sorted(expected)}"
    for name, values in expected.items():
        dtype = np.dtype(np.int32) if values.dtype == np.int64 else values.dtype
        if found[name].shape != values.shape or found[name].dtype != dtype:
            return f"{name}: {found[name].dtype}{found[name].shape}, not {dtype}{values.shape}"
        if dtype != np.float32:
            equal = np.array_equal(found[name], values)
        else:
            equal = np.allclose(found[name], values, RELATIVE, absolute, equal_nan=True)
        if not equal:
            return f"{name}: {found[name].ravel()[:6]}, not {values.ravel()[:6]}"
    return ""


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
