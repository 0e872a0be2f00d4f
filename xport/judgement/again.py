"""Judging again from evidence alone: what stands there must be what the judge says of it now.

Nobody who receives evidence has the recorded arrays. What it says of them is held together: every
check to the judge, every sum to its parts, every recording to the plan.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from xport.exchange.recording import Recording
from xport.judgement.change_checks import baseline_findings
from xport.judgement.consistency import largest_findings, number_findings
from xport.judgement.derived import implementation_findings
from xport.judgement.document_checks import DOCUMENTS
from xport.judgement.environment_checks import ENVIRONMENT
from xport.judgement.evidence import Evidence
from xport.judgement.judge import judge
from xport.judgement.notes import notes_of
from xport.judgement.preprocessing_checks import PREPROCESSING
from xport.judgement.reference_checks import OWN_DISTANCE
from xport.judgement.rule_checks import rule_findings
from xport.judgement.sensitivity import sensitivity_findings
from xport.judgement.verdict import RULES, Case, Check, Note, Status, Verdict
from xport.judgement.waivers import day_of
from xport.judgement.weakness import below_floor
from xport.plan.plan import Plan
from xport.plan.presets import preset_findings

Key = tuple[str, str, str | None, str]
COMPARED = {
    1: (),
    2: ("findings", "culprits"),
    3: ("status", "findings", "culprits", "notes"),
}
"""What of a verdict is compared with the judge's of now, by the rules that it was passed by."""


def again_findings(evidence: Evidence) -> Iterator[str]:
    """Where evidence contradicts itself: a check, verdict, number or recording."""
    yield from _recording_findings(evidence)
    yield from number_findings(evidence.facts, evidence.comparisons)
    yield from preset_findings(evidence.plan.policy)
    case = case_of(evidence)
    if _by_present_rules(evidence):
        yield from largest_findings(evidence.facts, evidence.comparisons)
        found, told = evidence.sensitivity, evidence.detectable_errors
        yield from sensitivity_findings(case, found, told)
        yield from baseline_findings(case)
        yield from implementation_findings(case)
        yield from rule_findings(case)
    now = judge(case)
    yield from _check_findings(_comparable(evidence, evidence.verdict.checks), now, evidence)
    said = evidence.verdict
    for what in COMPARED[evidence.rules]:
        if getattr(said, what) != getattr(now, what):
            yield f"the verdict's {what} are not what its checks and numbers give"
    if said.status.all_passed and not all(
        check.beside or check.status is Status.PASSED for check in said.checks
    ):
        yield f"its verdict is {said.status}, and not every check passed"


def status_now(evidence: Evidence) -> Status:
    """The status that evidence is worth now: weak where its policy asks less than the floor.

    That holds for evidence of earlier rules too, which did not know the floor: nobody makes a weak
    verdict a whole one by calling it older. It is FAILED where a waiver that it rests on has ended.
    """
    said = evidence.verdict.status
    if not said.all_passed:
        return said
    waivers = [check.waiver for check in evidence.verdict.checks if check.waiver is not None]
    today = datetime.datetime.now(datetime.UTC).date()
    if any(waiver.until < today for waiver in waivers):
        return Status.FAILED
    if any(True for _ in below_floor(case_of(evidence))):
        return Status.WEAK_PASSED
    return Status.PASSED_WITH_WAIVERS if waivers else said


def notes_now(evidence: Evidence) -> tuple[Note, ...]:
    """What is said beside the verdict; of evidence of earlier rules, what there is to say now."""
    if _by_present_rules(evidence):
        return evidence.verdict.notes
    return tuple(notes_of(case_of(evidence), evidence.verdict.checks))


def case_of(evidence: Evidence) -> Case:
    """What the judge looks at, from evidence in the place of a run's folder."""
    return Case(
        plan=evidence.plan,
        planned=_planned(evidence),
        recordings={(r.model, r.leg): r for r in evidence.recordings},
        facts={(f.model, f.leg, f.output): f for f in evidence.facts},
        comparisons={(c.model, c.leg, c.output, c.role): c for c in evidence.comparisons},
        effects=evidence.preprocessing,
        prepared={(r.model, r.leg): r for r in evidence.prepared},
        preparations=evidence.preparations,
        other=evidence.other_policy,
        rules=evidence.rules,
        baseline=evidence.baseline,
        day=day_of(evidence.made),
        implementations=evidence.implementations,
        rule=evidence.rule,
    )


def _by_present_rules(evidence: Evidence) -> bool:
    return evidence.rules == RULES


def _planned(evidence: Evidence) -> str:
    """The digest that recordings must name: the plan's, or, of an earlier plan, the one they do."""
    if evidence.rules > 1:
        return evidence.plan.digest()
    return next((r.plan_digest for r in evidence.recordings), "")


def _comparable(evidence: Evidence, checks: Sequence[Check]) -> dict[Key, Check]:
    """The checks that the evidence's rules knew, and of which it holds what they rest on."""
    found = {(c.model, c.leg, c.output, c.name): c for c in checks}
    if evidence.rules > 1:
        return found
    return {key: check for key, check in found.items() if not _later_than_rules_1(check)}


def _later_than_rules_1(check: Check) -> bool:
    prepared = check.leg.startswith(PREPROCESSING) and check.name in ("recorded", ENVIRONMENT)
    return prepared or check.leg == DOCUMENTS or check.name.startswith(OWN_DISTANCE)


def _check_findings(said: dict[Key, Check], verdict: Verdict, evidence: Evidence) -> Iterator[str]:
    now = _comparable(evidence, verdict.checks)
    for key in said.keys() | now.keys():
        before, after = said.get(key), now.get(key)
        model, leg, output, name = key
        place = f"{model}/{leg}" + (f" {output}" if output else "")
        if before is None:
            yield f"{place}: the check {name!r} is missing"
        elif after is None:
            yield f"{place}: there is no check {name!r}"
        elif before != after:
            yield (
                f"{place}: {name}: {before.status} stands there ({before.message}), the evidence "
                f"gives {after.status} ({after.message})"
            )


def _recording_findings(evidence: Evidence) -> Iterator[str]:
    """Recordings of another plan, of no leg, twice, or without what they must have said."""
    plan = evidence.plan
    planned = {(model.id, leg.name) for model in plan.models for leg in plan.legs_of(model)}
    seen: set[tuple[str, str]] = set()
    for recording in evidence.recordings:
        key = (recording.model, recording.leg)
        if key not in planned or key in seen:
            yield f"{recording.model}/{recording.leg}: a recording of no leg of the plan, or twice"
            continue
        seen.add(key)
        yield from _content_findings(recording, plan)
    for model in plan.models:
        shipped = [leg for leg in plan.legs_of(model) if leg.artifact == plan.shipped_artifact]
        if not any(leg.backend for leg in shipped):
            yield f"{model.id}: what ships has no leg in a browser"


def _content_findings(recording: Recording, plan: Plan) -> Iterator[str]:
    """A recording that ran says something of every probe and output, in some time."""
    if recording.failure is not None:
        return
    model = plan.model(recording.model)
    place = f"{recording.model}/{recording.leg}"
    outputs = {spec.name for spec in model.signature.outputs}
    probes = {probe.name for probe in model.probes_on(recording.leg)}
    said = {probe: set(digests) for probe, digests in recording.output_digests.items()}
    if said != dict.fromkeys(probes, outputs):
        yield f"{place}: the digests of outputs are not of every probe and output"
    if set(recording.seconds) != probes:
        yield f"{place}: the times are not of every probe"
