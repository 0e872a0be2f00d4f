"""What decisions rest on: the documents with operating points and with the gate's threshold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from reference.decide.calibration import Calibration
from reference.decide.gate import Gate
from reference.decide.rule import Rule
from xport.common.document import Document
from xport.errors import DocumentError, InputError, located
from xport.release_file.file import ReleaseFile
from xport.release_file.tables import ModelEntry

D = TypeVar("D", bound=Document)

NAME_WEIGHTS = "python -m reference.training name-weights"
"""The command that writes into a document which weights it was made for."""


@dataclass(frozen=True)
class Decisions:
    """A model's operating points, one per label, and the documents behind its decisions.

    `operating_points_weights_sha256` is what the release file says of points that it lists itself.
    """

    operating_points: tuple[float | None, ...] | None
    calibration: Calibration | None
    gate: Gate | None
    operating_points_weights_sha256: str | None = None
    rule: Rule | None = None


def read_decisions(entry: ModelEntry, key: str) -> Decisions:
    """What a release says about the decisions of the model at `key`.

    Raises:
        InputError: a document cannot be read, is of another definition, or its findings are not
            the model's labels.
    """
    with located(f"{key}.calibration"):
        calibration = _calibration(entry)
    with located(f"{key}.gate"):
        gate = _read(Gate, entry.gate)
    points = calibration.thresholds if calibration else entry.operating_points
    return Decisions(points, calibration, gate, entry.operating_points_weights_sha256)


def read_rule(release: ReleaseFile) -> dict[str, Rule]:
    """The rule of a release, by the models whose scores are part of it; none without a rule.

    Raises:
        InputError: the document cannot be read, a condition is of another definition, the release
            has not the one model that a score is of, or that cannot give the score.
    """
    if release.gate is None:
        return {}
    key = "gate.rule"
    with located(key):
        rule = _read(Rule, release.gate.rule)
    assert rule is not None
    if not rule.needs:
        raise InputError(f"{release.gate.rule} has no score of a model", key)
    found = {}
    for kind in rule.needs:
        models = [model for model, entry in release.models.items() if entry.kind == kind]
        if len(models) != 1:
            raise InputError(
                f"{release.gate.rule} needs a model of kind {kind}, the release has {len(models)}",
                key,
                f'have one model with kind = "{kind}", or leave its conditions out',
            )
        _require_scored(rule, release.models[models[0]], f"models.{models[0]}")
        found[models[0]] = rule
    return found


def _require_scored(rule: Rule, entry: ModelEntry, key: str) -> None:
    """Refuse a rule with a score that a model does not give."""
    spec, shapes = entry.preprocess, {one.name: one.shape for one in entry.signature.outputs}
    for condition in rule.of_kind(entry.kind):
        problem = None
        if condition.label is not None and condition.label not in (entry.labels or ()):
            problem = f"has no label {condition.label!r}"
        elif condition.score == "latent" and "latent" not in shapes:
            problem = "has no output latent"
        elif condition.score in ("l1", "l2", "ssim"):
            if spec is None or (spec.low, spec.high) != (-1, 1):
                problem = "has no preprocessing from -1 to 1"
            elif shapes.get("reconstruction") != entry.signature.inputs[0].shape:
                problem = "has no output reconstruction of the image's shape"
        if problem:
            raise InputError(f"it {problem}, which the rule's {condition.key} needs", key)


def require_own(decisions: Decisions, entry: ModelEntry, weights_sha256: str, key: str) -> None:
    """Refuse operating points and gates that were not made for a model's weights.

    Args:
        weights_sha256: digest of the model's checkpoint, or, of a model without one, of the
            weights that its factory or initializer made.

    Raises:
        InputError: one names other weights, or none; both digests are named, and the command that
            makes the right one.
    """
    for place, named, document in _owned(decisions, entry):
        if named == weights_sha256:
            continue
        whose = f"was made for the weights {named}" if named else "names no weights"
        raise InputError(
            f"{document} {whose}, the model's are {weights_sha256}",
            f"{key}.{place}",
            _another_remedy(place, entry) if named else _remedy(place, entry, weights_sha256),
        )


def _owned(decisions: Decisions, entry: ModelEntry) -> Iterator[tuple[str, str | None, str]]:
    """The key of each document, the weights that it names, and what to call it."""
    if decisions.calibration is not None:
        yield "calibration", decisions.calibration.weights_sha256, str(entry.calibration)
    elif decisions.operating_points is not None:
        yield "operating_points", decisions.operating_points_weights_sha256, "the list"
    if decisions.gate is not None:
        yield "gate", decisions.gate.weights_sha256, str(entry.gate)
    for condition in decisions.rule.of_kind(entry.kind)[:1] if decisions.rule else ():
        yield "rule", condition.weights_sha256, f"the rule's {condition.key}"


def _remedy(place: str, entry: ModelEntry, weights_sha256: str) -> str:
    """What to do about a document that does not say what it was made for."""
    if place == "rule":
        return f'if it was made for these weights, give its conditions "{weights_sha256}"'
    if place == "operating_points":
        said = f'operating_points_weights_sha256 = "{weights_sha256}"'
        return f"if they were chosen for these weights, write beside them {said}"
    if entry.weights_file is None:
        return f'if it was made for these weights, give it weights_sha256 "{weights_sha256}"'
    document = getattr(entry, place)
    return (
        "if it was made for these weights, run "
        f"`{NAME_WEIGHTS} --weights {entry.weights_file} {document}`; else make it for them"
    )


def _another_remedy(place: str, entry: ModelEntry) -> str:
    """The command that makes a document for the model's own weights."""
    if place == "rule":
        return "measure its thresholds on these weights, and write them into the rule"
    file = f"{place}.json"
    beside = entry.weights_file.parent / file if entry.weights_file else None
    if beside is not None and beside.is_file() and beside != getattr(entry, place):
        return f"name {beside}, which lies beside the checkpoint"
    if place == "gate":
        return (
            "fit it on these weights with `reference.decide.gate.fit_gate`, or make a default "
            "checkpoint's again with `python -m reference.training defaults`"
        )
    return (
        f"choose them on these weights: `xport paper roc --classifier {entry.weights_file} --data "
        "nih:FOLDER --out FOLDER` writes roc/calibration.json"
    )


def _calibration(entry: ModelEntry) -> Calibration | None:
    found = _read(Calibration, entry.calibration)
    if found is not None and tuple(point.finding for point in found.points) != entry.labels:
        raise InputError(
            f"{entry.calibration} is of other findings than the model's labels",
            remedy="fit it on this model's outputs, in the order of its labels",
        )
    return found


def _read(kind: type[D], path: Path | None) -> D | None:
    if path is None:
        return None
    try:
        return kind.read(path)
    except DocumentError as error:
        raise InputError(f"{error.where}: {error.what}", remedy=error.remedy) from error
