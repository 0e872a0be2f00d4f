"""A bundle holds the verified bytes, only after PASSED, and is refused when a byte changed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from browser_harness.serve.assets import app_files
from reference.decide.gate import Gate, fit_gate
from reference.decide.scores import ssim
from reference.decoding import decode
from reference.networks.ali import autoencoder
from reference.networks.checkpoints import load_checkpoint
from reference.preprocess import AUTOENCODER, Preprocess
from tests.conftest import MiniRun, Xport
from tests.saboteurs.bench import Bench, Held
from xport.bundles import build, required
from xport.bundles.build import NotPassed, RunSources, build_bundle, require_passed
from xport.bundles.checks import verify_bundle
from xport.bundles.evidence import evidence_findings
from xport.bundles.manifest import NOTICE, Manifest
from xport.bundles.self_test_checks import read_self_test
from xport.cli.main import main
from xport.common import digests
from xport.common.document import Document
from xport.comparison.preprocessing import load_prepared
from xport.errors import InputError, IntegrityError
from xport.exchange.witness import SCRIPT
from xport.inputs.images import example_files
from xport.judgement.again import case_of
from xport.judgement.evidence import Evidence
from xport.judgement.judge import judge
from xport.judgement.verdict import Note, Status
from xport.plan.plan import Plan
from xport.plan.policy import OtherPolicy
from xport.plan.publisher import Publisher
from xport.recording.browser import graph_operators
from xport.signing.places import MODEL_SIGNATURE
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

OTHER = OtherPolicy(file="other.toml", sha256="0" * 64)
_DER = b"a public key, as far as a bundle knows"
PUBLISHER = Publisher(
    name="Radiology, Example Hospital",
    fingerprint=digests.of_bytes(_DER),
    pem=f"-----BEGIN PUBLIC KEY-----\n{b64encode(_DER).decode()}\n-----END PUBLIC KEY-----\n",
)
DOCUMENTS = {"report.html": b"<p>NOT FOR MEDICAL USE</p>"}
DEFAULTS = Path(__file__).parents[3] / "reference" / "defaults"


def sources(mini_run: MiniRun) -> RunSources:
    """What a bundle takes from the miniature run beside its evidence."""
    run = RunFolder(mini_run.folder)
    prepared = load_prepared(run.plan(), run.prepared, run.images)
    return RunSources(run.probes, run.recordings, run.images, prepared)


def page(mini_run: MiniRun) -> dict[str, Path]:
    """The files of the page that the miniature run's models need."""
    return app_files(operators=graph_operators(mini_run.evidence.plan))


def test_holds_the_bytes_that_ran_in_the_browser(mini_run: MiniRun) -> None:
    bundle = RunFolder(mini_run.folder).bundle_path
    manifest = verify_bundle(bundle)
    assert manifest.notice == NOTICE
    assert manifest.verdict is Status.PASSED
    plan = mini_run.evidence.plan
    shipped = {leg.name for leg in plan.legs if leg.artifact == plan.shipped_artifact}
    ran = [r for r in mini_run.evidence.recordings if r.leg in shipped]
    assert {recording.leg for recording in ran} == {"tfjs/webgl", "tfjs/wasm", "tfjs/cpu"}
    for recording in ran:
        assert recording.environment is not None
        web = recording.environment.web
        assert web is not None
        model = manifest.models[recording.model]
        for name, digest in web.model_files.items():
            own = name.removeprefix(f"{recording.model}/")
            place = model.files[own].path or model.path + own
            assert digests.of_file(bundle / place) == digest
        assert digests.of_file(bundle / "engine.js") == web.files["engine.js"]
        assert "engine.kernels.js" not in web.files
    # engine.js has all kernels that these models need, so no others ran and none ship.
    assert not (bundle / "engine.kernels.js").exists()


def test_an_explanation_shares_its_classifiers_kernels(run_copy: Path) -> None:
    bundle = RunFolder(run_copy).bundle_path
    models = verify_bundle(bundle).models
    shared = [entry.path for entry in models["explanation"].files.values() if entry.path]
    assert shared
    assert all(path.startswith("models/classifier/") for path in shared)
    (bundle / shared[0]).rename(bundle / "moved")
    with pytest.raises(IntegrityError, match=shared[0]):
        verify_bundle(bundle)


def test_carries_the_definition_of_preprocessing_by_its_digest(mini_run: MiniRun) -> None:
    bundle = RunFolder(mini_run.folder).bundle_path
    models = verify_bundle(bundle).models
    for planned in mini_run.evidence.plan.models:
        entry = models[planned.id].preprocess
        assert entry is not None
        assert planned.preprocess is not None
        data = (bundle / entry.path).read_bytes()
        assert data == planned.preprocess.document()
        assert digests.of_bytes(data) == entry.sha256 == planned.preprocess_digest
    plan = (mini_run.folder / "plan.json").read_text()
    assert plan.count(models["autoencoder"].preprocess.sha256) == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"size": 32}, "yields an input of shape"),
        ({"schema_version": 2}, "schema_version"),
        ({"resampler": "nearest"}, "resampler"),
        ({"speed": 1}, "speed"),
        ({}, "not in canonical form"),
    ],
)
def test_a_definition_that_does_not_fit_is_refused_even_if_it_is_listed(
    run_copy: Path, definition: dict[str, object], words: str
) -> None:
    bundle = run_copy / "bundle"
    manifest = verify_bundle(bundle)
    entry = manifest.models["classifier"].preprocess
    assert entry is not None
    changed = json.loads((bundle / entry.path).read_text()) | definition
    data = json.dumps(changed, indent=None if definition else 1, sort_keys=True).encode()
    if definition == {"size": 32}:
        data = Preprocess.model_validate_json(data).document()
    (bundle / entry.path).write_bytes(data)
    listed = entry.model_copy(update={"sha256": digests.of_bytes(data), "bytes": len(data)})
    model = manifest.models["classifier"].model_copy(update={"preprocess": listed})
    models = {**manifest.models, "classifier": model}
    manifest.model_copy(update={"models": models}).write(bundle / "manifest.json")
    with pytest.raises(IntegrityError, match=f"{entry.path}.*{words}"):
        verify_bundle(bundle)


def test_carries_evidence_report_and_the_untrained_note(mini_run: MiniRun) -> None:
    bundle = RunFolder(mini_run.folder).bundle_path
    evidence = (mini_run.folder / "evidence.json").read_bytes()
    assert (bundle / "evidence.json").read_bytes() == evidence
    assert "NOT FOR MEDICAL USE" in (bundle / "report.html").read_text()
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert {m["weights"] for m in manifest["models"].values()} == {
        "untrained demonstration weights"
    }


def test_shows_no_image_that_a_user_brought(mini_run: MiniRun) -> None:
    evidence = mini_run.evidence
    shown = evidence.pictures[0]
    brought = shown.model_copy(update={"probe": "image-patient.png"})
    effect = evidence.preprocessing[0].model_copy(update={"pictures": (shown, brought)})
    update = {"pictures": (brought, shown), "preprocessing": (effect,)}
    published = evidence.model_copy(update=update).published()
    assert published.pictures == (shown,)
    assert published.preprocessing[0].pictures == (shown,)


def test_says_what_made_it_and_what_explains_what(mini_run: MiniRun) -> None:
    manifest = verify_bundle(RunFolder(mini_run.folder).bundle_path)
    explains = {name: model.explains for name, model in manifest.models.items()}
    assert explains == {"classifier": None, "autoencoder": None, "explanation": "classifier"}
    assert {"xport", "torch", "onnx", "tfjs", "chromium"} <= manifest.tools.keys()
    assert all(manifest.tools.values())


def test_examples_are_images_of_the_run_and_their_inputs_those_that_it_recorded(
    mini_run: MiniRun,
) -> None:
    run = RunFolder(mini_run.folder)
    manifest, plan = verify_bundle(run.bundle_path), run.plan()
    assert [example.title for example in manifest.examples] == [
        "Phantom: a drawn chest, no person",
        "Phantom: a drawn chest with mass and effusion, no person",
    ]
    pictures = read_self_test(run.bundle_path, manifest).pictures
    assert [picture.path for picture in pictures] == [e.path for e in manifest.examples]
    for picture in pictures:
        image = decode((run.bundle_path / picture.path).read_bytes(), picture.path)
        assert picture.digest_by_model.keys() == {"classifier", "autoencoder"}
        for model, digest in picture.digest_by_model.items():
            rule = plan.model(model).preprocess
            assert rule is not None
            assert digests.of_array(rule.apply(image)) == digest


@pytest.mark.parametrize("threshold", [-1.0, 1.0])
def test_examples_are_those_that_the_gate_accepts(
    mini_run: MiniRun, tmp_path: Path, threshold: float
) -> None:
    manifest = build_bundle(
        gated(mini_run, threshold),
        sources(mini_run),
        page(mini_run),
        DOCUMENTS,
        tmp_path / "bundle",
    )
    assert len(manifest.examples) == (2 if threshold < 0 else 0)


def test_the_default_gates_accept_the_examples() -> None:
    """By the default autoencoders in PyTorch, so that a release with either has examples."""
    for name in ("ali", "l2"):
        folder = DEFAULTS / name
        arguments = json.loads((folder / "card.json").read_text())["weights"]["arguments"]
        network = autoencoder(**arguments)
        load_checkpoint(network, folder / "model.safetensors")
        network.eval()
        gate = Gate.read(folder / "gate.json")
        assert gate.score == "ssim"
        for image in example_files(2):
            array = AUTOENCODER.apply(decode(image.content, image.name))
            with torch.no_grad():
                reconstruction, *_ = network(torch.from_numpy(array))
            assert gate.accepts(ssim(array[0, 0], reconstruction.numpy()[0, 0]))


@pytest.mark.parametrize(("status", "code"), [(Status.FAILED, 1), (Status.NOT_RUN, 3)])
def test_is_not_made_without_passed(
    mini_run: MiniRun, tmp_path: Path, status: Status, code: int
) -> None:
    verdict = mini_run.evidence.verdict.model_copy(update={"status": status})
    evidence = mini_run.evidence.model_copy(update={"verdict": verdict})
    with pytest.raises(NotPassed, match="only PASSED is bundled") as refused:
        build_bundle(evidence, sources(mini_run), page(mini_run), DOCUMENTS, tmp_path / "bundle")
    assert refused.value.exit_code == code
    assert list(tmp_path.iterdir()) == []


def test_is_made_of_a_weak_verdict_only_where_that_is_allowed(mini_run: MiniRun) -> None:
    verdict = mini_run.evidence.verdict.model_copy(update={"status": Status.WEAK_PASSED})
    evidence = mini_run.evidence.model_copy(update={"verdict": verdict})
    with pytest.raises(NotPassed, match="WEAK_PASSED, only PASSED") as refused:
        require_passed(evidence, allow_weak=False)
    assert refused.value.exit_code == 2
    assert "--allow-weak" in refused.value.remedy
    require_passed(evidence, allow_weak=True)


def test_says_what_differs_and_does_not_decide(
    mini_run: MiniRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "ADVISORY: classifier/onnx probabilities: max |Δ| 0.001 from torch (known)"
    notes = (Note(kind="advisory", text=text),)
    verdict = mini_run.evidence.verdict.model_copy(update={"notes": notes})
    evidence = mini_run.evidence.model_copy(update={"verdict": verdict})
    bundle = tmp_path / "bundle"
    monkeypatch.setattr(build, "verify_bundle", lambda _: None)  # the sentence is invented
    manifest = build_bundle(evidence, sources(mini_run), page(mini_run), DOCUMENTS, bundle)
    assert manifest.notes == notes
    with pytest.raises(IntegrityError, match="the verdict's notes are not what"):
        verify_bundle(bundle)
    silent = manifest.model_copy(update={"notes": ()})
    found = list(evidence_findings(silent, Evidence.read(bundle / "evidence.json")))
    assert "what is said beside the verdict is not that of the evidence" in found


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda b: (b / "engine.js").write_text("//"), "engine.js is changed"),
        (lambda b: (b / "models/classifier/model.json").unlink(), "model.json is missing"),
        (
            lambda b: (b / "models/classifier/preprocess.json").unlink(),
            "preprocess.json is missing",
        ),
        (lambda b: (b / "models/autoencoder/preprocess.json").write_text("{}"), "is changed"),
        (lambda b: (b / "extra.js").write_text("//"), "extra.js is extra"),
        (lambda b: (b / "site.json").write_text("{}"), "json is extra: it is a site's config"),
    ],
)
def test_is_refused_when(
    damage: object, words: str, run_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = run_copy / "bundle"
    damage(bundle)  # type: ignore[operator]
    with pytest.raises(IntegrityError, match=words):
        verify_bundle(bundle)
    for command in ("verify", "serve"):
        with pytest.raises(SystemExit, match=r"^3$"):
            main([command, str(bundle)])
        assert words in capsys.readouterr().err


MANIFEST_LIES: dict[str, tuple[str, ...]] = {
    "verdict": ("verdict",),
    "notice": ("notice",),
    "version": ("version",),
    "classifier: labels": ("models", "classifier", "labels"),
    "classifier: title": ("models", "classifier", "title"),
    "autoencoder: weights": ("models", "autoencoder", "weights"),
}


@pytest.mark.parametrize(("words", "keys"), MANIFEST_LIES.items(), ids=MANIFEST_LIES)
def test_a_manifest_that_says_other_things_than_the_evidence_is_refused(
    words: str, keys: tuple[str, ...], mini_run: MiniRun
) -> None:
    bundle = RunFolder(mini_run.folder).bundle_path
    said = json.loads((bundle / "manifest.json").read_text())
    assert list(evidence_findings(Manifest.model_validate(said), mini_run.evidence)) == []
    part = said
    for key in keys[:-1]:
        part = part[key]
    old = part[keys[-1]]
    part[keys[-1]] = (
        "FAILED" if words == "verdict" else old[::-1] if isinstance(old, list) else f"{old}!"
    )
    found = list(evidence_findings(Manifest.model_validate(said), mini_run.evidence))
    assert len(found) == 1
    assert found[0].endswith(f"{words} is not that of the evidence")


@pytest.mark.parametrize("name", ["a model's shard", "engine.js"])
def test_a_changed_file_whose_manifest_agrees_is_refused_by_the_evidence(
    name: str, run_copy: Path
) -> None:
    bundle = run_copy / "bundle"
    path = next(bundle.glob("models/classifier/*.bin" if " " in name else f"**/{name}"))
    before, data = path.read_bytes(), bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    manifest = (bundle / "manifest.json").read_text()
    told = manifest.replace(*(hashlib.sha256(one).hexdigest() for one in (before, data)))
    assert told != manifest
    (bundle / "manifest.json").write_text(told)
    with pytest.raises(IntegrityError, match=r"evidence|was verified"):
        verify_bundle(bundle)


def test_a_link_in_the_place_of_a_file_is_refused(run_copy: Path, tmp_path: Path) -> None:
    script = run_copy / "bundle" / "app.js"
    script.replace(tmp_path / "app.js")
    script.symlink_to(tmp_path / "app.js")
    with pytest.raises(IntegrityError, match="a link stands for a file"):
        verify_bundle(run_copy / "bundle")


def test_verifying_one_says_which_it_is(mini_run: MiniRun, xport: Xport) -> None:
    bundle = RunFolder(mini_run.folder).bundle_path
    told = json.loads(xport("verify", bundle, "--json").stdout)
    manifest = (bundle / "manifest.json").read_bytes()
    assert told["manifest_sha256"] == hashlib.sha256(manifest).hexdigest()
    assert (told["verdict"], told["notice"]) == ("PASSED", "NOT FOR MEDICAL USE")
    assert told["files"] == sum(path.is_file() for path in bundle.rglob("*")) - 1
    done = xport("verify", bundle)
    assert done.returncode == 0
    assert told["manifest_sha256"] in done.stdout
    assert "NOT FOR MEDICAL USE" in done.stdout


def test_is_not_made_from_a_model_that_changed_since(mini_run: MiniRun, tmp_path: Path) -> None:
    plan = mini_run.evidence.plan
    model = plan.model("classifier")
    planned = model.artifacts["tfjs"]
    moved = Path(shutil.copytree(planned.path, tmp_path / "tfjs"))
    shard = next(moved.glob("*.bin"))
    shard.write_bytes(shard.read_bytes()[:-1] + b"\x00\x01"[:1])
    other = planned.model_copy(update={"path": moved})
    artifacts = {**model.artifacts, "tfjs": other}
    models = (model.model_copy(update={"artifacts": artifacts}),)
    evidence = mini_run.evidence.model_copy(
        update={"plan": plan.model_copy(update={"models": models})}
    )
    with pytest.raises(IntegrityError, match="not the file that was verified"):
        build_bundle(
            evidence, sources(mini_run), page(mini_run), DOCUMENTS, tmp_path / "out" / "bundle"
        )
    assert list((tmp_path / "out").iterdir()) == []


def test_is_not_made_with_another_engine_than_the_verified_one(
    mini_run: MiniRun, tmp_path: Path
) -> None:
    files = page(mini_run)
    files["engine.js"] = tmp_path / "engine.js"
    files["engine.js"].write_text("// another")
    with pytest.raises(IntegrityError, match=r"engine\.js is not the file that was verified"):
        build_bundle(mini_run.evidence, sources(mini_run), files, DOCUMENTS, tmp_path / "bundle")


@pytest.mark.parametrize("name", ["engine.js", "engine.kernels.js"])
def test_is_made_with_all_scripts_that_computed_and_no_others(
    mini_run: MiniRun, tmp_path: Path, name: str
) -> None:
    files = page(mini_run)
    if name in files:
        del files[name]
    else:
        files[name] = app_files()[name]
    with pytest.raises(IntegrityError, match=rf"{name} is not the file that was verified"):
        build_bundle(mini_run.evidence, sources(mini_run), files, DOCUMENTS, tmp_path / "bundle")


def test_does_not_replace_a_folder_that_is_no_bundle(mini_run: MiniRun, tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "thesis.txt").write_text("ten years of work")
    with pytest.raises(InputError, match="not a bundle"):
        build_bundle(
            mini_run.evidence, sources(mini_run), page(mini_run), DOCUMENTS, tmp_path / "bundle"
        )
    assert (tmp_path / "bundle" / "thesis.txt").read_text() == "ten years of work"


def test_is_replaced_whole_by_the_next_one(run_copy: Path) -> None:
    before = (run_copy / "bundle" / "manifest.json").read_bytes()
    commands.bundle(run_copy)
    assert (run_copy / "bundle" / "manifest.json").read_bytes() == before
    assert not list(run_copy.glob(".bundle*"))
    assert issubclass(type(verify_bundle(run_copy / "bundle")), Document)
    signature = run_copy / "bundle" / MODEL_SIGNATURE
    signature.parent.mkdir()
    signature.write_text("{}")
    listed = digests.of_folder(run_copy)
    for step in (commands.bundle, commands.judge, commands.record):
        with pytest.raises(InputError, match="is signed, and what would take its place is not"):
            step(run_copy)
    assert digests.of_folder(run_copy) == listed


@pytest.mark.parametrize("policy", ["the release's own", "a softer one"])
def test_is_not_made_of_a_verdict_under_another_policy(
    run_copy: Path, mini_run: MiniRun, tmp_path: Path, policy: str
) -> None:
    run = RunFolder(run_copy)
    own = run.plan().policy
    soft = own if policy == "the release's own" else own.model_copy(update={"min_probes": 1})
    evidence, judgement = commands.judge_under(run_copy, soft, OTHER)
    assert evidence.verdict.status is (Status.PASSED if soft == own else Status.WEAK_PASSED)
    with pytest.raises(IntegrityError, match=r"under another policy, other\.toml"):
        build_bundle(evidence, sources(mini_run), page(mini_run), DOCUMENTS, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()
    shutil.copyfile(judgement.evidence_path, run.evidence_path)
    with pytest.raises(IntegrityError, match=r"under another policy, other\.toml"):
        commands.bundle(run_copy)


def test_with_evidence_under_another_policy_is_refused(mini_run: MiniRun) -> None:
    bundle = mini_run.folder / "bundle"
    evidence = Evidence.read(bundle / "evidence.json").model_copy(update={"other_policy": OTHER})
    found = list(evidence_findings(Manifest.read(bundle / "manifest.json"), evidence))
    assert "the policy is not that of the evidence" in found


def test_is_not_made_of_edited_evidence(run_copy: Path) -> None:
    run = RunFolder(run_copy)
    run.recordings.path("classifier", "onnx").unlink()
    assert commands.judge(run_copy).verdict.status is Status.NOT_RUN
    evidence = run.evidence_path.read_text().replace('"NOT_RUN"', '"PASSED"')
    run.evidence_path.write_text(evidence)
    with pytest.raises(IntegrityError, match="not what the recordings yield"):
        commands.bundle(run_copy)


def soften(plan: dict[str, Any]) -> None:
    for tolerance in plan["policy"]["tolerances"]:
        tolerance["max_abs"] = 1.0


def drop_a_leg(plan: dict[str, Any]) -> None:
    plan["models"][0]["legs"].remove("tfjs/webgl")


def drop_a_model(plan: dict[str, Any]) -> None:
    del plan["models"][0]


EDITS: dict[str, Callable[[dict[str, Any]], None]] = {
    "tolerances": soften,
    "acceptance_criteria": lambda plan: plan["policy"].update(acceptance_criteria=[]),
    "min_probes of the policy": lambda plan: plan["policy"].update(min_probes=1),
    "mantissa bits": lambda plan: plan["policy"].update(mantissa_bits=10),
    "legs": drop_a_leg,
    "models": drop_a_model,
    "counterparts": lambda plan: [leg.update(counterpart=None) for leg in plan["legs"]],
    "shipped_artifact": lambda plan: plan.update(shipped_artifact="tfjs-tf"),
    "wasm threads": lambda plan: plan.update(wasm_threads=2),
    "kind": lambda plan: plan["models"][0].update(kind="other"),
    "labels": lambda plan: plan["models"][0]["labels"].reverse(),
    "trained": lambda plan: plan["models"][0].update(trained=True),
}


def edited(run: RunFolder, edit: Callable[[dict[str, Any]], None]) -> Plan:
    """A run's plan after an edit."""
    plan = json.loads(run.plan_path.read_text())
    edit(plan)
    return Plan.model_validate(plan)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_plan_is_not_what_was_recorded(
    bench: Bench, edit: Callable[[dict[str, Any]], None]
) -> None:
    plan = edited(RunFolder(bench.run.folder), edit)

    def spoil(held: Held) -> None:
        held.plan, held.planned = plan, plan.digest()

    verdict = bench.verdict(spoil)
    assert not verdict.status.all_passed
    assert any("belongs to another conversion" in one for one in verdict.findings)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_is_not_made_under_an_edited_plan(
    run_copy: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    run = RunFolder(run_copy)
    Plan.write(edited(run, edit), run.plan_path)
    with pytest.raises(IntegrityError, match="not what the recordings yield"):
        commands.bundle(run_copy)  # the evidence is still the old one


def test_is_not_made_of_an_edited_plan_that_is_judged_again(run_copy: Path) -> None:
    run = RunFolder(run_copy)
    Plan.write(edited(run, soften), run.plan_path)
    assert not commands.judge(run_copy).verdict.status.all_passed
    with pytest.raises(NotPassed):
        commands.bundle(run_copy)
    assert not (run_copy / "bundle").exists()


def test_does_not_depend_on_where_files_lie_or_what_making_them_took(run_copy: Path) -> None:
    run = RunFolder(run_copy)
    plan = json.loads(run.plan_path.read_text())
    plan["folder"] = "/elsewhere"
    plan["models"][0]["artifacts"]["onnx"]["cost"]["seconds"] = 1e6
    run.plan_path.write_text(json.dumps(plan))
    assert commands.judge(run_copy).verdict.status is Status.PASSED
    commands.bundle(run_copy)


def gated(mini_run: MiniRun, threshold: float) -> Evidence:
    """The miniature run's evidence with a gate at the autoencoder: SSIM of at least `threshold`."""
    plan = mini_run.evidence.plan
    scores = [threshold + 0.01 * i for i in range(-1, 9)]
    gate = fit_gate("ssim", 0.1, ("phantoms", scores), {}, plan.model("autoencoder").weights_sha256)
    assert gate.threshold == pytest.approx(threshold)
    models = tuple(
        model.model_copy(update={"gate": gate}) if model.kind == "autoencoder" else model
        for model in plan.models
    )
    return judged_for(mini_run.evidence, plan.model_copy(update={"models": models}))


def judged_for(evidence: Evidence, plan: Plan) -> Evidence:
    """The same recordings, as if they had been made for another plan."""
    made_for = {"plan_digest": plan.digest()}
    assert evidence.preparations is not None
    moved = evidence.model_copy(
        update={
            "plan": plan,
            "recordings": tuple(r.model_copy(update=made_for) for r in evidence.recordings),
            "sensitivity": tuple(s.model_copy(update=made_for) for s in evidence.sensitivity),
            "prepared": tuple(r.model_copy(update=made_for) for r in evidence.prepared),
            "preparations": evidence.preparations.model_copy(update=made_for),
        }
    )
    return moved.model_copy(update={"verdict": judge(case_of(moved))})


def test_operating_points_gate_and_the_publishers_key_travel_in_the_bundle(
    mini_run: MiniRun, tmp_path: Path
) -> None:
    evidence = gated(mini_run, 0.08)
    claimed = evidence.plan.model_copy(update={"publisher": PUBLISHER})
    evidence = judged_for(evidence, claimed)
    gate = evidence.plan.model("autoencoder").gate
    folder = tmp_path / "bundle"
    manifest = build_bundle(evidence, sources(mini_run), page(mini_run), DOCUMENTS, folder)
    entry = manifest.models["autoencoder"].gate
    assert entry is not None
    assert Gate.read(folder / entry.path) == gate
    assert manifest.models["classifier"].calibration is None
    assert (folder / "publisher.pub").read_text() == PUBLISHER.pem
    assert manifest.publisher is not None
    assert manifest.publisher.fingerprint == PUBLISHER.fingerprint
    assert manifest.files["publisher.pub"].sha256 == manifest.publisher.key.sha256
    assert verify_bundle(folder).publisher == manifest.publisher
    (folder / entry.path).write_text((folder / entry.path).read_text().replace("0.08", "0.8"))
    with pytest.raises(IntegrityError, match=r"gate\.json is changed"):
        verify_bundle(folder)


def test_says_everything_that_is_wrong_and_not_the_first_alone(run_copy: Path) -> None:
    bundle = run_copy / "bundle"
    (bundle / "icon.svg").unlink()
    (bundle / "icon.svg").symlink_to(bundle / "app.css")
    (bundle / "app.js").unlink()
    (bundle / "sw.js").write_text("//")
    (bundle / "more.js").write_text("//")
    with pytest.raises(IntegrityError) as refused:
        verify_bundle(bundle)
    said = str(refused.value)
    assert refused.value.what == "icon.svg: a link stands for a file of the bundle"
    assert "also: file app.js is missing" in said
    assert "also: file more.js is extra" in said
    assert "also: file sw.js is changed" in said


@pytest.mark.parametrize("name", [*required.PAGE, *required.LICENCES, "report.html", "_headers"])
def test_what_is_gone_from_disk_and_manifest_alike_is_missed(name: str, run_copy: Path) -> None:
    bundle = run_copy / "bundle"
    (bundle / name).unlink()
    manifest = Manifest.read(bundle / "manifest.json")
    files = {path: file for path, file in manifest.files.items() if path != name}
    manifest.model_copy(update={"files": files}).write(bundle / "manifest.json")
    with pytest.raises(IntegrityError, match=f"{re.escape(name)} is not listed"):
        verify_bundle(bundle)


def test_what_is_required_of_a_bundle_is_what_the_page_s_build_makes() -> None:
    assert {*required.PAGE, *required.LICENCES} <= app_files().keys()
    needless = {"engine.kernels.js", "engine.gradient.js"}
    needless |= {SCRIPT}  # the evidence asks for it, of bundles of today's rules
    # Words of other languages than English: without one's the page says so and goes on.
    needless |= {f"app.{language}.js" for language in ("ar", "de", "fr")}
    assert app_files().keys() - {*required.PAGE, *required.LICENCES} <= needless


@pytest.mark.parametrize("what", ["folder", "pipe", "link to a folder", "link to nothing"])
def test_nothing_lies_in_it_that_is_neither_file_nor_folder_with_files(
    what: str, run_copy: Path, tmp_path: Path
) -> None:
    place = run_copy / "bundle" / "models" / "odd"
    if what == "folder":
        place.mkdir()
    elif what == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(tmp_path if "folder" in what else tmp_path / "absent")
    with pytest.raises(IntegrityError, match=r"models/odd: (an empty|neither|a link)"):
        verify_bundle(run_copy / "bundle")


def test_ships_the_evidence_that_was_judged_and_not_the_one_on_disk(run_copy: Path) -> None:
    run = RunFolder(run_copy)
    before = (run.bundle_path / "evidence.json").read_bytes()
    evidence = run.evidence()
    softer = tuple(
        c.model_copy(update={"pooled": c.pooled.model_copy(update={"max_abs": 9.0})})
        for c in evidence.comparisons
    )
    unlisted = tuple(
        r.model_copy(update={"seconds": dict.fromkeys(r.seconds, 0.0)}) for r in evidence.recordings
    )
    evidence.model_copy(update={"comparisons": softer, "recordings": unlisted}).write(
        run.evidence_path
    )
    commands.bundle(run_copy)
    assert (run.bundle_path / "evidence.json").read_bytes() == before


@pytest.mark.parametrize(("expected", "code"), [("own", 0), ("0" * 64, 3), ("xyz", 2)])
def test_the_digest_that_is_expected_is_compared(
    expected: str, code: int, mini_run: MiniRun, xport: Xport
) -> None:
    bundle = RunFolder(mini_run.folder).bundle_path
    own = digests.of_file(bundle / "manifest.json")
    done = xport("verify", bundle, "--expect", own if expected == "own" else expected)
    assert done.returncode == code, done.stderr
    if code == 3:
        assert own in done.stderr
        assert expected in done.stderr
