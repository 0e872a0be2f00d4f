"""A bundle's self-test is the run's own numbers under the verdict's limits, or it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.tool.app_bundles import relist
from tests.conftest import MiniRun
from xport.bundles.checks import verify_bundle
from xport.bundles.manifest import Manifest
from xport.bundles.self_test import SELF_TEST, OutputRelativeTolerance, SelfTest
from xport.bundles.self_test_cases import CASES, FEWEST, MAX_BYTES, CaseChoice
from xport.bundles.self_test_checks import read_self_test
from xport.common import digests
from xport.comparison.parity import Role
from xport.errors import InputError, IntegrityError
from xport.judgement.evidence import Evidence
from xport.plan.plan import REFERENCE_LEG, Plan
from xport.workflow.run_folder import RunFolder

Document = dict[str, Any]


@pytest.fixture(scope="module")
def bundle(mini_run: MiniRun) -> Path:
    """The miniature run's bundle, not to be spoilt."""
    return RunFolder(mini_run.folder).bundle_path


@pytest.fixture(scope="module")
def found(bundle: Path) -> SelfTest:
    """Its self-test."""
    return read_self_test(bundle, Manifest.read(bundle / "manifest.json"))


def test_holds_what_pytorch_recorded(mini_run: MiniRun, bundle: Path, found: SelfTest) -> None:
    run = RunFolder(mini_run.folder)
    plan = run.plan()
    assert list(found.models) == [model.id for model in plan.models]
    for model_id, tested in found.models.items():
        loaded = run.recordings.load(model_id, REFERENCE_LEG)
        assert loaded is not None
        for case in tested.cases:
            for spec in plan.model(model_id).signature.outputs:
                data = (bundle / case.output_files[spec.name].path).read_bytes()
                recorded = loaded[1][case.probe][spec.name]
                assert recorded.dtype == np.float32
                assert data == recorded.astype("<f4").tobytes()


def test_every_output_is_held_to_the_limit_of_the_verdict(
    mini_run: MiniRun, found: SelfTest
) -> None:
    checks = {
        (c.model, c.output, c.name): c.bound
        for c in mini_run.evidence.verdict.checks
        if c.leg == "tfjs/webgl" and c.against == "torch" and c.bound is not None
    }
    for model_id, tested in found.models.items():
        for tolerance in tested.tolerances:
            key = (model_id, tolerance.output, "within tolerance of torch")
            assert checks[key] == tolerance.max_abs
        for relative in tested.likenesses:
            key = (model_id, relative.output, "within relative L2 of torch")
            assert checks[key] == relative.max_relative_l2
    assert {one.output for one in found.models["explanation"].likenesses} == {
        "gradient",
        "saliency",
        "cam",
    }


def test_has_the_probe_nearest_to_a_limit_and_one_like_a_radiograph(
    mini_run: MiniRun, found: SelfTest
) -> None:
    plan = mini_run.evidence.plan
    for model_id in ("classifier", "autoencoder"):
        bounds = {one.output: one.max_abs for one in found.models[model_id].tolerances}
        shares: dict[str, float] = {}
        for comparison in mini_run.evidence.comparisons:
            shipped = comparison.leg.startswith(f"{plan.shipped_artifact}/")
            if (comparison.model, comparison.role) == (model_id, Role.REFERENCE) and shipped:
                for probe, metrics in comparison.probes.items():
                    share = metrics.max_abs / bounds[comparison.output]
                    shares[probe] = max(shares.get(probe, 0.0), share)
        probes = [case.probe for case in found.models[model_id].cases]
        assert max(shares, key=lambda probe: shares[probe]) in probes
        assert any("-chest" in probe for probe in probes)
        assert len(set(probes)) == CASES


def test_every_shipped_leg_would_pass_it(mini_run: MiniRun, found: SelfTest) -> None:
    run = RunFolder(mini_run.folder)
    legs = [leg.name for leg in run.plan().legs if leg.artifact == run.plan().shipped_artifact]
    assert len(legs) == 3
    for model_id, tested in found.models.items():
        reference = run.recordings.load(model_id, REFERENCE_LEG)
        for leg in legs:
            recorded = run.recordings.load(model_id, leg)
            assert reference is not None
            assert recorded is not None
            pairs = [(recorded[1][c.probe], reference[1][c.probe]) for c in tested.cases]
            for tolerance in tested.tolerances:
                for ours, theirs in pairs:
                    error = np.abs(ours[tolerance.output] - theirs[tolerance.output]).max()
                    assert error <= tolerance.max_abs
            for relative in tested.likenesses:
                assert pooled(pairs, relative) <= relative.max_relative_l2


def pooled(pairs: list[Any], relative: OutputRelativeTolerance) -> float:
    """Relative L2 over all cases, as the contract with the page says it."""
    sides = [(a[relative.output].astype(float), b[relative.output]) for a, b in pairs]
    error = sum(((ours - theirs) ** 2).sum() for ours, theirs in sides)
    return float(np.sqrt(error / sum((theirs.astype(float) ** 2).sum() for _, theirs in sides)))


def test_an_explanation_shares_its_classifiers_images(found: SelfTest) -> None:
    files = [case.input_files["image"] for case in found.models["classifier"].cases]
    path_of = {file.sha256: file.path for file in files}
    images = [case.input_files["image"] for case in found.models["explanation"].cases]
    shared = [image for image in images if image.sha256 in path_of]
    assert shared
    assert [image.path for image in shared] == [path_of[image.sha256] for image in shared]


def test_stays_small(mini_run: MiniRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunFolder(mini_run.folder)
    monkeypatch.setattr("xport.bundles.self_test_cases.MAX_BYTES", 0)
    fewer = CaseChoice(mini_run.evidence, run.probes, run.recordings).all()
    assert {len(recorded.cases) for recorded in fewer.values()} == {FEWEST}
    assert MAX_BYTES <= 4_500_000


def test_images_that_a_user_brought_are_not_published(mini_run: MiniRun) -> None:
    run = RunFolder(mini_run.folder)

    def brought(names: set[str]) -> Evidence:
        plan: Plan = mini_run.evidence.plan
        models = []
        for model in plan.models:
            probes = tuple(
                p.model_copy(update={"name": f"image-{p.name}"}) if p.name in names else p
                for p in model.probes
            )
            models.append(model.model_copy(update={"probes": probes}))
        changed = plan.model_copy(update={"models": tuple(models)})
        return mini_run.evidence.model_copy(update={"plan": changed})

    (model, *_) = mini_run.evidence.plan.models
    nearest = (
        read_self_test(run.bundle_path, Manifest.read(run.bundle_path / "manifest.json"))
        .models["classifier"]
        .cases[0]
        .probe
    )
    chosen = CaseChoice(brought({nearest}), run.probes, run.recordings).all()
    assert nearest not in {case.probe for case in chosen["classifier"].cases}
    every = {probe.name for probe in model.probes}
    with pytest.raises(InputError, match="these are not published"):
        CaseChoice(brought(every), run.probes, run.recordings).all()


def first_output(document: Document) -> Document:
    """The file of an output that no other model shares."""
    file: Document = document["models"]["autoencoder"]["cases"][0]["outputs"]["latent"]
    return file


def spoil(folder: Path, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Document], None]:
    """Change the values of an output and make every digest fit."""

    def edit(document: Document) -> None:
        file = first_output(document)
        data = change(np.fromfile(folder / file["path"], "<f4")).tobytes()
        (folder / file["path"]).write_bytes(data)
        file |= {"sha256": digests.of_bytes(data), "bytes": len(data)}

    return edit


def nan(values: np.ndarray) -> np.ndarray:
    """The values with a NaN."""
    values[0] = np.nan
    return values


def tolerances(document: Document) -> list[Document]:
    """Those of the classifier."""
    found: list[Document] = document["models"]["classifier"]["tolerances"]
    return found


def repeat(document: Document) -> None:
    """Every case gives the first one's latent vector."""
    for case in document["models"]["autoencoder"]["cases"]:
        case["outputs"]["latent"] = first_output(document)


EDITS: dict[str, tuple[Callable[[Path], Callable[[Document], None]], str]] = {
    "a value": (lambda f: spoil(f, lambda v: v + 1), "is not what PyTorch recorded"),
    "NaN": (lambda f: spoil(f, nan), "holds values not finite"),
    "a short file": (lambda f: spoil(f, lambda v: v[:-1]), "is 28 bytes long.*takes 32 bytes"),
    "a missing file": (
        lambda f: lambda d: (f / first_output(d)["path"]).unlink(),
        "latent.bin is not listed",
    ),
    "another file of the bundle": (
        lambda f: lambda d: first_output(d).update(path="engine.js"),
        "engine.js is not listed",
    ),
    "an output without a bound": (lambda f: lambda d: tolerances(d).pop(), "bounds are given for"),
    "two bounds for one output": (
        lambda f: lambda d: tolerances(d).append(tolerances(d)[0]),
        "bounds are given for",
    ),
    "no case": (
        lambda f: lambda d: d["models"]["classifier"].update(cases=[]),
        "models.classifier.cases",
    ),
    "one case twice": (
        lambda f: (
            lambda d: d["models"]["classifier"]["cases"].append(
                d["models"]["classifier"]["cases"][0]
            )
        ),
        "two cases are of one probe",
    ),
    "a constant output": (lambda f: repeat, "output latent is the same in every case"),
    "a case without an output": (
        lambda f: lambda d: d["models"]["classifier"]["cases"][0]["outputs"].pop("logits"),
        "has .'probabilities'., not",
    ),
    "a softer tolerance": (
        lambda f: lambda d: tolerances(d)[0].update(max_abs=1.0),
        "is not the verdict's",
    ),
    "a NaN for a tolerance": (
        lambda f: lambda d: tolerances(d)[0].update(max_abs="NaN"),
        "max_abs",
    ),
    "a softer relative tolerance": (
        lambda f: lambda d: d["models"]["explanation"]["likenesses"][0].update(min_cosine=0.1),
        "is not the verdict's",
    ),
    "a model that is not tested": (lambda f: lambda d: d["models"].pop("autoencoder"), "is of"),
    "a probe of another name": (
        lambda f: lambda d: d["models"]["classifier"]["cases"][0].update(probe="other"),
        "other is no probe that may be published",
    ),
    "a picture that is no example": (
        lambda f: lambda d: d["pictures"][0].update(path="app.css"),
        "app.css is no example",
    ),
    "an unknown key": (lambda f: lambda d: d.update(speed=1), "speed"),
    "another version": (lambda f: lambda d: d.update(schema_version=2), "schema_version"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_bundle_is_refused_for(name: str, bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "bundle"
    linked_copy(bundle, copy)
    edit, words = EDITS[name]
    document = json.loads((copy / SELF_TEST).read_text())
    edit(copy)(document)
    (copy / SELF_TEST).write_text(json.dumps(document))
    relist(copy)
    with pytest.raises(IntegrityError, match=words):
        verify_bundle(copy)


def linked_copy(source: Path, target: Path) -> None:
    """A copy whose large files are links; what a test changes is copied."""
    for file in source.rglob("*"):
        if file.is_file():
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_relative_to(target / "self_test") or place.name == "manifest.json":
                place.write_bytes(file.read_bytes())
            else:
                place.hardlink_to(file)
