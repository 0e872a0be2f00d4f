"""A release file is refused with the key that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reference.preprocess import CHESTXNET, Preprocess
from tests import mini
from xport.common import digests
from xport.errors import InputError
from xport.plan.policy import OtherPolicy
from xport.release_file.file import read_policy, read_release
from xport.release_file.model_pipelines import pipeline_for


def refuse(tmp_path: Path, content: dict[str, Any], match: str) -> None:
    path = mini.write(content, tmp_path / "release.toml")
    with pytest.raises(InputError, match=match) as error:
        read_release(path)
    assert error.value.exit_code == 2
    assert str(path) in str(error.value)


def test_names_an_unknown_key(tmp_path: Path) -> None:
    refuse(tmp_path, mini.release() | {"speed": 1}, "speed: Extra inputs are not permitted")
    models = {"classifier": mini.classifier(optset=15)}
    refuse(tmp_path, mini.release(models=models), r"models\.classifier\.optset")


def test_names_a_missing_key(tmp_path: Path) -> None:
    content = mini.release()
    del content["policy"]
    refuse(tmp_path, content, "policy: Field required")


def without_labels() -> dict[str, Any]:
    return {key: value for key, value in mini.classifier().items() if key != "labels"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"models": {"classifier": without_labels()}}, "models.classifier.labels: a classifier"),
        ({"models": {"classifier": mini.classifier(opset=3)}}, "models.classifier.opset: exporter"),
        ({"routes": {}}, "routes: name direct, tensorflow or both"),
        (
            {"routes": {"direct": {}, "shipped_route": "tensorflow"}},
            "routes.shipped_route: tensorflow is not",
        ),
        (
            {"explanations": {"why": mini.explanation(classifier="x")}},
            "explanations.why.classifier: x is not",
        ),
        ({"policy": mini.policy(require_renderer="(")}, "policy.require_renderer: not a regular"),
    ],
)
def test_messages_begin_with_the_whole_key(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    content = mini.release() | changes
    for why in set(content["explanations"]) & {"why"}:
        outputs = [t | {"model": why} for t in mini.policy()["tolerances"][4:]]
        maps = [one | {"model": why} for one in mini.policy()["relative_tolerances"]]
        tolerances = [*mini.policy()["tolerances"][:4], *outputs]
        content["policy"] = mini.policy(tolerances=tolerances, relative_tolerances=maps)
    path = mini.write(content, tmp_path / "release.toml")
    with pytest.raises(InputError) as caught:
        read_release(path)
    assert caught.value.what.startswith(words)
    assert "Value error" not in str(caught.value)


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        (mini.LABELS[:-1], "4 labels for 5 values of logits"),
        ([*mini.LABELS[:-1], ""], r"models\.classifier\.labels\.4"),
    ],
)
def test_names_a_missing_label(tmp_path: Path, labels: list[str], match: str) -> None:
    refuse(tmp_path, mini.release(models={"classifier": mini.classifier(labels=labels)}), match)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"opset": 12}, "opset: exporter 'torchscript' writes opsets 13 to 20, not 12"),
        ({"exporter": "dynamo", "opset": 15}, "'dynamo' writes opsets 18 to 24, not 15"),
        ({"exporter": "onnxscript"}, r"models\.classifier\.exporter.*'torchscript' or 'dynamo'"),
        ({"opset": "latest"}, r"models\.classifier\.opset"),
    ],
)
def test_exporter_and_opset_must_fit(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    refuse(tmp_path, mini.release(models={"classifier": mini.classifier(**changes)}), words)


@pytest.mark.parametrize(
    ("changes", "exporter", "opset"),
    [({}, "torchscript", 15), ({"exporter": "dynamo"}, "dynamo", 20), ({"opset": 17}, None, 17)],
)
def test_each_exporter_has_an_opset_of_its_own(
    tmp_path: Path, changes: dict[str, Any], exporter: str | None, opset: int
) -> None:
    content = mini.only_classifier(**changes) | {"routes": {"direct": {}}}
    release = read_release(mini.write(content, tmp_path / "release.toml"))
    steps = pipeline_for(release.models["classifier"], release.routes).steps
    stages = [step.stage for step in steps]
    (stage,) = [stage for stage in stages if stage.name == "onnx_from_torch"]
    assert stage.parameters() == {"exporter": exporter or "torchscript", "opset": opset}
    assert ("onnxscript" in stage.packages) == (exporter == "dynamo")


def test_the_dynamo_exporter_may_go_both_routes(tmp_path: Path) -> None:
    content = mini.only_classifier(exporter="dynamo", opset=18)
    release = read_release(mini.write(content, tmp_path / "release.toml"))
    assert release.routes.direct
    assert release.routes.tensorflow


def test_a_classifier_needs_labels(tmp_path: Path) -> None:
    model = mini.classifier()
    del model["labels"]
    refuse(tmp_path, mini.release(models={"classifier": model}), "a label for every output")


def test_a_tolerance_needs_a_reason(tmp_path: Path) -> None:
    policy = mini.policy()
    del policy["tolerances"][0]["rationale"]
    refuse(tmp_path, mini.release(policy=policy), r"policy\.tolerances\.0\.rationale")


def test_every_output_needs_a_tolerance(tmp_path: Path) -> None:
    policy = mini.policy()
    del policy["tolerances"][2]
    refuse(tmp_path, mini.release(policy=policy), r"none declared for autoencoder\.reconstruction")


def test_a_tolerance_must_name_an_output(tmp_path: Path) -> None:
    policy = mini.policy()
    policy["tolerances"].append(policy["tolerances"][0] | {"output": "heatmap"})
    refuse(tmp_path, mini.release(policy=policy), r"classifier\.heatmap is not an output")


def test_a_bar_must_name_a_leg_of_the_release(tmp_path: Path) -> None:
    browser = {"backends": ["wasm"]}
    refuse(tmp_path, mini.release(browser=browser), "tfjs/webgl is not a leg of this release")


@pytest.mark.parametrize(
    ("routes", "words"),
    [
        ({}, "name direct, tensorflow or both"),
        (
            {"shipped_route": "direct", "tensorflow": {}},
            "shipped_route: direct is not among the routes",
        ),
        ({"direct": {"weights": "int4"}}, r"routes\.direct\.weights"),
        ({"direct": {"backends": ["webgpu"]}}, r"routes\.direct\.backends"),
        ({"scenic": {}}, r"routes\.scenic"),
        ({"tensorflow": {}}, r"explanations\.explanation: needs the direct route"),
        ({"shipped_route": "tensorflow", "direct": {}, "tensorflow": {}}, "and that it ships"),
        ({"direct": {"backends": []}}, r"routes\.direct\.backends"),
        ({"direct": {"backends": ["wasm", "wasm"]}}, "names one twice"),
    ],
)
def test_routes_are_those_that_exist(tmp_path: Path, routes: dict[str, Any], words: str) -> None:
    policy = mini.policy(acceptance_criteria=[])
    refuse(tmp_path, mini.release(routes=routes, policy=policy), words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classifier": "autoencoder"}, "autoencoder is not a classifier of images here"),
        ({"classifier": "nobody"}, "nobody is not a classifier"),
        ({"logits": "scores"}, "classifier has no output scores"),
        ({"probes": 0}, r"explanations\.explanation\.probes"),
        ({"cam": [8]}, r"explanations\.explanation\.cam"),
        ({"probabilities": "logits"}, "logits and probabilities are the same output"),
    ],
)
def test_an_explanation_explains_a_classifier(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    explanations = {"explanation": mini.explanation(**changes)}
    policy = mini.policy()
    if "probabilities" in changes:
        del policy["tolerances"][4]
    if "logits" in changes:
        for tolerance in policy["tolerances"]:
            if (tolerance["model"], tolerance["output"]) == ("explanation", "logits"):
                tolerance["output"] = changes["logits"]
    refuse(tmp_path, mini.release(explanations=explanations, policy=policy), words)


def test_a_map_needs_a_relative_tolerance_or_a_tolerance(tmp_path: Path) -> None:
    policy = mini.policy()
    del policy["relative_tolerances"][0]
    refuse(tmp_path, mini.release(policy=policy), "none declared for explanation.gradient")


@pytest.mark.parametrize("shape", [[], [1, -3], [1, 0], [2**40], [2**20, 2**20]])
def test_shapes_are_of_bearable_size(tmp_path: Path, shape: list[int]) -> None:
    model = mini.classifier()
    model["signature"]["outputs"][0]["shape"] = shape
    release = mini.release(models={"classifier": model})
    refuse(tmp_path, release, r"models\.classifier\.signature\.outputs\.0.*shape")


@pytest.mark.parametrize(
    ("preprocess", "words"),
    [
        ({"low": 1.0, "high": 1.0}, "low"),
        ({"size": 0}, r"preprocess.*size"),
        ({"size": "64"}, r"preprocess.*size"),
        ({"sharpness": 2}, r"preprocess.*sharpness"),
        ({"resampler": "nearest"}, r"preprocess.*resampler.*'lanczos'"),
        ({"preset": "chexnet"}, r"preprocess.*'chexnet' is no preset, there are chestxnet, xrv"),
        ({"preset": 7}, r"preprocess.*7 is no preset"),
        ({"preset": "xrv", "schema_version": 2}, r"preprocess.*schema_version"),
    ],
)
def test_preprocessing_must_make_sense(
    tmp_path: Path, preprocess: dict[str, Any], words: str
) -> None:
    model = mini.classifier(preprocess={"size": 64, "channels": 3} | preprocess)
    refuse(tmp_path, mini.release(models={"classifier": model}), words)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("chestxnet", CHESTXNET),
        ({"preset": "chestxnet"}, CHESTXNET),
        ({"size": 224, "channels": 3}, CHESTXNET),
        ({"preset": "xrv", "channels": 3, "low": 0}, {"channels": 3, "low": 0.0, "high": 1024.0}),
        ({"preset": "chestxnet", "resampler": "lanczos"}, {"resampler": "lanczos"}),
        ({"preset": "chestxnet", "forbid": ["lut-descriptor"]}, {"forbid": ("lut-descriptor",)}),
    ],
)
def test_preprocessing_is_a_preset_or_keys_over_one(
    tmp_path: Path, declared: Any, expected: Preprocess | dict[str, Any]
) -> None:
    model = mini.classifier(preprocess=declared)
    model["signature"]["inputs"][0]["shape"] = [1, 3, 224, 224]
    release = mini.only_classifier() | {"models": {"classifier": model}}
    found = read_release(mini.write(release, tmp_path / "r.toml")).models["classifier"].preprocess
    assert found is not None
    if isinstance(expected, Preprocess):
        assert found == expected
    else:
        assert expected.items() <= found.model_dump().items()


def test_an_unknown_preset_is_named(tmp_path: Path) -> None:
    model = mini.classifier(preprocess="resnet")
    refuse(tmp_path, mini.release(models={"classifier": model}), "'resnet' is no preset")


@pytest.mark.parametrize("seconds", [0, -1, 1e300])
def test_time_limits_are_bounded(tmp_path: Path, seconds: float) -> None:
    browser = mini.release()["browser"] | {"timeout_seconds": seconds}
    refuse(tmp_path, mini.release(browser=browser), r"browser\.timeout_seconds")


def test_labels_must_differ(tmp_path: Path) -> None:
    labels = [mini.LABELS[1], *mini.LABELS[1:]]
    refuse(tmp_path, mini.release(models={"classifier": mini.classifier(labels=labels)}), "same")


def test_weights_come_from_exactly_one_place(tmp_path: Path) -> None:
    both = mini.classifier(checkpoint="weights.pt")
    refuse(
        tmp_path,
        mini.release(models={"classifier": both}),
        "give one of checkpoint, initializer and",
    )


def test_preprocessing_must_fit_the_input(tmp_path: Path) -> None:
    model = mini.classifier(preprocess={"size": 32, "channels": 3})
    refuse(tmp_path, mini.release(models={"classifier": model}), r"\(1, 3, 32, 32\)")


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b""])
def test_refuses_what_is_not_toml_or_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "release.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"release\.toml"):
        read_release(path)


@pytest.mark.parametrize("key", ["checkpoint", "calibration", "gate", "factory"])
def test_refuses_a_path_with_nul(tmp_path: Path, key: str) -> None:
    refuse(tmp_path, mini.only_classifier(**{key: "a\0b"}), r"'a\\x00b' holds a NUL character")


def test_a_policy_can_be_read_from_any_file_that_has_one(tmp_path: Path) -> None:
    path = mini.write(
        {"schema_version": 2, "policy": mini.policy(), "other": {"x": 1}}, tmp_path / "p.toml"
    )
    policy, origin = read_policy(path)
    assert policy.min_probes == 6
    assert origin == OtherPolicy(file="p.toml", sha256=digests.of_file(path))
    with pytest.raises(InputError, match="policy: Field required"):
        read_policy(mini.write({"schema_version": 2, "other": {"x": 1}}, tmp_path / "q.toml"))


def test_a_publisher_has_a_name_and_a_key_beside_the_file(tmp_path: Path) -> None:
    own = {"name": "Radiology, Example Hospital", "key": "release.pub"}
    read = read_release(mini.write(mini.release() | {"publisher": own}, tmp_path / "release.toml"))
    assert read.publisher is not None
    assert read.publisher.key == tmp_path / "release.pub"
    nobody = read_release(mini.write(mini.release(), tmp_path / "release.toml"))
    assert nobody.publisher is None
    assert nobody.digest() != read.digest()
    for key in own:
        less = {"publisher": {name: value for name, value in own.items() if name != key}}
        refuse(tmp_path, mini.release() | less, f"publisher.{key}: Field required")
    unseen = {"publisher": own | {"name": "a\nb"}}
    refuse(tmp_path, mini.release() | unseen, "publisher.name: holds characters that cannot")
