"""Looking things up in Evidence: every model, leg and output has a place, result or not."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from reports import words
from xport.comparison.parity import Comparison, Metrics, Role
from xport.exchange.recording import Recording
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Check, Status
from xport.plan.plan import FLOAT64_LEG, REFERENCE_LEG, Leg, PlannedModel


@dataclass(frozen=True)
class Standing:
    """How one output of one leg stands: its distances, its tolerance, and what was decided.

    `total` is the distance from PyTorch float32, `adds` from the leg before, `from_float64` from
    PyTorch float64, in terms of `measure`: the largest difference, or the relative L2 distance
    where a relative tolerance is declared; each is None when it could not be measured. There,
    `least_alike` is the cosine of the probe that is least like PyTorch's, at least `min_cosine`.
    `notes` say why `status` is not PASSED. `at_fault` is a leg that failed by itself: it inherits
    nothing.
    """

    model: PlannedModel
    leg: Leg
    output: str
    status: Status
    judged: bool
    comparison: Comparison | None
    measure: Measure
    total: float | None
    adds: float | None
    from_float64: float | None
    bound: float | None
    min_cosine: float | None
    notes: tuple[str, ...]
    at_fault: bool

    @property
    def baseline_words(self) -> str:
        """What a leg is that is not judged: others are held to it, or it to the reference."""
        if self.leg.name == self.model.reference:
            return "reference"
        return "float64 baseline" if self.leg.name == FLOAT64_LEG else "second opinion"

    @property
    def used(self) -> float | None:
        """Share of the tolerance that the total error takes; 1 is all of it."""
        if self.total is None or self.bound is None:
            return None
        return self.total / self.bound

    @property
    def over(self) -> bool:
        """Whether there is an error and it is not within the tolerance (NaN is not)."""
        return self.used is not None and not self.used <= 1

    @property
    def least_alike(self) -> float | None:
        """The lowest cosine of a probe, NaN if there is one; None where nothing is limited."""
        if self.comparison is None or self.min_cosine is None:
            return None
        cosines = [metrics.cosine for metrics in self.comparison.probes.values()]
        return min(cosines, key=lambda cosine: (not math.isnan(cosine), cosine))

    @property
    def apart(self) -> bool:
        """Whether a cosine is limited and there is one below the limit (NaN is)."""
        if self.least_alike is None or self.min_cosine is None:
            return False
        return not self.least_alike >= self.min_cosine

    @property
    def worst_probe(self) -> str | None:
        """The probe on which the distance from PyTorch float32 is largest."""
        probes = self.comparison.probes if self.comparison else {}
        return max(probes, key=lambda name: severity(self.measure.of(probes[name])), default=None)


@dataclass(frozen=True)
class Measure:
    """One way to put a distance into a number, and its name."""

    name: str
    of: Callable[[Metrics], float]


MAX_ABS = Measure("max |Δ|", lambda metrics: metrics.max_abs)
RELATIVE_L2 = Measure("relative L2", lambda metrics: metrics.relative_l2)


class Reading:
    """One evidence document, indexed by model, leg and output."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.plan = evidence.plan
        self.verdict = evidence.verdict
        self._comparisons = {(c.model, c.leg, c.output, c.role): c for c in evidence.comparisons}
        self._recordings = {(r.model, r.leg): r for r in evidence.recordings}
        self._checks: dict[tuple[str, str, str | None], list[Check]] = defaultdict(list)
        for check in evidence.verdict.checks:
            self._checks[check.model, check.leg, check.output].append(check)
        failed = {f"{c.model}/{c.leg}" for c in self.verdict.checks if c.status is Status.FAILED}
        self.at_fault = self.verdict.culprits
        unjudged = [c for c in self.verdict.checks if c.status is Status.NOT_RUN]
        self.did_not_run = tuple(
            name
            for name in dict.fromkeys(f"{c.model}/{c.leg}" for c in unjudged)
            if name not in failed
        )

    def recording(self, model: str, leg: str) -> Recording | None:
        """The recording of a leg, or None."""
        return self._recordings.get((model, leg))

    def comparison(self, model: str, leg: str, output: str, role: Role) -> Comparison | None:
        """The comparison of a leg's output with what `role` says, or None."""
        return self._comparisons.get((model, leg, output, role))

    def checks(self, model: str, leg: str, output: str | None) -> list[Check]:
        """The checks of one output of a leg, or of the leg itself where `output` is None."""
        return self._checks.get((model, leg, output), [])

    def unrecorded(self, model: str, leg: str) -> Check | None:
        """The check that found no usable recording of a leg, or None when there is one."""
        checks = (c for c in self.checks(model, leg, None) if c.name == "recorded")
        return next((c for c in checks if c.status is not Status.PASSED), None)

    def checks_by_model(self) -> dict[str, list[Check]]:
        """Every check, by model, in the order they were made."""
        by_model: dict[str, list[Check]] = {}
        for check in self.verdict.checks:
            by_model.setdefault(check.model, []).append(check)
        return by_model

    def standing(self, model: PlannedModel, leg: Leg, output: str) -> Standing:
        """How `output` of `leg` stands."""
        checks = [*self.checks(model.id, leg.name, None), *self.checks(model.id, leg.name, output)]
        status = worst_status(check.status for check in checks if _counts(check))
        judged = self.is_judged(model, leg)
        if judged and not self.checks(model.id, leg.name, output) and status is Status.PASSED:
            status = Status.NOT_RUN
        measure, bound = self.measure(model, output)
        relative = self.plan.policy.relative_tolerance(model.id, output)
        total = self._distance(model, leg, output, Role.REFERENCE)
        adds = self._distance(model, leg, output, Role.PREDECESSOR)
        return Standing(
            model=model,
            leg=leg,
            output=output,
            status=status,
            judged=judged,
            comparison=self.comparison(model.id, leg.name, output, Role.REFERENCE),
            measure=measure,
            total=total,
            adds=adds,
            from_float64=self._distance(model, leg, output, Role.FLOAT64),
            bound=bound,
            min_cosine=relative.min_cosine if relative else None,
            notes=tuple(dict.fromkeys(_notes(checks, model.reference, leg, total, adds))),
            at_fault=f"{model.id}/{leg.name}" in self.at_fault and status is Status.FAILED,
        )

    @staticmethod
    def is_judged(model: PlannedModel, leg: Leg) -> bool:
        """Whether tolerances apply to a leg: not to the reference, nor what that is held to."""
        return leg.name not in (model.reference, *model.second_opinions)

    def standings(self, model: PlannedModel, output: str) -> list[Standing]:
        """How `output` stands on every planned leg, in the plan's order."""
        return [self.standing(model, leg, output) for leg in self.plan.legs_of(model)]

    def all_standings(self) -> Iterator[Standing]:
        """Every judged output of every leg and model."""
        for model in self.plan.models:
            for spec in model.signature.outputs:
                yield from (s for s in self.standings(model, spec.name) if s.judged)

    def worst(self) -> Standing | None:
        """What takes the largest share of its tolerance; NaN is worse than any number."""
        measured = [s for s in self.all_standings() if s.used is not None]
        return max(measured, key=lambda s: severity(s.used or 0.0), default=None)

    def least_alike(self) -> Standing | None:
        """What is least like PyTorch's where a cosine is limited; NaN is less than any number."""
        limited = [s for s in self.all_standings() if s.least_alike is not None]
        return max(limited, key=lambda s: severity(1 - (s.least_alike or 0.0)), default=None)

    def float64_gap(self, model: PlannedModel, output: str, probe: str) -> float | None:
        """PyTorch float32's own distance from float64 on one probe, or None where unknown."""
        own = self.comparison(model.id, model.reference, output, Role.FLOAT64)
        if own is None or probe not in own.probes:
            return None
        return self.measure(model, output)[0].of(own.probes[probe])

    def count(self, status: Status) -> int:
        """How many checks that decide came out so."""
        return Counter(c.status for c in self.verdict.checks if not c.beside)[status]

    @property
    def advisory(self) -> int:
        """How many checks failed that do not decide."""
        return sum(check.advisory is not None for check in self.verdict.checks)

    @property
    def waived(self) -> int:
        """How many checks failed and are waived."""
        return sum(check.waiver is not None for check in self.verdict.checks)

    def from_counterpart(self, standing: Standing) -> float | None:
        """The distance from the leg of the other route, or None where there is no number."""
        return self._distance(standing.model, standing.leg, standing.output, Role.COUNTERPART)

    def measure(self, model: PlannedModel, output: str) -> tuple[Measure, float | None]:
        """How distances of an output are measured, and the most that is allowed, if known."""
        relative = self.plan.policy.relative_tolerance(model.id, output)
        if relative is not None:
            own = self.comparison(model.id, model.reference, output, Role.FLOAT64)
            bound = relative.max_ratio_to_float64_gap * own.pooled.relative_l2 if own else None
            return RELATIVE_L2, bound
        tolerance = self.plan.policy.tolerance(model.id, output)
        return MAX_ABS, tolerance.max_abs if tolerance else None

    def _distance(self, model: PlannedModel, leg: Leg, output: str, role: Role) -> float | None:
        comparison = self.comparison(model.id, leg.name, output, role)
        return self.measure(model, output)[0].of(comparison.pooled) if comparison else None


def _counts(check: Check) -> bool:
    """Whether a check says something of its own leg: not that it differs from an advisory one."""
    return not check.advisory or check.against == REFERENCE_LEG


def _notes(
    checks: Iterable[Check], reference: str, leg: Leg, total: float | None, adds: float | None
) -> Iterator[str]:
    """Why checks did not pass, without repeating the numbers that stand beside the notes."""
    for check in checks:
        if check.advisory:
            yield f"advisory: {check.advisory}"
            continue
        if check.waiver:
            yield f"waived {check.waiver.terms()}"
            continue
        if check.status is Status.PASSED:
            continue
        if check.name == f"within tolerance of {reference}" and total is not None:
            if adds is not None and check.bound is not None and adds <= check.bound:
                yield f"inherited: only {words.error(adds)} from {leg.predecessor}"
        elif check.name == f"within tolerance of {leg.predecessor}" and adds is not None:
            yield f"adds {words.error(adds)} to {leg.predecessor}"
        else:
            yield words.said(check)


def severity(value: float) -> tuple[bool, float]:
    """Sorting key of errors under which NaN is worse than any number."""
    return (math.isnan(value), 0.0 if math.isnan(value) else value)


def worst_status(statuses: Iterable[Status]) -> Status:
    """FAILED before NOT_RUN before PASSED; nothing at all is NOT_RUN."""
    found = set(statuses)
    for status in (Status.FAILED, Status.NOT_RUN):
        if status in found:
            return status
    return Status.PASSED if found else Status.NOT_RUN


def untrained(models: Iterable[PlannedModel]) -> list[PlannedModel]:
    """The models whose weights were never trained: what they say means nothing."""
    return [model for model in models if not model.trained]
