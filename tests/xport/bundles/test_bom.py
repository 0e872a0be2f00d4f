"""The bill of materials says what ships, in CycloneDX's schema, and the same of the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from reference.card import Card
from reference.terms import DataTerms, Terms
from tests.conftest import ROOT
from tests.formats.archives import unpacked
from xport.bundles.bom import bom_document, bom_findings, terms_in
from xport.bundles.manifest import MANIFEST, FileEntry, Manifest
from xport.bundles.page_packages import page_packages
from xport.bundles.required import BOM
from xport.judgement.evidence import EVIDENCE, Evidence

WEB = ROOT / "browser_harness" / "web"
DEFAULTS = ROOT / "reference" / "defaults"


@pytest.fixture(scope="module")
def terms() -> list[str]:
    """Of the page as it is built here."""
    return terms_in(WEB / "dist")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small one, of an earlier version."""
    return unpacked("bundle-3", tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def evidence(bundle: Path) -> Evidence:
    """Of three models, two of which have a card here."""
    plain = Evidence.read(bundle / EVIDENCE)
    cards = {"classifier": "classifier", "autoencoder": "l2"}
    models = []
    for model in plain.plan.models:
        update: dict[str, Any] = {}
        if model.id in cards:
            card = json.loads((DEFAULTS / cards[model.id] / "card.json").read_text())
            update = {"card": card, "weights_sha256": card["weights"]["sha256"], "trained": True}
            if model.id == "classifier":  # nobody states terms of the other
                update["terms"] = Card.model_validate(card).terms
        models.append(model.model_copy(update=update))
    return plain.model_copy(
        update={"plan": plain.plan.model_copy(update={"models": tuple(models)})}
    )


@pytest.fixture(scope="module")
def bom(evidence: Evidence, terms: list[str]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(bom_document(evidence, terms))
    return content


def components(bom: dict[str, Any], kind: str) -> dict[str, Any]:
    return {one["bom-ref"]: one for one in bom["components"] if one["type"] == kind}


def test_is_valid_by_the_schema_of_cyclonedx(evidence: Evidence, terms: list[str]) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(bom_document(evidence, terms).decode()) is None
    assert validator.validate_str('{"bomFormat": "CycloneDX", "more": 1}') is not None


def test_is_the_same_of_the_same_and_another_of_another_model(
    evidence: Evidence, terms: list[str], bom: dict[str, Any]
) -> None:
    assert bom_document(evidence, terms) == bom_document(evidence, reversed(terms))
    model = evidence.plan.models[0].model_copy(update={"title": "another"})
    plan = evidence.plan.model_copy(update={"models": (model, *evidence.plan.models[1:])})
    other = json.loads(bom_document(evidence.model_copy(update={"plan": plan}), terms))
    assert other["serialNumber"] != bom["serialNumber"]
    assert other["serialNumber"].startswith("urn:uuid:")
    assert bom["metadata"]["timestamp"][:19] == evidence.made[:19]


def test_names_every_model_with_its_files_weights_and_figures(
    evidence: Evidence, bom: dict[str, Any]
) -> None:
    models = components(bom, "machine-learning-model")
    assert models.keys() == {f"model/{model.id}" for model in evidence.plan.models}
    for model in evidence.plan.models:
        found = models[f"model/{model.id}"]
        assert {one["name"]: one["hashes"] for one in found["components"]} == {
            name: [{"alg": "SHA-256", "content": digest}]
            for name, digest in model.artifacts[evidence.plan.shipped_artifact].files.items()
        }
        assert "NOT FOR MEDICAL USE" in found["modelCard"]["considerations"]["technicalLimitations"]
        (source,) = found["pedigree"]["ancestors"]
        if model.card is not None:
            assert source["hashes"][0]["content"] == model.weights_sha256
    card = models["model/classifier"]["modelCard"]
    assert card["modelParameters"]["modelArchitecture"] == "reference.networks.densenet:classifier"
    metrics = card["quantitativeAnalysis"]["performanceMetrics"]
    assert {one["type"] for one in metrics} == {"mean AUC"}
    gate = models["model/autoencoder"]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert "share that the gate refuses" in {one["type"] for one in gate}
    assert models["model/explanation"]["pedigree"]["notes"] == "explains classifier"


def test_names_the_images_that_a_card_names_with_their_licence_or_that_none_is_stated(
    evidence: Evidence, bom: dict[str, Any]
) -> None:
    data = components(bom, "data")
    card = next(model.card for model in evidence.plan.models if model.id == "classifier")
    assert card is not None
    for role, digest in card["provenance"]["images"].items():
        told = {one["name"]: one["value"] for one in data[f"data/classifier/{role}"]["properties"]}
        assert told["xport:prepared-images-digest"] == digest
        assert told["xport:licence"] == "Apache-2.0"
        assert told["xport:source"] == "drawn from seeds by reference.phantoms"
        assert data[f"data/classifier/{role}"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
        (unstated,) = {
            one["value"]
            for one in data[f"data/autoencoder/{role}"]["properties"]
            if one["name"] == "xport:licence"
        }
        assert unstated == "not stated: neither card nor release file names one"
        assert "licenses" not in data[f"data/autoencoder/{role}"]
    models = components(bom, "machine-learning-model")
    for name in ("classifier", "explanation"):
        assert models[f"model/{name}"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert "licenses" not in models["model/autoencoder"]
    (graph,) = [one for one in bom["dependencies"] if one["ref"] == "model/classifier"]
    assert "data/classifier/train" in graph["dependsOn"]


def test_names_every_package_whose_code_ships_in_the_page(bom: dict[str, Any]) -> None:
    wanted = json.loads((WEB / "package.json").read_text())["dependencies"]
    libraries = components(bom, "library")
    assert {f"library/{name}@{version}" for name, version in wanted.items()} <= libraries.keys()
    compiled = {"CharLS", "Emscripten", "OpenJPEG", "libjpeg-turbo"}
    assert {f"library/{name}" for name in compiled} <= libraries.keys()
    assert all(one["licenses"] for one in libraries.values())
    named = libraries["library/@preact/signals@" + wanted["@preact/signals"]]
    assert named["purl"] == f"pkg:npm/%40preact/signals@{wanted['@preact/signals']}"
    assert "onnxruntime-web" not in {one["name"] for one in libraries.values()}


def test_words_of_a_licence_are_no_package() -> None:
    text = "## long - 4.0.0 (Apache-2.0)\n\nThe MIT License (MIT)\nCopyright (c) 2007-2010, A\n"
    assert [one.name for one in page_packages([text, text])] == ["long"]


@pytest.fixture
def whole(bundle: Path, tmp_path: Path, evidence: Evidence) -> tuple[Path, Manifest]:
    """A folder with terms and a bill of materials, and a manifest that lists it."""
    (tmp_path / "licenses").mkdir()
    for file in (WEB / "dist" / "licenses").iterdir():
        (tmp_path / "licenses" / file.name).write_bytes(file.read_bytes())
    (tmp_path / BOM).write_bytes(bom_document(evidence, terms_in(tmp_path)))
    manifest = Manifest.read(bundle / MANIFEST)
    files = manifest.files | {BOM: FileEntry(sha256="0" * 64, bytes=1)}
    return tmp_path, manifest.model_copy(update={"files": files})


def changed(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def write(file: Path) -> None:
        content = json.loads(file.read_text())
        change(content)
        file.write_text(json.dumps(content))

    return write


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda file: file.unlink(), "cannot be read"),
        (lambda file: file.write_text("no JSON"), "cannot be read"),
        (lambda file: file.write_text("[" * 100_000), "cannot be read"),
        (lambda file: file.write_text("[]"), "is not what the evidence gives: $schema, bomFormat"),
        (changed(lambda bom: bom["components"].pop()), "gives: components"),
        (changed(lambda bom: bom.update(serialNumber="")), "gives: serialNumber"),
        (changed(lambda bom: bom.update(more=1)), "gives: more"),
        (changed(lambda bom: bom["metadata"].pop("timestamp")), "gives: metadata"),
    ],
)
def test_one_that_says_something_else_is_found(
    whole: tuple[Path, Manifest], evidence: Evidence, change: Callable[[Path], None], said: str
) -> None:
    folder, manifest = whole
    change(folder / BOM)
    (found,) = bom_findings(folder, manifest, evidence)
    assert found.startswith(f"{BOM} ")
    assert said in found


def test_one_that_is_laid_out_otherwise_says_the_same(
    whole: tuple[Path, Manifest], evidence: Evidence
) -> None:
    folder, manifest = whole
    assert list(bom_findings(folder, manifest, evidence)) == []
    changed(lambda bom: None)(folder / BOM)
    assert list(bom_findings(folder, manifest, evidence)) == []


def test_a_bundle_must_list_one_and_its_evidence_give_one(
    whole: tuple[Path, Manifest], bundle: Path, evidence: Evidence
) -> None:
    folder, manifest = whole
    without = Manifest.read(bundle / MANIFEST)
    assert list(bom_findings(folder, without, evidence)) == [f"{BOM} is not listed"]
    for update in ({"made": "yesterday"}, {"xport": ""}):
        (found,) = bom_findings(folder, manifest, evidence.model_copy(update=update))
        assert found.startswith(f"{BOM} ")


def test_names_sets_that_the_release_file_alone_states(
    evidence: Evidence, terms: list[str]
) -> None:
    stated = Terms(
        license="LicenseRef-ours",
        datasets=(DataTerms(name="Ours", license="words of our own", source="https://a.example"),),
    )
    models = [model.model_copy(update={"card": None}) for model in evidence.plan.models]
    models[0] = models[0].model_copy(update={"terms": stated})
    plan = evidence.plan.model_copy(update={"models": tuple(models)})
    made = bom_document(evidence.model_copy(update={"plan": plan}), terms)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(made.decode()) is None
    (data,) = components(json.loads(made), "data").values()
    assert data["licenses"] == [{"license": {"name": "words of our own"}}]
    told = {one["name"]: one["value"] for one in data["properties"]}
    assert told == {"xport:source": "https://a.example", "xport:licence": "words of our own"}
