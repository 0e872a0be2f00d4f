"""Telling a person how far long work has come, without handing the teller through everything.

Whoever begins, such as a command line, says with ``shown`` where it is told; anyone below announces
work with ``step``, ``advance`` and ``say``. Without a display nobody is told, and so it is in every
other thread and process, unless it shows one of its own or runs in a copy of this context.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Protocol


class Step(Protocol):
    """A piece of work of known length under way."""

    def advance(self, note: str = "") -> None:
        """One unit is done; `note` says what came out."""
        ...


class Display(Protocol):
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
    """A display that nobody sees."""

    def step(self, title: str, total: int) -> AbstractContextManager[Step]:
        """Nothing is shown."""
        return nullcontext(_SilentStep())

    def say(self, line: str) -> None:
        """Nothing is shown."""


_NOWHERE, _NO_STEP = Silent(), _SilentStep()
_display: ContextVar[Display] = ContextVar("display", default=_NOWHERE)
_step: ContextVar[Step] = ContextVar("step", default=_NO_STEP)


def is_shown() -> bool:
    """Whether somebody has said where work is told, be it nowhere."""
    return _display.get() is not _NOWHERE


@contextmanager
def shown(display: Display) -> Iterator[None]:
    """Show there what is announced within, and where it was shown before afterwards.

    Not for generators: between two of its values, whoever asks for them would be shown there too.
    """
    before = _display.get(), _step.get()
    _display.set(display)
    _step.set(_NO_STEP)
    try:
        yield
    finally:
        _display.set(before[0])
        _step.set(before[1])


@contextmanager
def step(title: str, total: int) -> Iterator[None]:
    """Work of `total` units called `title`; `advance` within is of it."""
    before = _step.get()
    with _display.get().step(title, total) as begun:
        _step.set(begun)
        try:
            yield
        finally:
            _step.set(before)


def advance(note: str = "") -> None:
    """One unit of the innermost step is done; `note` says what came out."""
    _step.get().advance(note)


def say(line: str) -> None:
    """One line worth keeping."""
    _display.get().say(line)
