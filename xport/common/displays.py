"""Progress as a person sees it: bars on a terminal and in a notebook, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from html import escape
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from xport.common import progress


def display_for(*, quiet: bool) -> progress.Display:
    """Bars when standard error is a terminal, plain lines when it is not, nothing if `quiet`."""
    if quiet:
        return progress.Silent()
    console = Console(stderr=True)
    return Bars(console) if console.is_terminal else Lines()


def told(wanted: bool | None) -> AbstractContextManager[None]:
    """Where a function of the Python interface tells how far it has come.

    Args:
        wanted: None tells where somebody looks on, a terminal or a notebook, and leaves alone what
            a caller shows already; True tells in a log too, in lines; False tells nobody.
    """
    if wanted is False:
        return progress.shown(progress.Silent())
    if wanted is None and progress.is_shown():
        return nullcontext()
    if in_notebook():
        return progress.shown(Cells())
    if wanted or sys.stderr.isatty():
        return progress.shown(display_for(quiet=False))
    return nullcontext()


def in_notebook() -> bool:
    """Whether what is shown goes to a notebook's cell: an IPython that has a kernel."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


class Lines:
    """One line when a piece of work ends, with its time."""

    def step(self, title: str, total: int) -> AbstractContextManager[progress.Step]:
        """Work that is announced when it is done."""
        return self._step(title)

    def say(self, line: str) -> None:
        """Print the line."""
        print(line, file=sys.stderr, flush=True)

    @contextmanager
    def _step(self, title: str) -> Iterator[progress.Step]:
        start, step = time.monotonic(), _Line()
        yield step
        note = f" ({', '.join(step.notes[-4:])})" if step.notes else ""
        self.say(f"{title}: {time.monotonic() - start:.1f} s{note}")


class _Line:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def advance(self, note: str = "") -> None:
        """Keep the note for the line."""
        if note:
            self.notes.append(note)


class Bars:
    """A bar per piece of work; finished ones stay on the screen."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def step(self, title: str, total: int) -> AbstractContextManager[progress.Step]:
        """Work with a bar of `total` units."""
        return self._step(title, total)

    def say(self, line: str) -> None:
        """Print the line above the bars."""
        self._console.print(line, style="yellow", markup=False)

    @contextmanager
    def _step(self, title: str, total: int) -> Iterator[progress.Step]:
        columns = (
            TextColumn("{task.description:<32}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
        )
        with Progress(*columns, console=self._console) as bars:
            yield _Bar(bars, bars.add_task(title, total=total, note=""))


class _Bar:
    def __init__(self, bars: Progress, task: TaskID) -> None:
        self._bars, self._task = bars, task

    def advance(self, note: str = "") -> None:
        """Move the bar by one unit."""
        self._bars.update(self._task, advance=1, note=note)


class Cells:
    """A bar per piece of work in a notebook's cell, updated in its place."""

    def step(self, title: str, total: int) -> AbstractContextManager[progress.Step]:
        """Work with a bar of `total` units."""
        return self._step(title, total)

    def say(self, line: str) -> None:
        """Print the line below the bars."""
        print(line)

    @contextmanager
    def _step(self, title: str, total: int) -> Iterator[progress.Step]:
        yield _Cell(title, total)


class _Cell:
    def __init__(self, title: str, total: int) -> None:
        from IPython.display import display

        self._title, self._total, self._done, self._note = title, total, 0, ""
        self._start = time.monotonic()
        self._handle: Any = display(self._content(), raw=True, display_id=True)

    def advance(self, note: str = "") -> None:
        """Move the bar by one unit."""
        self._done, self._note = self._done + 1, note
        self._handle.update(self._content(), raw=True)

    def _content(self) -> dict[str, str]:
        seconds = time.monotonic() - self._start
        text = f"{self._title}  {self._done}/{self._total}  {seconds:.0f} s  {self._note}".rstrip()
        bar = f'<progress value="{self._done}" max="{self._total}"></progress>'
        return {"text/plain": text, "text/html": f"{bar} {escape(text)}"}
