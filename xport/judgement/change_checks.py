"""Judging what a new version changes: limits against another release, and what could not be told.

A limit that is exceeded on anything is broken. It is kept only where enough was compared: a few
images on which nothing changed show nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xport.comparison.change import Changes, LabelledChange
from xport.exchange.prepared import PROBABILITIES
from xport.judgement.change_parts import absent, asked_words, change_check, held_to, too_few_at_gate
from xport.judgement.gate_checks import AT_GATE, flipped_at_gate, gated
from xport.judgement.map_checks import map_checks
from xport.judgement.slowdown_checks import paired_findings, slowdown_checks
from xport.judgement.verdict import Case, Check, Status
from xport.plan.baseline import ChangeLimits
from xport.plan.plan import Plan, PlannedModel

FLIPPED = "flipped decisions (max_flipped_share)"
AUC_DROP = "drop of AUC (max_auc_drop)"
MOVED = "calibrated probabilities (max_calibrated_change)"
BYTES = "bytes that ship (max_bytes_ratio)"


def change_checks(
    limits: ChangeLimits, changes: Changes | None, plan: Plan, reason: str = ""
) -> Iterator[Check]:
    """Every limit on every model that it is about.

    Args:
        limits: what was declared.
        changes: what was compared; None where nothing could be, for `reason`.
        plan: of the new release.
    """
    models = plan.models
    asked = (
        (limits.max_bytes_ratio, BYTES, _bytes, [*models]),
        (limits.max_flipped_share, FLIPPED, _flipped, [m for m in models if decides(m)]),
        (
            limits.max_gate_flipped_share,
            AT_GATE,
            flipped_at_gate,
            [m for m in models if gated(m)],
        ),
        (limits.max_auc_drop, AUC_DROP, _auc_drop, [m for m in models if classifies(m)]),
        (limits.max_calibrated_change, MOVED, _moved, [m for m in models if classifies(m)]),
    )
    for limit, name, check, concerned in asked:
        if limit is None:
            continue
        if not concerned:
            lacking = (
                "there is no gate here" if name == AT_GATE else "no model here decides by labels"
            )
            yield change_check(models[0], name, Status.NOT_RUN, lacking)
        for model in concerned:
            yield check(limits, changes, model, reason)
    yield from map_checks(limits, changes, plan, reason)
    for model in models if limits.max_slowdown is not None else ():
        missing = absent(changes, model, reason)
        yield from slowdown_checks(limits, changes, (plan, model), missing)


def baseline_checks(case: Case) -> Iterator[Check]:
    """The limits of the policy's baseline; none where it names none."""
    baseline, found = case.plan.policy.baseline, case.baseline
    if baseline is None:
        return
    changes = found.changes if found else None
    reason = (found.failure if found else None) or "no comparison with the baseline was made"
    if changes is not None and baseline.evidence_sha256 is not None:
        own = changes.before.evidence_sha256
        if own != baseline.evidence_sha256:
            changes, reason = None, f"the baseline's evidence is {own}, not the one that is named"
    for check in change_checks(baseline, changes, case.plan, reason):
        yield check.model_copy(update={"rationale": baseline.rationale})


def baseline_findings(case: Case) -> Iterator[str]:
    """Where evidence of a baseline is not of this plan, or stands where the policy names none."""
    if (case.plan.policy.baseline is None) != (case.baseline is None):
        yield "what was compared with a baseline is not what the policy asks for"
    changes = case.baseline.changes if case.baseline else None
    for size in changes.sizes if changes else ():
        model = next((one for one in case.plan.models if one.id == size.model), None)
        if model is None or model.artifacts[case.plan.shipped_artifact].bytes != size.bytes_after:
            yield f"baseline: the bytes of {size.model} are not those of the plan"
    yield from paired_findings(case.plan, changes.speeds if changes else ())


def status_of(checks: Sequence[Check]) -> Status | None:
    """The outcome of all limits; None where nothing was limited."""
    statuses = {check.status for check in checks}
    for status in (Status.FAILED, Status.NOT_RUN, Status.PASSED):
        if status in statuses:
            return status
    return None


def decides(model: PlannedModel) -> bool:
    """Whether decisions rest on a model: it has labelled probabilities, or a gate."""
    return classifies(model) or model.gate is not None or model.rule is not None


def classifies(model: PlannedModel) -> bool:
    """Whether a model has a probability for each label; what explains it decides nothing."""
    return model.kind == "classifier" and model.labels_of(PROBABILITIES) is not None


def _bytes(
    limits: ChangeLimits, changes: Changes | None, model: PlannedModel, reason: str
) -> Check:
    missing = absent(changes, model, reason)
    size = next((one for one in changes.sizes if one.model == model.id), None) if changes else None
    if missing or size is None or size.bytes_before <= 0:
        return change_check(
            model, BYTES, Status.NOT_RUN, missing or "the bytes of before are not known"
        )
    assert limits.max_bytes_ratio is not None
    ratio = size.bytes_after / size.bytes_before
    return change_check(
        model,
        BYTES,
        Status.PASSED if ratio <= limits.max_bytes_ratio else Status.FAILED,
        f"{size.bytes_after:,} bytes, {size.bytes_before:,} before: {ratio:.3g} times "
        f"(max_bytes_ratio {limits.max_bytes_ratio:g})",
        ratio,
        limits.max_bytes_ratio,
    )


def _flipped(
    limits: ChangeLimits, changes: Changes | None, model: PlannedModel, reason: str
) -> Check:
    missing = absent(changes, model, reason)
    if missing or changes is None:
        return change_check(model, FLIPPED, Status.NOT_RUN, missing or reason)
    bound = limits.max_flipped_share
    assert bound is not None
    counted = [
        (len(one.flips), one.decisions, f"on {one.shared} {one.basis}, {one.leg}")
        for one in changes.decisions
        if one.model == model.id
    ]
    labelled = _labelled(changes, model)
    for one in labelled:
        flips, decisions = (
            sum(getattr(finding, key) for finding in one.findings) for key in ("flips", "decisions")
        )
        counted.append((flips, decisions, f"on {one.images} images of {one.dataset}"))
    counted = [one for one in counted if one[1]]
    worst = max(counted, key=lambda one: one[0] / one[1], default=None)
    share = worst[0] / worst[1] if worst else None
    said = f"{worst[0]} of {worst[1]} decisions flip {worst[2]}" if worst else "none was compared"
    said += f" (max_flipped_share {bound:g})"
    lacking = (
        _too_few(limits, labelled, model)
        if classifies(model)
        else too_few_at_gate(limits, changes, model)
    )
    return held_to(model, FLIPPED, said, share, bound, (limits, lacking))


def _moved(
    limits: ChangeLimits, changes: Changes | None, model: PlannedModel, reason: str
) -> Check:
    missing = absent(changes, model, reason)
    if missing or changes is None:
        return change_check(model, MOVED, Status.NOT_RUN, missing or reason)
    bound = limits.max_calibrated_change
    assert bound is not None
    labelled = _labelled(changes, model)
    seen = [
        (row.max, f"{row.finding} on {one.shared} {one.basis}, {one.leg}")
        for one in changes.decisions
        for row in one.calibrated
        if one.model == model.id
    ]
    seen += [
        (finding.calibrated_max, f"{finding.finding} on {one.images} images of {one.dataset}")
        for one in labelled
        for finding in one.findings
        if finding.calibrated_max is not None
    ]
    worst = max(seen, key=lambda one: (one[0] != one[0], one[0]), default=None)
    moved = worst[0] if worst else None
    said = f"that of {worst[1]} moves by {worst[0]:.3g}" if worst else "none was compared"
    said += f" (max_calibrated_change {bound:g})"
    lacking = _too_few(limits, labelled, model)
    return held_to(model, MOVED, said, moved, bound, (limits, lacking))


def _auc_drop(
    limits: ChangeLimits, changes: Changes | None, model: PlannedModel, reason: str
) -> Check:
    missing = absent(changes, model, reason)
    if missing or changes is None:
        return change_check(model, AUC_DROP, Status.NOT_RUN, missing or reason)
    bound = limits.max_auc_drop
    assert bound is not None
    labelled = _labelled(changes, model)
    lacking = _too_few(limits, labelled, model)
    if lacking:
        return change_check(
            model, AUC_DROP, Status.NOT_RUN, asked_words(limits, lacking), None, bound
        )
    worst = min(
        (finding for one in labelled for finding in one.findings),
        key=lambda finding: finding.auc_change if finding.auc_change is not None else 0.0,
    )
    least = min(
        (finding for one in labelled for finding in one.findings),
        key=lambda finding: finding.low if finding.low is not None else 0.0,
    )
    assert worst.auc_change is not None
    assert least.low is not None
    said = (
        f"AUC of {worst.finding} changes by {worst.auc_change:+.4f} (95 % interval "
        f"{worst.low:+.4f} to {worst.high:+.4f}; max_auc_drop {bound:g})"
    )
    status = Status.PASSED
    if -worst.auc_change > bound:
        status = Status.FAILED
    elif -least.low > bound:
        status = Status.NOT_RUN
        said += (
            f"; a drop of {-least.low:.4f} of {least.finding} lies within its interval: give more "
            "labelled images"
        )
    return change_check(
        model, AUC_DROP, status, f"{said}; {asked_words(limits, '')}", -worst.auc_change, bound
    )


def _labelled(changes: Changes, model: PlannedModel) -> list[LabelledChange]:
    return [one for one in changes.labelled if one.model == model.id]


def _too_few(limits: ChangeLimits, labelled: Sequence[LabelledChange], model: PlannedModel) -> str:
    """Why labelled sets show nothing, or nothing where they do."""
    if not labelled:
        return "there is no labelled set that both sides were evaluated on"
    for one in labelled:
        if one.images < limits.min_images:
            return f"{one.dataset} has {one.images} images that both sides have"
        for label in model.labels or ():
            if label not in {finding.finding for finding in one.findings}:
                return f"{label} has no labels in {one.dataset}"
        for finding in one.findings:
            if finding.positives < limits.min_positives:
                return f"{finding.finding} has {finding.positives} positives in {one.dataset}"
            if finding.auc_change is None:
                return f"{finding.finding} has no negative image in {one.dataset}"
    return ""
