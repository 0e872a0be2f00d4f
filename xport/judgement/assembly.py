"""From recordings on disk to evidence: facts, comparisons, verdict. No framework, no browser."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xport.common.arrays import Array
from xport.common.version import __version__
from xport.comparison.change import BaselineFound
from xport.comparison.leg_decisions import LegDecisions, leg_decisions
from xport.comparison.parity import Comparison, Outputs, Pair, Role, compare
from xport.comparison.pictures import pictures_for
from xport.comparison.preprocessing import PreparedCase, effects_of
from xport.comparison.rule_decisions import rule_decisions
from xport.exchange.implementations import Implementations
from xport.exchange.recording import Recording
from xport.exchange.sensitivity import Sensitivity
from xport.formats.artifact import TensorSpec
from xport.inputs.probes import ProbeFolder
from xport.judgement.evidence import Evidence
from xport.judgement.judge import judge
from xport.judgement.sensitivity import detectable_errors
from xport.judgement.verdict import Case, OutputFacts, Status, Verdict
from xport.plan.plan import FLOAT64_LEG, REFERENCE_LEG, Leg, Plan, PlannedModel
from xport.plan.policy import OtherPolicy, Policy
from xport.plan.timing import BackendRuntime
from xport.recording.recorder import Arrays, RecordingFolder


@dataclass(frozen=True)
class Recorded:
    """All recordings of a plan, those that exist, by (model, leg)."""

    documents: Mapping[tuple[str, str], Recording]
    arrays: Mapping[tuple[str, str], Arrays]

    def output(self, model: str, leg: str, output: str) -> Outputs:
        """One output of one leg, by probe; probes that lack it are absent."""
        arrays = self.arrays.get((model, leg), {})
        return {probe: found[output] for probe, found in arrays.items() if output in found}


def load(plan: Plan, folder: RecordingFolder) -> Recorded:
    """Read every recording of the plan that exists.

    Raises:
        InputError, IntegrityError: one cannot be read or its arrays changed.
    """
    legs = [(model.id, leg.name) for model in plan.models for leg in plan.legs_of(model)]
    return load_legs(folder, legs)


def load_legs(folder: RecordingFolder, legs: Iterable[tuple[str, str]]) -> Recorded:
    """Read the recordings of some legs, by model and leg, those that exist.

    Raises:
        InputError, IntegrityError: one cannot be read or its arrays changed.
    """
    documents: dict[tuple[str, str], Recording] = {}
    arrays: dict[tuple[str, str], Arrays] = {}
    for model, leg in legs:
        found = folder.load(model, leg)
        if found is not None:
            documents[model, leg], arrays[model, leg] = found
    return Recorded(documents, arrays)


def own_comparisons(
    model: PlannedModel, recorded: Recorded
) -> dict[tuple[str, str, str, Role], Comparison]:
    """How far the reference is from its float64, by output: relative limits are measured by it."""
    found = {}
    for spec in model.signature.outputs:
        pair = Pair(
            model=model.id,
            leg=REFERENCE_LEG,
            baseline=FLOAT64_LEG,
            role=Role.FLOAT64,
            output=spec.name,
        )
        comparison = _comparison(pair, model, recorded)
        if comparison is not None:
            found[model.id, REFERENCE_LEG, spec.name, Role.FLOAT64] = comparison
    return found


def evidence_of(
    planned: Plan,
    recorded: Recorded,
    runtimes: Sequence[BackendRuntime],
    probes: ProbeFolder,
    prepared: PreparedCase | None = None,
    other: tuple[Policy, OtherPolicy] | None = None,
    sensitivity: Sequence[Sensitivity] = (),
    baseline: BaselineFound | None = None,
    implementations: Sequence[Implementations] = (),
) -> Evidence:
    """Measure and judge what was recorded for `planned`, under its own policy or another.

    `probes` are only shown, not run. `sensitivity` is what was tried of errors in the weights,
    `baseline` what was compared with the release that the policy names, `implementations` what
    others than the legs differ by.
    """
    plan = planned.model_copy(update={"policy": other[0]}) if other else planned

    def input_of(model: PlannedModel, name: str) -> Array | None:
        probe = next(probe for probe in model.probes if probe.name == name)
        return next(iter(probes.load(probe, model.signature).values()), None)

    effects = tuple(effects_of(prepared)) if prepared else ()
    made = datetime.datetime.now(datetime.UTC)
    case = replace(
        measured(plan, planned.digest(), recorded),
        effects=effects,
        prepared=prepared.recordings if prepared else {},
        preparations=prepared.preparations if prepared else None,
        other=other[1] if other else None,
        baseline=baseline,
        day=made.date(),
        implementations=implementations,
        rule=rule_decisions(prepared) if prepared else None,
    )
    comparisons, verdict = tuple(case.comparisons.values()), judge(case)
    return Evidence(
        made=made.isoformat(timespec="seconds"),
        xport=__version__,
        plan=plan,
        recordings=tuple(recorded.documents.values()),
        facts=tuple(case.facts.values()),
        comparisons=comparisons,
        runtimes=tuple(runtimes),
        pictures=tuple(pictures_for(plan, recorded.output, input_of, comparisons)),
        preprocessing=effects,
        prepared_in=prepared.preparations.environment if prepared else None,
        preparations=prepared.preparations if prepared else None,
        prepared=tuple(prepared.recordings.values()) if prepared else (),
        other_policy=other[1] if other else None,
        sensitivity=tuple(sensitivity),
        detectable_errors=tuple(detectable_errors(case, sensitivity)),
        decisions=tuple(_decisions(plan, recorded, verdict, input_of)),
        baseline=baseline,
        implementations=tuple(implementations),
        rule=case.rule,
        verdict=verdict,
    )


def measured(plan: Plan, planned: str, recorded: Recorded) -> Case:
    """What the judge looks at, without the preprocessing leg: facts and comparisons of recordings.

    Args:
        plan: what is judged, under its policy.
        planned: the digest of the plan that the recordings must have been made for.
        recorded: the recordings, with their arrays.
    """
    return Case(
        plan=plan,
        planned=planned,
        recordings=recorded.documents,
        facts={(f.model, f.leg, f.output): f for f in _all_facts(plan, recorded)},
        comparisons={
            (c.model, c.leg, c.output, c.role): c for c in _all_comparisons(plan, recorded)
        },
    )


def _all_facts(plan: Plan, recorded: Recorded) -> Iterator[OutputFacts]:
    for model, leg in recorded.documents:
        for spec in plan.model(model).signature.outputs:
            outputs = recorded.output(model, leg, spec.name)
            if outputs:
                yield _facts(model, leg, spec, outputs)


def _facts(model: str, leg: str, spec: TensorSpec, outputs: Outputs) -> OutputFacts:
    dtype = "float64" if leg == FLOAT64_LEG and spec.dtype == "float32" else spec.dtype
    as_declared = all(a.shape == spec.shape and a.dtype.name == dtype for a in outputs.values())
    values = [array.astype(np.float64).ravel() for array in outputs.values()]
    same_size = len({value.size for value in values}) == 1
    with np.errstate(all="ignore"):
        spread = float(np.ptp(np.stack(values), axis=0).max()) if same_size else float("nan")
    return OutputFacts(
        model=model,
        leg=leg,
        output=spec.name,
        probes=len(outputs),
        nan=int(sum(np.isnan(value).sum() for value in values)),
        inf=int(sum(np.isinf(value).sum() for value in values)),
        zero=not any(value.any() for value in values),
        spread=spread,
        shape_as_declared=as_declared,
        largest=_largest(values),
    )


def _decisions(
    plan: Plan,
    recorded: Recorded,
    verdict: Verdict,
    input_of: Callable[[PlannedModel, str], Array | None],
) -> Iterator[LegDecisions]:
    """What the errors of legs that failed do to decisions, on the probes that the leg ran on."""
    failed = {(c.model, c.leg) for c in verdict.checks if c.status is Status.FAILED and c.output}
    for model in plan.models:
        names = [spec.name for spec in model.signature.outputs]
        for leg in plan.legs_of(model):
            if (model.id, leg.name) not in failed or leg.name == model.reference:
                continue
            ours, theirs = (
                {name: recorded.output(model.id, of, name) for name in names}
                for of in (leg.name, model.reference)
            )
            inputs = {
                probe.name: array
                for probe in model.probes_on(leg.name)
                if (array := input_of(model, probe.name)) is not None
            }
            found = leg_decisions(model, leg.name, (ours, theirs), inputs)
            if found is not None:
                yield found


def _largest(values: Sequence[Array]) -> float:
    """The largest absolute value; NaN where one is."""
    found = [float(np.abs(value).max(initial=0.0)) for value in values]
    return max(found, key=lambda one: (one != one, one), default=0.0)


def _all_comparisons(plan: Plan, recorded: Recorded) -> Iterator[Comparison]:
    for model in plan.models:
        for leg in plan.legs_of(model):
            for role, baseline in _baselines(model, leg):
                for spec in model.signature.outputs:
                    pair = Pair(
                        model=model.id, leg=leg.name, baseline=baseline, role=role, output=spec.name
                    )
                    comparison = _comparison(pair, model, recorded, plan.policy)
                    if comparison is not None:
                        yield comparison


def _baselines(model: PlannedModel, leg: Leg) -> Iterator[tuple[Role, str]]:
    if leg.name == FLOAT64_LEG:
        return
    if FLOAT64_LEG in model.legs:
        yield Role.FLOAT64, FLOAT64_LEG
    if leg.name != model.reference:
        yield Role.REFERENCE, model.reference
        if leg.predecessor in model.legs:
            yield Role.PREDECESSOR, leg.predecessor
    if leg.counterpart is not None:
        yield Role.COUNTERPART, leg.counterpart


def _comparison(
    pair: Pair, model: PlannedModel, recorded: Recorded, policy: Policy | None = None
) -> Comparison | None:
    """The comparison of a pair, or None when a side is missing or shapes do not fit.

    What is missing or misshapen fails the leg's own checks; nothing passes for want of it.
    """
    ours = recorded.output(pair.model, pair.leg, pair.output)
    run = {probe.name for probe in model.probes_on(pair.leg)}
    found = recorded.output(pair.model, pair.baseline, pair.output)
    theirs = {name: array for name, array in found.items() if name in run}
    shapes = {name: array.shape for name, array in ours.items()}
    if not ours or shapes != {name: array.shape for name, array in theirs.items()}:
        return None
    relative = policy.relative_tolerance(pair.model, pair.output) if policy else None
    return compare(
        pair,
        ours,
        theirs,
        labelled=model.labels_of(pair.output) is not None,
        explained_share=relative.region_share if relative else None,
    )
