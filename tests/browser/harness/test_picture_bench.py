"""The page that measures times a picture on its way to an input, and sees what blocks the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from browser_harness.drive.refusals import PageRefused
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from browser_harness.measure.picture_bench import Reading
from reference import decoding
from reference.preprocess import CHESTXNET
from reference.samples.timed_files import JPEG, PNG, timed_files

BUSY_S = 0.06


@pytest.fixture(scope="module")
def page(settings: Callable[..., BrowserSettings]) -> Iterator[BrowserSession]:
    with BrowserSession([], settings(bench=True)) as opened:
        yield opened


@pytest.mark.parametrize("name", [PNG, JPEG])
def test_what_is_timed_is_the_input_that_python_prepares(page: BrowserSession, name: str) -> None:
    content = timed_files(seed=3)[name]
    found = Reading("exact", content, CHESTXNET).timed(page)
    assert np.array_equal(found.array, CHESTXNET.apply(decoding.decode(content)))
    assert 0 < found.seconds < 30
    assert found.longest_block is None


def test_canvas_is_timed_alike(page: BrowserSession) -> None:
    content = timed_files(seed=3)[PNG]
    found = Reading("canvas", content, CHESTXNET).timed(page, watched=True)
    expected = CHESTXNET.apply(decoding.decode(content))
    assert not np.array_equal(found.array, expected)
    np.testing.assert_allclose(found.array, expected, atol=0.3)
    assert found.longest_block is not None
    assert 0 < found.longest_block <= found.seconds


def test_new_worker_is_started_where_one_is_asked_for(page: BrowserSession) -> None:
    reading = Reading("exact", timed_files(seed=3)[PNG], CHESTXNET)
    count = "performance.getEntriesByName(location.origin + '/picture.worker.js').length"
    reading.timed(page)
    before = page.evaluate(count)
    reading.timed(page)
    assert page.evaluate(count) == before
    reading.timed(page, fresh=True)
    assert page.evaluate(count) == before + 1  # type: ignore[operator]


def test_page_that_is_busy_is_seen(page: BrowserSession) -> None:
    busy = f"const t = performance.now(); while (performance.now() - t < {BUSY_S * 1000});"
    page.evaluate(f"window.busy = setInterval(() => {{ {busy} }}, 0)")
    try:
        found = Reading("exact", timed_files(seed=3)[PNG], CHESTXNET).timed(page, watched=True)
    finally:
        page.evaluate("clearInterval(window.busy)")
    assert found.longest_block is not None
    assert found.longest_block >= BUSY_S


def test_what_a_pipeline_cannot_prepare_has_no_time(page: BrowserSession) -> None:
    with pytest.raises(PageRefused, match="browsers decode PNG and JPEG, and no DICOM"):
        Reading("canvas", bytes(128) + b"DICM", CHESTXNET).timed(page)
    with pytest.raises(PageRefused, match="there is no pipeline nearest"):
        Reading("nearest", timed_files(seed=3)[PNG], CHESTXNET).timed(page)
