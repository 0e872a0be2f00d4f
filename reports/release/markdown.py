"""The verdict as a short Markdown page, for the summary of a CI job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports import words
from reports.release.faults import fault_lines
from reports.release.next_step import next_step
from reports.release.opening import decisions_told
from reports.release.reading import Reading
from reports.release.sensitivity import blind
from reports.release.worst import by_share, measured, worst_check
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Check, Status

ROWS = 10
"""How many checks the table has; the report has all."""
FINDINGS = 8


def summary_markdown(evidence: Evidence, folder: str) -> str:
    """Verdict, counts, what did not pass, the checks that are closest to their bounds, what next.

    Args:
        folder: the run's, as a command names it.
    """
    reading = Reading(evidence)
    parts = [
        *_head(reading),
        *_table(("Checks", "Passed", "Failed", "Did not run", "Beside"), [_counts(reading)]),
        *_worst(reading),
        *_findings(reading),
        *_closest(reading),
        *_next(reading, folder),
    ]
    return "\n".join(parts) + "\n"


def cell(text: str) -> str:
    """Text that Markdown shows as it stands, on one line, in a table too."""
    safe = words.one_line(text).replace("&", "&amp;").replace("<", "&lt;")
    for sign in "\\|*_`[]":
        safe = safe.replace(sign, f"\\{sign}")
    return safe


def _head(reading: Reading) -> Iterator[str]:
    plan, status = reading.plan, reading.verdict.status
    word = f"{words.STATUS_MARKS[status]} {words.STATUS_WORDS[status]}"
    other = reading.evidence.other_policy
    under = f", {words.under_another(other)}" if other else ""
    yield f"## {word}: {cell(f'{plan.title} ({words.release_of(plan)}){under}')}"
    yield ""
    yield "**NOT FOR MEDICAL USE**"
    yield ""


def _counts(reading: Reading) -> Sequence[str]:
    return [
        str(len(reading.verdict.checks)),
        *(str(reading.count(one)) for one in (Status.PASSED, Status.FAILED, Status.NOT_RUN)),
        str(sum(check.beside for check in reading.verdict.checks)),
    ]


def _findings(reading: Reading) -> Iterator[str]:
    told = [line.text for line in fault_lines(reading)]
    more = len(told) - FINDINGS
    told = told[:FINDINGS] + ([f"and {more} more, in the report"] if more > 0 else [])
    told += map(words.note, reading.verdict.notes)
    told += (f"blind: {sentence}" for sentence in blind(reading.evidence))
    yield from (f"- {cell(line)}" for line in told)
    if told:
        yield ""


def _worst(reading: Reading) -> Iterator[str]:
    """Of what did not pass: the worst check, and what it does to decisions."""
    found = worst_check(reading)
    waived = any(check.waiver is not None for check in reading.verdict.checks)
    if found is None or (reading.verdict.status.all_passed and not waived):
        return
    check = found.check
    told = words.said(check)
    if check.measured is not None and check.bound is not None:
        told = f"{found.measure} {words.error(check.measured)}, allowed {words.error(check.bound)}"
        told += f", on {found.probe}" if found.probe else ""
    yield f"**Worst check:** {cell(f'{found.place}, {check.name}: {told}')}"
    yield ""
    decisions = decisions_told(reading, check)
    if decisions:
        yield f"**Decisions:** {cell(decisions)}"
        yield ""


def _closest(reading: Reading) -> Iterator[str]:
    worst: dict[tuple[str, str, str | None], Check] = {}
    for check in by_share(reading):
        worst.setdefault((check.model, check.leg, check.output), check)
    rows = [_row(reading, check) for check in [*worst.values()][:ROWS]]
    if not rows:
        yield "Nothing was measured."
        yield ""
        return
    yield "### Closest to what is allowed"
    yield ""
    head = ("Model", "Leg", "Output", "Check", "Worst probe", "Measured", "Allowed", "Used", "")
    yield from _table(head, rows)


def _row(reading: Reading, check: Check) -> Sequence[str]:
    found = measured(reading, check)
    return [
        check.model,
        check.leg,
        check.output or words.NOTHING,
        check.name,
        found.probe or words.NOTHING,
        words.error(check.measured),
        words.error(check.bound),
        words.percent(found.share),
        "WAIVED" if check.waiver else words.STATUS_WORDS[check.status],
    ]


def _next(reading: Reading, folder: str) -> Iterator[str]:
    step = next_step(reading, folder)
    fence = "```"
    yield f"{step.why}:"
    yield ""
    yield f"{fence}sh"
    yield words.one_line(step.command)
    yield fence


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(map(cell, row))} |" for row in rows)
    yield ""
