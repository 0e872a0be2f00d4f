"""What judging looks at and what it says: facts, checks, the case, the verdict."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Literal

from xport.common.document import Document, GrownDocument
from xport.comparison.change import BaselineFound
from xport.comparison.parity import Comparison, Role
from xport.comparison.pipeline_effect import PipelineEffect
from xport.comparison.rule_decisions import RuleDecisions
from xport.errors import ExitCode
from xport.exchange.implementations import Implementations
from xport.exchange.prepared import Preparations
from xport.exchange.recording import Recording
from xport.plan.plan import Plan
from xport.plan.policy import OtherPolicy, Waiver

RULES = 3
"""The rules by which is judged now; `Evidence` tells of the earlier ones."""


class Status(StrEnum):
    """Outcome of a check, and of the whole.

    WEAK_PASSED is of the whole alone: every check passed, but the policy asks less than the floor
    of every policy (`xport.plan.floor`). So is PASSED_WITH_WAIVERS: what failed is waived by the
    policy. Neither counts as passed where it was not allowed.
    """

    PASSED = "PASSED"
    PASSED_WITH_WAIVERS = "PASSED_WITH_WAIVERS"
    WEAK_PASSED = "WEAK_PASSED"
    FAILED = "FAILED"
    NOT_RUN = "NOT_RUN"

    @property
    def exit_code(self) -> ExitCode:
        """The code of a command whose result this is, where nothing but PASSED was allowed."""
        return self.code()

    def code(self, *, allow_weak: bool = False, allow_waivers: bool = False) -> ExitCode:
        """The code of a command whose result this is."""
        codes = {
            Status.PASSED: ExitCode.PASSED,
            Status.PASSED_WITH_WAIVERS: ExitCode.PASSED if allow_waivers else ExitCode.BAD_INPUT,
            Status.WEAK_PASSED: ExitCode.PASSED if allow_weak else ExitCode.BAD_INPUT,
            Status.FAILED: ExitCode.FAILED,
        }
        return codes.get(self, ExitCode.COULD_NOT_RUN)

    @property
    def all_passed(self) -> bool:
        """Whether every check that decides passed, whatever the policy asks and waives."""
        return self in (Status.PASSED, Status.PASSED_WITH_WAIVERS, Status.WEAK_PASSED)


NoteKind = Literal[
    "below-floor",
    "waiver",
    "advisory",
    "half-precision",
    "reduced-weights",
    "near-tolerance",
    "wide-tolerance",
    "no-second-route",
    "other-policy",
    "baseline",
    "reused",
    "clock",
]


class Note(Document):
    """What a person must know beside the status: its kind for programs, a sentence for people.

    `below-floor`: the policy asks less than every policy must. `waiver`: what failed and is waived,
    or was to be and is not, and waivers that are of nothing. `advisory`: what failed and, by the
    policy, does not decide. `half-precision`: a leg that may compute so. `reduced-weights`: weights
    that were stored in fewer bits, with other values. `near-tolerance`: a distance that takes more
    than four fifths of what is allowed. `wide-tolerance`: one that is far above what correct
    implementations differ by. `no-second-route`: no independent conversion confirms it.
    `other-policy`: the verdict is not the release's own. `baseline`: limits on what changes that
    ask for other numbers of labelled images than usual. `reused`: recordings of an earlier run, and
    of when. `clock`: a clock that cannot be right, so that days, of waivers and of what is
    published, mean nothing.
    """

    kind: NoteKind
    text: str


class Check(GrownDocument):
    """One thing that was required of one leg (and output), and how it came out.

    `against` is the leg it was compared with, where it was compared. `advisory` is the policy's
    reason for letting a failure stand beside the verdict instead of deciding it, `waiver` what the
    policy waives it by.
    """

    later: ClassVar[tuple[str, ...]] = ("advisory", "waiver")

    name: str
    model: str
    leg: str
    output: str | None
    status: Status
    message: str
    against: str | None = None
    measured: float | None = None
    bound: float | None = None
    rationale: str | None = None
    advisory: str | None = None
    waiver: Waiver | None = None

    @property
    def beside(self) -> bool:
        """Whether a failure stands beside the verdict and does not decide it."""
        return self.advisory is not None or self.waiver is not None


class Verdict(GrownDocument):
    """The whole judgement: PASSED only if at least one check ran and every check passed.

    `findings` are sentences for a person, the leg that adds an error first; `culprits` are the
    `model/leg` names that add one. `notes` are what is to be said wherever the status is.
    """

    later: ClassVar[tuple[str, ...]] = ("notes",)

    status: Status
    findings: tuple[str, ...]
    culprits: tuple[str, ...]
    checks: tuple[Check, ...]
    notes: tuple[Note, ...] = ()

    def noted(self, kind: NoteKind) -> tuple[str, ...]:
        """The sentences of one kind."""
        return tuple(note.text for note in self.notes if note.kind == kind)


class OutputFacts(GrownDocument):
    """What one leg's output is like by itself, over all probes.

    `spread` is the largest difference between two probes at the same element: 0 means that the
    output does not depend on the image. `largest` is the largest absolute value; None in evidence
    from before it was told.
    """

    later: ClassVar[tuple[str, ...]] = ("largest",)

    model: str
    leg: str
    output: str
    probes: int
    nan: int
    inf: int
    zero: bool
    spread: float
    shape_as_declared: bool
    largest: float | None = None


@dataclass(frozen=True)
class Case:
    """Everything the judge looks at.

    `effects`, `prepared` and `preparations` are of the preprocessing leg: what it does, the
    recordings on prepared images, and the images that were prepared.

    `planned` is the digest of the plan that the recordings must have been made for: of `plan`,
    unless that is judged under another policy, which `other` names. `rules` are those of the
    evidence that is judged again: what later rules ask is not asked of it. `baseline` is what was
    compared with the release that the policy names. `day` is that of judging, in UTC; where it is
    not known, every waiver has ended. `implementations` is what others than the legs differ by.
    `rule` is what the rule of the plan says of image files.
    """

    plan: Plan
    planned: str
    recordings: Mapping[tuple[str, str], Recording]
    facts: Mapping[tuple[str, str, str], OutputFacts]
    comparisons: Mapping[tuple[str, str, str, Role], Comparison]
    effects: Sequence[PipelineEffect] = ()
    prepared: Mapping[tuple[str, str], Recording] = field(default_factory=dict)
    preparations: Preparations | None = None
    other: OtherPolicy | None = None
    rules: int = RULES
    baseline: BaselineFound | None = None
    day: datetime.date | None = None
    implementations: Sequence[Implementations] = ()
    rule: RuleDecisions | None = None
