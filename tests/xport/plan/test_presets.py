"""Presets: policies by name, what is written beside them, and evidence that names them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests import mini
from xport.common import digests
from xport.errors import InputError
from xport.formats.artifact import Signature, TensorSpec
from xport.library.release_text import Begun, release_text
from xport.plan import floor, presets
from xport.plan.policy import Policy, Preset
from xport.plan.rounding import Rounding
from xport.release_file.file import ReleaseFile, read_policy, read_release

NAMES = ["mobile-float16", "quantised", "strict-float32"]


def read(tmp_path: Path, **policy: Any) -> ReleaseFile:
    """The miniature release under a policy."""
    return read_release(mini.write(mini.release(policy=policy), tmp_path / "release.toml"))


def test_there_are_three() -> None:
    assert presets.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_gives_its_reasons_in_sentences(name: str) -> None:
    policy, origin = read_policy(Path(name))
    assert origin.file == f"{name}.toml"
    assert origin.sha256 == digests.of_bytes(presets.content_of(name))
    asked = floor.shortfalls(policy, ["webgl", "wasm"], images=True)
    assert [*asked] == []
    assert policy.every_output is not None
    assert policy.every_map is not None


def test_a_preset_holds_every_output_and_map_of_a_release_that_names_none(tmp_path: Path) -> None:
    policy = read(tmp_path, preset="strict-float32", min_images=8).policy
    assert {(one.model, one.output) for one in policy.tolerances} == {
        ("classifier", "logits"),
        ("classifier", "probabilities"),
        ("autoencoder", "reconstruction"),
        ("autoencoder", "latent"),
        ("explanation", "logits"),
        ("explanation", "probabilities"),
    }
    assert {one.max_abs for one in policy.tolerances} == {1e-5}
    maps = {(one.model, one.output) for one in policy.relative_tolerances}
    assert maps == {("explanation", output) for output in ("gradient", "saliency", "cam")}


def test_what_is_written_beside_overrides_and_is_named(tmp_path: Path) -> None:
    own = {"model": "classifier", "output": "logits", "max_abs": 1e-3}
    own |= {"rationale": "logits are ten times as large as probabilities"}
    policy = read(tmp_path, preset="strict-float32", min_probes=7, tolerances=[own]).policy
    content = presets.content_of("strict-float32")
    assert policy.preset == Preset(
        name="strict-float32",
        sha256=digests.of_bytes(content),
        overrides=("min_probes", "tolerances"),
    )
    assert policy.min_probes == 7
    assert policy.require_determinism
    found = {(one.model, one.output): one.max_abs for one in policy.tolerances}
    assert found["classifier", "logits"] == 1e-3
    assert found["classifier", "probabilities"] == 1e-5
    written = Policy.model_validate_json(policy.model_dump_json())
    assert written == policy


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("strict", r"release\.toml: policy\.preset: none is called 'strict'; there are mobile-"),
        ("../plan", "none is called"),
        ({"name": "quantised", "sha256": "0" * 64}, "policy.preset: is no name"),
    ],
)
def test_what_is_no_preset_is_refused(tmp_path: Path, name: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, preset=name)


def test_without_a_preset_every_output_is_held_all_the_same(tmp_path: Path) -> None:
    every = {"max_abs": 1e-4, "rationale": "what float32 rounding needs here"}
    maps = mini.policy()["relative_tolerances"]
    policy = read(tmp_path, min_probes=6, every_output=every, relative_tolerances=maps).policy
    assert policy.preset is None
    assert len(policy.tolerances) == 6
    with pytest.raises(InputError, match=r"none declared for explanation\.cam"):
        read(tmp_path, min_probes=6, every_output=every)


def test_a_half_precision_leg_is_one_of_the_release(tmp_path: Path) -> None:
    content = mini.only_classifier() | {"routes": {"direct": {}}}
    content["policy"] = {"preset": "mobile-float16"}
    with pytest.raises(InputError, match="tfjs/webgl is not a browser leg of this release"):
        read_release(mini.write(content, tmp_path / "release.toml"))


@pytest.mark.parametrize(
    ("name", "wide"), [("strict-float32", 0), ("mobile-float16", 1), ("quantised", 1)]
)
def test_the_floor_holds_as_of_any_policy(name: str, wide: int) -> None:
    policy = presets.spelt_out(read_policy(Path(name))[0], [("m", "y")], [])
    rounding = Rounding(float64=1e-7, runtime=1e-7, largest=1.0)
    found = [*floor.wide(policy, "m", TensorSpec(name="y", shape=(1, 3)), rounding)]
    assert len(found) == wide


def test_evidence_that_names_a_preset_and_has_another_policy_is_found(tmp_path: Path) -> None:
    policy = read(tmp_path, preset="strict-float32", min_probes=6).policy
    assert [*presets.preset_findings(policy)] == []
    wider = policy.tolerances[0].model_copy(update={"max_abs": 1e-2})
    spoilt = {
        "require_determinism": False,
        "tolerances": (wider, *policy.tolerances[1:]),
        "relative_tolerances": (
            policy.relative_tolerances[0].model_copy(update={"min_cosine": 0.5}),
        ),
    }
    for key, value in spoilt.items():
        (found,) = presets.preset_findings(policy.model_copy(update={key: value}))
        assert f"policy.{key}" in found


def test_a_file_that_init_writes_may_name_one(tmp_path: Path) -> None:
    inputs, outputs = (TensorSpec(name=name, shape=(1, 3)) for name in ("x", "y"))
    begun = Begun(
        name="net",
        title="Net",
        factory="networks:build",
        arguments={},
        checkpoint=None,
        signature=Signature(inputs=(inputs,), outputs=(outputs,)),
        tolerances=(),
        preset="strict-float32",
    )
    path = tmp_path / "release.toml"
    path.write_text(release_text(begun, "torchscript"))
    policy = read_release(path).policy
    assert isinstance(policy.preset, Preset)
    assert (policy.preset.name, policy.preset.overrides) == ("strict-float32", ())
    assert [(one.model, one.output) for one in policy.tolerances] == [("net", "y")]


def test_presets_are_of_the_version_that_is_read() -> None:
    assert {tomllib.loads(presets.content_of(n).decode())["schema_version"] for n in NAMES} == {2}
