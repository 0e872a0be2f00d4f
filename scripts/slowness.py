"""How slow this machine is just now, so that a lane's budget is about the same work everywhere.

Uses the standard library alone. Virtual cores of a busy host are at times half as fast as an hour
before; and a host whose machines lie in other machines counts as fast as any, and takes many times
as long to hand out a page of memory, which every start of a process asks for by the ten thousand.
"""

from __future__ import annotations

import contextlib
import mmap
import statistics
import time

COUNT = 2_000_000
COUNTED_S = 0.14
"""What counting so far takes CPython 3.11 on the idle machine whose minutes the budgets are."""
PAGES = 131_072
"""Half a gigabyte, as a browser asks for: what a process has just given back is handed out again
several times as fast as what the host has to bring, so that less shows nothing."""
PAGE_S = 0.7e-6
"""What an ordinary virtual machine takes to hand out a page, clean."""
SHARE = 0.33
"""Of the lanes' time that follows the pages: where they took 4 microseconds and counting 0.6 of its
time here, the same lanes took 2.2 to 2.4 times as long; where 3 and 0.4, 1.5 to 1.7 times."""
MOST = 2.5
"""Beyond it a machine is too slow to test on, and budgets do not follow."""
ROUNDS = 11
PAGE_ROUNDS = 3


def slowness() -> float:
    """How many times as slow as the machine of the budgets; 1 to MOST.

    Of medians of some rounds: the first ones are often fast, and no lane is as short as they are.
    """
    counting = statistics.median(_counted() for _ in range(ROUNDS)) / COUNTED_S
    paging = statistics.median(_handed_out() for _ in range(PAGE_ROUNDS)) / PAGE_S
    return min(max((1 - SHARE) * counting + SHARE * paging, 1.0), MOST)


def _counted() -> float:
    start, total = time.perf_counter(), 0
    for number in range(COUNT):
        total += number
    return time.perf_counter() - start


def _handed_out() -> float:
    """Seconds for a fresh page, beyond those for one that is there."""
    size = PAGES * mmap.PAGESIZE
    with mmap.mmap(-1, size) as memory:
        with contextlib.suppress(AttributeError, OSError):  # other systems have only small ones
            memory.madvise(mmap.MADV_NOHUGEPAGE)
        first, second = _touched(memory, size), _touched(memory, size)
    return max(first - second, 0.0) / PAGES


def _touched(memory: mmap.mmap, size: int) -> float:
    start = time.perf_counter()
    for place in range(0, size, mmap.PAGESIZE):
        memory[place] = 1
    return time.perf_counter() - start
