"""Everything that differs between two releases, in one versioned JSON document."""

from __future__ import annotations

from typing import Literal

from xport.common.document import Document
from xport.comparison.change import Changes, LabelledFlip
from xport.judgement.verdict import Check, Status
from xport.plan.baseline import ChangeLimits


class SideFacts(Document):
    """One of the two: where it lies, what its verdict is worth now, and what it does not hold."""

    place: str
    title: str
    verdict: Status
    made: str
    xport: str
    rules: int
    lacks: tuple[str, ...]


class CheckChange(Document):
    """A check that one side alone has, or that came out otherwise; None where it is not there."""

    model: str
    leg: str
    output: str | None
    name: str
    before: Status | None
    after: Status | None

    @property
    def kind(self) -> Literal["gained", "lost", "changed"]:
        """What became of it."""
        if self.before is None:
            return "gained"
        return "lost" if self.after is None else "changed"


class ErrorChange(Document):
    """How far one output of one leg is from the reference, on each side's own probes.

    Largest difference and relative L2; None where the side did not compare it.
    """

    model: str
    output: str
    leg: str
    max_abs_before: float | None
    max_abs_after: float | None
    relative_l2_before: float | None
    relative_l2_after: float | None


class SpeedChange(Document):
    """Median seconds of one probe on one leg, the first apart; None where nothing was recorded.

    Both were recorded apart, on whatever else the machine did then: no verdict follows from them.
    """

    model: str
    leg: str
    before: float | None
    after: float | None
    same_machine: bool


class Difference(Document):
    """What a new release changes against an old one.

    `told` is what must be known before any number. `labelled_flips` are by image and finding.
    `limits` and `checks` are of the limits that were asked for, `status` their outcome; None where
    there were none.
    """

    schema_version: Literal[1] = 1
    notice: str = "NOT FOR MEDICAL USE"
    xport: str
    before: SideFacts
    after: SideFacts
    changes: Changes
    told: tuple[str, ...]
    labelled_flips: tuple[LabelledFlip, ...]
    checks_changed: tuple[CheckChange, ...]
    checks_same: int
    errors: tuple[ErrorChange, ...]
    speeds: tuple[SpeedChange, ...]
    limits: ChangeLimits
    checks: tuple[Check, ...]
    status: Status | None
