"""What decisions rest on: the documents with operating points and with the gate's threshold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from reference.decide.calibration import Calibration
from reference.decide.gate import Gate
from xport.common.document import Document
from xport.errors import DocumentError, InputError, located
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


def _remedy(place: str, entry: ModelEntry, weights_sha256: str) -> str:
    """What to do about a document that does not say what it was made for."""
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
