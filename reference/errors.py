"""Errors that say what happened, where, and what to do about it; each knows its exit code.

The tree of the whole project begins here, because this package imports none of the others;
``xport.errors`` goes on with what conversion and runs add.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """What a command line returns.

    ``OUTPUT_CLOSED`` is a shell's code for a program that was ended by SIGPIPE.
    """

    PASSED = 0
    FAILED = 1
    BAD_INPUT = 2
    COULD_NOT_RUN = 3
    OUTPUT_CLOSED = 141


class XportError(Exception):
    """Base of every error that is raised on purpose.

    Args:
        what: what is wrong, one sentence without a full stop; a tool's words of several lines in
            it become one.
        where: the file, key, node, leg, tensor or probe concerned.
        remedy: what the reader can do next.
        details: the own words of the tool or browser behind the error, on lines of their own.
    """

    exit_code = ExitCode.COULD_NOT_RUN

    def __init__(self, what: str, where: str = "", remedy: str = "", details: str = "") -> None:
        self.what, self.where, self.remedy, self.details = _line(what), where, remedy, details
        super().__init__(self.what, where, remedy, details)

    def __str__(self) -> str:
        place = f"{_line(self.where)}: " if self.where else ""
        advice = f"; {self.remedy}" if self.remedy else ""
        words = f"\n{self.details}" if self.details else ""
        return f"{place}{self.what}{advice}{words}"

    def locate(self, where: str) -> None:
        """Say where, if the error does not say it yet."""
        self.where = self.where or where
        self.args = (self.what, self.where, self.remedy, self.details)


def _line(text: str) -> str:
    """A text without line breaks, and without the indentation around them."""
    lines = text.splitlines()
    return text if len(lines) < 2 else " ".join(line.strip() for line in lines if line.strip())


@contextmanager
def located(where: str) -> Iterator[None]:
    """What is raised within and names no place is said of ``where``: a file, tensor or argument."""
    try:
        yield
    except XportError as error:
        error.locate(where)
        raise


@contextmanager
def told_as(place: Path, known: Path | str) -> Iterator[None]:
    """What is raised within names ``known`` where it would name ``place``.

    For a file or folder of ours that does not stay, whose name tells nobody anything.
    """
    names = [str(place.resolve()), str(place)]

    def told(text: str) -> str:
        for name in names:
            text = text.replace(name, str(known))
        return text

    try:
        yield
    except XportError as error:
        error.args = tuple(map(told, (error.what, error.where, error.remedy, error.details)))
        error.what, error.where, error.remedy, error.details = error.args
        raise
    except OSError as error:
        if isinstance(error.filename, str | bytes):
            error.filename = told(os.fsdecode(error.filename))
        if isinstance(error.filename2, str | bytes):
            error.filename2 = told(os.fsdecode(error.filename2))
        raise


class InputError(XportError):
    """Something the user gave is unreadable, malformed, absurd or of another model."""

    exit_code = ExitCode.BAD_INPUT


class UnavailableError(XportError):
    """This machine lacks what the step needs (a package, a browser, disk space)."""


class DocumentError(InputError):
    """A stored document cannot be read, or is not what it should be."""


class ReferenceInputError(InputError, ValueError):
    """Base of the errors of networks, images, data sets and trainings that cannot be used."""


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


class CalibrationError(ReferenceInputError):
    """Scores, labels or thresholds from which no calibration or gate can be made."""


class TrainingError(ReferenceInputError):
    """A training cannot start, go on or be stored as asked."""
