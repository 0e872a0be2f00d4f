"""How a report of what did not pass begins: worst check, kind, picture, decisions, what next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports import words
from reports.release.kinds import kind_of_fault
from reports.release.next_step import HERE, NextStep, next_step
from reports.release.pictures import Album, Shown
from reports.release.reading import Reading
from reports.release.worst import Measured, worst_check
from xport.comparison.leg_decisions import LegDecisions
from xport.judgement.change_checks import decides
from xport.judgement.verdict import Check, Status

PICTURES = 3
FLIPS = 4
"""How many pictures and flipped decisions are shown; the rest of the report has all pictures."""


@dataclass(frozen=True)
class Opening:
    """The worst check with what a person needs to act on it."""

    worst: Measured
    kind: str
    decisions: str
    pictures: tuple[Shown, ...]
    next: NextStep

    @property
    def check(self) -> Check:
        """The check itself."""
        return self.worst.check

    @property
    def said(self) -> str:
        """What it found, where that is no number."""
        return words.said(self.check)

    @property
    def heading(self) -> str:
        """What the check is."""
        return "The worst check" if self.check.status is Status.FAILED else "What did not run"


def opening_of(reading: Reading, albums: Sequence[Album]) -> Opening | None:
    """How the report of a verdict that is less than PASSED begins; None of one that passed."""
    status = reading.verdict.status
    waived = [check for check in reading.verdict.checks if check.waiver is not None]
    if status.all_passed and not waived:
        return None
    worst = worst_check(reading)
    if worst is None:
        return None
    return Opening(
        worst=worst,
        kind=kind_of_fault(reading, worst.check),
        decisions=decisions_told(reading, worst.check),
        pictures=tuple(_pictures(albums, worst)),
        next=next_step(reading, HERE),
    )


def decisions_told(reading: Reading, check: Check) -> str:
    """What the error of a check's leg does to decisions, in words; nothing of what did not run."""
    of_leg = (check.model, check.leg)
    found = next((d for d in reading.evidence.decisions if (d.model, d.leg) == of_leg), None)
    if found is not None:
        return _counted(found)
    model = next((model for model in reading.plan.models if model.id == check.model), None)
    if check.status is not Status.FAILED or check.output is None or model is None:
        return ""
    return "not compared" if decides(model) else "none rests on this model"


def _counted(found: LegDecisions) -> str:
    flips = len(found.flips)
    verb = "flips" if flips == 1 else "flip"
    told = f"{flips} of {found.decisions} {verb} on {found.probes} probes"
    first = ", ".join(
        f"{flip.label} of {flip.image} ({words.short(flip.definition)}, here "
        f"{words.short(flip.pipeline)}; {words.short(flip.threshold)} decides)"
        for flip in found.flips[:FLIPS]
    )
    told += f": {first}" if first else ""
    told += f" and {flips - FLIPS} more" if flips > FLIPS else ""
    if found.undecided:
        told += f"; on {found.undecided} values that are no numbers nobody can decide"
    return told


def _pictures(albums: Sequence[Album], worst: Measured) -> Iterator[Shown]:
    """Those of the worst probe: the input, and what the leg made of it."""
    check = worst.check
    for album in albums:
        if (album.model, album.probe) == (check.model, worst.probe):
            fitting = [s for s in album.shown if s.data and s.picture.leg in (None, check.leg)]
            yield from fitting[:PICTURES]
