"""The errors of conversion, runs and bundles, on the tree that begins in ``reference.errors``."""

from __future__ import annotations

from reference.errors import (
    DocumentError,
    ExitCode,
    InputError,
    UnavailableError,
    XportError,
    located,
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
    "XportError",
    "located",
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
