"""Errors of the PyTorch side: each says what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class ReferenceInputError(ValueError):
    """Base of every error that this package raises on purpose.

    Args:
        what: what is wrong, one sentence without a full stop.
        where: the file, tensor or argument concerned.
        remedy: what the reader can do next.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(what, where, remedy)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"; {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{advice}"


@contextmanager
def located(where: str) -> Iterator[None]:
    """What is raised within and names no place is said of ``where``: a file, tensor or argument."""
    try:
        yield
    except ReferenceInputError as error:
        if not error.where:
            error.where = where
            error.args = (error.what, where, error.remedy)
        raise


class ArchitectureError(ReferenceInputError):
    """A network was asked for with sizes that cannot be built."""


class CheckpointError(ReferenceInputError):
    """A weights file is unreadable, damaged, of another model, or holds unusable numbers."""


class UnsafeCheckpointError(CheckpointError):
    """A weights file would have to run code of its own to be loaded, and was not."""


class ImageError(ReferenceInputError):
    """An image is unreadable, damaged, absurdly large, empty, or out of range."""


class PhantomError(ReferenceInputError):
    """A phantom is asked for that cannot be drawn, or a folder of phantoms cannot be written."""


class InitialisationError(ReferenceInputError):
    """Demonstration weights cannot be derived from the given inputs."""


class MissingImageError(ImageError):
    """An image that a data set lists has no file."""


class DataError(ReferenceInputError):
    """A data set's folder, table or list is not as published, or none of it could be used."""


class DocumentError(ReferenceInputError):
    """A stored document cannot be read or written, or is not what it should be."""


class CalibrationError(ReferenceInputError):
    """Scores, labels or thresholds from which no calibration or gate can be made."""


class TrainingError(ReferenceInputError):
    """A training cannot start, go on or be stored as asked."""
