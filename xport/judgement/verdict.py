"""What judging looks at and what it says: facts, checks, the case, the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from xport.common.document import Document
from xport.comparison.parity import Comparison, Role
from xport.comparison.pipeline_effect import PipelineEffect
from xport.errors import ExitCode
from xport.exchange.prepared import Preparations
from xport.exchange.recording import Recording
from xport.plan.plan import Plan

RULES = 3
"""The rules by which is judged now; `Evidence` tells of the earlier ones."""


class Status(StrEnum):
    """Outcome of a check, and of the whole."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    NOT_RUN = "NOT_RUN"

    @property
    def exit_code(self) -> ExitCode:
        """The code of a command whose result this is."""
        codes = {Status.PASSED: ExitCode.PASSED, Status.FAILED: ExitCode.FAILED}
        return codes.get(self, ExitCode.COULD_NOT_RUN)


class Check(Document):
    """One thing that was required of one leg (and output), and how it came out.

    `against` is the leg it was compared with, where it was compared. `advisory` is the policy's
    reason for letting a failure stand beside the verdict instead of deciding it.
    """

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

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A check that decides is written as before there were others."""
        written: dict[str, Any] = handler(self)
        return written if self.advisory else {k: v for k, v in written.items() if k != "advisory"}


class Verdict(Document):
    """The whole judgement: PASSED only if at least one check ran and every check passed.

    `findings` are sentences for a person, the leg that adds an error first; `culprits` are the
    `model/leg` names that add one. `advisories` are sentences for what failed and does not decide.
    """

    status: Status
    findings: tuple[str, ...]
    culprits: tuple[str, ...]
    checks: tuple[Check, ...]
    advisories: tuple[str, ...] = ()

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A verdict beside which nothing stands is written as before anything could."""
        written: dict[str, Any] = handler(self)
        return (
            written if self.advisories else {k: v for k, v in written.items() if k != "advisories"}
        )


class OutputFacts(Document):
    """What one leg's output is like by itself, over all probes.

    `spread` is the largest difference between two probes at the same element: 0 means that the
    output does not depend on the image.
    """

    model: str
    leg: str
    output: str
    probes: int
    nan: int
    inf: int
    zero: bool
    spread: float
    shape_as_declared: bool


@dataclass(frozen=True)
class Case:
    """Everything the judge looks at.

    `effects`, `prepared` and `preparations` are of the preprocessing leg: what it does, the
    recordings on prepared images, and the images that were prepared.

    `planned` is the digest of the plan that the recordings must have been made for: of `plan`,
    unless that is judged under another policy. `rules` are those of the evidence that is judged
    again: what later rules ask is not asked of it.
    """

    plan: Plan
    planned: str
    recordings: Mapping[tuple[str, str], Recording]
    facts: Mapping[tuple[str, str, str], OutputFacts]
    comparisons: Mapping[tuple[str, str, str, Role], Comparison]
    effects: Sequence[PipelineEffect] = ()
    prepared: Mapping[tuple[str, str], Recording] = field(default_factory=dict)
    preparations: Preparations | None = None
    rules: int = RULES
