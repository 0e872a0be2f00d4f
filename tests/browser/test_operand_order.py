"""Operands in different orders of axes, in a real browser: what ONNX Runtime says comes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from browser_harness.models import ModelSource
from browser_harness.session import BrowserSession
from browser_harness.settings import BrowserSettings
from tests.browser.onnx_cases import Case
from tests.browser.operand_cases import Sheet, sheets
from xport.arrays import Array

RELATIVE, ABSOLUTE = 1e-5, 2e-6
"""A few roundings of float32."""

Settings = Callable[..., BrowserSettings]


def wrong(session: BrowserSession, sheet: Sheet, case: Case) -> list[str]:
    """The cases of a sheet that do not come out as ONNX Runtime has them."""
    found = session.run(case.name, case.inputs).outputs
    assert found.keys() == case.outputs.keys()
    return [sheet.labels[name] for name in found if not _alike(found[name], case.outputs[name])]


def _alike(found: Array, expected: Array) -> bool:
    if (found.shape, found.dtype) != (expected.shape, expected.dtype):
        return False
    return np.allclose(found, expected, RELATIVE, ABSOLUTE, equal_nan=True)


def test_no_operand_hands_on_another_order_than_its_own(settings: Settings, tmp_path: Path) -> None:
    tried = {sheet.name: sheet for sheet in sheets()}
    cases = {name: sheet.case() for name, sheet in tried.items()}
    models = [case.convert(tmp_path / name) for name, case in cases.items()]
    with BrowserSession(models, settings("wasm", timeout_s=120.0)) as session:
        found = {name: wrong(session, tried[name], cases[name]) for name in tried}
    lines = [f"{name}: {label}" for name, labels in found.items() for label in labels]
    count = sum(len(sheet.labels) for sheet in tried.values())
    assert count > 2000
    assert not lines, f"{len(lines)} of {count}:\n" + "\n".join(lines)
