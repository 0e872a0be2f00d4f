"""Decisions and AUC of both sides on the same labelled images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reference.decide.calibration import calibrated
from reference.decide.labelled import LabelledPredictions
from reference.decide.paired_auc import auc_change
from reference.decide.predictions import Float64Array
from xport.comparison.change import LabelledChange, LabelledFinding, LabelledFlip
from xport.comparison.decision_effects import operating_points
from xport.errors import InputError
from xport.exchange.prepared import PROBABILITIES
from xport.plan.plan import Plan, PlannedModel

Files = tuple[Path, Path]
"""What classifiers of before and of after said of a labelled set, as `xport paper table1` writes
it."""


@dataclass(frozen=True)
class LabelledFound:
    """Both classifiers on a labelled set, and every image on which a finding flips."""

    change: LabelledChange
    flips: tuple[LabelledFlip, ...]


def labelled_between(before: Plan, after: Plan, files: Files) -> LabelledFound:
    """Both classifiers on the images that both sets of predictions hold.

    Raises:
        DocumentError: a file cannot be read.
        InputError: one is not of a classifier of its side, by the digest of its weights; or the two
            are of other sets, of other labels, or have no image in common.
    """
    sides = []
    for plan, path in zip((before, after), files, strict=True):
        found = LabelledPredictions.read(path)
        sides.append((found, _classifier_of(plan, found, path)))
    (old, old_model), (new, new_model) = sides
    if old_model.id != new_model.id:
        raise InputError(
            f"it is of {new_model.id}, and {files[0]} of {old_model.id}",
            str(files[1]),
            "give predictions of the same model of both releases",
        )
    if old.dataset != new.dataset:
        raise InputError(
            f"it is of {new.dataset}, and {files[0]} of {old.dataset}",
            str(files[1]),
            "evaluate both on the same set",
        )
    return _change(old, new, old_model, new_model, files)


def _classifier_of(plan: Plan, found: LabelledPredictions, path: Path) -> PlannedModel:
    """The classifier whose weights the predictions name.

    Raises:
        InputError: the release has none, or it prepares images otherwise.
    """
    models = [m for m in plan.models if m.kind == "classifier" and m.labels_of(PROBABILITIES)]
    model = next((m for m in models if m.weights_sha256 == found.weights_sha256), None)
    if model is None:
        named = ", ".join(f"{m.id} {m.weights_sha256 or 'of no known weights'}" for m in models)
        raise InputError(
            f"it is of the weights {found.weights_sha256}, {plan.release} has {named or 'none'}",
            str(path),
            "evaluate the weights of that release with `xport paper table1`",
        )
    if found.preprocess_digest not in (None, model.preprocess_digest):
        raise InputError(
            f"its images were prepared by {found.preprocess_digest}, {model.id} of {plan.release} "
            f"has {model.preprocess_digest}",
            str(path),
            "give the release's own preprocessing with --preprocess",
        )
    return model


def _change(
    old: LabelledPredictions,
    new: LabelledPredictions,
    old_model: PlannedModel,
    new_model: PlannedModel,
    files: Files,
) -> LabelledFound:
    findings = [finding for finding in new.findings if finding in old.findings]
    place = {image: row for row, image in enumerate(old.images)}
    shared = [image for image in new.images if image in place]
    if not shared or not findings:
        raise InputError(
            "no image, or no finding, is in both",
            f"{files[0]} and {files[1]}",
            "evaluate both on the same set",
        )
    ours = [row for row, image in enumerate(new.images) if image in place]
    theirs = [place[image] for image in shared]
    rows, flips = [], []
    for finding in findings:
        columns = old.findings.index(finding), new.findings.index(finding)
        column = _Column(
            finding=finding,
            images=shared,
            truth=_column(new.truth, ours, columns[1]),
            before=_column(old.outputs, theirs, columns[0]),
            after=_column(new.outputs, ours, columns[1]),
            points=(_point(old_model, finding), _point(new_model, finding)),
        )
        if not np.array_equal(_column(old.truth, theirs, columns[0]), column.truth, equal_nan=True):
            raise InputError(
                f"the labels of {finding} are not those of {files[0]}",
                str(files[1]),
                "evaluate both on the same set",
            )
        flips += column.flips()
        rows.append(column.row())
    change = LabelledChange(
        model=new_model.id,
        dataset=new.dataset,
        images=len(shared),
        images_before=len(old.images),
        images_after=len(new.images),
        findings=tuple(rows),
    )
    return LabelledFound(change, tuple(flips))


@dataclass(frozen=True)
class _Column:
    """One finding: labels (NaN where unknown) and outputs of both sides, an image each."""

    finding: str
    images: Sequence[str]
    truth: Float64Array
    before: Float64Array
    after: Float64Array
    points: tuple[float | None, float | None]

    def flips(self) -> list[LabelledFlip]:
        """The images on which the finding is called on one side alone."""
        before, after = self.points
        if before is None or after is None:
            return []
        return [
            LabelledFlip(
                image=self.images[row],
                label=self.finding,
                before=float(self.before[row]),
                after=float(self.after[row]),
                threshold_before=before,
                threshold_after=after,
                present=None if np.isnan(self.truth[row]) else bool(self.truth[row]),
            )
            for row in np.flatnonzero((self.before >= before) != (self.after >= after)).tolist()
        ]

    def row(self) -> LabelledFinding:
        """Counts, AUC and calibrated probabilities."""
        known = ~np.isnan(self.truth)
        truth = self.truth[known].astype(np.int64)
        area = auc_change(truth, self.before[known], self.after[known])
        before, after = self.points
        largest, mean = None, None
        if before is not None and after is not None:
            moved = np.abs(calibrated(self.after, after) - calibrated(self.before, before))
            largest, mean = float(moved.max()), float(moved.mean())
        return LabelledFinding(
            finding=self.finding,
            positives=int(truth.sum()),
            negatives=int(len(truth) - truth.sum()),
            auc_before=area.before if area else None,
            auc_after=area.after if area else None,
            auc_change=area.change if area else None,
            low=area.low if area else None,
            high=area.high if area else None,
            decisions=0 if mean is None else len(self.images),
            flips=len(self.flips()),
            calibrated_max=largest,
            calibrated_mean=mean,
        )


def _point(model: PlannedModel, finding: str) -> float | None:
    labels = model.labels or ()
    return operating_points(model)[labels.index(finding)] if finding in labels else None


def _column(
    rows: tuple[tuple[float | None, ...], ...] | tuple[tuple[int | None, ...], ...],
    chosen: list[int],
    column: int,
) -> Float64Array:
    values = [rows[row][column] for row in chosen]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def lacking(plan: Plan, change: LabelledChange) -> Iterator[str]:
    """Findings of the release that the labelled set says nothing of."""
    model = plan.model(change.model)
    known = {finding.finding for finding in change.findings}
    for label in model.labels or ():
        if label not in known:
            yield f"{change.model}: {label} has no labels in {change.dataset}"
