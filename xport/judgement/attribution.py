"""Which leg is to blame: what is wrong there first, told from what is only passed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xport.comparison.parity import Role
from xport.exchange.prepared import deployed_leg
from xport.judgement.advisory import odd_one_out
from xport.judgement.limits import limits_of
from xport.judgement.preprocessing_checks import PREPROCESSING
from xport.judgement.verdict import Case, Check, OutputFacts, Status
from xport.plan.plan import Leg


@dataclass(frozen=True)
class Fault:
    """What did not pass of one leg's output, or of the leg itself.

    `inherited`: it was wrong before, and no worse. `remark` names the runtime that is the odd one
    out, where one is.
    """

    checks: tuple[Check, ...]
    inherited: bool
    remark: str = ""

    @property
    def status(self) -> Status:
        """FAILED, or NOT_RUN where nothing failed."""
        return Status.FAILED if _failed(self.checks) else Status.NOT_RUN

    @property
    def place(self) -> str:
        """Model, leg and output."""
        first = self.checks[0]
        return f"{first.model}/{first.leg}" + (f" {first.output}" if first.output else "")

    def sentence(self) -> str:
        """The fault as a finding of the verdict."""
        told = "; ".join(dict.fromkeys(check.message for check in self.checks))
        sentence = f"{self.status}: {self.place}: {told}"
        if self.inherited:
            return f"{sentence} (inherited from another leg)"
        return "; ".join(filter(None, [sentence, self.remark]))


def attribute(case: Case, checks: Sequence[Check]) -> tuple[list[str], list[str]]:
    """Sentences for what did not pass, one per leg and output; the legs to blame come first."""
    faults = faults_of(case, checks)
    culprits = [
        f"{fault.checks[0].model}/{fault.checks[0].leg}"
        for fault in faults
        if not fault.inherited and fault.status is Status.FAILED
    ]
    return [fault.sentence() for fault in faults], list(dict.fromkeys(culprits))


def faults_of(case: Case, checks: Sequence[Check]) -> list[Fault]:
    """What did not pass, one fault per leg and output; what is inherited comes last."""
    groups: dict[tuple[str, str, str | None], list[Check]] = {}
    for check in checks:
        if check.status is not Status.PASSED:
            groups.setdefault((check.model, check.leg, check.output), []).append(check)
    own, inherited = list[Fault](), list[Fault]()
    for key, bad in groups.items():
        if _inherited(case, key, groups):
            inherited.append(Fault(tuple(bad), inherited=True))
        else:
            own.append(Fault(tuple(bad), inherited=False, remark=odd_one_out(case, *key)))
    return [*own, *inherited]


def _failed(checks: Sequence[Check]) -> bool:
    return any(check.status is Status.FAILED for check in checks)


def _inherited(
    case: Case,
    key: tuple[str, str, str | None],
    groups: Mapping[tuple[str, str, str | None], list[Check]],
) -> bool:
    """Whether what is wrong with a leg's output was wrong in the leg before, and no worse.

    What is predicted of prepared images inherits from the model that predicts. Else that is so when
    the leg before did not pass either, and this leg is close to it, or right
    by itself, or there is nothing to measure it by because the leg before holds no number.
    """
    model, leg_name, output = key
    if leg_name.startswith(PREPROCESSING) and case.plan.preprocessing is not None:
        deployed = deployed_leg(case.plan).name
        return output is not None and ((model, deployed, output) in groups)
    leg = next((leg for leg in case.plan.legs if leg.name == leg_name), None)
    if leg is None or output is None or leg.predecessor is None:
        return False
    if _only_the_counterpart(leg, output, model, groups):
        return True
    before = groups.get((model, leg.predecessor, output), [])
    absent = groups.get((model, leg.predecessor, None), [])
    if not before and not absent:
        return False
    limits = limits_of(case, model, output)
    facts = case.facts.get((model, leg.predecessor, output))
    if facts is None or facts.nan or facts.inf:
        return not _own_nonsense(case, key, facts)
    found = [
        comparison
        for role in (Role.PREDECESSOR, Role.REFERENCE)
        if (comparison := case.comparisons.get((model, leg_name, output, role)))
    ]
    return bool(limits) and any(all(limit.met_by(c) for limit in limits) for c in found)


def _only_the_counterpart(
    leg: Leg,
    output: str,
    model: str,
    groups: Mapping[tuple[str, str, str | None], list[Check]],
) -> bool:
    """Whether a leg only disagrees with one of another route that is wrong by itself."""
    if leg.counterpart is None:
        return False
    theirs = (model, leg.counterpart, output) in groups or (model, leg.counterpart, None) in groups
    bad = groups[model, leg.name, output]
    return theirs and all(check.against == leg.counterpart for check in bad)


def _own_nonsense(case: Case, key: tuple[str, str, str | None], before: OutputFacts | None) -> bool:
    """Whether a leg is wrong by itself although the leg before cannot be compared with."""
    model, leg, output = key
    reference = case.comparisons.get((model, leg, output or "", Role.REFERENCE))
    limits = limits_of(case, model, output or "")
    if before is None and reference is not None and limits:
        return not all(limit.met_by(reference) for limit in limits)
    return False
