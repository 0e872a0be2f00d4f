"""Judging a run's recordings: what lies in its folder, put together for the judge."""

from __future__ import annotations

from collections.abc import Sequence

from xport.comparison.preprocessing import PreparedCase
from xport.exchange.implementations import AllImplementations, Implementations, artifacts_of
from xport.exchange.sensitivity import Sensitivities, Sensitivity
from xport.judgement.assembly import evidence_of, load
from xport.judgement.evidence import Evidence
from xport.plan.plan import Plan
from xport.plan.policy import OtherPolicy, Policy
from xport.plan.timing import BackendRuntime, Runtimes
from xport.workflow.difference import against_baseline
from xport.workflow.run_folder import RunFolder


def runtimes_of(run: RunFolder) -> tuple[BackendRuntime, ...]:
    """The times that were measured; none where nothing was timed."""
    return Runtimes.read(run.runtime_path).backends if run.runtime_path.is_file() else ()


def _sensitivity(run: RunFolder, plan: Plan) -> tuple[Sensitivity, ...]:
    """What was tried of errors in the weights; what is of another plan counts as nothing."""
    path = run.sensitivity_path
    found = Sensitivities.read(path).models if path.is_file() else ()
    return tuple(one for one in found if one.plan_digest == plan.digest())


def _implementations(run: RunFolder, plan: Plan) -> tuple[Implementations, ...]:
    """What other implementations differ by; what is of other artifacts counts as nothing."""
    path = run.implementations_path
    found = AllImplementations.read(path).models if path.is_file() else ()
    planned = {model.id: artifacts_of(model) for model in plan.models}
    return tuple(one for one in found if planned.get(one.model) == one.artifacts)


def judged(
    run: RunFolder,
    plan: Plan,
    runtimes: Sequence[BackendRuntime],
    prepared: PreparedCase | None,
    other: tuple[Policy, OtherPolicy] | None = None,
) -> Evidence:
    """Judge the recordings of a run under the plan's policy, or another.

    Args:
        run: whose recordings they are.
        plan: what they were made for.
        runtimes: times that are told.
        prepared: what was made of image files; None where the plan has none.
        other: another policy, and where it is from.

    Raises:
        XportError: recordings cannot be read or were changed, or the baseline cannot be used.
    """
    recorded = load(plan, run.recordings)
    return evidence_of(
        plan,
        recorded,
        runtimes,
        run.probes,
        prepared,
        other,
        sensitivity=_sensitivity(run, plan),
        baseline=against_baseline(run, plan, other[0] if other else plan.policy, prepared),
        implementations=_implementations(run, plan),
    )
