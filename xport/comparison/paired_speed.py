"""Two versions of a model run in turn in one browser session: what was measured, as documents."""

from __future__ import annotations

import math
from typing import Literal

from xport.common.document import Document
from xport.comparison.intervals import Interval, draws_for
from xport.exchange.recording import WebEnvironment

BEFORE, AFTER = "before", "after"
"""What the two are called on the page."""


class SpeedPair(Document):
    """One model of both releases on one leg.

    Seconds are of steady forward runs, readback included, a round's of both at the same place; each
    model was warmed up and run once before. `files_before` are the digests of what the old release
    ships. Where the new one ships the same files nothing is measured. `failure` is why nothing was
    although it had to be.
    """

    model: str
    leg: str
    files_before: dict[str, str]
    seconds_before: tuple[float, ...] = ()
    seconds_after: tuple[float, ...] = ()
    seed: int = 0
    environment: WebEnvironment | None = None
    failure: str | None = None

    @property
    def rounds(self) -> int:
        """How often both ran, one after the other."""
        return min(len(self.seconds_before), len(self.seconds_after))

    def ratio(self) -> Interval | None:
        """The median time of after, in times that of before; None where times are no times.

        The interval is made of the rounds, by the seed that stands here, whenever it is asked for.
        """
        times = (*self.seconds_before, *self.seconds_after)
        paired = len(self.seconds_before) == len(self.seconds_after)
        if not times or not paired or not all(math.isfinite(one) and one > 0 for one in times):
            return None
        draws = draws_for(self.rounds, self.seed)
        return Interval.of_ratio(self.seconds_after, self.seconds_before, draws)


class PairedSpeeds(Document):
    """All pairs of a run and its baseline, by the SHA-256 of that one's evidence."""

    schema_version: Literal[1] = 1
    baseline_sha256: str | None
    pairs: tuple[SpeedPair, ...]
