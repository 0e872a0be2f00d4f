"""A reference is believed where another implementation says the same: else nothing was verified.

An ONNX file has no PyTorch to be held to. What ONNX Runtime says of it without optimisations is
compared with ONNX Runtime with all of them on other threads, and with onnx's own evaluator on one
probe.
"""

from __future__ import annotations

from collections.abc import Iterator

from xport.comparison.parity import Role
from xport.judgement.limits import own_limits_of
from xport.judgement.verdict import Case, Check, Status
from xport.plan.plan import FLOAT64_LEG, PlannedModel

NAME = "second opinion"


def second_opinion_checks(case: Case, model: PlannedModel) -> Iterator[Check]:
    """For every output of an ONNX file: one of the other implementations agrees, at least."""
    opinions = [leg for leg in model.second_opinions if leg != FLOAT64_LEG]
    for spec in model.signature.outputs if opinions else ():
        said = {leg: _gap(case, model, leg, spec.name) for leg in opinions}
        agreeing = [leg for leg, (agrees, _) in said.items() if agrees]
        message = "; ".join(f"{leg} {words}" for leg, (_, words) in said.items())
        if not agreeing:
            message = f"no other implementation agrees with {model.reference}: {message}"
        yield Check(
            name=NAME,
            model=model.id,
            leg=model.reference,
            output=spec.name,
            status=Status.PASSED if agreeing else Status.NOT_RUN,
            message=message,
        )


def _gap(case: Case, model: PlannedModel, leg: str, output: str) -> tuple[bool, str]:
    """Whether an opinion is within the output's limits of the reference, and by how much."""
    comparison = case.comparisons.get((model.id, leg, output, Role.REFERENCE))
    recording = case.recordings.get((model.id, leg))
    if comparison is None:
        failure = recording.failure if recording is not None else None
        return False, f"is not known ({failure or 'it did not run'})"
    limits = own_limits_of(case, model.id, output)
    agrees = bool(limits) and all(limit.met_by(comparison) for limit in limits)
    return agrees, f"is {comparison.pooled.max_abs:.3g} away"
