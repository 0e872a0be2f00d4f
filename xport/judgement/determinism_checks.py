"""Judging repetition: a second run of a probe gives the same bits, or that is said.

Where the policy does not require it, a difference stands beside the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

from xport.exchange.recording import Recording
from xport.judgement.verdict import Case, Check, Status
from xport.plan.plan import Leg, PlannedModel

DETERMINISM = "determinism"
NOT_REQUIRED = "the policy does not require determinism"


def determinism_check(case: Case, model: PlannedModel, leg: Leg) -> Iterator[Check]:
    """The second run of every probe on a leg; evidence of rules 3 on."""
    probes = {probe.name for probe in model.repeated_on(leg.name)}
    if case.rules < 3 or not probes:
        return
    recording = case.recordings[model.id, leg.name]
    said = {probe: set(found) for probe, found in recording.again_digests.items()}
    outputs = {spec.name for spec in model.signature.outputs}
    status, measured, advisory = Status.NOT_RUN, None, None
    if said != dict.fromkeys(probes, outputs):
        message = f"{len(said.keys() & probes)} of {len(probes)} probes were run twice"
    elif not (differing := differing_probes(recording)):
        status, measured, message = Status.PASSED, 0.0, f"{len(probes)} probes gave the same twice"
    else:
        status, measured = Status.FAILED, largest(recording)
        if not case.plan.policy.require_determinism:
            advisory = NOT_REQUIRED
        message = (
            f"{len(differing)} of {len(probes)} probes differ when they are run again, by up to "
            f"{measured:.3g}, the first of them {differing[0]}"
        )
    yield Check(
        name=DETERMINISM,
        model=model.id,
        leg=leg.name,
        output=None,
        status=status,
        message=message,
        measured=measured,
        advisory=advisory,
    )


def differing_probes(recording: Recording) -> list[str]:
    """The probes of which a second run gave other bits, in the order in which they ran."""
    return [
        probe
        for probe, digests in recording.output_digests.items()
        if probe in recording.again_digests and recording.again_digests[probe] != digests
    ]


def largest(recording: Recording) -> float:
    """The largest difference that is told of a second run; infinite where none is."""
    told = [
        recording.differences.get(probe, {}).get(name, float("inf"))
        for probe in differing_probes(recording)
        for name, digest in recording.output_digests[probe].items()
        if recording.again_digests[probe].get(name) != digest
    ]
    return max(told, default=0.0)
