"""How files become inputs on the page: a benchmark's figures of it, as cells and bars."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from reports import words
from reports.bench.bars import Bar
from xport.benchmark.document import PictureResult, PictureRow

LARGE = (
    "DICOM files of 4096x4096 pixels and 16 bits by the exact path, one after the other in the "
    "same page: its peak memory so far, the browser's program included"
)


def picture_headline(result: PictureResult) -> str:
    """What was measured, and where."""
    readings = min(len(row.seconds) for row in result.rows)
    return (
        f"From an image file of 1024x1024 pixels to the model's input, {result.browser}: "
        f"{readings} readings each, in turn in one page; a block is how long the page's own thread "
        "came to nothing else"
    )


def picture_cells(result: PictureResult) -> Iterator[tuple[str, ...]]:
    """The header, and one row per picture and pipeline."""
    yield (
        "picture", "pipeline", "median", "95 % interval", "p95", "to canvas", "95 % interval",
        "with a new worker", "median block", "longest block",
    )  # fmt: skip
    for row in result.rows:
        median, ratio = row.median, row.ratio
        yield (
            f"{row.picture} ({words.mebibytes(row.bytes / 2**20)})",
            row.pipeline,
            words.seconds(median.estimate),
            f"{words.seconds(median.low)} to {words.seconds(median.high)}",
            words.seconds(row.percentile_95),
            f"{ratio.estimate:.3f}",
            f"{ratio.low:.3f} to {ratio.high:.3f}",
            words.seconds(statistics.median(row.starts)) if row.starts else words.NOTHING,
            words.seconds(statistics.median(row.blocks)),
            words.seconds(max(row.blocks)),
        )


def large_cells(result: PictureResult) -> Iterator[tuple[str, ...]]:
    """The header, and one row per large file."""
    yield "transfer syntax", "file", "file to input", "page's peak"
    for one in result.large:
        yield (
            one.name,
            words.mebibytes(one.bytes / 2**20),
            words.seconds(one.seconds),
            words.mebibytes(one.page_mib),
        )


def bar_of_picture(row: PictureRow) -> Bar:
    """A bar; what a canvas is compared with is itself, so it has no ratio."""
    return Bar(
        name=f"{row.picture}, {row.pipeline}",
        median=row.median,
        percentile_95=row.percentile_95,
        ratio=None if row.ratio.low == row.ratio.high == 1 else row.ratio,
        bad=bool(row.complaints),
    )
