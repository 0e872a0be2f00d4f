"""Warming up compiles everything and leaves nothing; shared programs compute the same numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.browser.writer.small_network import SIZE, SmallNetwork
from xport.formats.tfjs_model import signature_of

Settings = Callable[..., BrowserSettings]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ModelSource:
    """A small network as TF.js."""
    folder = SmallNetwork().write(tmp_path_factory.mktemp("small") / "network")
    return ModelSource("small", folder, signature_of(folder))


IMAGE = np.random.default_rng(4).normal(size=(1, 3, SIZE, SIZE)).astype(np.float32)


def test_the_first_run_after_it_compiles_nothing(source: ModelSource, settings: Settings) -> None:
    with BrowserSession([source], settings("webgl")) as session:
        warm = session.warm_up("small")
        assert warm.skipped is None
        assert warm.programs is not None
        assert warm.programs > 10
        assert 0 < warm.longest_block <= warm.seconds
        before = session.run("small", {"image": IMAGE})
        assert session.warm_up("small").programs == 0
        after = session.run("small", {"image": IMAGE})
        assert before.memory_before.tensors == after.memory_after.tensors
        assert before.memory_after.bytes == after.memory_after.bytes
        for name, values in before.outputs.items():
            assert np.array_equal(values, after.outputs[name])


def test_shared_programs_are_fewer_and_give_the_same_numbers(
    source: ModelSource, settings: Settings
) -> None:
    outputs, programs = [], []
    for stock in (True, False):
        with BrowserSession([source], settings("webgl", stock_kernels=stock)) as session:
            programs.append(session.warm_up("small").programs)
            outputs.append(session.run("small", {"image": IMAGE}).outputs)
    stock, shared = programs
    assert stock is not None
    assert shared is not None
    assert shared < stock
    for name, values in outputs[0].items():
        assert np.array_equal(values, outputs[1][name]), name


def test_other_backends_say_why_there_is_nothing_to_do(
    source: ModelSource, settings: Settings
) -> None:
    with BrowserSession([source], settings("cpu")) as session:
        warm = session.warm_up("small")
    assert (warm.seconds, warm.programs) == (0, None)
    assert warm.skipped == "cpu compiles nothing per model"
