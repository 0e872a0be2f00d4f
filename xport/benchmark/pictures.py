"""Measuring how the page turns image files into inputs: time, blocks of the page, memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reference.preprocess import Preprocess
from xport.benchmark import targets
from xport.benchmark.document import (
    LargePicture,
    PictureResult,
    PictureRow,
    TargetResult,
)
from xport.benchmark.models import NamedModel
from xport.benchmark.side_by_side import (
    BenchOptions,
    about_session,
    forward_of,
    session_of,
    settings_for,
)
from xport.common import progress
from xport.common.arrays import Array
from xport.comparison.intervals import Interval, draws_for

if TYPE_CHECKING:
    from browser_harness.drive.session import BrowserSession
    from browser_harness.measure.bench import BenchSession, Contestant
    from browser_harness.measure.picture_bench import Reading, TimedRead

BACKEND = "wasm"
EXACT, CANVAS = "exact", "canvas"
STARTS = 5
READINGS_A_ROUND = 3
"""A reading takes some 10 ms, and the machine's moods longer."""

EVERY_S = 0.01


def measure_pictures(model: NamedModel, to: Preprocess, options: BenchOptions) -> PictureResult:
    """Time the exact path and the canvas in turn; then, in a new page, measure memory.

    The pages hold `model`, which has run, as a page that is in use does.

    Raises:
        XportError: as in `side_by_side.bench`; a file that the page refuses is an error.
    """
    classifier = forward_of(model, options)
    with _page(classifier, options) as bench:
        about = about_session(bench)
        rows = tuple(_timed(bench.session, to, options))
    with _page(classifier, options) as bench:
        large = tuple(_large(bench.session, to, options))
    return PictureResult(browser=str(about["browser"]), rows=rows, large=large)


@contextmanager
def _page(classifier: Contestant, options: BenchOptions) -> Iterator[BenchSession]:
    """A page of its own browser whose classifier has run."""
    with session_of([classifier], settings_for(BACKEND, options, None)) as bench:
        bench.prepare(classifier)
        bench.contest(classifier)
        yield bench


def picture_targets(result: PictureResult) -> Iterator[TargetResult]:
    """The targets on a PNG of 8 bits and on memory."""
    from reference.samples.timed_files import PNG

    (exact,) = (row for row in result.rows if (row.picture, row.pipeline) == (PNG, EXACT))
    yield targets.judged_ratio(targets.PICTURE_RATIO, exact.ratio)
    yield targets.judged(targets.PICTURE_BLOCK, float(np.max(exact.blocks)))
    peak = float(np.max([one.page_mib for one in result.large]))
    yield targets.judged(targets.PICTURE_MEMORY, peak)


@dataclass(frozen=True)
class _Picture:
    name: str
    content: bytes
    to: Preprocess

    def by(self, pipeline: str) -> Reading:
        from browser_harness.measure.picture_bench import Reading

        return Reading(pipeline, self.content, self.to)

    def expected(self) -> Array:
        """The input as the definition's own language makes it."""
        from reference.decoding import decode

        return self.to.apply(decode(self.content, self.name))


@dataclass
class _Times:
    """What was measured of one pipeline so far."""

    starts: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    blocks: list[float] = field(default_factory=list)
    complaints: set[str] = field(default_factory=set)


def _timed(session: BrowserSession, to: Preprocess, options: BenchOptions) -> Iterator[PictureRow]:
    from reference.samples.timed_files import timed_files

    files = timed_files(options.seed)
    with progress.step("read pictures", len(files)):
        for name, content in files.items():
            yield from _in_turn(session, _Picture(name, content, to), options)
            progress.advance(name)


def _in_turn(
    session: BrowserSession, picture: _Picture, options: BenchOptions
) -> Iterator[PictureRow]:
    expected = picture.expected()
    found = {EXACT: _Times(), CANVAS: _Times()}

    def read(pipeline: str, *, fresh: bool = False, watched: bool = False) -> TimedRead:
        one = picture.by(pipeline).timed(session, fresh=fresh, watched=watched)
        found[pipeline].complaints.update(_complaints(pipeline, one.array, expected))
        return one

    found[EXACT].starts = [read(EXACT, fresh=True).seconds for _ in range(STARTS)]
    read(CANVAS)
    for _ in range(READINGS_A_ROUND * options.rounds):
        for pipeline, times in found.items():
            times.seconds.append(read(pipeline).seconds)
    for _ in range(options.rounds):
        for pipeline, times in found.items():
            times.blocks.append(_block(read(pipeline, watched=True)))
    draws = draws_for(READINGS_A_ROUND * options.rounds, options.seed)
    for pipeline, times in found.items():
        yield PictureRow(
            picture=picture.name,
            pipeline=pipeline,
            bytes=len(picture.content),
            seconds=tuple(times.seconds),
            starts=tuple(times.starts),
            blocks=tuple(times.blocks),
            median=Interval.of_median(times.seconds, draws),
            ratio=Interval.of_ratio(times.seconds, found[CANVAS].seconds, draws),
            complaints=tuple(sorted(times.complaints)),
        )


def _block(read: TimedRead) -> float:
    """The longest block; NaN, which meets no target, if the page did not watch."""
    return float("nan") if read.longest_block is None else read.longest_block


def _complaints(pipeline: str, found: Array, expected: Array) -> Iterator[str]:
    if not np.isfinite(found).all():
        yield "its input holds NaN or infinity"
    elif found.min() == found.max():
        yield "its input is one and the same value everywhere"
    elif pipeline == EXACT and not np.array_equal(found, expected):
        yield "its input is not what Python makes of the file"


def _large(
    session: BrowserSession, to: Preprocess, options: BenchOptions
) -> Iterator[LargePicture]:
    """Read by the page's worker, as the deployed page does, one after the other."""
    from browser_harness.drive.pictures import decode
    from browser_harness.launch.processes import MemoryWatch, largest_resident_mib
    from reference.samples.timed_files import large_dicoms

    writers = large_dicoms(options.seed)
    watch = MemoryWatch(partial(largest_resident_mib, session.processes.of_pages()), EVERY_S)
    watch.start()
    try:
        with progress.step("read large DICOM files", len(writers)):
            for name, write in writers.items():
                picture = _Picture(name, write(), to)
                read = decode(session, picture.content, [to.document().decode()], samples=False)
                watch.sample()
                yield LargePicture(
                    name=name,
                    bytes=len(picture.content),
                    seconds=read.total_seconds,
                    page_mib=watch.peak_mib,
                    complaints=tuple(_complaints(EXACT, read.inputs[0], picture.expected())),
                )
                progress.advance(name)
    finally:
        watch.stop()
