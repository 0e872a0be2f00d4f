"""Judging flips at the gate alone: what is in or out of distribution on one side only."""

from __future__ import annotations

from xport.comparison.change import Changes
from xport.judgement.change_parts import absent, change_check, held_to, too_few_at_gate
from xport.judgement.verdict import Check, Status
from xport.plan.baseline import ChangeLimits
from xport.plan.plan import PlannedModel

AT_GATE = "flips at the gate (max_gate_flipped_share)"


def gated(model: PlannedModel) -> bool:
    """Whether a model decides before the classifier: by its gate, or as part of the rule."""
    return model.gate is not None or model.rule is not None


def flipped_at_gate(
    limits: ChangeLimits, changes: Changes | None, model: PlannedModel, reason: str
) -> Check:
    """Images that the gate lets pass on one side alone: out of distribution, or not any more."""
    missing = absent(changes, model, reason)
    if missing or changes is None:
        return change_check(model, AT_GATE, Status.NOT_RUN, missing or reason)
    bound = limits.max_gate_flipped_share
    assert bound is not None
    counted = [d for d in changes.decisions if d.model == model.id and d.gate_decisions]
    worst = max(counted, key=lambda one: one.gate_flips / one.gate_decisions, default=None)
    share = worst.gate_flips / worst.gate_decisions if worst else None
    said = "none was compared"
    if worst:
        said = f"{worst.gate_flips} of {worst.gate_decisions} decisions at the gate flip on "
        said += f"{worst.shared} {worst.basis}, {worst.leg}"
    said += f" (max_gate_flipped_share {bound:g})"
    lacking = too_few_at_gate(limits, changes, model)
    return held_to(model, AT_GATE, said, share, bound, (limits, lacking))
