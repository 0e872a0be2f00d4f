"""Which of a run's probes a bundle carries as its self-test, with PyTorch's recorded outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xport.bundles.self_test import (
    OutputRelativeTolerance,
    OutputTolerance,
    RecordedCase,
    RecordedCases,
)
from xport.bundles.self_test_bounds import FEWEST, bounds_of
from xport.common.arrays import Array, Tensors
from xport.comparison.parity import Metrics, Role
from xport.errors import InputError, IntegrityError
from xport.inputs.probes import ProbeFolder
from xport.judgement.evidence import Evidence
from xport.plan.plan import BROUGHT, PlannedModel, PlannedProbe
from xport.recording.recorder import Arrays, RecordingFolder

Bound = OutputTolerance | OutputRelativeTolerance

CASES = 3
"""Probes per model, `FEWEST` whatever they take: two near to a limit, and an ordinary one."""

MAX_BYTES = 4_500_000
"""No third case beyond this: a page loads the self-test before its first image. Of the default
release's explanation, whose maps are as large as its image, two cases fit."""

ORDINARY = ("phantom-", "-chest")
"""In the names of probes that have bright and dark areas where a radiograph has them."""


@dataclass
class CaseChoice:
    """Chooses cases model by model, and remembers which inputs are in the bundle already."""

    evidence: Evidence
    probes: ProbeFolder
    recordings: RecordingFolder
    _bytes: int = 0
    _inputs: set[str] = field(default_factory=set)

    def all(self) -> dict[str, RecordedCases]:
        """The cases of every model of the plan.

        Raises:
            InputError: a model has no probe but images that a user brought.
            IntegrityError: an output has no bound, a recording is missing, or its arrays changed.
        """
        return {model.id: self._of(model) for model in self.evidence.plan.models}

    def _of(self, model: PlannedModel) -> RecordedCases:
        bounds = self._bounds(model)
        found = self.recordings.load(model.id, model.reference)
        if found is None:
            raise IntegrityError(
                f"there is no recording of {model.faithful_to}", model.id, "record again"
            )
        reference = found[1]
        nearness = _Nearness.of(self.evidence, model, bounds, reference)
        chosen: list[RecordedCase] = []
        for probe in self._preferred(model, nearness):
            inputs = self.probes.load(probe, model.signature)
            names = [*(case.probe for case in chosen), probe.name]
            cost = self._cost(probe, inputs, reference[probe.name])
            fits = len(chosen) < FEWEST or self._bytes + cost <= MAX_BYTES
            if fits and nearness.kept_by(names):
                chosen.append(RecordedCase(probe.name, inputs, reference[probe.name]))
                self._bytes += cost
                self._inputs.update(probe.digests.values())
            if len(chosen) == CASES:
                break
        if not chosen:
            raise IntegrityError(
                "there is no probe on which every shipped leg keeps its limits by itself",
                model.id,
                "raise probes.synthetic",
            )
        return RecordedCases(
            cases=chosen,
            tolerances=[bound for bound in bounds if isinstance(bound, OutputTolerance)],
            relative_tolerances=[
                bound for bound in bounds if isinstance(bound, OutputRelativeTolerance)
            ],
        )

    def _bounds(self, model: PlannedModel) -> list[Bound]:
        comparisons = {(c.model, c.leg, c.output, c.role): c for c in self.evidence.comparisons}
        found = []
        for spec in model.signature.outputs:
            bound = bounds_of(self.evidence.plan.policy, comparisons, model.id, spec.name)
            if bound is None:
                raise IntegrityError(
                    f"output {spec.name} has no bound", model.id, "run `xport judge` again"
                )
            found.append(bound)
        return found

    def _preferred(self, model: PlannedModel, nearness: _Nearness) -> list[PlannedProbe]:
        """Nearest to a limit first, an ordinary one second; inputs that lie there cost nothing.

        What a user brought with --images may be a patient's, and stays out of the bundle.
        """
        allowed = [probe for probe in model.probes if not probe.name.startswith(f"{BROUGHT}-")]
        if not allowed:
            raise InputError(
                "every probe is an image that was brought, and these are not published",
                f"models.{model.id}",
                "raise probes.synthetic",
            )
        shared = {p.name: not self._inputs.isdisjoint(p.digests.values()) for p in allowed}
        ranked = sorted(allowed, key=lambda p: (not shared[p.name], -nearness.share(p.name)))
        ordinary = next((p for mark in ORDINARY for p in allowed if mark in p.name), allowed[0])
        order = [ranked[0], ordinary, *ranked[1:]]
        return list({probe.name: probe for probe in order}.values())

    def _cost(self, probe: PlannedProbe, inputs: Tensors, outputs: Tensors) -> int:
        new = [array for name, array in inputs.items() if probe.digests[name] not in self._inputs]
        return sum(array.nbytes for array in (*new, *outputs.values()))


@dataclass(frozen=True)
class _Nearness:
    """How far the shipped browser legs were from PyTorch, as shares of what is allowed."""

    measured: Sequence[tuple[Bound, Mapping[str, Metrics]]]
    reference: Arrays

    @classmethod
    def of(
        cls, evidence: Evidence, model: PlannedModel, bounds: Sequence[Bound], reference: Arrays
    ) -> _Nearness:
        legs = {
            leg.name
            for leg in evidence.plan.legs_of(model)
            if leg.backend is not None and leg.artifact == evidence.plan.shipped_artifact
        }
        by_output = {bound.output: bound for bound in bounds}
        measured = [
            (by_output[c.output], c.probes)
            for c in evidence.comparisons
            if (c.model, c.role) == (model.id, Role.REFERENCE) and c.leg in legs
        ]
        return cls(measured, reference)

    def share(self, probe: str) -> float:
        """The largest share of a limit that a leg took on a probe."""
        shares = (s for bound, probes in self.measured for s in _shares(bound, probes[probe]))
        return max(shares, default=0.0)

    def kept_by(self, probes: Sequence[str]) -> bool:
        """Whether every leg passes a self-test of these probes: relative L2 is pooled over them."""
        for bound, measured in self.measured:
            if isinstance(bound, OutputRelativeTolerance):
                pooled = _pooled([(measured[p], self.reference[p][bound.output]) for p in probes])
                if not pooled <= bound.max_relative_l2:
                    return False
        return True


def _shares(bound: Bound, metrics: Metrics) -> Iterator[float]:
    if isinstance(bound, OutputTolerance):
        yield metrics.max_abs / bound.max_abs
        return
    for measured, allowed in (
        (metrics.relative_l2, bound.max_relative_l2),
        (1 - metrics.cosine, 1 - bound.min_cosine),
    ):
        yield measured / allowed if allowed else 0.0 if measured <= 0 else float("inf")


def _pooled(cases: Sequence[tuple[Metrics, Array]]) -> float:
    """Relative L2 over several probes."""
    squares = sum(metrics.rms**2 * metrics.elements for metrics, _ in cases)
    size = sum(float((array.astype("float64") ** 2).sum()) for _, array in cases)
    return float((squares / size) ** 0.5) if size else 0.0 if squares == 0 else float("inf")
