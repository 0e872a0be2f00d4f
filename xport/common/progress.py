"""Telling a person how far long work has come; the command line decides how it looks."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Step(Protocol):
    """A piece of work of known length under way."""

    def advance(self, note: str = "") -> None:
        """One unit is done; `note` says what came out."""
        ...


class Progress(Protocol):
    """Where long work announces itself."""

    def step(self, title: str, total: int) -> AbstractContextManager[Step]:
        """Begin `total` units of work called `title`."""
        ...

    def say(self, line: str) -> None:
        """One line worth keeping."""
        ...


class _SilentStep:
    def advance(self, note: str = "") -> None:
        """Nothing is shown."""


class Silent:
    """Progress that nobody sees."""

    def step(self, title: str, total: int) -> AbstractContextManager[Step]:
        """Nothing is shown."""
        return nullcontext(_SilentStep())

    def say(self, line: str) -> None:
        """Nothing is shown."""
