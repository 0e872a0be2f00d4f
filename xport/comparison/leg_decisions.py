"""What an error of a leg does to decisions: those that come out otherwise than the reference's."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import NonNegativeInt

from xport.common.arrays import Array
from xport.common.document import Document
from xport.comparison.decision_effects import decisions_of, held_of, with_decisions
from xport.comparison.parity import Outputs
from xport.comparison.pipeline_effect import Flip
from xport.exchange.prepared import PROBABILITIES
from xport.plan.plan import PlannedModel


class LegDecisions(Document):
    """The decisions of one leg on the probes, beside the reference's.

    `flips` are findings at their operating points and images at the gate: `image` is the probe,
    `definition` what the reference says, `pipeline` what the leg says. `undecided` counts
    probabilities of the leg that are no numbers, on which nobody can decide.
    """

    model: str
    leg: str
    probes: NonNegativeInt
    decisions: NonNegativeInt
    undecided: NonNegativeInt
    flips: tuple[Flip, ...] = ()


def leg_decisions(
    model: PlannedModel,
    leg: str,
    sides: tuple[Mapping[str, Outputs], Mapping[str, Outputs]],
    input_by_probe: Mapping[str, Array],
) -> LegDecisions | None:
    """The decisions of a leg that differ from the reference's; None where it decides nothing.

    Args:
        sides: what the leg and the reference say, by output and probe; what both say is compared.
        input_by_probe: the model's only input.
    """
    outputs = _decided_by(model)
    probes = [
        name
        for name in input_by_probe
        if all(_shape(side, output, name) == shape for side in sides for output, shape in outputs)
    ]
    if not outputs or not probes:
        return None
    inputs = {name: input_by_probe[name] for name in probes}
    ours, theirs = (
        with_decisions(
            model, inputs, {o: {name: side[o][name] for name in probes} for o, _ in outputs}
        )
        for side in sides
    )
    flips, decisions = decisions_of(model, ours, theirs)
    if not decisions:
        return None
    said = ours.get(PROBABILITIES, {})
    return LegDecisions(
        model=model.id,
        leg=leg,
        probes=len(probes),
        decisions=decisions,
        undecided=sum(int((~np.isfinite(values)).sum()) for values in said.values()),
        flips=tuple(flips),
    )


def _decided_by(model: PlannedModel) -> list[tuple[str, tuple[int, ...]]]:
    """The outputs that decisions rest on, with their shapes."""
    shapes = {spec.name: spec.shape for spec in model.signature.outputs}
    labels = model.labels_of(PROBABILITIES)
    if model.rule is None and model.kind == "view":
        return []
    if labels is not None and shapes[PROBABILITIES] == (1, len(labels)):
        return [(PROBABILITIES, shapes[PROBABILITIES])]
    return [*shapes.items()] if held_of(model) else []


def _shape(side: Mapping[str, Outputs], output: str, probe: str) -> tuple[int, ...] | None:
    found = side.get(output, {}).get(probe)
    return None if found is None else found.shape
