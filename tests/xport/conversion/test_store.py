"""The store writes an entry whole or not at all, once, for any number of processes."""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

import xport.conversion.store as store_module
from xport.conversion.store import Entry, Store, remove_begun
from xport.errors import IntegrityError, UnavailableError

KEY = "ab" * 32


def entry() -> Entry:
    return Entry(key=KEY, stage="s", files={}, seconds=1, peak_mib=1, tools={}, signature="{}")


def make(folder: Path) -> Entry:
    (folder / "model").write_bytes(b"weights")
    return entry()


def leftovers(store: Store) -> list[Path]:
    return [path for path in (store.root / "staging").rglob("*") if path.is_file()]


def test_makes_once_and_finds_afterwards(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, cached_first = store.get_or_make(KEY, make)
    second, cached_second = store.get_or_make(KEY, lambda _: pytest.fail("made twice"))
    assert (cached_first, cached_second) == (False, True)
    assert first == second
    assert (store.content(KEY) / "model").read_bytes() == b"weights"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("broken")])
def test_keeps_nothing_of_an_interrupted_or_failed_stage(
    tmp_path: Path, error: BaseException
) -> None:
    store = Store(tmp_path)

    def interrupted(folder: Path) -> Entry:
        (folder / "model").write_bytes(b"half")
        raise error

    with pytest.raises(type(error)):
        store.get_or_make(KEY, interrupted)
    assert store.find(KEY) is None
    assert not leftovers(store)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files left open
def test_an_interrupt_at_any_line_leaves_nothing_staged(tmp_path: Path) -> None:
    """Also within the clean-up, which Ctrl-C may strike as well: every line takes its turn."""
    whole = 0
    for line in range(1000):
        store = Store(tmp_path / str(line))
        finished = interrupted_at(line, lambda s=store: s.get_or_make(KEY, make))
        remove_begun()
        assert not list((store.root / "staging").glob("*")), f"line event {line}"
        whole += store.find(KEY) is not None
        entry, _ = store.get_or_make(KEY, make)
        assert entry.files
        if finished:
            break
    assert finished
    assert 1 < whole < line


def interrupted_at(line: int, action: Callable[[], object]) -> bool:
    """Whether `action` ended before so many lines of the store (and contextlib) were run."""
    left = line

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal left
        if frame.f_code.co_filename not in (store_module.__file__, contextlib.__file__):
            return None
        if event in ("call", "line"):
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        return False
    finally:
        sys.settrace(before)
    return True


def test_says_that_the_disk_is_full_and_keeps_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def full(folder: Path) -> Entry:
        (folder / "model").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device", str(folder / "model"))

    with pytest.raises(UnavailableError, match=r"No space left on device.*free disk space"):
        store.get_or_make(KEY, full)
    assert store.find(KEY) is None
    assert not leftovers(store)


@pytest.mark.parametrize("damage", ["changed", "missing", "extra"])
def test_refuses_stored_files_that_changed(tmp_path: Path, damage: str) -> None:
    store = Store(tmp_path)
    store.get_or_make(KEY, make)
    model = store.content(KEY) / "model"
    if damage == "changed":
        model.write_bytes(b"wEights")
    elif damage == "missing":
        model.unlink()
    else:
        (model.parent / "other").touch()
    with pytest.raises(IntegrityError, match="delete this folder"):
        store.find(KEY)


def test_removes_the_staging_folder_of_a_process_that_was_killed(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=die_while_making, args=(tmp_path,)
    )
    process.start()
    process.join()
    store = Store(tmp_path)
    assert leftovers(store)
    assert store.find(KEY) is None
    store.get_or_make(KEY, make)
    assert not leftovers(store)


def test_two_processes_make_an_entry_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=make_slowly, args=(tmp_path, n)) for n in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(list(tmp_path.glob("made-by-*"))) == 1
    assert Store(tmp_path).find(KEY) is not None


def die_while_making(root: Path) -> None:
    def killed(folder: Path) -> Entry:
        (folder / "model").write_bytes(b"half")
        os._exit(9)

    Store(root).get_or_make(KEY, killed)


def make_slowly(root: Path, number: int) -> None:
    def slow(folder: Path) -> Entry:
        (root / f"made-by-{number}").touch()
        time.sleep(0.5)
        return make(folder)

    Store(root).get_or_make(KEY, slow)
