"""The browser's processes: finding exactly ours, their memory, and their certain end."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

MIB = 2**20
_HELD = re.compile(r"^(?:Pss_Anon|Pss_Shmem|SwapPss): +(\d+) kB$", re.MULTILINE)
GONE = (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied)


class BrowserProcesses:
    """Every process of one browser, told from all others by its private profile folder.

    The profile folder is a fresh temporary one whose name is on the command line, so no process
    that someone else started can match.
    """

    def __init__(self, profile: Path) -> None:
        self._marker = f"--user-data-dir={profile}"
        self._known: dict[int, psutil.Process] = {}
        self._lock = threading.Lock()

    def find(self, *, thorough: bool = False) -> list[psutil.Process]:
        """Living processes of this browser; those seen before stay known when re-parented.

        Args:
            thorough: look at every process of the machine, not only at descendants of known ones.
        """
        with self._lock:
            known = [one for one in self._known.values() if _alive(one)]
            roots = [*known, *self._marked()] if thorough or not known else known
            found = {one.pid: one for one in known}
            for process in roots:
                with suppress(*GONE):
                    for one in (process, *process.children(recursive=True)):
                        found.setdefault(one.pid, one)
            self._known = found
            return list(found.values())

    def _marked(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            with suppress(*GONE):
                if self._marker in process.cmdline():
                    yield process

    def memory_mib(self) -> float:
        """Memory of all processes together, MiB: proportional set size where the system has it."""
        total = 0
        for process in self.find():
            with suppress(*GONE):
                full = process.memory_full_info()
                total += getattr(full, "pss", 0) or full.rss
        return total / MIB

    def held_mib(self) -> float:
        """What all processes together hold apart from mapped files, MiB: what a leak adds to.

        Where the system does not tell files apart, unique set sizes. The share of a mapped file
        that counts for a process changes whenever another program that maps it starts or ends, a
        second browser above all.
        """
        total = 0
        for process in self.find():
            with suppress(*GONE):
                total += _held_bytes(process)
        return total / MIB

    def of_pages(self) -> list[psutil.Process]:
        """The processes that run pages and their workers; Chromium holds one in reserve."""
        return [one for one in self.find() if _runs_pages(one)]

    def kill(self, within_s: float = 5.0) -> None:
        """End every process of this browser and wait until they are gone."""
        victims = self.find(thorough=True)
        for process in victims:
            with suppress(*GONE):
                process.kill()
        psutil.wait_procs(victims, timeout=within_s)


def _held_bytes(process: psutil.Process) -> int:
    try:
        said = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except OSError:
        return int(process.memory_full_info().uss)
    return 1024 * sum(int(kib) for kib in _HELD.findall(said))


def drivers() -> set[psutil.Process]:
    """The processes of Playwright's driver that this Python process started."""
    found = set()
    for child in psutil.Process().children():
        with suppress(*GONE):
            if "run-driver" in child.cmdline():
                found.add(child)
    return found


class MemoryWatch:
    """Samples an amount of memory in a thread and remembers the largest, MiB."""

    def __init__(self, measure: Callable[[], float], every_s: float = 0.25) -> None:
        self._measure = measure
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory-watch", daemon=True)
        self.peak_mib = 0.0

    def start(self) -> None:
        """Begin sampling."""
        self._thread.start()

    def stop(self) -> None:
        """End sampling."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def sample(self) -> None:
        """Take one sample now."""
        self.peak_mib = max(self.peak_mib, self._measure())

    def _watch(self) -> None:
        while not self._stop.wait(self._every_s):
            self.sample()


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except GONE:
        return False


def _runs_pages(process: psutil.Process) -> bool:
    try:
        return "--type=renderer" in process.cmdline()
    except GONE:
        return False


def largest_resident_mib(processes: Iterable[psutil.Process]) -> float:
    """Resident set of the largest process, MiB, the program's own pages among it.

    Where the kernel keeps a process's peak, that; its record leaves some peaks out.
    """
    return max((_resident_mib(one) for one in processes), default=0.0)


def _resident_mib(process: psutil.Process) -> float:
    resident = 0.0
    with suppress(*GONE):
        resident = process.memory_info().rss / MIB
    with suppress(OSError):  # elsewhere than on Linux, or it is gone
        status = Path(f"/proc/{process.pid}/status").read_text()
        (peak,) = re.findall(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE) or ["0"]
        resident = max(resident, int(peak) / 1024)
    return resident
