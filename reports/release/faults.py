"""What did not pass, each fact once: baselines together, what is only passed on behind the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports import words
from reports.release.reading import Reading
from reports.release.worst import measured, place_of, share_of
from xport.judgement.again import case_of
from xport.judgement.attribution import Fault, faults_of
from xport.judgement.verdict import Check, Status


@dataclass(frozen=True)
class FaultLine:
    """What is wrong with one output of one leg, or with the leg.

    `inherited`: it was wrong in the leg before, and this one adds nothing.
    """

    status: Status
    place: str
    what: str
    inherited: bool

    @property
    def text(self) -> str:
        """The line as a terminal shows it."""
        behind = " (inherited from another leg)" if self.inherited else ""
        return f"{words.STATUS_WORDS[self.status]}: {self.place}: {self.what}{behind}"


def fault_lines(reading: Reading) -> list[FaultLine]:
    """One line for each leg and output that did not pass, the legs to blame first.

    A finding of the evidence that rests on none of its checks is told as it stands.
    """
    decisive = [check for check in reading.verdict.checks if not check.beside]
    faults = faults_of(case_of(reading.evidence), decisive)
    lines = [_line(reading, fault) for fault in faults]
    known = {f"{fault.status}: {fault.place}: " for fault in faults}
    strange = [
        FaultLine(reading.verdict.status, "the evidence", finding, inherited=False)
        for finding in reading.verdict.findings
        if not any(finding.startswith(one) for one in known)
    ]
    return [*lines, *strange]


def _line(reading: Reading, fault: Fault) -> FaultLine:
    place = place_of(fault.checks[0])
    parts = dict.fromkeys([*_sentences(reading, fault.checks), *filter(None, [fault.remark])])
    return FaultLine(fault.status, place, "; ".join(parts), fault.inherited)


def _sentences(reading: Reading, checks: Sequence[Check]) -> Iterator[str]:
    """What checks found: distances of one size from several baselines in one sentence."""
    together: dict[tuple[str, str, str, str], list[Check]] = {}
    for check in checks:
        if check.against is None or share_of(check) is None or check.leg not in _legs(reading):
            yield words.said(check)
            continue
        found = measured(reading, check)
        sizes = words.error(check.measured), words.error(check.bound)
        key = (found.measure or "distance", *sizes, found.probe or "")
        together.setdefault(key, []).append(check)
    for (measure, size, _, probe), alike in together.items():
        names = [str(check.against) for check in alike]
        far = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
        used = words.share(share_of(alike[0]), alike[0].bound)
        on = f", worst on {probe}" if probe else ""
        yield f"{measure} {size} from {far} ({used}){on}"


def _legs(reading: Reading) -> set[str]:
    return {leg.name for leg in reading.plan.legs}
