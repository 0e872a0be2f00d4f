"""A display that keeps what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reference import progress


@dataclass
class Told:
    """Keeps a line for every unit of work, and every line that is said.

    `stop_after` is the number of units after which Ctrl-C is pressed.
    """

    stop_after: int | None = None
    told: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, title: str, total: int) -> Iterator[progress.Step]:
        yield _Units(self, title, total)

    def say(self, line: str) -> None:
        self.told.append(line)


@dataclass
class _Units:
    display: Told
    title: str
    total: int
    done: int = 0

    def advance(self, note: str = "") -> None:
        self.done += 1
        self.display.say(f"{self.title}: {self.done} of {self.total}{note and f', {note}'}")
        if self.done == self.display.stop_after:
            raise KeyboardInterrupt
