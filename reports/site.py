"""What a bundle makes of a hospital's images, as a page without pictures."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from markupsafe import Markup

from reports.page import environment
from reports.svg import drawing, line, node, text
from reports.words import MISSING, NOTHING, percent, short
from xport.site.document import ConditionReport, FindingReport, Point, SiteReport

WIDTH, HEIGHT = 560.0, 190.0
LEFT, RIGHT, TOP, FLOOR = 16.0, 544.0, 56.0, 150.0


def html_site(report: SiteReport) -> str:
    """The report as one self-contained page, without script or network."""
    return (
        environment()
        .get_template("site.html")
        .render(
            report=report,
            share=percent(report.accepted / report.images) if report.images else MISSING,
            sets=_sets(report),
            conditions=[(one, _chart(one)) for one in report.conditions],
            findings=[(one, _cells(one)) for one in report.findings],
            short=short,
            percent=percent,
        )
    )


def _sets(report: SiteReport) -> list[tuple[str, int, int, str]]:
    """Name, images, how many are accepted, and their share: these images, then the release's."""
    rows = [("images of this site", report.images, report.accepted)]
    rows += [(one.dataset, one.images, one.accepted) for one in report.sets]
    return [
        (name, images, accepted, percent(accepted / images) if images else MISSING)
        for name, images, accepted in rows
    ]


def _cells(finding: FindingReport) -> list[str]:
    """The release's point and the suggested one, each with its two rates."""
    return [*_point(finding.release), *_point(finding.suggested)]


def _point(point: Point | None) -> Iterator[str]:
    if point is None:
        yield from (NOTHING,) * 3
        return
    yield short(point.threshold)
    for rate in (point.true_positive_rate, point.false_positive_rate):
        yield NOTHING if rate is None else percent(rate)


def _chart(condition: ConditionReport) -> Markup | None:
    """How scores are spread, with the release's threshold and the suggested one over it."""
    local = condition.local
    if local is None:
        return None
    marks = [("release", condition.threshold)]
    if condition.suggested:
        marks.append(("suggested", condition.suggested.threshold))
    low = min(local.least, *(value for _, value in marks))
    high = max(local.greatest, *(value for _, value in marks))

    def across(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * ((value - low) / (high - low) if high > low else 0.5)

    step = (local.greatest - local.least) / len(local.counts)
    children: list[Element] = [line(LEFT, FLOOR, RIGHT, FLOOR, "axis")]
    for index, count in enumerate(local.counts):
        start, end = (across(local.least + step * i) for i in (index, index + 1))
        tall = (FLOOR - TOP) * count / max(local.counts)
        width = max(end - start - 1, 1.0)
        children.append(node("rect", x=start, y=FLOOR - tall, width=width, height=tall))
    for row, (name, value) in enumerate(marks):
        x, y = across(value), 16.0 + 18.0 * row
        anchor = "end" if x > (LEFT + RIGHT) / 2 else "start"
        children.append(line(x, y + 4, x, FLOOR, "axis"))
        children.append(text(x, y, f"{name} {short(value)}", "label", anchor))
    children.append(text(LEFT, FLOOR + 20, short(low)))
    children.append(text(RIGHT, FLOOR + 20, short(high), anchor="end"))
    quantiles = ", ".join(f"{q.share:.0%} at most {short(q.score)}" for q in local.quantiles)
    said = "; ".join(f"threshold, {name}: {short(value)}" for name, value in marks)
    meaning = f"{condition.name} of {local.images} images: {quantiles}; {said}"
    return drawing(WIDTH, HEIGHT, meaning, *children)
