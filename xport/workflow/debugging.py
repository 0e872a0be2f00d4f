"""Where a leg of a run departs from its reference: what to look at, looked at, and kept."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xport.common import progress
from xport.common.callables import search_in
from xport.common.document import write_whole
from xport.common.tools import missing_packages_named
from xport.conversion.store import disk_errors
from xport.divergence.browser import BrowserExecutor
from xport.divergence.document import DIVERGENCE, PAGE, REPRODUCER, Divergence, Rule, Target
from xport.divergence.examine import Examination
from xport.divergence.legs import Tools, open_leg
from xport.divergence.reproducer import DOCUMENT, Reproduced, Reproducer
from xport.divergence.reproducer import run as run_reproducer
from xport.divergence.search import BUDGET
from xport.divergence.statistics import distance, reach
from xport.errors import InputError
from xport.formats.tfjs_model import operators_of
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Check
from xport.plan.plan import BROUGHT, Leg, Plan, PlannedModel
from xport.plan.policy import Policy
from xport.recording.browser import BrowserOptions, Harness
from xport.workflow.commands import write_reports
from xport.workflow.run_folder import RunFolder

if TYPE_CHECKING:
    from browser_harness.launch.settings import BrowserSettings
    from xport.divergence.torch_reference import OwnModule

UNSAID = 1e-4
"""The share of a tensor's reach that a node may be off where no policy speaks of the output."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see; None leaves the choice to the evidence, which knows the worst.

    `budget` are bytes of tensors that one pass may hold. `own` is the module of a model that lives
    in this process alone, with its recipe.
    """

    leg: str | None = None
    output: str | None = None
    model: str | None = None
    budget: int = BUDGET
    own: OwnModule | None = None


@missing_packages_named()
def debug(
    run_folder: Path, asked: Asked, out: Path | None = None, options: BrowserOptions | None = None
) -> Divergence:
    """Find the first node at which a leg departs, and keep page, document and minimal model.

    Args:
        run_folder: of a run that was judged.
        asked: which leg, output and model; the worst by default.
        out: where they are kept; the run's folder by default, whose report then links to them.
        options: which browser runs a browser leg.

    Raises:
        InputError: there is no evidence, no such leg, model or output, or an artifact is missing.
        IntegrityError: artifacts, probes or recordings are not those of the run.
        RunnerError: a tensor cannot be computed.
    """
    run = RunFolder(run_folder)
    with run.locked():
        evidence = run.evidence()
        search_in(Path.cwd())
        search_in(evidence.plan.folder)
        chosen = choose(evidence, asked)
        folder = out or run.root
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            found = _examined(run, evidence, chosen, asked, folder, options or BrowserOptions())
            _keep(folder, found)
            if out is None and run.report_path.is_file():
                write_reports(run, evidence, run.root)
    return found


def _examined(
    run: RunFolder,
    evidence: Evidence,
    target: Target,
    asked: Asked,
    folder: Path,
    options: BrowserOptions,
) -> Divergence:
    from shlex import quote

    plan = evidence.plan
    model = plan.model(target.model)
    leg = next(leg for leg in plan.legs if leg.name == target.leg)
    probe = next(probe for probe in model.probes if probe.name == target.probe)
    inputs = run.probes.load(probe, model.signature)
    with tools(plan, leg, options, asked.own) as opening, progress.step(f"debug {leg.name}", 2):
        opened = open_leg(model, leg, inputs, opening)
        examination = Examination(
            target=target.model_copy(update={"reference": opened.words}),
            opened=opened,
            inputs=inputs,
            rule=rule_of(plan.policy, target, reach(opened.outputs[target.output])),
            backend=leg.backend,
            threads=plan.wasm_threads if leg.backend == "wasm" else None,
        )
        found = examination.run(folder / REPRODUCER, asked.budget)
    remark = _of_reference(run, target, model, opened.outputs[target.output])
    place = found.reproducer
    update = {"command": f"xport debug {quote(place)}" if place else None}
    remarks = (*_brought(target), *remark, *_not_again(target, found), *found.remarks)
    return found.model_copy(update={**update, "remarks": remarks})


def _brought(target: Target) -> tuple[str, ...]:
    """That what is written holds an image that a user brought, where it does."""
    if not target.probe.startswith(f"{BROUGHT}-"):
        return ()
    return (
        "do not publish the minimal model: its tensors are made of an image that was brought with "
        "--images, which may be of a patient",
    )


def _not_again(target: Target, found: Divergence) -> tuple[str, ...]:
    """That a recorded error does not come again here, where it was over its bound."""
    again = found.node(target.output)
    if target.error is None or target.bound is None or again is None or again.free is None:
        return ()
    if target.error <= target.bound or not again.free <= target.bound:
        return ()
    return (
        f"the error that was recorded does not come again: {target.output} is {again.free:.3g} off "
        "here, within its tolerance; compare the machines, browsers and drivers",
    )


def _of_reference(
    run: RunFolder, target: Target, model: PlannedModel, output: object
) -> tuple[str, ...]:
    """How far the reference's output is from what the run's reference leg recorded of the probe."""
    import numpy as np

    recorded = run.recordings.load(model.id, model.reference)
    if recorded is None or target.probe not in recorded[1]:
        return ()
    theirs = recorded[1][target.probe][target.output]
    away = distance(np.asarray(output), theirs).max_abs
    said = f"the reference’s {target.output} is {away:.3g} from what {model.reference} recorded"
    if target.bound is not None and not away <= target.bound:
        return (f"{said}, over the tolerance itself: debug an earlier leg first, --leg onnx",)
    return (said,)


@contextmanager
def tools(
    plan: Plan, leg: Leg, options: BrowserOptions, own: OwnModule | None = None
) -> Iterator[Tools]:
    """What runs a leg's models as the plan's legs do; a browser starts when it is needed."""
    with ExitStack() as until:
        caches = until.enter_context(tempfile.TemporaryDirectory(prefix="xport-shaders-"))
        harness = Harness(plan, options, Path(caches))
        browser = BrowserExecutor(lambda: harness.settings(leg.backend or "cpu"))
        yield Tools(until.enter_context(browser), until, own)


def _keep(folder: Path, found: Divergence) -> None:
    from reports.divergence.html import html_divergence

    found.write(folder / DIVERGENCE)
    write_whole(folder / PAGE, html_divergence(found).encode())


# What to look at


def choose(evidence: Evidence, asked: Asked) -> Target:
    """The output of a leg that is asked for, or the worst, and the probe on which it is worst.

    Raises:
        InputError: there is no such leg, model or output with a distance; those that have one are
            named.
    """
    from reports.release.reading import Reading
    from reports.release.worst import by_share, measured, worst_check

    reading = Reading(evidence)
    worst = worst_check(reading)
    ranked = [worst.check] if worst and worst.probe else []
    ranked += by_share(reading)
    legs = {leg.name for leg in evidence.plan.legs}
    known = [check for check in ranked if check.leg in legs and check.output is not None]
    for check in known:
        if _is(check, asked):
            told = measured(reading, check)
            if told.probe is not None:
                return _target(evidence, check, told.probe)
    raise InputError(
        "nothing was measured there",
        " ".join(filter(None, (asked.model, asked.leg, asked.output))) or "the run",
        _measured_words(known),
    )


def _measured_words(known: Sequence[Check]) -> str:
    if not known:
        return "record and judge the run first"
    models = ", ".join(sorted({check.model for check in known}))
    legs = ", ".join(sorted({check.leg for check in known}))
    outputs = ", ".join(sorted({check.output or "" for check in known}))
    return f"measured are {models}, on {legs}, of {outputs}; not all of them together"


def _is(check: Check, asked: Asked) -> bool:
    wanted = ((asked.leg, check.leg), (asked.output, check.output), (asked.model, check.model))
    return all(want is None or want == has for want, has in wanted)


def _target(evidence: Evidence, check: Check, probe: str) -> Target:
    comparison = next(
        (
            one
            for one in evidence.comparisons
            if (one.model, one.leg, one.output) == (check.model, check.leg, check.output)
        ),
        None,
    )
    bound = evidence.plan.policy.tolerance(check.model, check.output or "")
    seen = comparison.probes.get(probe) if comparison else None
    return Target(
        release=evidence.plan.release,
        model=check.model,
        leg=check.leg,
        output=check.output or "",
        probe=probe,
        reference="",
        verdict=evidence.verdict.status,
        error=seen.max_abs if seen else None,
        bound=bound.max_abs if bound else None,
    )


def rule_of(policy: Policy, target: Target, far: float) -> Rule:
    """What a node may be off, by the policy's tolerance of the output.

    Args:
        far: the largest absolute value of the reference's output on the probe.
    """
    absolute = policy.tolerance(target.model, target.output)
    relative = policy.relative_tolerance(target.model, target.output)
    each = "each node’s own largest absolute value"
    if absolute is not None and far > 0:
        share = absolute.max_abs / far
        words = (
            f"{share:.3g} of {each}: the tolerance of {target.output}, {absolute.max_abs:g}, over "
            f"its largest value on this probe, {far:.3g}"
        )
    elif relative is not None:
        share = math.sqrt(2 * (1 - relative.min_cosine))
        words = f"{share:.3g} of {each}: what a cosine of {relative.min_cosine:g} allows"
    else:
        share = UNSAID
        words = f"{share:g} of {each}: the policy says nothing of {target.output}"
    return Rule(share=share, words=words)


# Running what was written


@missing_packages_named()
def reproduce(folder: Path, options: BrowserOptions | None = None) -> Reproduced:
    """Run the minimal model that `debug` wrote.

    Raises:
        InputError: a file of it is missing or cannot be read.
        RunnerError: the browser cannot run it.
    """
    told = Reproducer.read(folder / DOCUMENT)
    with BrowserExecutor(lambda: _settings(folder, told, options or BrowserOptions())) as runs:
        return run_reproducer(folder, told, runs)


def _settings(folder: Path, told: Reproducer, options: BrowserOptions) -> BrowserSettings:
    from browser_harness.launch.browsers import Graphics
    from browser_harness.launch.settings import BrowserSettings
    from xport.divergence.reproducer import MODEL_FOLDER

    operators = operators_of(folder / MODEL_FOLDER) if told.backend else None
    return BrowserSettings(
        backend=told.backend or "cpu",
        threads=told.threads,
        graphics=Graphics(options.graphics),
        browser=options.browser,
        operators=operators,
        require_renderer=options.require_renderer,
    )
