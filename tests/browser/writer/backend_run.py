"""ONNX's own operator tests and ours in a browser; `python -m tests.browser.writer.backend_run`.

The command runs all of them on WebGL, but for function bodies, and writes what became of them into
docs/operators.md. Exit code 1 if one is wrong.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.browser.writer.onnx_cases import Case, convert_all
from tests.browser.writer.operator_table import write_webgl
from tests.browser.writer.writer_cases import texts
from xport.common.arrays import Array
from xport.errors import XportError

PAGE_MODELS = 150
"""Models that are open in one page."""
SLICE = 8
"""One in so many of a CI run's tests is run on WebGL, and on the cpu backend."""
RELATIVE, ABSOLUTE = 1e-5, 2e-6
"""float32 sums in another order; ONNX's own tests allow 1e-3."""
LOOSER = {
    "acos": 1e-5,  # Mesa's arc tangent is good to 2e-6 only
    "asin": 1e-5,
    "averagepool_2d_ceil_last_window_starts_on_pad": 1e-4,  # written down with four digits
}
"""Absolute, by test."""

Converted = tuple[dict[str, Case], list[ModelSource]]


def main() -> int:
    """Run all on WebGL, and write it down."""
    settings = BrowserSettings(backend="webgl", timeout_s=120.0)
    with tempfile.TemporaryDirectory() as folder, BrowserSession([], settings) as browser:
        cases, models = convert_every(Path(folder))
        models = on_webgl(models)
        wrong = []
        for line in wrong_of(browser, cases, models):
            wrong.append(line)
            print(line, flush=True)
        facts = browser.environment()
    print(f"{len(wrong)} wrong of {len(models)}")
    write_webgl(len(models), len(wrong), f"{facts.browser} {facts.version}")
    return int(bool(wrong))


def convert_every(folder: Path) -> Converted:
    """Every case that the writer converts, in `folder`; ours it has to convert."""
    found = convert_all(folder)
    cases, models = dict(found.cases), list(found.models)
    for text in texts():
        case = text.case()
        assert case.name not in cases
        cases[case.name] = case
        models.append(case.convert(folder / case.name))
    return cases, models


def on_webgl(models: Sequence[ModelSource]) -> list[ModelSource]:
    """Those that are run on WebGL: every one but function bodies."""
    return [model for model in models if "_expanded" not in model.id]


def slice_of(cases: Mapping[str, Case], models: Sequence[ModelSource]) -> list[ModelSource]:
    """One in SLICE, those named after WebGL, and the first of each operator not among them."""
    chosen = [m for i, m in enumerate(models) if not i % SLICE or m.id.endswith("_webgl")]
    seen = operators_of(cases, chosen)
    for model in models:
        more = operators_of(cases, [model]) - seen
        if more:
            chosen.append(model)
            seen |= more
    return chosen


def operators_of(cases: Mapping[str, Case], models: Sequence[ModelSource]) -> set[str]:
    """The operators in the graphs of these models."""
    return {node.op_type for model in models for node in cases[model.id].model.graph.node}


def wrong_of(
    browser: BrowserSession, cases: Mapping[str, Case], models: Sequence[ModelSource]
) -> Iterator[str]:
    """Run the models, and yield a line for each that is wrong."""
    for start in range(0, len(models), PAGE_MODELS):
        chunk = models[start : start + PAGE_MODELS]
        browser.reopen(chunk)
        for model in chunk:
            problem = _problem(browser, cases[model.id])
            if problem:
                yield f"{model.id}: {problem}"


def _problem(browser: BrowserSession, case: Case) -> str:
    try:
        outputs = browser.run(case.name, case.inputs).outputs
    except XportError as error:
        rounded = browser.settings.backend == "webgl" and _beyond_webgl(case)
        return "" if rounded and "would round" in error.what else error.what
    if browser.settings.backend == "webgl" and _beyond_webgl(case):
        return "integers that float32 rounds were taken"
    absolute = max(case.within, LOOSER.get(case.name, ABSOLUTE))
    return difference(outputs, case.outputs, absolute, max(case.within, RELATIVE))


def _beyond_webgl(case: Case) -> bool:
    """Whether an input holds integers that WebGL's float32 would round."""
    integers = [one.astype(np.int64) for one in case.inputs.values() if one.dtype == np.int32]
    return any(one.size > 0 and np.abs(one).max() > 2**24 for one in integers)


def difference(
    found: Mapping[str, Array],
    expected: Mapping[str, Array],
    absolute: float,
    relative: float = RELATIVE,
) -> str:
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
            equal = np.allclose(found[name], values, relative, absolute, equal_nan=True)
        if not equal:
            return f"{name}: {found[name].ravel()[:6]}, not {values.ravel()[:6]}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
