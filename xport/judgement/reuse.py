"""Recordings of an earlier run: whether they were young enough, and what is said of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from xport.common.numbers import short
from xport.exchange.prepared import Preparations
from xport.exchange.recording import Recording
from xport.judgement.verdict import Case
from xport.plan.policy import Policy

DAY = datetime.timedelta(days=1)


def reuse_problem(policy: Policy, one: Recording | Preparations) -> str:
    """Why what was made in an earlier run may not count; empty where it may, or is of this run."""
    made, taken = one.reused_from, one.reused_at
    if made is None and taken is None:
        return ""
    if made is None or taken is None:
        return "it does not say when it was recorded and when it was reused"
    if isinstance(one, Recording) and (one.clock is None or one.clock.python != made):
        return "it says that it is reused from another time than it was recorded at"
    allowed, age = policy.max_recording_age_days, (taken - made) / DAY
    if not 0 <= age < allowed:
        return (
            f"it was {short(age)} days old when it was reused, and the policy takes none of "
            f"{short(allowed)} days or more: record with --fresh"
        )
    return ""


def reused_sentences(case: Case) -> Iterator[str]:
    """How many recordings are of earlier runs, the day of the oldest, what they took; the images'.

    What loading and the first run of every probe took is known; starting and second runs are not,
    so that is the least that was saved.
    """
    every = [*case.recordings.values(), *case.prepared.values()]
    taken = [one for one in every if one.reused_from is not None]
    dates = [one.reused_from for one in taken if one.reused_from is not None]
    took = sum(one.load_seconds + sum(one.seconds.values()) for one in taken)
    if dates:
        were = "was" if len(dates) == 1 else "were"
        oldest = "it is of" if len(dates) == 1 else "the oldest of"
        yield (
            f"{len(dates)} of {len(every)} recordings {were} reused, {oldest} {_day(min(dates))}; "
            "times and second runs are those of then; loading and first runs alone took "
            f"{took:.1f} s"
        )
    made = case.preparations.reused_from if case.preparations else None
    if made is not None:
        yield f"the images were prepared on {_day(made)}, and that was reused"


def _day(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC"
