"""Judging comparisons: every check is recorded, and nothing checked is never a pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xport.comparison.parity import Role
from xport.judgement.advisory import advised
from xport.judgement.attribution import attribute
from xport.judgement.change_checks import baseline_checks
from xport.judgement.determinism_checks import determinism_check
from xport.judgement.document_checks import document_checks
from xport.judgement.environment_checks import environment, prepared_environments
from xport.judgement.half_precision import full_precision_beside
from xport.judgement.limits import limits_of
from xport.judgement.notes import notes_of
from xport.judgement.preprocessing_checks import preprocessing_checks
from xport.judgement.reference_checks import contradicts_itself, is_own_distance, own_distance
from xport.judgement.reuse import reuse_problem
from xport.judgement.rule_checks import rule_checks
from xport.judgement.second_opinions import second_opinion_checks
from xport.judgement.slowdown_checks import CHANGE
from xport.judgement.verdict import Case, Check, Status, Verdict
from xport.judgement.waivers import waived
from xport.judgement.weakness import below_floor
from xport.judgement.witness_checks import prepared_witnesses, witness_check
from xport.plan.plan import EVALUATOR_LEG, FLOAT64_LEG, REFERENCE_LEG, Leg, Plan, PlannedModel

SECOND_ROUTE = "second route"
"""What stands among legs for the routes of a model as a whole."""


def judge(case: Case) -> Verdict:
    """Apply the plan's policy to what was recorded and measured."""
    found = tuple(_all_checks(case))
    checks = advised(case, (*found, *full_precision_beside(case, found)))
    weak = any(True for _ in below_floor(case))
    checks = waived(case, checks, weak=weak)
    decisive = [check for check in checks if not check.beside]
    findings, culprits = attribute(case, decisive)
    notes = tuple(notes_of(case, checks))
    return Verdict(
        status=_told(_overall(decisive), checks, weak=weak),
        findings=tuple(findings),
        culprits=tuple(culprits),
        checks=checks,
        notes=notes,
    )


def _told(status: Status, checks: Sequence[Check], *, weak: bool) -> Status:
    """PASSED as what it is where less was asked than must be, or something is waived."""
    if status is not Status.PASSED:
        return status
    if weak:
        return Status.WEAK_PASSED
    rests = any(check.waiver is not None for check in checks)
    return Status.PASSED_WITH_WAIVERS if rests else Status.PASSED


def _overall(checks: Sequence[Check]) -> Status:
    """FAILED before NOT_RUN, but where the reference contradicts itself: then nothing is known.

    That the reference agrees with itself verifies nothing: some other leg must have been measured.
    """
    statuses = {check.status for check in checks}
    if any(contradicts_itself(check) for check in checks):
        return Status.NOT_RUN
    if Status.FAILED in statuses:
        return Status.FAILED
    measured = any(
        check.bound is not None and check.leg != CHANGE and not is_own_distance(check)
        for check in checks
    )
    if Status.NOT_RUN in statuses or not measured:
        return Status.NOT_RUN
    return Status.PASSED


def _all_checks(case: Case) -> Iterator[Check]:
    for model in case.plan.models:
        for leg in case.plan.legs_of(model):
            yield from _leg_checks(case, model, leg)
        yield from second_opinion_checks(case, model)
        yield from _criterion_checks(case, model)
        yield from _second_route(case.plan, model)
        yield from document_checks(model)
    yield from preprocessing_checks(case)
    yield from rule_checks(case)
    yield from prepared_environments(case)
    yield from prepared_witnesses(case)
    yield from baseline_checks(case)


def _leg_checks(case: Case, model: PlannedModel, leg: Leg) -> Iterator[Check]:
    recorded = _recorded(case, model, leg)
    recording = case.recordings.get((model.id, leg.name))
    if leg.name != EVALUATOR_LEG or recording is None or recording.failure is None:
        yield recorded  # the evaluator has not every operator; then the other opinion counts
    if recorded.status is not Status.PASSED:
        return
    if leg.backend is not None:
        yield environment(case, model, leg, case.recordings[model.id, leg.name])
        yield from witness_check(case, model, leg)
    yield from determinism_check(case, model, leg)
    for spec in model.signature.outputs:
        yield _sane(case, model, leg, spec.name)
        if leg.name == REFERENCE_LEG:
            yield from own_distance(case, model, spec.name)
        if leg.name not in (model.reference, *model.second_opinions):
            yield from _within(case, model, leg, spec.name, Role.REFERENCE)
            if leg.predecessor in model.legs:
                yield from _within(case, model, leg, spec.name, Role.PREDECESSOR)
            if leg.counterpart in model.legs:
                yield from _within(case, model, leg, spec.name, Role.COUNTERPART)
            if leg.artifact == case.plan.shipped_artifact and case.plan.policy.advises(
                model.id, spec.name
            ):
                yield from _within(case, model, leg, spec.name, Role.FLOAT64)


def _recorded(case: Case, model: PlannedModel, leg: Leg) -> Check:
    """Every probe was run, on the planned artifact, with the planned bytes."""
    recording = case.recordings.get((model.id, leg.name))
    problem, status = "", Status.NOT_RUN
    planned = model.probes_on(leg.name)
    # The evaluator runs the first probe alone; every other leg is asked for as many as the policy.
    needed = 1 if leg.name == EVALUATOR_LEG else case.plan.policy.min_probes
    if recording is None:
        problem = "there is no recording"
    elif recording.failure is not None:
        problem = recording.failure
    elif recording.plan_digest != case.planned:
        problem = "the recording belongs to another conversion, other probes or another policy"
    elif recording.artifact_digest != model.artifacts[leg.artifact].digest:
        problem, status = "the recording was made with another artifact", Status.FAILED
    elif recording.input_digests != {probe.name: probe.digests for probe in planned}:
        problem, status = "the probes that ran are not the planned bytes", Status.FAILED
    elif found := reuse_problem(case.plan.policy, recording):
        problem = found
    elif len(recording.input_digests) < needed:
        problem = f"{len(recording.input_digests)} probes ran, the policy wants at least {needed}"
    if not problem:
        status = Status.PASSED
        problem = f"{len(planned)} probes recorded"
    return Check(
        name="recorded", model=model.id, leg=leg.name, output=None, status=status, message=problem
    )


def _sane(case: Case, model: PlannedModel, leg: Leg, output: str) -> Check:
    """The output is there for every probe, finite, and depends on the image."""
    facts = case.facts.get((model.id, leg.name, output))
    problems = []
    probes = len(model.probes_on(leg.name))
    if facts is None or facts.probes != probes:
        problems.append("the output is missing")
    else:
        if not facts.shape_as_declared:
            problems.append("shape or dtype is not the declared one")
        if facts.nan or facts.inf:
            problems.append(f"{facts.nan} NaN and {facts.inf} infinite values")
        if facts.zero:
            problems.append("every value is zero")
        elif not facts.spread > 0 and probes > 1:
            problems.append("the output is the same for every probe")
    return Check(
        name="sane",
        model=model.id,
        leg=leg.name,
        output=output,
        status=Status.FAILED if problems else Status.PASSED,
        message="; ".join(problems) or "finite, and different from probe to probe",
    )


def _within(case: Case, model: PlannedModel, leg: Leg, output: str, role: Role) -> Iterator[Check]:
    """The output is as close as was declared to what it is compared with."""
    comparison = case.comparisons.get((model.id, leg.name, output, role))
    against = baseline_of(model, leg, role)
    limits = limits_of(case, model.id, output)
    for limit in limits:
        status, measured = Status.FAILED, None
        if comparison is None:
            status = Status.NOT_RUN
            message = f"cannot be compared with {against}: probes or shapes differ"
        elif limit.bound is None:
            status = Status.NOT_RUN
            message = limit.lacking
        else:
            measured = limit.measure(comparison)
            if measured <= limit.bound:
                status = Status.PASSED
            message = (
                f"{limit.what} {measured:.3g} from {against} (tolerance {limit.bound:.3g}), "
                f"worst on {limit.worst_probe(comparison)}"
            )
        yield Check(
            name=f"{limit.name} of {against}",
            model=model.id,
            leg=leg.name,
            output=output,
            status=status,
            message=message,
            against=against,
            measured=measured,
            bound=limit.bound,
            rationale=limit.rationale,
        )
    if not limits:
        yield Check(
            name=f"within tolerance of {against}",
            model=model.id,
            leg=leg.name,
            output=output,
            status=Status.FAILED,
            message="no tolerance is declared for this output",
            against=against,
        )


def baseline_of(model: PlannedModel, leg: Leg, role: Role) -> str:
    """The name of the leg that `leg` of a model is compared with."""
    named = {Role.REFERENCE: model.reference, Role.FLOAT64: FLOAT64_LEG}
    others = {Role.PREDECESSOR: leg.predecessor, Role.COUNTERPART: leg.counterpart}
    return named.get(role) or others.get(role) or "nothing"


def _second_route(plan: Plan, model: PlannedModel) -> Iterator[Check]:
    """The model was converted by two routes, where that is required; explanations have one."""
    if not plan.policy.require_second_route or model.kind == "explanation":
        return
    others = {leg.counterpart for leg in plan.legs_of(model)} & {*model.legs}
    missing = next(
        (m.reason for m in plan.missing_routes if m.model == model.id),
        "the release asks for one alone",
    )
    message = f"compared with {', '.join(sorted(filter(None, others)))}"
    yield Check(
        name="second route",
        model=model.id,
        leg=SECOND_ROUTE,
        output=None,
        status=Status.PASSED if others else Status.NOT_RUN,
        message=message if others else f"there is no second route: {missing}",
    )


def _criterion_checks(case: Case, model: PlannedModel) -> Iterator[Check]:
    for criterion in case.plan.policy.acceptance_criteria:
        for leg in criterion.legs if criterion.model == model.id else ():
            comparison = case.comparisons.get((model.id, leg, criterion.output, Role.REFERENCE))
            probes = comparison.probes if comparison else {}
            within = sum(metrics.max_abs <= criterion.max_abs for metrics in probes.values())
            enough = len(probes) >= criterion.probes
            met = enough and within == len(probes)
            yield Check(
                name=criterion.name,
                model=model.id,
                leg=leg,
                output=criterion.output,
                status=Status.PASSED if met else Status.FAILED if enough else Status.NOT_RUN,
                message=f"{within} of {len(probes)} probes within {criterion.max_abs:.3g}"
                + ("" if enough else f"; at least {criterion.probes} are wanted"),
                measured=comparison.pooled.max_abs if comparison else None,
                bound=criterion.max_abs,
                rationale=criterion.rationale,
            )
