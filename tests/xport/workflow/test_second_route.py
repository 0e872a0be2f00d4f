"""What TensorFlow's route cannot translate goes the direct route alone, and everything says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import torch
from torch import nn

from reports.release.summary import summary_lines
from tests import mini
from tests.conftest import MiniRun, Xport
from tests.xport.workflow.test_conversion import onnx_artifact
from xport.conversion.pipeline import run_stage
from xport.conversion.stages.tf_from_onnx import TfFromOnnx
from xport.conversion.store import Store
from xport.errors import ConversionError, InputError, PackageMissing
from xport.judgement.verdict import Status
from xport.plan.plan import Plan
from xport.plan.policy import OtherPolicy, Policy
from xport.release_file.file import read_release
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

SECOND = {"savedmodel", "tfjs-tf"}
REFUSAL = "onnx-tf does not know operator LeakyRelu (opset 17) of node '/1/LeakyRelu'"
ALONE = "so that the direct route goes alone"


def leaky() -> nn.Module:
    """What onnx-tf knows as it was before opset 16."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2), nn.LeakyReLU(), nn.Flatten(), nn.Linear(196, 3)
    )


def mobile() -> nn.Module:
    """What MobileNetV3 is made of."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2), nn.Hardswish(), nn.Flatten(), nn.Linear(196, 3)
    )


class Column(nn.Module):
    """Adds an axis; onnx-tf does not know the operator at any opset that is exported."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.unsqueeze(torch.relu(image), -1)


def seeded(module: nn.Module, inputs: Any, *, seed: int) -> None:
    """An initializer for modules without BatchNorm."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))


def content(
    factory: str = "leaky", shape: tuple[int, ...] = (1, 3), *, opset: int = 17, **changes: Any
) -> dict[str, Any]:
    """A release of one network without a table of routes; `changes` are of its model."""

    def spec(name: str, dims: tuple[int, ...]) -> dict[str, Any]:
        return {"name": name, "shape": list(dims), "dtype": "float32"}

    model = {
        "title": "Network",
        "kind": "other",
        "factory": f"tests.xport.workflow.test_second_route:{factory}",
        "opset": opset,
        "initializer": "tests.xport.workflow.test_second_route:seeded",
        "signature": {"inputs": [spec("image", (1, 3, 16, 16))], "outputs": [spec("y", shape)]},
    }
    tolerance = {
        "model": "net",
        "output": "y",
        "max_abs": 1e-4,
        "rationale": "rounding of small float32 layers",
    }
    whole = mini.release(
        models={"net": model | changes},
        explanations={},
        browser={"backends": ["cpu"], "timeout_seconds": 60},
        policy=mini.policy(tolerances=[tolerance], relative_tolerances=[], acceptance_criteria=[]),
    )
    return {key: value for key, value in whole.items() if key != "routes"}


def planned(release: dict[str, Any], folder: Path, store: Path) -> Plan:
    path = mini.write(release, folder / "release.toml")
    return commands.convert(path, folder / "run", cache_dir=store)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, store: Path) -> Path:
    """The run of a released network that onnx-tf refuses."""
    folder = tmp_path_factory.mktemp("alone")
    path = mini.write(content(), folder / "release.toml")
    commands.release(path, folder / "run", cache_dir=store)
    return folder / "run"


def test_the_direct_route_goes_on_alone_and_the_plan_says_why(alone: Path) -> None:
    evidence = RunFolder(alone).evidence()
    assert evidence.verdict.status is Status.PASSED, evidence.verdict.findings
    (missing,) = evidence.plan.missing_routes
    assert (missing.model, missing.route, missing.stage) == ("net", "tensorflow", "tf_from_onnx")
    assert missing.reason == REFUSAL
    (model,) = evidence.plan.models
    assert set(model.artifacts) == {"torch", "onnx", "tfjs"}
    assert {leg.artifact for leg in evidence.plan.legs}.isdisjoint(SECOND)
    assert all(leg.counterpart is None for leg in evidence.plan.legs)


def test_the_missing_route_counts_in_the_plans_digest(alone: Path) -> None:
    plan = RunFolder(alone).plan()
    assert plan.model_copy(update={"missing_routes": ()}).digest() != plan.digest()


def test_nothing_that_is_shown_calls_it_passed_and_no_more(alone: Path, xport: Xport) -> None:
    said = f"without a second route: net: {REFUSAL}"
    evidence = RunFolder(alone).evidence()
    first, second, *_ = summary_lines(evidence)
    assert first == "PASSED  Miniature (mini), without a second route"
    assert second == f"No second opinion: {said}"
    report = (alone / "report.html").read_text()
    assert "<title>PASSED without a second route: Miniature</title>" in report
    assert "No second opinion" in report
    assert "operator LeakyRelu (opset 17)" in report
    root = ElementTree.parse(alone / "junit.xml").getroot()
    (verdict,) = (case for case in root.iter("testcase") if case.get("name") == "verdict")
    assert verdict.findtext("system-out") == f"No second opinion: {said}"
    judged = json.loads(xport("judge", alone, "--json").stdout)
    assert judged["verdict"] == "PASSED"
    assert judged["notes"] == [{"kind": "no-second-route", "text": said}]
    assert [route["reason"] for route in judged["missing_routes"]] == [REFUSAL]


OTHER = OtherPolicy(file="other.toml", sha256="0" * 64)


def test_a_policy_can_demand_the_second_route_later(alone: Path) -> None:
    evidence = RunFolder(alone).evidence()
    policy = Policy.model_validate(
        evidence.plan.policy.model_dump() | {"require_second_route": True}
    )
    judged, _ = commands.judge_under(alone, policy, OTHER)
    assert judged.verdict.status is Status.NOT_RUN
    assert judged.verdict.findings == (
        f"NOT_RUN: net/second route: there is no second route: {REFUSAL}",
    )


def test_two_routes_that_were_made_meet_that_demand(run_copy: Path, mini_run: MiniRun) -> None:
    plan = mini_run.evidence.plan
    assert plan.missing_routes == ()
    assert "second route" not in summary_lines(mini_run.evidence)[0]
    policy = plan.policy.model_copy(update={"require_second_route": True})
    verdict = commands.judge_under(run_copy, policy, OTHER)[0].verdict
    assert verdict.status is Status.PASSED, verdict.findings
    checks = [check for check in verdict.checks if check.name == "second route"]
    assert [check.model for check in checks] == ["classifier", "autoencoder"]
    assert all("tfjs-tf/wasm" in check.message for check in checks)


def test_a_route_that_was_chosen_alone_is_not_missing_but_no_second_one(
    mini_run: MiniRun,
) -> None:
    plan = mini_run.evidence.plan
    without = [leg.model_copy(update={"counterpart": None}) for leg in plan.legs]
    from xport.judgement.judge import _second_route

    required = plan.policy.model_copy(update={"require_second_route": True})
    chosen = plan.model_copy(update={"legs": tuple(without), "policy": required})
    checks = [check for model in chosen.models for check in _second_route(chosen, model)]
    assert [check.status for check in checks] == [Status.NOT_RUN] * 2


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"routes": {"direct": {}, "tensorflow": {}}}, f"leave out [routes.tensorflow], {ALONE}"),
        pytest.param(
            {"routes": {"tensorflow": {}}},
            f"name [routes.direct] in the place of [routes.tensorflow], {ALONE}",
            marks=pytest.mark.long,
        ),
        pytest.param(
            {"required": True},
            f"leave out policy.require_second_route, {ALONE}",
            marks=pytest.mark.long,
        ),
        pytest.param(
            {"acceptance_criteria": ["tfjs-tf/cpu"]},
            f"leave out policy.acceptance_criteria of 'a criterion', {ALONE}",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_route_that_was_asked_for_and_refused_is_an_error_with_a_true_remedy(
    changes: dict[str, Any], remedy: str, tmp_path: Path, store: Path
) -> None:
    release = content()
    release |= {key: value for key, value in changes.items() if key == "routes"}
    release["policy"]["require_second_route"] = "required" in changes
    if "acceptance_criteria" in changes:
        criterion = {
            "name": "a criterion",
            "model": "net",
            "output": "y",
            "legs": changes["acceptance_criteria"],
        }
        criterion |= {"max_abs": 1e-3, "probes": 1, "rationale": "asked for by name"}
        release["policy"]["acceptance_criteria"] = [criterion]
    with pytest.raises(ConversionError) as caught:
        planned(release, tmp_path, store)
    assert caught.value.exit_code == 3
    assert caught.value.what == REFUSAL
    assert caught.value.where == "models.net: tf_from_onnx"
    lower = "write the model with opset = 15, in operators that onnx-tf knows"
    assert caught.value.remedy == f"{lower}, or {remedy}"


@pytest.mark.long
def test_the_lower_opset_that_is_advised_helps(tmp_path: Path, store: Path) -> None:
    release = content(opset=15) | {"routes": {"direct": {}, "tensorflow": {}}}
    plan = planned(release, tmp_path, store)
    assert plan.missing_routes == ()
    assert set(plan.models[0].artifacts) >= SECOND


@pytest.mark.long
def test_what_onnx_tf_knows_since_its_first_version_or_a_later_one_has_both_routes(
    tmp_path: Path, store: Path
) -> None:
    plan = planned(content("mobile", opset=15), tmp_path, store)
    assert plan.missing_routes == ()
    assert set(plan.models[0].artifacts) >= SECOND


@pytest.mark.long
def test_no_lower_opset_is_advised_where_none_would_help(tmp_path: Path, store: Path) -> None:
    release = content("Column", (1, 3, 16, 16, 1)) | {"routes": {"direct": {}, "tensorflow": {}}}
    with pytest.raises(ConversionError, match="operator Unsqueeze") as caught:
        planned(release, tmp_path, store)
    assert caught.value.remedy == f"leave out [routes.tensorflow], {ALONE}"


def test_what_onnx_tf_knows_and_cannot_translate_is_a_refusal_too(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="onnx-tf cannot translate the model: ") as caught:
        run_stage(TfFromOnnx(), onnx_artifact(tmp_path, "LRN"), Store(tmp_path / "store"))
    assert "\n" not in caught.value.what


def test_without_tensorflow_the_direct_route_goes_alone_and_says_which_package_lacks(
    tmp_path: Path, store: Path, no_toolchain: Path
) -> None:
    (missing,) = planned(content(), tmp_path, store).missing_routes
    assert missing.reason == "package tensorflow is not installed"
    named = content() | {"routes": {"direct": {}, "tensorflow": {}}}
    remedy = r"run `xport toolchain install tensorflow`, or .*, or leave out \[routes.tensorflow\]"
    with pytest.raises(PackageMissing, match=remedy) as caught:
        planned(named, tmp_path, store)
    assert caught.value.exit_code == 3


def test_a_second_route_cannot_be_required_and_left_out(tmp_path: Path) -> None:
    release = content() | {"routes": {"direct": {}}}
    release["policy"]["require_second_route"] = True
    path = mini.write(release, tmp_path / "release.toml")
    with pytest.raises(InputError, match=r"policy.require_second_route: routes.tensorflow is left"):
        read_release(path)


def test_a_plan_from_before_there_were_missing_routes_is_read(mini_run: MiniRun) -> None:
    document = json.loads((mini_run.folder / "plan.json").read_text())
    del document["missing_routes"]
    del document["policy"]["require_second_route"]
    plan = Plan.model_validate_json(json.dumps(document))
    assert plan.missing_routes == ()
    assert plan.policy.require_second_route is False
