"""How slow this machine is just now, so that a lane's budget is about the same work everywhere.

Uses the standard library alone. Virtual cores of a busy host are at times half as fast as an hour
before.
"""

from __future__ import annotations

import statistics
import time

COUNT = 2_000_000
REFERENCE_S = 0.14
"""What counting so far takes CPython 3.11 on the idle machine whose minutes the budgets are."""
MOST = 2.5
"""Beyond it a machine is too slow to test on, and budgets do not follow."""
ROUNDS = 11


def slowness() -> float:
    """How many times as slow as the machine of the budgets; 1 to MOST.

    The median of some rounds: the first ones are often fast, and no lane is as short as they are.
    """
    return min(max(statistics.median(_counted() for _ in range(ROUNDS)) / REFERENCE_S, 1.0), MOST)


def _counted() -> float:
    start, total = time.perf_counter(), 0
    for number in range(COUNT):
        total += number
    return time.perf_counter() - start
