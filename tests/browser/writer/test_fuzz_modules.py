"""Random modules, through factory, PyTorch, ONNX and the direct writer, in a real browser."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.fuzz_modules import building, trial
from tests.fuzz_modules.rates import DOCUMENT, document
from tests.fuzz_modules.trial import Trial, trials

COUNT = 150
FOUND = (10147, 10494, 10527, 10562, 10597, 10617, 10716)
"""Modules that once came out wrong: `//` was exported as a division that truncates."""


@pytest.fixture(scope="module")
def tried() -> list[Trial]:
    """The first modules, and those that once came out wrong."""
    with BrowserSession([], BrowserSettings("wasm", timeout_s=120.0)) as session:
        return list(trials(session, [*range(COUNT), *FOUND]))


@pytest.mark.timeout(240)
def test_every_module_is_right_or_refused_in_words(tried: list[Trial]) -> None:
    wrong = [str(one) for one in tried if one.outcome == "wrong"]
    assert not wrong, "\n".join(wrong)
    counted = Counter(one.outcome for one in tried)
    assert len(tried) == COUNT + len(FOUND) == counted["right"] + counted["refused"]
    assert counted["right"] > COUNT / 3
    assert counted["refused"] > 10


def test_a_number_is_always_the_same_module() -> None:
    for seed in range(20):
        first, second = building.build(seed), building.build(seed)
        assert first.operators == second.operators
        assert str(first) == str(second)
    assert len({building.build(seed).operators for seed in range(40)}) > 30


def test_wrong_numbers_shapes_and_dtypes_are_seen() -> None:
    values = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
    module = torch.nn.Identity()

    def compared(found: np.ndarray) -> str:
        return trial.difference(module, values, found)

    assert not compared(values)
    assert not compared(values * np.float32(1 + 1e-6))
    for wrong in (values.T, values.astype(np.float64), values[::-1], values + 1, values * np.nan):
        assert compared(wrong)


def test_the_document_says_how_many_there_were() -> None:
    made = [Trial(0, ("add",), "right"), Trial(1, ("lstm",), "refused", "operator LSTM: no")]
    text = document(made, 0, "chromium 1")
    assert "2 random modules, numbers 0 to 1" in text
    assert "| lstm | 1 | 0 | 1 | 100% | operator LSTM: no |" in text
    assert DOCUMENT.read_text().startswith("# Random modules")
