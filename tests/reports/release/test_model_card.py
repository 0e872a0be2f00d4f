"""A model's card in the form of model hubs: a header that YAML reads, and words for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from reference.card import Card
from reference.terms import Terms
from reports.release.model_card import model_card
from tests.formats.archives import unpacked
from xport.judgement.evidence import EVIDENCE, Evidence

DEFAULTS = Path(__file__).parents[3] / "reference" / "defaults"


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Of three models, of which the classifier has a card here."""
    plain = Evidence.read(unpacked("bundle-3", tmp_path_factory.mktemp("bundle")) / EVIDENCE)
    card = Card.read(DEFAULTS / "classifier" / "card.json")
    update = {"card": json.loads(card.model_dump_json()), "terms": card.terms}
    models = [
        one.model_copy(update=update) if one.id == "classifier" else one
        for one in plain.plan.models
    ]
    return with_models(plain, *models)


def with_models(evidence: Evidence, *models: Any) -> Evidence:
    plan = evidence.plan.model_copy(update={"models": models})
    return evidence.model_copy(update={"plan": plan})


def parts(evidence: Evidence, name: str) -> tuple[dict[str, Any], str]:
    """The header and the words of a model's card."""
    empty, header, body = model_card(evidence, evidence.plan.model(name)).split("---\n", 2)
    assert empty == ""
    return dict(yaml.safe_load(header)), body


def test_its_header_is_what_hubs_read(evidence: Evidence) -> None:
    header, body = parts(evidence, "classifier")
    assert header["license"] == "apache-2.0"
    assert header["library_name"] == "tfjs"
    assert header["pipeline_tag"] == "image-classification"
    (index,) = header["model-index"]
    first, second = index["results"]
    assert first["dataset"]["name"] == "Phantoms of hospital A, test"
    assert first["metrics"][0]["value"] == pytest.approx(0.967, abs=5e-4)
    assert second["metrics"][0]["type"] == "roc_auc"
    assert "**NOT FOR MEDICAL USE.**" in body
    assert "train: Phantoms of hospital A" in body
    assert "licence Apache-2.0, from drawn from seeds by reference.phantoms" in body
    explained, _ = parts(evidence, "explanation")
    assert explained["license"] == "apache-2.0"


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        (None, {"license": "unknown"}),
        ("CC-BY-4.0", {"license": "cc-by-4.0"}),
        ("ours: ask\u00a0\u201cus\u201d", {"license": "other"}),
    ],
)
def test_what_nobody_stated_and_what_no_hub_knows(
    evidence: Evidence, stated: str | None, wanted: dict[str, str]
) -> None:
    terms = Terms.model_construct(license=stated, datasets=())
    model = evidence.plan.model("autoencoder").model_copy(update={"terms": terms})
    header, body = parts(with_models(evidence, model), "autoencoder")
    assert {key: header[key] for key in wanted} == wanted
    assert header.get("license_name") == (stated if wanted["license"] == "other" else None)
    assert "model-index" not in header
    assert "pipeline_tag" not in header
    assert f"licence: {stated or 'not stated'}" in body
    assert "licences of the data: not stated" in body


def test_the_same_evidence_gives_the_same_card_and_names_cannot_end_its_header(
    evidence: Evidence,
) -> None:
    model = evidence.plan.model("classifier")
    assert model_card(evidence, model) == model_card(evidence, model)
    hostile = model.model_copy(update={"title": "<b>x\n---\nlicense: mit\n# "})
    made = model_card(with_models(evidence, hostile), hostile)
    assert yaml.safe_load(made.split("---\n")[1])["license"] == "apache-2.0"
    assert "\n---\nlicense: mit" not in made
    assert "# &lt;b>x --- license: mit" in made
