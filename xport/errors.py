"""The errors of conversion, runs and bundles, on the tree that begins in ``reference.errors``."""

from __future__ import annotations

from reference.errors import (
    DocumentError,
    ExitCode,
    InputError,
    UnavailableError,
    XportError,
    located,
    told_as,
)

__all__ = [
    "ConversionError",
    "DocumentError",
    "ExitCode",
    "InputError",
    "IntegrityError",
    "RunnerCrashed",
    "RunnerError",
    "UnavailableError",
    "VerdictError",
    "XportError",
    "located",
    "told_as",
]


class PackageMissing(UnavailableError):
    """A package that the step needs is not installed."""


class ConversionError(XportError):
    """A stage cannot translate the model, or what it wrote lost part of the signature."""


class RunnerError(XportError):
    """A runner could not execute the model (page hung, context lost, backend refused)."""


class RunnerCrashed(RunnerError):
    """The process behind a runner died; opening the runner again may succeed."""


class IntegrityError(XportError):
    """Stored bytes are not the bytes whose digest was recorded."""


class VerdictError(XportError):
    """A verdict that is not PASSED, raised because the caller asked for that.

    Attributes:
        status: FAILED, or NOT_RUN where something could not be checked; the exit code follows it.
        model, leg, output, probe: what is worst, as reports call it; None where nothing is named.
        measured, bound: its distance and what is allowed, None where nothing was measured.
        findings: every sentence of the verdict.
    """

    status = "NOT_RUN"
    model: str | None = None
    leg: str | None = None
    output: str | None = None
    probe: str | None = None
    measured: float | None = None
    bound: float | None = None
    findings: tuple[str, ...] = ()
