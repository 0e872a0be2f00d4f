"""A release file names the rule of its gate; a rule that its models cannot give is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reference.decide.rule import Rule, RuleScore
from tests import mini
from tests.reference.decide.test_rule import condition, rule
from xport.errors import InputError
from xport.release_file.decisions import Decisions, read_rule, require_own
from xport.release_file.file import ReleaseFile, read_release

VIEWS = ["frontal", "lateral", "other"]


def view(**changes: Any) -> dict[str, Any]:
    """A view model's table."""
    signature = {
        "inputs": [{"name": "image", "shape": [1, 1, 32, 32], "dtype": "float32"}],
        "outputs": [{"name": "probabilities", "shape": [1, 3], "dtype": "float32"}],
    }
    return {
        "title": "View",
        "kind": "view",
        "factory": "reference.networks.densenet:classifier",
        "weights_from_factory": "untrained",
        "labels": VIEWS,
        "signature": signature,
        "preprocess": {"preset": "autoencoder", "size": 32},
    } | changes


def release(folder: Path, found: Rule, **changes: Any) -> ReleaseFile:
    """A mini release with a view model and a rule, in `folder`."""
    found.write(folder / "rule.json")
    content = mini.release(gate={"rule": "rule.json"})
    content["models"] |= {"view": view()}
    bound = {"output": "probabilities", "max_abs": 1e-5, "rationale": "as the classifier's"}
    new = ["view", *(model for model in changes if model not in content["models"])]
    content["policy"]["tolerances"] += [bound | {"model": model} for model in dict.fromkeys(new)]
    for key, value in changes.items():
        content["models"][key] = value and content["models"].get(key, {}) | value
    content["models"] = {key: value for key, value in content["models"].items() if value}
    return read_release(mini.write(content, folder / "release.toml"))


def one(score: RuleScore = "view", **changes: Any) -> Rule:
    return rule(condition(score, 0.5, "unlike", **changes))


def test_every_model_of_a_score_is_part_of_the_rule(tmp_path: Path) -> None:
    whole = rule(condition("view", 0.5, "not-frontal"), condition("ssim", 0.5, "unlike"))
    assert read_rule(release(tmp_path, whole)) == {"autoencoder": whole, "view": whole}
    assert read_rule(release(tmp_path, one("contrast"))) == {"view": one("contrast")}


def test_a_release_without_one_is_identified_as_before(tmp_path: Path) -> None:
    plain = read_release(mini.write(mini.release(), tmp_path / "plain.toml"))
    assert read_rule(plain) == {}
    assert "gate" not in plain.model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("found", "changes", "words"),
    [
        (one("shorter_side"), {}, "no score of a model"),
        (one(label="inverted"), {}, "has no label 'inverted'"),
        (one("l1"), {"autoencoder": {"preprocess": {"preset": "autoencoder", "low": 0.0}}},
         "no preprocessing from -1 to 1"),
        (one(), {"view": {"kind": "other"}}, "needs a model of kind view, the release has 0"),
        (one(), {"view": {"labels": ["lateral", "other", "inverted"]}}, "has 'frontal'"),
        (one(), {"view": {"labels": ["frontal", "upright", "other"]}}, "'upright' is none of"),
        (one(), {"second": view()}, "two are of kind view"),
        (one(), {"autoencoder": {"gate": "gate.json"}}, "leave one of them out"),
    ],
)  # fmt: skip
def test_what_the_models_cannot_give_is_refused(
    tmp_path: Path, found: Rule, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        read_rule(release(tmp_path, found, **changes))


def test_conditions_of_other_weights_are_refused(tmp_path: Path) -> None:
    entry = release(tmp_path, one()).models["view"]
    decisions = Decisions(None, None, None, rule=one())
    require_own(decisions, entry, "a" * 64, "models.view")
    with pytest.raises(InputError, match=r"view: frontal was made for the weights a{64}"):
        require_own(decisions, entry, "b" * 64, "models.view")


def test_a_rule_of_another_definition_is_refused(tmp_path: Path) -> None:
    found = release(tmp_path, one())
    text = (tmp_path / "rule.json").read_text()
    (tmp_path / "rule.json").write_text(text.replace("softmax", "sigmoid"))
    with pytest.raises(InputError, match="of another definition"):
        read_rule(found)
    (tmp_path / "rule.json").unlink()
    with pytest.raises(InputError, match=r"rule\.json"):
        read_rule(found)
