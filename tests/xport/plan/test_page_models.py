"""What the deployed page can show is said when a bundle is made, not first by the page."""

from __future__ import annotations

from typing import Any

import pytest

from reports.release.html import html_report
from reports.release.summary import summary_lines
from tests.conftest import MiniRun
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import SampleRelease, make_plan
from xport.bundles.manifest import MANIFEST, Manifest
from xport.formats.artifact import Signature, TensorSpec
from xport.plan.page_models import page_view
from xport.plan.plan import Plan, PlannedModel

PLAN = make_plan(SampleRelease())


def changed(model: PlannedModel, **changes: Any) -> PlannedModel:
    return model.model_copy(update=changes)


def with_outputs(model: PlannedModel, **outputs: tuple[int, ...]) -> PlannedModel:
    specs = tuple(TensorSpec(name=name, shape=shape) for name, shape in outputs.items())
    return changed(model, signature=Signature(inputs=model.signature.inputs, outputs=specs))


def plan_of(*models: PlannedModel) -> Plan:
    return PLAN.model_copy(update={"models": models})


CLASSIFIER, AUTOENCODER = PLAN.models
SEGMENTATION = changed(CLASSIFIER, id="seg", kind="other", labels=None)
SOUND = changed(CLASSIFIER, preprocess=None, preprocess_digest=None)
SECOND = changed(CLASSIFIER, id="second")


def test_a_classifier_with_an_autoencoder_is_shown_whole() -> None:
    view = page_view(PLAN)
    assert view.publishable
    assert view.unshown == {}
    assert view.sentences() == []


@pytest.mark.parametrize(
    ("models", "unshown"),
    [
        ((SEGMENTATION,), {"seg": 'of kind "other"'}),
        ((AUTOENCODER,), {"autoencoder": "there is no classifier beside it"}),
        ((SOUND,), {"classifier": "no image becomes its input"}),
        (
            (with_outputs(CLASSIFIER, logits=(1, 14)),),
            {"classifier": "it has no output probabilities"},
        ),
        (
            (with_outputs(CLASSIFIER, probabilities=(1, 13)),),
            {"classifier": "with a value for every label"},
        ),
        (
            (CLASSIFIER, changed(AUTOENCODER, preprocess=None, preprocess_digest=None)),
            {"autoencoder": "no image becomes its input"},
        ),
        (
            (CLASSIFIER, with_outputs(AUTOENCODER, latent=(1, 64))),
            {"autoencoder": "it has no output reconstruction"},
        ),
    ],
)
def test_a_release_that_the_page_cannot_show_says_why(
    models: tuple[PlannedModel, ...], unshown: dict[str, str]
) -> None:
    view = page_view(plan_of(*models))
    assert not view.publishable
    assert view.unshown.keys() == unshown.keys()
    assert all(words in view.unshown[model] for model, words in unshown.items())
    (sentence,) = view.sentences()
    assert sentence.startswith(f"the page cannot show {next(iter(unshown))} (")
    assert sentence.endswith("not publishable as a web tool; use the models under models/")


@pytest.mark.parametrize(
    ("extra", "why"), [(SEGMENTATION, 'kind "other"'), (SECOND, "one classifier is shown")]
)
def test_what_lies_beside_what_is_shown_is_named_and_the_rest_is_publishable(
    extra: PlannedModel, why: str
) -> None:
    view = page_view(plan_of(CLASSIFIER, AUTOENCODER, extra))
    assert view.publishable
    assert view.unshown.keys() == {extra.id}
    assert why in view.unshown[extra.id]
    assert view.sentences()[0].startswith(f"the page does not show {extra.id} (")


def test_decisions_that_the_page_would_not_heed_are_not_published() -> None:
    deciding = SECOND.model_construct(**{**dict(SECOND), "calibration": object()})
    view = page_view(plan_of(CLASSIFIER, deciding))
    assert not view.publishable
    assert "its decisions would not be heeded" in view.unshown["second"]


def test_terminal_and_report_say_it() -> None:
    evidence = make_evidence()
    (said,) = page_view(plan_of(SEGMENTATION)).sentences()
    other = evidence.model_copy(update={"plan": plan_of(SEGMENTATION)})
    assert said in summary_lines(other)
    assert "not publishable as a web tool" in html_report(other)
    assert "publishable" not in html_report(evidence)


def test_a_manifest_says_it_and_an_earlier_one_is_read(mini_run: MiniRun) -> None:
    manifest = Manifest.read(mini_run.folder / "bundle" / MANIFEST)
    assert manifest.publishable is True
    assert manifest.unshown == {}
    earlier = manifest.model_dump_json(exclude={"publishable", "unshown"})
    assert Manifest.model_validate_json(earlier).publishable is None
