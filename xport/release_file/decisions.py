"""What decisions rest on: the documents with operating points and with the gate's threshold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from reference.decide.calibration import Calibration
from reference.decide.gate import Gate
from xport.common.document import Document
from xport.errors import DocumentError, InputError, located
from xport.release_file.tables import ModelEntry

D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class Decisions:
    """A model's operating points, one per label, and the documents behind its decisions."""

    operating_points: tuple[float | None, ...] | None
    calibration: Calibration | None
    gate: Gate | None


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
    return Decisions(points, calibration, gate)


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
