"""What a verdict says of one test: whether it passed, the finding, the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports import words
from reports.release.faults import fault_lines
from reports.release.reading import Reading, severity
from reports.release.worst import measured, place_of, share_of
from xport.errors import ExitCode
from xport.judgement.verdict import Check, Status
from xport.pytest_plugin.options import Wanted

Property = tuple[str, object]

ALLOWING = {
    Status.WEAK_PASSED: "its policy asks less than every policy must; --xport-allow-weak takes it",
    Status.PASSED_WITH_WAIVERS: "what failed is waived; --xport-allow-waivers takes it",
}


@dataclass(frozen=True)
class Place:
    """Where checks are made: an output of a leg, a leg (no output), or a model (no leg either).

    `known` are the outputs that have tests of their own, of a model its legs: what is of none of
    them is tested where there is no output, or no leg.
    """

    model: str
    leg: str | None
    output: str | None
    known: tuple[str, ...]

    def has(self, check: Check) -> bool:
        """Whether a check is made here."""
        if check.model != self.model:
            return False
        if self.leg is None:
            return check.leg not in self.known
        if check.leg != self.leg:
            return False
        return check.output == self.output or (
            self.output is None and check.output not in self.known
        )


@dataclass(frozen=True)
class Found:
    """What a test says: nothing in `failure` is a pass.

    `missing` is why there is nothing to test: a leg that this machine could not have had. `said`
    stands beside it, `properties` go to JUnit.
    """

    failure: str = ""
    missing: str = ""
    said: str = ""
    properties: Sequence[Property] = ()


def found_at(place: Place, reading: Reading, wanted: Wanted) -> Found:
    """What the verdict says of a place; of a run without a verdict nothing passes."""
    checks = [check for check in reading.verdict.checks if place.has(check)]
    missing = "" if checks else _missing(place, reading)
    if missing and reading.verdict.status is not Status.NOT_RUN:
        return Found(missing=missing)
    failed = [check for check in checks if _fails(check, wanted)]
    failure = "\n".join(_sentences(reading, failed))
    if not failure and not checks and place.leg is not None:
        failure = "\n".join([f"NOT_RUN: {_name(place)} was not judged", *_of_leg(place, reading)])
    if not failure and reading.verdict.status is Status.NOT_RUN:
        failure = "\n".join(["NOT_RUN: there is no verdict, so nothing passed", *_faults(reading)])
    beside = [check for check in checks if check.beside]
    return Found(
        failure=words.printable(failure),
        said="\n".join(map(_beside, beside)),
        properties=[*_properties(reading, checks)],
    )


def found_of_verdict(reading: Reading, status: Status, wanted: Wanted) -> Found:
    """What is said of the whole; it passes where a command that is allowed the same ends with 0.

    Args:
        status: what the evidence is worth today.
    """
    evidence, failure = reading.evidence, ""
    code = status.code(allow_weak=wanted.allow_weak, allow_waivers=wanted.allow_waivers)
    if code is not ExitCode.PASSED:
        why = ALLOWING.get(status, "")
        lines = [f"the verdict is {status}" + (f": {why}" if why else ""), *_faults(reading)]
        lines += map(words.note, reading.verdict.notes)
        failure = "\n".join(lines)
    plan = evidence.plan
    told: list[Property] = [("verdict", str(status)), ("release", words.release_of(plan))]
    told += [("xport", evidence.xport), ("sha256.plan", plan.digest())]
    told += [(f"note.{one.kind}", one.text) for one in reading.verdict.notes]
    said = "\n".join(map(words.note, reading.verdict.notes))
    return Found(failure=words.printable(failure), said=said, properties=told)


def _fails(check: Check, wanted: Wanted) -> bool:
    """Whether a check fails its test: a waived one does where waivers are not allowed."""
    if check.status is Status.PASSED or check.advisory is not None:
        return False
    return check.waiver is None or not wanted.allow_waivers


def _sentences(reading: Reading, checks: Sequence[Check]) -> Iterator[str]:
    """The finding of the house for a place, then every check with its reason."""
    if not checks:
        return
    places = {place_of(check) for check in checks}
    yield from (line.text for line in fault_lines(reading) if line.place in places)
    for check in checks:
        reason = f" (because {check.rationale})" if check.rationale else ""
        waived = f"; waived {check.waiver.terms()}" if check.waiver else ""
        yield f"{check.status} {check.name}: {words.said(check)}{reason}{waived}"


def _faults(reading: Reading) -> Iterator[str]:
    yield from (line.text for line in fault_lines(reading))


def _of_leg(place: Place, reading: Reading) -> Iterator[str]:
    """Why a leg has no outputs, or what is wrong with it."""
    for check in reading.checks(place.model, place.leg or "", None):
        if check.status is not Status.PASSED:
            yield f"{check.status} {check.name}: {words.said(check)}"


def _missing(place: Place, reading: Reading) -> str:
    """Why a leg is not in the plan: the route that a model was not converted by."""
    plan = reading.plan
    model = next((one for one in plan.models if one.id == place.model), None)
    if place.leg is None or model is None or place.leg in model.legs:
        return ""
    route = next((one for one in plan.missing_routes if one.model == place.model), None)
    return f"without a second route: {route.reason}" if route else ""


def _name(place: Place) -> str:
    return " ".join(filter(None, (f"{place.model}/{place.leg}", place.output)))


def _beside(check: Check) -> str:
    if check.waiver is not None:
        return words.one_line(f"WAIVED {check.name}: {words.said(check)} ({check.waiver.terms()})")
    return words.one_line(f"ADVISORY {check.name}: {words.said(check)} ({check.advisory})")


def _properties(reading: Reading, checks: Sequence[Check]) -> Iterator[Property]:
    """Every measured number with its bound, first the one that takes most of what is allowed."""
    named = {check.name: check for check in checks if check.measured is not None}
    held = sorted(named.values(), key=lambda check: severity(share_of(check) or 0.0), reverse=True)
    for check in held[:1]:
        yield "check", check.name
        yield from _numbers(check, "")
        yield "worst_probe", measured(reading, check).probe or words.NOTHING
    for check in held:
        yield from _numbers(check, f".{check.name}")


def _numbers(check: Check, of: str) -> Iterator[Property]:
    yield f"measured{of}", repr(check.measured)
    if check.bound is not None:
        yield f"bound{of}", repr(check.bound)
