"""A benchmark for people: lines for a terminal, and one HTML page that needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports import words
from reports.bench.bars import Bar, bars
from reports.bench.pictures import (
    LARGE,
    bar_of_picture,
    large_cells,
    picture_cells,
    picture_headline,
)
from reports.page import environment
from xport.benchmark.document import (
    BackendResult,
    BenchResult,
    GradientAgreement,
    ProfileResult,
    Row,
    TargetResult,
)
from xport.comparison.intervals import Interval

GRADIENTS = "tf.grad, the paper's way, from the gradient that the explanation yields"
KERNELS_IN_FRONT = 12
"""How many kernels a profile shows; the others are one row."""


def bench_lines(result: BenchResult) -> list[str]:
    """The figures as a table for a terminal, complaints first."""
    lines = [f"NOTE {note}" for note in result.notes]
    lines += [f"COMPLAINT {complaint}" for complaint in result.complaints]
    if result.targets:
        reasonless = (row[:-1] for row in _target_cells(result.targets))  # reasons are long
        lines += ["", *_table(reasonless)]
    if result.gradients:
        lines += ["", GRADIENTS, *_table(_gradient_cells(result.gradients))]
    if result.pictures:
        pictures = result.pictures
        lines += ["", picture_headline(pictures), *_table(picture_cells(pictures))]
        lines += ["", LARGE, *_table(large_cells(pictures))]
    for backend in result.backends:
        lines += ["", _headline(backend), *_table(_cells(backend))]
    for profile in result.profiles:
        lines += ["", _profile_headline(profile), *_table(_profile_cells(profile))]
    return lines


def html_bench(result: BenchResult) -> str:
    """The figures as one self-contained page."""
    sections = []
    if result.targets:
        sections.append(Section("Targets", None, tuple(_target_cells(result.targets)), True))
    if result.gradients:
        sections.append(Section(GRADIENTS, None, tuple(_gradient_cells(result.gradients))))
    if result.pictures:
        found = result.pictures
        drawn = bars([bar_of_picture(row) for row in found.rows])
        sections.append(Section(picture_headline(found), drawn, tuple(picture_cells(found))))
        sections.append(Section(LARGE, None, tuple(large_cells(found))))
    sections += [
        Section(_headline(backend), bars_of(backend.rows), tuple(_cells(backend)))
        for backend in result.backends
    ]
    sections += [
        Section(_profile_headline(profile), None, tuple(_profile_cells(profile)))
        for profile in result.profiles
    ]
    page = environment().get_template("bench.html")
    return page.render(result=result, sections=sections)


@dataclass(frozen=True)
class Section:
    """One table, its first row the header, with a drawing where there is one."""

    title: str
    chart: Markup | None
    cells: tuple[tuple[str, ...], ...]
    reasons: bool = False
    """Whether the last column is prose."""


def _target_cells(results: Sequence[TargetResult]) -> Iterator[tuple[str, ...]]:
    yield "target", "wanted", "measured", "95 % interval", "", "rationale"
    for one in results:
        target, interval = one.target, one.interval
        yield (
            target.name,
            f"{target.sense} {_quantity(target.bound, target.unit)}",
            _quantity(one.measured, target.unit),
            f"{interval.low:.3f} to {interval.high:.3f}" if interval else words.NOTHING,
            "met" if one.met else "MISSED",
            target.rationale,
        )


def _gradient_cells(found: Sequence[GradientAgreement]) -> Iterator[tuple[str, ...]]:
    yield "backend", "differentiated", "image, class", "cosine", "relative L2", "max |Δ|"
    for one in found:
        for name, metrics in {**one.probes, "all together": one.pooled}.items():
            yield (
                one.backend,
                one.classifier,
                name,
                f"{metrics.cosine:.9f}",
                words.short(metrics.relative_l2),
                words.short(metrics.max_abs),
            )


def _quantity(value: float, unit: str) -> str:
    if unit == "s":
        return words.seconds(value)
    if unit == "cosine":
        return f"{value:.6f}"
    if unit == "relative L2":
        return words.short(value)
    return words.mebibytes(value) if unit == "MiB" else f"{value:.3g} {words.TIMES}"


def _headline(result: BackendResult) -> str:
    where = result.renderer or f"{result.wasm_threads} thread" * bool(result.wasm_threads)
    how = "cold, each in a browser of its own" if result.cold else "warm, in turn in one page"
    place = f" ({where})" if where else ""
    return f"{result.backend}{place}, {result.browser}: {how}"


def _cells(result: BackendResult) -> Iterator[tuple[str, ...]]:
    yield (
        "model", "median", "95 % interval", "p95", "min", "ratio", "95 % interval", "load",
        "warm-up", "first run", "start ratio", "peak",
    )  # fmt: skip
    for row in result.rows:
        one = row.measured
        peak = one.peak_mib or result.peak_mib
        yield (
            one.name,
            *_estimate(row.median),
            words.seconds(one.percentile_95) if one.seconds else words.NOTHING,
            words.seconds(min(one.seconds)) if one.seconds else words.NOTHING,
            f"{row.ratio.estimate:.3f}" if row.ratio else words.NOTHING,
            f"{row.ratio.low:.3f} to {row.ratio.high:.3f}" if row.ratio else words.NOTHING,
            words.seconds(one.load),
            words.seconds(one.warm_up),
            words.seconds(one.first),
            f"{row.start_ratio:.3f}",
            words.mebibytes(peak) + ("" if one.peak_mib else " (all)"),
        )


def _estimate(interval: Interval | None) -> tuple[str, str]:
    if interval is None:
        return words.NOTHING, words.NOTHING
    low, high = words.seconds(interval.low), words.seconds(interval.high)
    return words.seconds(interval.estimate), f"{low} to {high}"


def _profile_headline(profile: ProfileResult) -> str:
    total = f"{profile.total_milliseconds:.0f} ms a run"
    return (
        f"{profile.name} on {profile.backend}, {total}, median of {profile.runs}: {profile.method}"
    )


def _profile_cells(profile: ProfileResult) -> Iterator[tuple[str, ...]]:
    yield ("kernel", "calls", "milliseconds", "share")
    whole = sum(kernel.milliseconds for kernel in profile.kernels) or 1.0
    front, rest = profile.kernels[:KERNELS_IN_FRONT], profile.kernels[KERNELS_IN_FRONT:]
    rows = [(kernel.kernel, kernel.calls, kernel.milliseconds) for kernel in front]
    if rest:
        calls, spent = sum(k.calls for k in rest), sum(k.milliseconds for k in rest)
        rows.append((f"{len(rest)} other kernels", calls, spent))
    for name, calls, spent in rows:
        yield name, str(calls), f"{spent:.2f}", words.percent(spent / whole)


def _table(cells: Iterator[tuple[str, ...]]) -> list[str]:
    """Columns as wide as their widest cell, names to the left, numbers to the right."""
    rows = [tuple(words.one_line(cell) for cell in row) for row in cells]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def bars_of(rows: Sequence[Row]) -> Markup | None:
    """One bar per model; None where nothing was repeated."""
    drawn = [
        Bar(
            name=row.measured.name,
            median=row.median,
            percentile_95=row.measured.percentile_95,
            ratio=row.ratio,
            bad=bool(row.measured.complaints),
        )
        for row in rows
        if row.median
    ]
    return bars(drawn) if len(drawn) == len(rows) else None
