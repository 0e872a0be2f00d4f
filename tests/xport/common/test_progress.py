"""Progress is told where the outermost caller shows it, and nowhere else."""

from __future__ import annotations

import contextvars
import io
import os
import pty
import subprocess
import sys
import threading

import pytest
from rich.console import Console

from tests.conftest import ROOT
from tests.told import Told
from xport.common import displays, isolated, progress
from xport.common.displays import Bars, Lines


def work(title: str = "work", total: int = 2) -> None:
    """What a function far below does: it knows of no display."""
    with progress.step(title, total):
        for unit in range(total):
            progress.advance(f"unit {unit}")
    progress.say(f"{title} is done")


ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"}
WORK = ["work: 1 of 2, unit 0", "work: 2 of 2, unit 1", "work is done"]


def test_what_is_announced_within_is_shown() -> None:
    display = Told()
    with progress.shown(display):
        work()
    assert display.told == WORK


def test_nothing_is_shown_before_and_after() -> None:
    display = Told()
    work()
    with progress.shown(display):
        pass
    work()
    assert display.told == []


def test_an_inner_display_shows_alone_and_the_outer_one_is_restored() -> None:
    outer, inner = Told(), Told()
    with progress.shown(outer):
        with progress.shown(inner):
            work()
        progress.say("outside again")
    assert inner.told == WORK
    assert outer.told == ["outside again"]


def test_an_inner_display_does_not_advance_the_outer_ones_step() -> None:
    outer, inner = Told(), Told()
    with progress.shown(outer), progress.step("outer", 2):
        with progress.shown(inner):
            progress.advance("of no step")
        progress.advance()
    assert inner.told == []
    assert outer.told == ["outer: 1 of 2"]


def test_units_are_of_the_innermost_step() -> None:
    display = Told()
    with progress.shown(display), progress.step("outer", 2):
        progress.advance()
        work()
        progress.advance()
    assert display.told == ["outer: 1 of 2", *WORK, "outer: 2 of 2"]


def test_an_exception_restores_display_and_step() -> None:
    outer, inner = Told(), Told()
    with progress.shown(outer), progress.step("outer", 1):
        with (
            pytest.raises(ValueError, match="broken"),
            progress.shown(inner),
            progress.step("inner", 1),
        ):
            raise ValueError("broken")
        progress.advance()
    work()
    assert outer.told == ["outer: 1 of 1"]
    assert inner.told == []


def test_another_thread_is_silent_unless_it_runs_in_a_copy_of_the_context() -> None:
    display = Told()
    with progress.shown(display):
        silent = threading.Thread(target=work)
        silent.start()
        silent.join()
        assert display.told == []
        told = threading.Thread(target=contextvars.copy_context().run, args=(work,))
        told.start()
        told.join()
    assert display.told == WORK


def test_a_display_in_another_thread_is_not_shown_here() -> None:
    display, showing, over = Told(), threading.Event(), threading.Event()

    def show() -> None:
        with progress.shown(display):
            showing.set()
            over.wait(10)

    thread = threading.Thread(target=show)
    thread.start()
    assert showing.wait(10)
    work()
    over.set()
    thread.join()
    assert display.told == []


def test_an_isolated_process_is_silent() -> None:
    display = Told()
    with progress.shown(display):
        isolated.call(work)
    assert display.told == []


def test_a_log_has_a_line_for_each_piece_of_work(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown(Lines()):
        work()
    captured = capsys.readouterr()
    assert captured.out == ""
    first, second = captured.err.splitlines()
    assert first.startswith("work: 0.0 s (unit 0, unit 1)")
    assert second == "work is done"


def test_a_terminal_has_a_bar_for_each_piece_of_work() -> None:
    screen = io.StringIO()
    with progress.shown(Bars(Console(file=screen, force_terminal=True, width=120))):
        work()
    assert "2/2" in screen.getvalue()
    assert "unit 1" in screen.getvalue()
    assert "work is done" in screen.getvalue()


def lines_of(wanted: bool | None, capsys: pytest.CaptureFixture[str]) -> list[str]:
    with displays.told(wanted):
        work()
    return capsys.readouterr().err.splitlines()


def test_a_function_tells_nobody_in_a_log_unless_it_is_asked_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert lines_of(None, capsys) == lines_of(False, capsys) == []
    assert lines_of(True, capsys)[-1] == "work is done"


def test_a_function_leaves_alone_what_its_caller_shows(capsys: pytest.CaptureFixture[str]) -> None:
    display = Told()
    with progress.shown(display):
        assert lines_of(False, capsys) == []
        assert display.told == []
        assert lines_of(None, capsys) == []
    assert display.told == WORK


def test_a_function_shows_bars_on_a_terminal() -> None:
    """A pseudo-terminal, in a process that has it as its standard error."""
    code = (
        "from xport.common import displays, progress\n"
        "with displays.told(None), progress.step('work', 2):\n"
        "    progress.advance('unit 0')\n"
    )
    ours, theirs = pty.openpty()
    done = subprocess.run([sys.executable, "-c", code], stderr=theirs, env=ENVIRONMENT)
    os.close(theirs)
    shown = os.read(ours, 10000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "work" in shown
    assert "1/2" in shown
