"""A verdict as it is printed, shown in a notebook, and raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from reports import words
from reports.release.faults import fault_lines
from reports.release.reading import Reading
from reports.release.summary import standing_rows
from reports.release.worst import worst_check
from xport.errors import ExitCode, VerdictError
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status, Verdict
from xport.workflow.run_folder import RunFolder

HEAD = ("model", "output", "leg", "distance from the reference", "allowed", "used", "")
FINDINGS = 8


@dataclass(frozen=True, repr=False)
class Report:
    """What a run found: print it, or let a notebook show it.

    Attributes:
        evidence: every number that was measured, and the verdict.
        folder: the run's, with `evidence.json`, `report.html` and `junit.xml`.
        allow_weak, allow_waivers: whether WEAK_PASSED and PASSED_WITH_WAIVERS are no errors, as
            whoever made the report said.
    """

    evidence: Evidence
    folder: Path
    allow_weak: bool = False
    allow_waivers: bool = False

    @property
    def verdict(self) -> Verdict:
        """Status, findings and checks."""
        return self.evidence.verdict

    @property
    def status(self) -> Status:
        """Only PASSED is a whole pass, by every policy's floor and without waivers."""
        return self.verdict.status

    @property
    def passed(self) -> bool:
        """Whether every check ran and passed, and enough was asked."""
        return self.status is Status.PASSED

    @property
    def path(self) -> Path:
        """The HTML report."""
        return RunFolder(self.folder).report_path

    def raise_for_verdict(self) -> None:
        """Return if the verdict is PASSED, or another where that was allowed.

        Raises:
            VerdictError: it is not; model, leg, output, probe and numbers of what is worst are
                its attributes.
        """
        code = self.status.code(allow_weak=self.allow_weak, allow_waivers=self.allow_waivers)
        if code is not ExitCode.PASSED:
            raise verdict_error(self.evidence, self.path)

    def __str__(self) -> str:
        reading = Reading(self.evidence)
        rows = [HEAD, *standing_rows(reading)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([_headline(reading), *_findings(reading), "", *table, "", str(self.path)])

    def __repr__(self) -> str:
        return f"<Report {self.status.value} {self.evidence.plan.title!r} {self.path}>"

    def _repr_html_(self) -> str:
        """The table for a notebook, with a link to the whole report."""
        reading = Reading(self.evidence)
        head = "".join(f"<th>{escape(cell)}</th>" for cell in HEAD)
        body = "".join(_html_row(row) for row in standing_rows(reading))
        findings = "".join(f"<li>{escape(line)}</li>" for line in _findings(reading))
        return (
            f"<p><strong>{escape(_headline(reading))}</strong></p><ul>{findings}</ul>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f'<p><a href="{escape(str(self.path))}">{escape(str(self.path))}</a></p>'
        )


def _headline(reading: Reading) -> str:
    checks = len(reading.verdict.checks)
    passed = reading.count(Status.PASSED)
    word = words.STATUS_WORDS[reading.verdict.status]
    title = words.printable(reading.plan.title)
    probes = max(len(model.probes) for model in reading.plan.models)
    return f"{word}  {title}: {passed} of {checks} checks passed, on {probes} probes"


def _findings(reading: Reading) -> list[str]:
    noted = [words.note(one) for one in reading.verdict.notes]
    found = [words.printable(line.text) for line in fault_lines(reading)]
    more = len(found) - FINDINGS
    return noted + found[:FINDINGS] + ([f"and {more} more, in the report"] if more > 0 else [])


def _html_row(row: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"


def verdict_error(evidence: Evidence, report: Path) -> VerdictError:
    """The error of a verdict that is not PASSED, with what is worst among its culprits."""
    verdict = evidence.verdict
    found = None if verdict.status.all_passed else worst_check(Reading(evidence))
    worst, where = (found.check, found.place) if found else (None, str(report))
    told = (*verdict.findings, *verdict.noted("below-floor"), *verdict.noted("waiver"))
    first = told[0] if told else "nothing was checked"
    said = worst.message if worst is not None else first
    error = VerdictError(f"{verdict.status.value}: {said}", where, f"see {report}")
    error.status = verdict.status.value
    error.exit_code = verdict.status.exit_code
    error.findings = verdict.findings
    if found is not None and worst is not None:
        error.model, error.leg, error.output = worst.model, worst.leg, worst.output
        error.measured, error.bound, error.probe = worst.measured, worst.bound, found.probe
    return error
