"""The preprocessing leg is measured and judged from what was recorded, and never softened."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from reference.preprocess.corrections import TRIED
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_preprocessing import (
    IMAGES,
    SamplePreprocessing,
    Spoil,
    plan_with_images,
    prepared_case,
)
from xport.common.arrays import Array
from xport.comparison.pipeline_effect import PipelineEffect
from xport.comparison.preprocessing import PreparedCase, effects_of
from xport.exchange.corrected import CorrectedInputs, images_of
from xport.exchange.prepared import CANVAS, DEFINITION, EXACT, prepared_models
from xport.judgement.preprocessing_checks import preprocessing_checks
from xport.judgement.verdict import Case, Check, Status
from xport.plan.plan import Plan


def judged(sample: SamplePreprocessing) -> tuple[dict[str, PipelineEffect], list[Check]]:
    """The classifier's effects by pipeline, and its checks."""
    plan = plan_with_images(sample)
    case = prepared_case(plan, sample)
    effects = list(effects_of(case))
    checks = list(preprocessing_checks(judged_case(plan, effects, case)))
    return (
        {e.prepared.pipeline.name: e for e in effects if e.prepared.model == "classifier"},
        [check for check in checks if check.model == "classifier"],
    )


def judged_case(plan: Plan, effects: list[PipelineEffect], prepared: PreparedCase | None) -> Case:
    """Only the preprocessing leg."""
    return Case(
        plan=plan,
        planned=plan.digest(),
        recordings={},
        facts={},
        comparisons={},
        effects=effects,
        prepared=prepared.recordings if prepared else {},
        preparations=prepared.preparations if prepared else None,
    )


def statuses(checks: list[Check], leg: str = "preprocessing/exact") -> dict[str, Status]:
    return {check.name: check.status for check in checks if check.leg == leg}


def last_bit(image: str, values: Array) -> Array:
    values = values.copy()
    if image == IMAGES[4]:
        values.flat[11] = np.nextafter(values.flat[11], np.float32(2))
    return values


def one_nan(image: str, values: Array) -> Array:
    values = values.copy()
    if image == IMAGES[4]:
        values.flat[11] = np.nan
    return values


def test_equal_inputs_pass() -> None:
    effects, checks = judged(SamplePreprocessing())
    assert effects[EXACT].max_levels == 0
    assert effects[EXACT].flips == ()
    assert statuses(checks) == {
        "images prepared": Status.PASSED,
        "equal to the definition": Status.PASSED,
        "from file to output": Status.PASSED,
    }
    assert DEFINITION not in effects


@pytest.mark.parametrize("spoil", [last_bit, one_nan])
def test_one_number_in_one_image_fails_the_exact_path(spoil: Spoil) -> None:
    effects, checks = judged(SamplePreprocessing(spoil={EXACT: spoil}))
    assert statuses(checks)["equal to the definition"] is Status.FAILED
    assert effects[EXACT].worst_image == IMAGES[4]
    worst = effects[EXACT].max_levels
    assert worst is not None
    assert worst > 0 or math.isnan(worst)


def test_an_image_that_the_page_could_not_read_is_no_pass() -> None:
    lost = SamplePreprocessing(failures={EXACT: {IMAGES[0]: "the page lost its worker"}})
    _, checks = judged(lost)
    assert statuses(checks)["images prepared"] is Status.NOT_RUN


def test_too_few_images_are_no_pass() -> None:
    _, checks = judged(SamplePreprocessing(images=IMAGES[:19]))
    assert statuses(checks)["images prepared"] is Status.NOT_RUN


def test_a_pipeline_that_reads_no_dicom_is_held_to_the_files_that_it_can_read() -> None:
    files = (*IMAGES[:13], *(f"image-{i:02d}.dcm" for i in range(7)))
    effects, checks = judged(SamplePreprocessing(images=files))
    assert len(effects[EXACT].images) == 20
    assert statuses(checks)["images prepared"] is Status.PASSED
    assert len(effects[CANVAS].images) == 13
    assert statuses(checks, "preprocessing/canvas")["images prepared"] is Status.PASSED


def test_the_canvas_lost_an_image_that_it_can_read_is_no_pass() -> None:
    lost = SamplePreprocessing(failures={CANVAS: {IMAGES[0]: "the page lost its worker"}})
    _, checks = judged(lost)
    assert statuses(checks, "preprocessing/canvas")["images prepared"] is Status.NOT_RUN


def test_the_canvas_was_asked_for_and_read_nothing_is_no_pass() -> None:
    files = tuple(f"image-{i:02d}.dcm" for i in range(20))
    _, checks = judged(SamplePreprocessing(images=files))
    (canvas,) = (c for c in checks if c.leg == "preprocessing/canvas")
    assert canvas.status is Status.NOT_RUN
    assert "it read none of 20 images (browsers decode PNG and JPEG" in canvas.message
    assert "preprocessing.pipelines" in canvas.message


def test_no_recorded_leg_is_no_pass() -> None:
    plan = plan_with_images(SamplePreprocessing())
    checks = list(preprocessing_checks(judged_case(plan, [], None)))
    assert {check.status for check in checks} == {Status.NOT_RUN}
    assert len(checks) == 2 * (1 + 1 + 2 + 2) + 1 + 2


def test_a_pipeline_that_was_asked_for_and_is_missing_is_no_pass() -> None:
    _, checks = judged(SamplePreprocessing(pipelines=(DEFINITION, EXACT, CANVAS)))
    assert statuses(checks, "preprocessing/pillow") == {"images prepared": Status.NOT_RUN}


@pytest.mark.parametrize("leg", ["torch", "tfjs/wasm"])
def test_models_that_did_not_run_are_no_pass(leg: str) -> None:
    effects, checks = judged(SamplePreprocessing(not_run=frozenset({leg})))
    assert statuses(checks)["from file to output"] is Status.NOT_RUN
    assert effects[EXACT].max_levels == 0


@pytest.mark.parametrize("leg", ["torch", "tfjs/wasm"])
def test_a_model_of_any_kind_that_crashed_on_prepared_images_is_no_pass(leg: str) -> None:
    evidence = make_evidence(preprocessing=SamplePreprocessing(crashed=frozenset({leg})))
    assert evidence.verdict.status is Status.NOT_RUN
    for model in ("classifier", "autoencoder"):
        assert any(
            check.model == model
            and check.leg == f"preprocessing/{leg}"
            and check.status is Status.NOT_RUN
            for check in evidence.verdict.checks
        )


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (SamplePreprocessing(blind=True), "no account of the browser"),
        (SamplePreprocessing(half_precision=True), "10 mantissa bits"),
    ],
)
def test_the_browser_that_prepares_is_held_to_what_every_browser_is(
    sample: SamplePreprocessing, words: str
) -> None:
    evidence = make_evidence(preprocessing=sample)
    assert evidence.verdict.status is Status.FAILED
    assert any(words in finding for finding in evidence.verdict.findings)


def test_what_the_browser_predicts_from_files_is_judged_for_every_output() -> None:
    evidence = make_evidence(preprocessing=SamplePreprocessing())
    judged = {
        (c.model, c.output) for c in evidence.verdict.checks if c.name == "from file to output"
    }
    outputs = {(m.id, o.name) for m in evidence.plan.models for o in m.signature.outputs}
    assert judged == outputs


def test_a_pipeline_is_measured_in_gray_levels_and_in_what_the_model_makes_of_it() -> None:
    effects, checks = judged(SamplePreprocessing())
    canvas = effects[CANVAS]
    assert canvas.max_levels is not None
    assert 0.02 * 255 < canvas.max_levels < 0.2 * 255
    assert canvas.mean_levels is not None
    assert canvas.mean_levels < canvas.max_levels
    assert list(canvas.prepared.unsupported) == [IMAGES[-1]]
    outputs = [comparison.output for comparison in canvas.effects]
    assert outputs == ["probabilities", "calibrated probabilities"]
    (in_browser,) = canvas.in_browser
    assert len(in_browser.probes) == len(IMAGES) - 1
    assert statuses(checks, "preprocessing/canvas") == {"images prepared": Status.PASSED}


def test_decisions_flip_at_the_operating_points_of_the_release() -> None:
    brighter = {CANVAS: lambda _, values: np.clip(values + np.float32(0.01), 0, 1)}
    effects, _ = judged(SamplePreprocessing(spoil=brighter))
    canvas = effects[CANVAS]
    assert canvas.decisions == (len(IMAGES) - 1) * 14
    assert canvas.operating_points is None
    assert canvas.flips
    for flip in canvas.flips:
        assert flip.threshold == 0.5
        assert flip.definition < 0.5 <= flip.pipeline
    elsewhere, _ = judged(SamplePreprocessing(spoil=brighter, operating_points=(0.9,) * 14))
    assert elsewhere[CANVAS].flips == ()
    assert elsewhere[CANVAS].decisions == canvas.decisions
    calibrated = next(c for c in elsewhere[CANVAS].effects if c.output.startswith("calibrated"))
    plain = next(c for c in elsewhere[CANVAS].effects if c.output == "probabilities")
    assert calibrated.pooled.max_abs == pytest.approx(plain.pooled.max_abs / 1.8, rel=1e-5)


def test_the_worst_image_is_shown_with_where_it_differs() -> None:
    effects, _ = judged(SamplePreprocessing())
    for effect in effects.values():
        assert {picture.probe for picture in effect.pictures} == {effect.worst_image}
        assert len(effect.pictures) == 3


def with_corrections(change: Callable[[CorrectedInputs], CorrectedInputs]) -> Check | None:
    """The classifier's check of corrections that both sides made alike, but for a change."""
    plan = plan_with_images(SamplePreprocessing())
    case = prepared_case(plan, SamplePreprocessing())
    made = []
    for model in prepared_models(plan):
        for tried in TRIED:
            digests = {image: f"{tried} {image}" for image in images_of(tried, IMAGES)}
            one = CorrectedInputs(model=model.id, corrections=tried, definition=digests)
            made.append(change(one.model_copy(update={"page": digests})))
    preparations = case.preparations.model_copy(update={"corrections": tuple(made)})
    checks = preprocessing_checks(judged_case(plan, [], replace(case, preparations=preparations)))
    name = "corrections equal to the definition"
    return next((one for one in checks if (one.model, one.name) == ("classifier", name)), None)


def without_inputs(made: CorrectedInputs) -> CorrectedInputs:
    gone = made.corrections == ("mirror",)
    return made.model_copy(update={"page": {}}) if gone else made


def another_input(made: CorrectedInputs) -> CorrectedInputs:
    changed = dict.fromkeys(made.page, "another") if made.corrections == ("invert",) else {}
    return made.model_copy(update={"page": made.page | changed})


def test_corrections_must_be_the_definitions_to_the_bit() -> None:
    fine = with_corrections(lambda one: one)
    assert fine is not None
    assert (fine.status, fine.message) == (Status.PASSED, "7 corrections on 22 images are equal")
    off = with_corrections(another_input)
    assert off is not None
    assert off.status is Status.FAILED
    assert off.message.startswith("invert: 3 images differ, such as ")
    absent = with_corrections(without_inputs)
    assert absent is not None
    assert absent.status is Status.NOT_RUN
    assert absent.message == "mirror: no inputs of 3 images"


def test_evidence_from_before_there_were_corrections_has_no_check_of_them() -> None:
    assert "corrections equal to the definition" not in statuses(judged(SamplePreprocessing())[1])
