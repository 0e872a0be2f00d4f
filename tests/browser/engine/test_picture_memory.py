"""A DICOM file of 4096x4096 pixels and 16 bits becomes an input in a page of 1 GiB."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import psutil
import pytest

from browser_harness.drive.pictures import decode
from browser_harness.drive.refusals import PageRefused
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.processes import MIB, MemoryWatch, largest_resident_mib
from browser_harness.launch.settings import BrowserSettings
from reference import decoding
from reference.preprocess import CHESTXNET
from reference.samples.timed_files import LARGE, large_dicoms
from xport.errors import RunnerCrashed

GIB = 1024.0
TOO_LITTLE_MIB = 48.0
Settings = Callable[..., BrowserSettings]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The file in the transfer syntaxes that are quickly read."""
    writers = large_dicoms(seed=0)
    return {name: writers[name]() for name in ("uncompressed", "JPEG lossless", "JPEG-LS")}


def let_grow(session: BrowserSession, room: Callable[[float], float]) -> list[psutil.Process]:
    """Have the kernel refuse the page's processes more than `room` MiB beside what they hold.

    Counted is writable memory that is mapped, used or not, so the limit is rather too strict.

    Args:
        room: MiB from the MiB that a process holds.
    """
    pages = session.processes.of_pages()
    assert pages
    for page in pages:
        held = page.memory_info()
        limit = held.data + int(room(held.rss / MIB) * MIB)
        page.rlimit(psutil.RLIMIT_DATA, (limit, limit))
    return pages


@pytest.mark.long
def test_large_dicom_files_are_read_where_the_page_may_hold_1_gib(
    settings: Settings, files: dict[str, bytes]
) -> None:
    with BrowserSession([], settings()) as session:
        pages = let_grow(session, lambda held: GIB - held)
        watch = MemoryWatch(partial(largest_resident_mib, pages), every_s=0.01)
        watch.start()
        for name, content in files.items():
            found = decode(session, content, [CHESTXNET.document().decode()], samples=False)
            assert (found.facts.width, found.facts.height) == (LARGE, LARGE)
            assert found.facts.white == 65535
            expected = CHESTXNET.apply(decoding.decode(content))
            assert np.array_equal(found.inputs[0], expected), name
        watch.stop()
    samples_mib = LARGE * LARGE * 2 / MIB
    assert 2 * samples_mib < watch.peak_mib < GIB


def test_a_page_that_may_hold_too_little_cannot_read_them(
    settings: Settings, files: dict[str, bytes]
) -> None:
    with BrowserSession([], settings()) as session:
        let_grow(session, lambda _: TOO_LITTLE_MIB)
        with pytest.raises((PageRefused, RunnerCrashed)):
            decode(session, files["uncompressed"], samples=False)


def test_memory_that_the_page_takes_is_seen(settings: Settings) -> None:
    with BrowserSession([], settings()) as session:
        pages = session.processes.of_pages()
        before = largest_resident_mib(pages)
        session.evaluate(f"(window.held = new Uint8Array({200 * MIB}).fill(1)).length")
        # What else the page holds may shrink meanwhile, by some tens of MiB.
        assert 140 < largest_resident_mib(pages) - before < 300
