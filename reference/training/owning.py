"""Writing into documents of decisions which weights they were made for."""

from __future__ import annotations

import hashlib
from pathlib import Path

from reference.card import Card
from reference.decide.calibration import Calibration
from reference.decide.gate import Gate
from reference.decide.owned import OwnedDocument
from reference.errors import CalibrationError, DocumentError, located
from reference.networks.weight_files import read_bytes

Owned = Calibration | Gate | Card
KINDS: tuple[type[Owned], ...] = (Calibration, Gate, Card)


def name_weights(path: Path, weights: Path) -> str:
    """Let a calibration, gate or card say that it was made for a file of weights.

    Returns:
        The SHA-256 of the file, which the document names from then on.

    Raises:
        CheckpointError: the weights cannot be read.
        DocumentError: the document is none of the three, or cannot be read.
        CalibrationError: it was made for other weights.
    """
    digest = hashlib.sha256(read_bytes(weights)).hexdigest()
    document = _read(path)
    with located(str(path)):
        named = _named(document, digest)
    named.write(path)
    return digest


def _read(path: Path) -> Owned:
    problems = []
    for kind in KINDS:
        try:
            return kind.read(path)
        except DocumentError as error:
            problems.append(error)
    raise problems[0]


def _named(document: Owned, digest: str) -> Owned:
    if isinstance(document, OwnedDocument):
        return document.owned_by(digest)
    if document.weights.sha256 != digest:
        raise CalibrationError(
            f"it is the card of {document.weights.sha256}, not of {digest}",
            "card",
            "name the weights that lie beside it",
        )
    return document.model_copy(
        update={
            "calibration": document.calibration and document.calibration.owned_by(digest),
            "gate": document.gate and document.gate.owned_by(digest),
        }
    )
