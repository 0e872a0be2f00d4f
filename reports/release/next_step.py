"""What to do after a verdict: one sentence, and the command that does it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from reports.release.reading import Reading
from reports.release.worst import Measured, worst_check
from xport.judgement.slowdown_checks import CHANGE
from xport.judgement.verdict import Status
from xport.plan.routes import TORCH

HERE = "."
"""A run's folder as its own report names it."""


@dataclass(frozen=True)
class NextStep:
    """Why, and the command line."""

    why: str
    command: str


def next_step(reading: Reading, folder: str) -> NextStep:
    """The next command of a release engineer.

    Args:
        folder: the run's, as it is to stand in the command.
    """
    run, status = shlex.quote(folder), reading.verdict.status
    if reading.evidence.other_policy is not None:
        return NextStep("The release’s own verdict is passed by", f"xport judge {run}")
    if status is Status.PASSED:
        bundle = shlex.quote(f"{folder}/bundle")
        return NextStep("Check the bundle where it is deployed", f"xport verify {bundle}")
    if status is Status.WEAK_PASSED:
        why = "Ask for more in the release file, or bundle it as what it is"
        return NextStep(why, f"xport bundle {run} --allow-weak")
    if status is Status.PASSED_WITH_WAIVERS:
        why = "Mend what is waived, or bundle it as what it is"
        return NextStep(why, f"xport bundle {run} --allow-waivers")
    worst, baseline = worst_check(reading), reading.plan.policy.baseline
    if worst is not None and worst.check.leg == CHANGE and baseline is not None:
        old = shlex.quote(str(reading.plan.folder / baseline.release))
        page = shlex.quote(f"{folder}/difference.html")
        return NextStep("See what changed", f"xport diff {old} {run} --html {page}")
    if status is Status.FAILED and worst is not None and _has_tensors(reading, worst):
        leg = shlex.quote(worst.check.leg)
        return NextStep("Find the first node that departs", f"xport debug {run} --leg {leg}")
    again = f"xport record {run} && xport judge {run} && xport report {run}"
    if status is Status.NOT_RUN:
        return NextStep("See what is missing here, then record again", f"xport doctor && {again}")
    return NextStep("Reproduce it: the same models, probes and policy, recorded again", again)


def _has_tensors(reading: Reading, worst: Measured) -> bool:
    """Whether the worst check is of a leg whose tensors can be held to what it was made from."""
    legs = {leg.name for leg in reading.plan.legs if leg.artifact != TORCH}
    references = {m.reference for m in reading.plan.models if m.id == worst.check.model}
    return worst.probe is not None and worst.check.leg in legs - references
