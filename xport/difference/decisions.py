"""Decisions of both sides on the same probes and image files, each at its own thresholds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xport.common.arrays import Array
from xport.comparison.change import Basis, CalibratedChange, ChangedDecision, DecisionsChange
from xport.comparison.decision_effects import (
    CALIBRATED,
    RECONSTRUCTION,
    held_of,
    operating_points,
    with_decisions,
)
from xport.comparison.rule_decisions import SHORTER_SIDE, scores_of, whole
from xport.difference.side import Said, Side, deciding_models
from xport.exchange.prepared import PROBABILITIES
from xport.plan.plan import PlannedModel


@dataclass(frozen=True)
class Decision:
    """A value, the threshold that it is held to, and what comes out.

    `reason` is why the rule refuses an image; None of everything else.
    """

    value: float
    threshold: float
    positive: bool
    reason: str | None = None


Decided = dict[str, dict[str, Decision]]
"""By finding, or the gate's name; then by image."""
GATE = "gate"
RULE = "rule"
"""What the whole rule is called, where one model's gate would be."""


def decisions_between(before: Side, after: Side) -> Iterator[DecisionsChange]:
    """Every model that decides on both sides: on probes leg by leg, and on image files."""
    for new in deciding_models(after.plan):
        old = before.model(new.id)
        if old is None or old.kind != new.kind:
            continue
        for (model, leg), said in after.on_probes.items():
            other = before.on_probes.get((model, leg))
            if model == new.id and other is not None:
                yield _compared(old, new, ("probes", leg), other, said)
        if new.id in after.on_files and new.id in before.on_files:
            (leg_before, other), (leg, said) = before.on_files[new.id], after.on_files[new.id]
            name = leg if leg == leg_before else f"{leg_before} → {leg}"
            yield _compared(old, new, ("image files", name), other, said)
    yield from _by_the_rule(before, after)


def _compared(
    old: PlannedModel, new: PlannedModel, where: tuple[Basis, str], before: Said, after: Said
) -> DecisionsChange:
    shared = [key for key in after.names if key in before.names]
    theirs, probabilities_before = decided(old, before, shared)
    ours, probabilities_after = decided(new, after, shared)
    flips, decisions = flipped(theirs, ours, after.names)
    findings = new.labels_of(PROBABILITIES) or ()
    at_gate = {label: by for label, by in ours.items() if label not in findings}
    gate_flips, gate_decisions = flipped(theirs, at_gate, after.names)
    basis, leg = where
    return DecisionsChange(
        model=new.id,
        basis=basis,
        leg=leg,
        images_before=len(before.names),
        images_after=len(after.names),
        shared=len(shared),
        decisions=decisions,
        flips=tuple(flips),
        calibrated=tuple(calibrated_changes(probabilities_before, probabilities_after)),
        gate_decisions=gate_decisions,
        gate_flips=len(gate_flips),
    )


def flipped(
    theirs: Decided, ours: Decided, names: Mapping[str, str]
) -> tuple[list[ChangedDecision], int]:
    """The decisions that come out otherwise, and how many both sides have.

    A value that is no number flips, and so does another reason to refuse an image.
    """
    flips, decisions = [], 0
    for label, by_image in ours.items():
        for key, one in by_image.items():
            other = theirs.get(label, {}).get(key)
            if other is None:
                continue
            decisions += 1
            came, was = (one.positive, one.reason), (other.positive, other.reason)
            if came != was or math.isnan(one.value + other.value):
                flips.append(
                    ChangedDecision(
                        image=names[key],
                        label=_told(label, other, one),
                        before=other.value,
                        after=one.value,
                        threshold_before=other.threshold,
                        threshold_after=one.threshold,
                    )
                )
    return flips, decisions


def _told(label: str, before: Decision, after: Decision) -> str:
    """What a changed decision is called: at the rule, both verdicts in words."""
    if label != RULE:
        return label
    return f"{label}: {before.reason or 'accepted'} → {after.reason or 'accepted'}"


def _by_the_rule(before: Side, after: Side) -> Iterator[DecisionsChange]:
    """The whole rule on image files, all of its scores together, each side at its own."""
    old, new = before.plan.rule, after.plan.rule
    if old is None or new is None:
        return
    theirs, ours = ruled(before), ruled(after)
    names = {key: name for _, said in after.on_files.values() for key, name in said.names.items()}
    shared = [key for key in ours if key in theirs]
    if not shared:
        return
    flips, decisions = flipped({RULE: theirs}, {RULE: ours}, names)
    model = [one.id for one in after.plan.models if one.rule is not None][-1]
    yield DecisionsChange(
        model=model,
        basis="image files",
        leg=RULE,
        images_before=len(theirs),
        images_after=len(ours),
        shared=len(shared),
        decisions=decisions,
        flips=tuple(flips),
        calibrated=(),
        gate_decisions=decisions,
        gate_flips=len(flips),
    )


def ruled(side: Side) -> dict[str, Decision]:
    """What a side's rule says of each image file: at the first failing condition, or the last."""
    rule = side.plan.rule
    assert rule is not None
    scores = {key: {SHORTER_SIDE: value} for key, value in side.shorter_sides.items()}
    for model in side.plan.models:
        if model.rule is None or model.id not in side.on_files:
            continue
        _, said = side.on_files[model.id]
        inputs = {key: a for key in said.names if (a := said.input_of(key)) is not None}
        outputs = {
            name: {key: values for key, values in by.items() if key in inputs}
            for name, by in said.outputs.items()
        }
        for key, found in scores_of(model, inputs, outputs).items():
            scores.setdefault(key, {}).update(found)
    decisions = {}
    for key, found in scores.items():
        if whole(rule, found):
            ruling = rule.decide(found)
            at = rule.conditions[-1 if ruling.failed is None else ruling.failed]
            decisions[key] = Decision(found[at.key], at.threshold, ruling.accepted, ruling.reason)
    return decisions


def decided(
    model: PlannedModel, said: Said, keys: Sequence[str]
) -> tuple[Decided, dict[str, dict[str, float]]]:
    """A model's decisions on some images, and the calibrated probabilities, by finding and image.

    A finding without operating point is decided at 0.5 where the release has no operating points
    at all, and else not.
    """
    outputs = {
        name: {key: values[key] for key in keys if key in values}
        for name, values in said.outputs.items()
    }
    inputs: dict[str, Array] = {}
    for key in outputs.get(RECONSTRUCTION, {}):
        values = said.input_of(key)
        if values is not None:
            inputs[key] = values
        else:
            outputs = {name: without(by, key) for name, by in outputs.items()}
    found = with_decisions(model, inputs, outputs)
    decisions: Decided = {}
    probabilities: dict[str, dict[str, float]] = {}
    labels = model.labels_of(PROBABILITIES) or ()
    points = operating_points(model)
    for index, (label, point) in enumerate(zip(labels, points, strict=True) if labels else ()):
        if point is None:
            continue
        for key, row in outputs.get(PROBABILITIES, {}).items():
            value = float(row[0, index])
            decisions.setdefault(label, {})[key] = Decision(value, point, value >= point)
            moved = float(found[CALIBRATED][key][0, index])
            probabilities.setdefault(label, {})[key] = moved
    for held in held_of(model):
        decisions[GATE if model.gate is not None else held.name] = {
            key: Decision(value, held.threshold, held.holds(value))
            for key, score in found.get(held.output, {}).items()
            for value in (float(score[0]),)
        }
    return decisions, probabilities


def without(by: Mapping[str, Array], key: str) -> dict[str, Array]:
    """The same without one image."""
    return {name: values for name, values in by.items() if name != key}


def calibrated_changes(
    before: Mapping[str, Mapping[str, float]], after: Mapping[str, Mapping[str, float]]
) -> Iterator[CalibratedChange]:
    """How far calibrated probabilities moved, by finding; NaN where one is no number."""
    for finding, by_image in after.items():
        shared = [key for key in by_image if key in before.get(finding, {})]
        if shared:
            moved = np.abs([by_image[key] - before[finding][key] for key in shared])
            yield CalibratedChange(
                finding=finding,
                images=len(shared),
                max=float(moved.max()),
                mean=float(moved.mean()),
            )
