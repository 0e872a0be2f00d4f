"""The verdict for build servers: JUnit XML in which nothing is ever skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from reports import words
from reports.junit import Case, Suite, document
from reports.release.details import verdict_details
from reports.release.faults import fault_lines
from reports.release.reading import Reading, worst_status
from reports.release.sensitivity import blind
from reports.release.worst import Measured, measured
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Check, Status
from xport.plan.plan import Leg, PlannedModel


def junit_xml(evidence: Evidence, evidence_sha256: str | None = None) -> str:
    """A suite per model, a case per leg and output, and a last case for the verdict itself.

    FAILED is a `<failure>`; NOT_RUN is an `<error>`, because a skipped test counts as success. The
    measured numbers stand in the `<system-out>` of every case, release, digests and engines in the
    `<properties>` of the verdict's suite.

    Args:
        evidence_sha256: of the file that holds the evidence, where it lies in one.
    """
    reading = Reading(evidence)
    suites = [Suite(model.id, list(_model_cases(reading, model))) for model in evidence.plan.models]
    properties = _properties(reading, evidence_sha256)
    suites.append(Suite("verdict", [_verdict_case(reading)], properties))
    return document(_title(evidence), suites, _timestamp(evidence.made))


def _title(evidence: Evidence) -> str:
    """The release's, and under which policy it was judged where that is not its own."""
    other = evidence.other_policy
    title = evidence.plan.title
    return f"{title}: {words.under_another(other)}" if other else title


def _model_cases(reading: Reading, model: PlannedModel) -> Iterator[Case]:
    for leg in reading.plan.legs_of(model):
        yield from _leg_cases(reading, model, leg)
        for spec in model.signature.outputs:
            yield from _output_cases(reading, model, leg, spec.name)
    yield from _bars_elsewhere(reading, model)


def _leg_cases(reading: Reading, model: PlannedModel, leg: Leg) -> Iterator[Case]:
    """A case for each check of the leg itself: that it was recorded, and where it ran."""
    recording = reading.recording(model.id, leg.name)
    spent = recording.load_seconds + sum(recording.seconds.values()) if recording else 0.0
    for check in reading.checks(model.id, leg.name, None):
        taken = spent if check.name == "recorded" else 0.0
        case = _case(reading, model, f"{leg.name} · {check.name}", [check])
        yield replace(case, seconds=taken)


def _output_cases(
    reading: Reading, model: PlannedModel, leg: Leg, output: str
) -> Iterator[Case]:  # fmt: skip
    """A case for the output, also without any result, and one for each acceptance criterion."""
    checks = reading.checks(model.id, leg.name, output)
    criteria = {
        one.name for one in reading.plan.policy.acceptance_criteria if one.model == model.id
    }
    name = f"{leg.name} · {output}"
    others = [check for check in checks if check.name not in criteria]
    yield _case(reading, model, name, others, "was not judged")
    for check in checks:
        if check.name in criteria:
            yield _case(reading, model, f"{name} · {check.name}", [check])


def _bars_elsewhere(reading: Reading, model: PlannedModel) -> Iterator[Case]:
    """Checks on a leg or output that the plan does not have, which must not be lost."""
    legs = set(model.legs)
    outputs = {None, *(spec.name for spec in model.signature.outputs)}
    for check in reading.verdict.checks:
        if check.model == model.id and (check.leg not in legs or check.output not in outputs):
            place = " · ".join(filter(None, (check.leg, check.output, check.name)))
            yield _case(reading, model, place, [check])


def _case(
    reading: Reading, model: PlannedModel, name: str, checks: Sequence[Check], absent: str = ""
) -> Case:
    decisive = [check for check in checks if not check.beside]
    status = worst_status(check.status for check in decisive)
    if checks and not decisive:  # what failed stands beside the verdict, all of it
        status = Status.PASSED
    bad = [f"{c.name}: {c.message}" for c in decisive if c.status is not Status.PASSED]
    message = "; ".join(bad) or (absent if not checks else "")
    said = [f"ADVISORY {c.name}: {c.message} ({c.advisory})" for c in checks if c.advisory]
    said += [
        f"WAIVED {c.name}: {c.message} ({c.waiver.terms()})" for c in checks if c.waiver is not None
    ]
    said += [_numbers(measured(reading, c)) for c in checks if c.measured is not None]
    return Case(
        classname=model.id,
        name=name,
        status=status,
        message=message,
        details="\n".join(_details(decisive)),
        said="\n".join(map(words.one_line, said)),
    )


def _numbers(one: Measured) -> str:
    """What was measured, what is allowed and the share of it, also of what passed."""
    check = one.check
    told = [f"{check.name}: {one.measure or 'measured'} {words.error(check.measured)}"]
    if check.bound is not None:
        told.append(f"allowed {words.error(check.bound)}")
    if one.share is not None:
        told.append(f"share {words.percent(one.share)}")
    if one.probe is not None:
        told.append(f"worst on {one.probe}")
    return ", ".join(told)


def _verdict_case(reading: Reading) -> Case:
    verdict = reading.verdict
    bad = not verdict.status.all_passed
    other = reading.evidence.other_policy
    less = verdict.status in (Status.WEAK_PASSED, Status.PASSED_WITH_WAIVERS)
    name = f"verdict {verdict.status}" if less else "verdict"
    if other:
        name = f"{name}, {words.under_another(other)}"
    message = (
        "; ".join(line.text for line in fault_lines(reading)) or f"the verdict is {verdict.status}"
    )
    sentences = [*map(words.note, verdict.notes), *blind(reading.evidence)]
    said = words.one_line("; ".join(sentences))
    return Case("xport", name, verdict.status, message if bad else "", said=said)


def _properties(reading: Reading, evidence_sha256: str | None) -> Iterator[tuple[str, str]]:
    """Release, status as a value of its own, counts, digests, engines, and every note by kind."""
    details = verdict_details(reading.evidence)
    for name in ("release", "title", "version", "verdict"):
        if details[name] is not None:
            yield name, str(details[name])
    yield from ((f"checks.{name}", str(count)) for name, count in details["checks"].items())
    digests = details["digests"]
    if evidence_sha256 is not None:
        yield "sha256.evidence", evidence_sha256
    yield "sha256.plan", digests["plan"]
    for model, artifacts in digests["artifacts"].items():
        for name, digest in artifacts.items():
            yield f"sha256.{model}.{name}", digest
    for name, found in details["engines"].items():
        if found:
            yield name, ", ".join(found)
    for one in reading.verdict.notes:
        yield f"note.{one.kind}", one.text


def _details(checks: Iterable[Check]) -> Iterator[str]:
    for check in checks:
        reason = f" (because {check.rationale})" if check.rationale else ""
        yield f"{check.status} {check.name}: {check.message}{reason}"


def _timestamp(made: str) -> str:
    """`made` as the schema wants it (ISO 8601, no zone), or nothing where it is no such time."""
    try:
        return datetime.fromisoformat(made).replace(tzinfo=None, microsecond=0).isoformat()
    except ValueError:
        return ""
