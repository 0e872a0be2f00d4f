"""Judging the preprocessing leg: the exact path must be the definition, to the last bit."""

from __future__ import annotations

from collections.abc import Iterator

from reference.preprocess.corrections import TRIED
from xport.comparison.pipeline_effect import PipelineEffect
from xport.exchange.corrected import images_of
from xport.exchange.prepared import (
    CANVAS,
    DEFINITION,
    EXACT,
    IN_BROWSER,
    Preparations,
    deployed_leg,
    prepared_models,
    reference_leg,
)
from xport.judgement.reuse import reuse_problem
from xport.judgement.verdict import Case, Check, Status
from xport.plan.plan import Leg, Plan, PlannedModel

PREPROCESSING = "preprocessing/"
"""What the names of pipelines begin with where they stand among legs."""

BIT_EQUAL = (
    "the page carries out the definition in the same float64 operations; anything but equal bits "
    "is a mistake"
)
AS_THE_MODEL = "on equal inputs the browser may differ by what its model may"


def preprocessing_checks(case: Case) -> Iterator[Check]:
    """What must hold of the preprocessing leg; nothing where the plan has none."""
    plan = case.plan
    if plan.preprocessing is None:
        return
    for model in prepared_models(plan):
        found = {e.prepared.pipeline.name: e for e in case.effects if e.prepared.model == model.id}
        yield _young(plan, _made(plan, model, EXACT, found.get(EXACT)), case.preparations)
        yield _equal(model, found.get(EXACT))
        yield _ran(case, model, reference_leg(plan, model), None)
        yield _ran(case, model, deployed_leg(plan), (DEFINITION, *IN_BROWSER))
        if case.preparations and case.preparations.corrections:
            yield _corrected(plan, model, case.preparations)
        for spec in model.signature.outputs:
            yield _predicted(plan, model, spec.name, found.get(EXACT))
        for name in plan.preprocessing.pipelines:
            if name != EXACT:
                yield _made(plan, model, name, found.get(name))


def _ran(case: Case, model: PlannedModel, leg: Leg, pipelines: tuple[str, ...] | None) -> Check:
    """A model ran on every input that was prepared for it."""
    recording = case.prepared.get((model.id, leg.name))
    wanted = case.preparations.digests(model.id, pipelines) if case.preparations else ()
    (image,) = model.signature.inputs
    problem, status = "", Status.NOT_RUN
    if recording is None:
        problem = "it did not run on the prepared images"
    elif recording.failure is not None:
        problem = recording.failure
    elif not wanted:
        problem = "nothing was prepared"
    elif recording.input_digests != {digest: {image.name: digest} for digest in wanted}:
        problem, status = "the inputs that ran are not the prepared ones", Status.FAILED
    else:
        problem = reuse_problem(case.plan.policy, recording)
    return Check(
        name="recorded",
        model=model.id,
        leg=leg_of(leg.name),
        output=None,
        status=status if problem else Status.PASSED,
        message=problem or f"{len(wanted)} different inputs",
    )


def _made(plan: Plan, model: PlannedModel, name: str, effect: PipelineEffect | None) -> Check:
    """A pipeline read every image that it can read; the exact path all of them, and enough.

    Browsers decode no DICOM, so the paper's pipeline is held to the files that it can read, of
    which there must be one.
    """
    assert plan.preprocessing is not None
    images = [image.name for image in plan.preprocessing.images]
    problem = ""
    if effect is None:
        problem = "it was not measured"
    else:
        made = effect.prepared
        told = {*effect.images, *made.unsupported, *made.failures}
        read, least = len(effect.images), plan.policy.min_images
        if made.failures:
            image, why = next(iter(made.failures.items()))
            problem = f"{len(made.failures)} images failed, {image}: {why}"
        elif told != set(images):
            problem = f"{len(set(images) - told)} images are missing"
        elif name == EXACT and made.unsupported:
            problem = f"{len(made.unsupported)} images were not read"
        elif name == EXACT and read < least:
            problem = f"{read} images, the policy wants at least {least}"
        elif name == CANVAS and not read:
            why = next(iter(made.unsupported.values()), "there are none")
            problem = (
                f"it read none of {len(images)} images ({why}); add one that it reads, or leave it "
                "out of preprocessing.pipelines"
            )
    done = f"{len(effect.images)} of {len(images)} images" if effect else ""
    return Check(
        name="images prepared",
        model=model.id,
        leg=leg_of(name),
        output=None,
        status=Status.NOT_RUN if problem else Status.PASSED,
        message=problem or done,
    )


def _young(plan: Plan, made: Check, preparations: Preparations | None) -> Check:
    """The same check, not run where what passed was prepared in too old a run."""
    problem = reuse_problem(plan.policy, preparations) if preparations else ""
    if made.status is not Status.PASSED or not problem:
        return made
    return made.model_copy(update={"status": Status.NOT_RUN, "message": problem})


def _equal(model: PlannedModel, effect: PipelineEffect | None) -> Check:
    measured = effect.max_levels if effect else None
    status, message = Status.NOT_RUN, "nothing was prepared by the exact path"
    if effect is not None and measured is not None:
        equal = sum(difference.max == 0 for difference in effect.images.values())
        status = Status.PASSED if measured == 0 else Status.FAILED
        message = f"{equal} of {len(effect.images)} inputs are equal to the definition's"
        if status is Status.FAILED:
            message += f"; {measured:.3g} gray levels of 255 on {effect.worst_image}"
    return Check(
        name="equal to the definition",
        model=model.id,
        leg=leg_of(EXACT),
        output=None,
        status=status,
        message=message,
        against="definition",
        measured=measured,
        bound=0.0,
        rationale=BIT_EQUAL,
    )


def _corrected(plan: Plan, model: PlannedModel, preparations: Preparations) -> Check:
    """With a reader's corrections done the exact path is the definition's too, on its images."""
    assert plan.preprocessing is not None
    images = [image.name for image in plan.preprocessing.images]
    found = {one.corrections: one for one in preparations.corrections if one.model == model.id}
    equal, status, message = 0, Status.PASSED, ""
    for corrections in TRIED:
        made, wanted = found.get(corrections), images_of(corrections, images)
        missing = made.missing(wanted) if made else wanted
        words = " and ".join(corrections)
        if made and made.unequal:
            status = Status.FAILED
            message = f"{words}: {len(made.unequal)} images differ, such as {made.unequal[0]}"
            break
        if missing and made and missing[0] in made.failures:
            status, message = Status.NOT_RUN, f"{words}: {made.failures[missing[0]]}"
        elif missing:
            status, message = Status.NOT_RUN, f"{words}: no inputs of {len(missing)} images"
        equal += len(wanted)
    return Check(
        name="corrections equal to the definition",
        model=model.id,
        leg=leg_of(EXACT),
        output=None,
        status=status,
        message=message or f"{len(TRIED)} corrections on {equal} images are equal",
        against="definition",
        rationale=BIT_EQUAL,
    )


def _predicted(
    plan: Plan, model: PlannedModel, output: str, effect: PipelineEffect | None
) -> Check:
    """From the file to an output in the browser, against the same in Python."""
    tolerance = plan.policy.tolerance(model.id, output)
    found = effect.in_browser if effect else ()
    comparison = next((c for c in found if c.output == output), None)
    status, message, measured = Status.NOT_RUN, "the browser's model did not run", None
    if tolerance is None:
        status, message = Status.FAILED, "no tolerance is declared for this output"
    elif comparison is not None and effect is not None:
        measured = comparison.pooled.max_abs
        if comparison.probes.keys() != effect.images.keys():
            message = f"{len(comparison.probes)} of {len(effect.images)} images were compared"
        else:
            status = Status.PASSED if measured <= tolerance.max_abs else Status.FAILED
            message = (
                f"max |Δ| {measured:.3g} from file to {output} (tolerance "
                f"{tolerance.max_abs:.3g}), worst on {comparison.worst_probe}"
            )
    return Check(
        name="from file to output",
        model=model.id,
        leg=leg_of(EXACT),
        output=output,
        status=status,
        message=message,
        against=DEFINITION,
        measured=measured,
        bound=tolerance.max_abs if tolerance else None,
        rationale=AS_THE_MODEL,
    )


def leg_of(pipeline: str) -> str:
    """The name under which a pipeline's checks are listed."""
    return PREPROCESSING + pipeline
