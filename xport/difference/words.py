"""What is to be said before any number: other models, labels, preprocessing, rules."""

from __future__ import annotations

from collections.abc import Iterator

from xport.difference.side import Side, deciding_models
from xport.exchange.prepared import PROBABILITIES
from xport.judgement.again import status_now
from xport.judgement.change_checks import decides
from xport.judgement.verdict import Status
from xport.plan.plan import Plan, PlannedModel


def told(before: Side, after: Side) -> Iterator[str]:
    """Where the two are not the same release but for its weights, a sentence each."""
    old, new = before.plan, after.plan
    if old.release != new.release:
        yield f"two different releases are compared: {old.release} and {new.release}"
    yield from _models(before, after)
    for model in new.models:
        other = before.model(model.id)
        if other is not None:
            yield from _model(other, model)
            yield from _weights(before, after, other, model)
    yield from _verified(old, new)
    yield from _rules(before, after)


def _models(before: Side, after: Side) -> Iterator[str]:
    for model in before.plan.models:
        if after.model(model.id) is None:
            yield f"{model.id}: only in {before.place}"
    for model in after.plan.models:
        if before.model(model.id) is None:
            yield f"{model.id}: only in {after.place}"


def _model(old: PlannedModel, new: PlannedModel) -> Iterator[str]:
    name = new.id
    if old.kind != new.kind:
        yield f"{name}: a {old.kind} before, a {new.kind} now: no decision is compared"
    if old.labels != new.labels:
        yield f"{name}: other labels: {_lists(old.labels or (), new.labels or ())}"
    if old.signature != new.signature:
        yield f"{name}: other inputs or outputs: {old.signature} before, {new.signature} now"
    if old.preprocess_digest != new.preprocess_digest:
        yield (
            f"{name}: other preprocessing: an image file becomes another input, so that few or "
            "no probes are the same"
        )
    yield from _thresholds(old, new)
    yield from _undecided(old, new)


def _weights(before: Side, after: Side, old: PlannedModel, new: PlannedModel) -> Iterator[str]:
    files = [
        model.artifacts[side.plan.shipped_artifact].files
        for side, model in ((before, old), (after, new))
    ]
    if files[0] == files[1]:
        yield f"{new.id}: the same files ship, byte for byte"
    elif old.weights_sha256 and new.weights_sha256:
        other = old.weights_sha256 != new.weights_sha256
        yield f"{new.id}: {'other' if other else 'the same'} weights, in other files"
    elif new.kind != "explanation":
        yield f"{new.id}: other files; whether the weights are the same is not known"


def _lists(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    parts = []
    if gone:
        parts.append(f"without {', '.join(gone)}")
    if come:
        parts.append(f"with {', '.join(come)}")
    return "; ".join(parts) or "in another order"


def _thresholds(old: PlannedModel, new: PlannedModel) -> Iterator[str]:
    name = new.id
    if new.kind == "classifier" and new.labels_of(PROBABILITIES):
        if old.operating_points != new.operating_points:
            yield f"{name}: other operating points; every side decides at its own"
        for words, one in (("before", old), ("now", new)):
            lacking = [
                label
                for label, point in zip(one.labels or (), one.operating_points or (), strict=False)
                if point is None
            ]
            if lacking:
                yield f"{name}: without an operating point {words}: {', '.join(lacking)}"
            if one.operating_points is None:
                yield f"{name}: no operating points {words}; decided at 0.5"
    if (old.gate is None) != (new.gate is None):
        yield f"{name}: a gate {'only now' if new.gate else 'only before'}: it is not compared"
    elif old.gate is not None and new.gate is not None and old.gate != new.gate:
        yield f"{name}: another gate; every side decides at its own"
    if (old.rule is None) != (new.rule is None):
        yield f"{name}: part of a rule {'only now' if new.rule else 'only before'}"
    elif old.rule != new.rule:
        yield f"{name}: another rule; every side decides by its own"


def _verified(old: Plan, new: Plan) -> Iterator[str]:
    gone = [leg.name for leg in old.legs if leg.name not in {one.name for one in new.legs}]
    come = [leg.name for leg in new.legs if leg.name not in {one.name for one in old.legs}]
    if gone or come:
        yield f"other legs: {_lists(tuple(gone), tuple(come))}"
    if old.policy != new.policy:
        yield "another policy: checks and tolerances may differ"
    if old.shipped_artifact != new.shipped_artifact:
        yield f"{old.shipped_artifact} ships before, {new.shipped_artifact} now"


def _rules(before: Side, after: Side) -> Iterator[str]:
    for words, side in (("before", before), ("now", after)):
        evidence = side.evidence
        if evidence is not None and status_now(evidence) is not Status.PASSED:
            yield f"{words}: the release's own verdict is {status_now(evidence)}"
        if evidence is not None and evidence.other_policy is not None:
            yield f"{words}: judged under another policy, {evidence.other_policy.file}"
    if before.evidence is None or after.evidence is None:
        return
    rules = before.evidence.rules, after.evidence.rules
    if rules[0] != rules[1]:
        yield (
            f"judged by rules {rules[0]} before and {rules[1]} now: a check that is gained or lost "
            "may be one that the other rules did not know"
        )


def _undecided(old: PlannedModel, new: PlannedModel) -> Iterator[str]:
    if new.kind != "explanation" and not decides(old) and not decides(new):
        yield f"{new.id}: neither labelled probabilities nor a gate, so no decision rests on it"


def untold(before: Side, after: Side) -> Iterator[str]:
    """What could not be compared, and why: that is no word that it did not change."""
    for words, side in (("before", before), ("now", after)):
        for one in side.lacks:
            yield f"{words}: {one}"
    for model in deciding_models(after.plan):
        if before.model(model.id) is None:
            continue
        legs_before = {leg for name, leg in before.on_probes if name == model.id}
        legs_after = {leg for name, leg in after.on_probes if name == model.id}
        alone = sorted(legs_before ^ legs_after)
        if alone:
            yield f"{model.id}: decisions of {', '.join(alone)} stand on one side alone"
        if (model.id in before.on_files) != (model.id in after.on_files):
            yield f"{model.id}: decisions on image files stand on one side alone"
    for words, side in (("before", before), ("now", after)):
        unknown = [model.id for model in side.plan.models if model.id not in side.nodes]
        if unknown:
            yield f"{words}: the nodes of graphs, whose files are not here: {', '.join(unknown)}"
