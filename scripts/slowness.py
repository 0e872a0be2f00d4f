"""How slow this machine is just now, so that a lane's budget is about the same work everywhere.

Uses the standard library alone. Virtual cores of a busy host are at times half as fast as an hour
before.
"""

from __future__ import annotations

import time

COUNT = 2_000_000
REFERENCE_S = 0.14
"""What counting so far takes CPython 3.11 on the idle machine whose minutes the budgets are."""
MOST = 2.5
"""Beyond it a machine is too slow to test on, and budgets do not follow."""
ROUNDS = 5


def slowness() -> float:
    """How many times as slow as the machine of the budgets; the best of a few rounds, 1 to MOST."""
    return min(max(min(_counted() for _ in range(ROUNDS)) / REFERENCE_S, 1.0), MOST)


def _counted() -> float:
    start, total = time.perf_counter(), 0
    for number in range(COUNT):
        total += number
    return time.perf_counter() - start
