"""The difference for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from reports import words
from reports.difference import figures
from xport.difference.difference import Difference, SpeedChange

LISTED = 12
"""How many rows of a kind a terminal is given; the page and the JSON have all."""


def difference_lines(difference: Difference) -> list[str]:
    """Outcome, what must be known first, then what changed."""
    lines = [*_head(difference), *_checks(difference), *_decisions(difference)]
    lines += [*_labelled(difference), *_errors(difference), *_sizes(difference)]
    return [words.one_line(line) for line in lines]


def _head(difference: Difference) -> Iterator[str]:
    status = words.STATUS_WORDS[difference.status] if difference.status else "DIFFERENCE"
    yield f"{status}  {figures.headline(difference)}"
    for name, facts, identity in (
        ("before", difference.before, difference.changes.before),
        ("now", difference.after, difference.changes.after),
    ):
        yield f"{name}: {figures.release_words(identity)}, {facts.verdict}: {facts.place}"
    yield difference.notice
    yield from figures.limits_first(difference)
    yield from (f"- {sentence}" for sentence in difference.told)
    yield from (f"NOT COMPARED: {sentence}" for sentence in difference.changes.untold)


def _checks(difference: Difference) -> Iterator[str]:
    changed = difference.checks_changed
    counts = {kind: sum(c.kind == kind for c in changed) for kind in ("gained", "lost", "changed")}
    yield ""
    yield f"checks: {difference.checks_same} the same, " + ", ".join(
        f"{count} {kind}" for kind, count in counts.items()
    )
    rows = (
        f"{c.kind} {figures.place(c)}: {c.name}, "
        f"{figures.between(figures.status_word(c.before), figures.status_word(c.after))}"
        for c in changed
    )
    yield from _few([*rows])


def _decisions(difference: Difference) -> Iterator[str]:
    yield ""
    if not difference.changes.decisions:
        yield "decisions: none was compared"
    for one in difference.changes.decisions:
        yield f"decisions of {one.model}, {one.leg}: {figures.counted(one)}"
        yield from _few([figures.flip_words(flip) for flip in one.flips])
        worst = figures.worst_calibrated(one)
        if worst is not None:
            yield f"- calibrated probability, furthest of {figures.calibrated_words(worst)}"


def _labelled(difference: Difference) -> Iterator[str]:
    for one in difference.changes.labelled:
        flips = sum(finding.flips for finding in one.findings)
        decisions = sum(finding.decisions for finding in one.findings)
        yield ""
        yield (
            f"{one.model} on {one.dataset}, {one.images} labelled images: {flips} of {decisions} "
            "decisions flip"
        )
        for finding in one.findings:
            yield (
                f"- {finding.finding}, {finding.positives} positives: AUC "
                f"{figures.auc_words(finding)}; {finding.flips} flips"
            )


def _errors(difference: Difference) -> Iterator[str]:
    yield ""
    yield "largest distance from the reference, each side on its own probes"
    for one in difference.errors:
        yield f"- {one.model} {one.output}, {one.leg}: {figures.error(one)}"


def _sizes(difference: Difference) -> Iterator[str]:
    yield ""
    for size in difference.changes.sizes:
        times = figures.ratio(size.bytes_before, size.bytes_after)
        yield (f"{size.model}: {figures.bytes_of(size)} ({times}), nodes {figures.nodes_of(size)}")
    if difference.changes.speeds:
        yield "median time of a steady run, both in turn in one browser"
    for pair in difference.changes.speeds:
        yield f"- {pair.model}, {pair.leg}: {figures.in_turn_words(pair)}"
    if difference.speeds:
        yield f"median time of a probe, {figures.NOT_INTERLEAVED}"
    for speed in difference.speeds:
        yield f"- {speed.model}, {speed.leg}: {figures.seconds_of(speed)}{_elsewhere(speed)}"


def _elsewhere(speed: SpeedChange) -> str:
    return "" if speed.same_machine else ", in another environment"


def _few(rows: list[str]) -> Iterator[str]:
    yield from (f"- {row}" for row in rows[:LISTED])
    if len(rows) > LISTED:
        yield f"- and {len(rows) - LISTED} more, in --html and --json"
