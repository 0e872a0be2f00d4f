"""Errors that say what happened, where, and what to do about it; each knows its exit code."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the command line returns.

    `OUTPUT_CLOSED` is a shell's code for a program that was ended by SIGPIPE.
    """

    PASSED = 0
    FAILED = 1
    BAD_INPUT = 2
    COULD_NOT_RUN = 3
    OUTPUT_CLOSED = 141


class XportError(Exception):
    """Base of every error that xport raises on purpose.

    Args:
        what: what is wrong, one sentence without a full stop.
        where: the file, key, node, leg or probe concerned.
        remedy: what the reader can do next.
        details: the own words of the tool or browser behind the error, on lines of their own.
    """

    exit_code = ExitCode.COULD_NOT_RUN

    def __init__(self, what: str, where: str = "", remedy: str = "", details: str = "") -> None:
        self.what, self.where, self.remedy, self.details = what, where, remedy, details
        super().__init__(what, where, remedy, details)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"; {self.remedy}" if self.remedy else ""
        words = f"\n{self.details}" if self.details else ""
        return f"{place}{self.what}{advice}{words}"


class InputError(XportError):
    """Something the user gave is unreadable, malformed, absurd or of another model."""

    exit_code = ExitCode.BAD_INPUT


class UnavailableError(XportError):
    """This machine lacks what the step needs (a package, a browser, disk space)."""


class ConversionError(XportError):
    """A stage cannot translate the model, or what it wrote lost part of the signature."""


class RunnerError(XportError):
    """A runner could not execute the model (page hung, context lost, backend refused)."""


class RunnerCrashed(RunnerError):
    """The process behind a runner died; opening the runner again may succeed."""


class IntegrityError(XportError):
    """Stored bytes are not the bytes whose digest was recorded."""
