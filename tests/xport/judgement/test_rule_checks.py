"""The rule is decided alike by the page and the definition, reason included, on every image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reference.decide.rule import Rule
from tests.reference.decide.test_rule import condition, rule
from tests.reports.release.sample_plan import LABELS
from tests.reports.release.sample_preprocessing import (
    IMAGES,
    SamplePreprocessing,
    plan_with_images,
    prepared_case,
)
from xport.common.arrays import Array
from xport.comparison.decision_effects import decisions_of, held_of
from xport.comparison.preprocessing import PreparedCase, said_of
from xport.comparison.rule_decisions import OtherRuling, rule_decisions, rulings
from xport.exchange.prepared import DEFINITION, EXACT
from xport.judgement.rule_checks import rule_checks, rule_findings
from xport.judgement.verdict import Case, Status
from xport.plan.plan import Plan, PlannedModel

SMALL = IMAGES[3]
RULE = rule(
    condition("shorter_side", 128, "too-small"),
    condition("contrast", 0.2, "no-contrast"),
    condition("view", 0.5, "not-frontal"),
    condition("latent", 0.0, "unlike"),
)


def with_rule(model: PlannedModel, found: Rule) -> PlannedModel:
    """The sample's classifier as a view model; both models are part of the rule."""
    if model.kind == "classifier":
        labels = ("frontal", "inverted", *LABELS[2:])
        model = model.model_copy(update={"kind": "view", "labels": labels})
    return model.model_copy(update={"rule": found})


def recorded(sample: SamplePreprocessing, found: Rule = RULE) -> PreparedCase:
    """What would have been recorded of a plan with a rule; one image is small."""
    plan = plan_with_images(sample)
    models = tuple(with_rule(model, found) for model in plan.models)
    plan = Plan.model_validate(plan.model_copy(update={"models": models}).model_dump())
    sides = {image: 100.0 if image == SMALL else 512.0 for image in sample.images}
    return replace(prepared_case(plan, sample), shorter_sides=sides)


def case_of(prepared: PreparedCase) -> Case:
    return Case(
        plan=prepared.plan, planned="", recordings={}, facts={}, comparisons={},
        preparations=prepared.preparations, rule=rule_decisions(prepared),
    )  # fmt: skip


def blank(image: str, values: Array) -> Array:
    return np.zeros_like(values) if image == IMAGES[0] else values


def test_verdicts_and_reasons_that_are_alike_pass() -> None:
    case = case_of(recorded(SamplePreprocessing()))
    (check,) = rule_checks(case)
    found = case.rule
    assert found is not None
    assert (check.status, check.bound, check.measured) == (Status.PASSED, 0.0, 0.0)
    assert found.images == len(IMAGES)
    assert found.refused["too-small"] == 1
    assert found.refused.keys() == {"too-small", "inverted"}
    assert 0 < found.accepted < len(IMAGES)
    assert f"{found.images} of {found.images} images decided" in check.message
    assert list(rule_findings(case)) == []


def test_another_reason_of_the_page_fails_and_names_the_image() -> None:
    prepared = recorded(SamplePreprocessing(spoil={EXACT: blank}))
    before = rulings(prepared, page=False)[IMAGES[0]].reason
    case = case_of(prepared)
    assert case.rule is not None
    other = OtherRuling(image=IMAGES[0], definition=before, page="no-contrast")
    assert case.rule.others == (other,)
    (check,) = rule_checks(case)
    assert check.status is Status.FAILED
    assert IMAGES[0] in check.message
    assert "no-contrast by the page" in check.message


def test_images_that_one_side_did_not_decide_are_no_pass() -> None:
    lost = SamplePreprocessing(failures={EXACT: {IMAGES[5]: "it could not be read"}})
    (check,) = rule_checks(case_of(recorded(lost)))
    assert check.status is Status.NOT_RUN
    assert f"the definition read {len(IMAGES)}" in check.message
    (check,) = rule_checks(case_of(recorded(SamplePreprocessing(not_run=frozenset({"tfjs/wasm"})))))
    assert check.status is Status.NOT_RUN
    nothing = replace(case_of(recorded(SamplePreprocessing())), rule=None)
    (check,) = rule_checks(nothing)
    assert check.status is Status.NOT_RUN


def test_each_condition_of_a_model_is_a_decision_that_may_flip() -> None:
    prepared = recorded(SamplePreprocessing(spoil={EXACT: blank}))
    view = next(model for model in prepared.plan.models if model.kind == "view")
    assert [held.name for held in held_of(view)] == ["gate, contrast", "gate, view: frontal"]
    made = [prepared.preparations.of(view.id, name) for name in (EXACT, DEFINITION)]
    ours, theirs = (said_of(prepared, view, one) for one in made if one)
    flips, decisions = decisions_of(view, ours, theirs)
    assert decisions == 2 * len(IMAGES)  # and no finding: a view is none
    assert (IMAGES[0], "gate, contrast") in {(flip.image, flip.label) for flip in flips}


def test_evidence_that_contradicts_itself_is_found() -> None:
    case = case_of(recorded(SamplePreprocessing()))
    assert case.rule is not None
    other = OtherRuling(image="a.png", definition="unlike", page="unlike")
    told = case.rule.model_copy(update={"accepted": 0, "others": (other, other)})
    assert len(list(rule_findings(replace(case, rule=told)))) == 3
    unruled = plan_with_images(SamplePreprocessing())
    assert list(rule_checks(replace(case, plan=unruled, rule=None))) == []
    assert "the plan has no rule" in next(rule_findings(replace(case, plan=unruled)))


def test_a_plan_without_a_rule_is_written_and_identified_as_before() -> None:
    plan = plan_with_images(SamplePreprocessing())
    assert '"rule"' not in plan.model_dump_json()


def test_a_plan_has_one_rule_of_the_models_that_it_needs() -> None:
    plan = recorded(SamplePreprocessing()).plan
    assert plan.rule == RULE
    other = plan.models[0].model_copy(update={"rule": rule(condition("view", 0.1, "unlike"))})
    changed = plan.model_copy(update={"models": (other, *plan.models[1:])})
    with pytest.raises(ValueError, match="different rules"):
        Plan.model_validate(changed.model_dump())
    alone = plan.model_copy(update={"models": plan.models[:1]})
    with pytest.raises(ValueError, match="the rule needs"):
        Plan.model_validate(alone.model_dump())
