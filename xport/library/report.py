"""A verdict as it is printed, shown in a notebook, and raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from reports import words
from reports.release.reading import Reading
from reports.release.summary import standing_rows
from xport.errors import ExitCode, VerdictError
from xport.judgement.evidence import Evidence
from xport.judgement.judge import baseline_of
from xport.judgement.verdict import Check, Status, Verdict
from xport.workflow.run_folder import RunFolder

HEAD = ("model", "output", "leg", "distance from the reference", "allowed", "used", "")
FINDINGS = 8


@dataclass(frozen=True, repr=False)
class Report:
    """What a run found: print it, or let a notebook show it.

    Attributes:
        evidence: every number that was measured, and the verdict.
        folder: the run's, with `evidence.json`, `report.html` and `junit.xml`.
        allow_weak: whether WEAK_PASSED is no error, as whoever made the report said.
    """

    evidence: Evidence
    folder: Path
    allow_weak: bool = False

    @property
    def verdict(self) -> Verdict:
        """Status, findings and checks."""
        return self.evidence.verdict

    @property
    def status(self) -> Status:
        """PASSED, WEAK_PASSED, FAILED or NOT_RUN; only PASSED is a pass by every policy's floor."""
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
        """Return if the verdict is PASSED, or WEAK_PASSED where that was allowed.

        Raises:
            VerdictError: it is not; model, leg, output, probe and numbers of what is worst are
                its attributes.
        """
        if self.status.code(allow_weak=self.allow_weak) is not ExitCode.PASSED:
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
    found = [words.printable(line) for line in reading.verdict.findings]
    more = len(found) - FINDINGS
    return noted + found[:FINDINGS] + ([f"and {more} more, in the report"] if more > 0 else [])


def _html_row(row: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"


def verdict_error(evidence: Evidence, report: Path) -> VerdictError:
    """The error of a verdict that is not PASSED, with what is worst among its culprits."""
    verdict = evidence.verdict
    worst = _worst(verdict)
    where, probe = str(report), None
    if worst is not None:
        where = " ".join(filter(None, (f"{worst.model}/{worst.leg}", worst.output)))
        probe = _probe_of(evidence, worst)
    told = (*verdict.findings, *verdict.noted("below-floor"))
    first = told[0] if told else "nothing was checked"
    said = worst.message if worst is not None else first
    error = VerdictError(f"{verdict.status.value}: {said}", where, f"see {report}")
    error.status = verdict.status.value
    error.exit_code = verdict.status.exit_code
    error.findings = verdict.findings
    if worst is not None:
        error.model, error.leg, error.output = worst.model, worst.leg, worst.output
        error.measured, error.bound, error.probe = worst.measured, worst.bound, probe
    return error


def _worst(verdict: Verdict) -> Check | None:
    """Of what decides the status, the first culprit's check that is furthest over its bound."""
    bad = [c for c in verdict.checks if c.status is verdict.status and not c.advisory]
    blamed = [c for c in bad if f"{c.model}/{c.leg}" in verdict.culprits[:1]] or bad
    return max(blamed, key=_excess, default=None)


def _excess(check: Check) -> tuple[bool, float]:
    if check.measured is None or check.bound is None:
        return False, 0.0
    share = check.measured / check.bound
    return (True, float("inf")) if share != share else (True, share)


def _probe_of(evidence: Evidence, check: Check) -> str | None:
    """The probe on which the check's comparison is worst."""
    leg = next((leg for leg in evidence.plan.legs if leg.name == check.leg), None)
    if leg is None or check.measured is None:
        return None
    model = evidence.plan.model(check.model)
    wanted = (check.model, check.leg, check.output)
    found = [one for one in evidence.comparisons if (one.model, one.leg, one.output) == wanted]
    for one in found:
        if (check.against or model.reference) == baseline_of(model, leg, one.role):
            return one.worst_probe
    return None
