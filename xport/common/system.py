"""What operating systems do differently: memory, interrupts, and whoever has closed a stream.

Windows has neither `resource` nor signal masks nor `poll`, which are looked for when wanted.
"""

from __future__ import annotations

import contextlib
import select
import signal
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

_KIB, _MIB = 2**10, 2**20


def peak_mib() -> float:
    """Peak memory of this process, or of the largest that it has started and waited for.

    Without `resource`, of this process alone. On Linux the own peak is the address space's: what
    `getrusage` says of a process begins with the size of the one that started it.
    """
    try:
        import resource
    except ImportError:
        import psutil

        told = psutil.Process().memory_info()
        return float(getattr(told, "peak_wset", told.rss) / _MIB)
    unit = _MIB if sys.platform == "darwin" else _KIB
    own, others = (
        resource.getrusage(kind).ru_maxrss / unit
        for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return max(_peak_of_address_space() or own, others)


def _peak_of_address_space() -> float | None:
    """In MiB, where the system tells: Linux's VmHWM."""
    told = _status("VmHWM")
    return float(told) / _KIB if told else None


def umask() -> int | None:
    """This process's mask of file modes, where the system tells it without changing it."""
    told = _status("Umask")
    return int(told, 8) if told else None


def _status(key: str) -> str | None:
    """What Linux tells of this process under a key, without its unit; None elsewhere."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((line.split()[1] for line in lines if line.startswith(f"{key}:")), None)


@contextlib.contextmanager
def interrupts_masked() -> Iterator[None]:
    """Block Ctrl-C in this thread, and in processes started meanwhile, where there are masks."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # its start would lift the mask again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def is_kill(exit_code: int | None) -> bool:
    """Whether a process ended by SIGKILL, as one does that has taken too much memory."""
    return exit_code is not None and exit_code == -getattr(signal, "SIGKILL", 0) != 0


def without_reader(handles: Collection[int]) -> list[int]:
    """Those of these handles whose reader has closed them, where the system can tell."""
    if not hasattr(select, "poll"):
        return []
    poll = select.poll()
    for handle in handles:
        poll.register(handle, 0)
    return [handle for handle, event in poll.poll(0) if event & select.POLLERR]
