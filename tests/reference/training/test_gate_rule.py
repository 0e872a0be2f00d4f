"""The rule of a gate is written from the documents beside the weights that give its scores."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from reference.decide.gate import Gate
from reference.decide.rule import Rule
from reference.defaults import default_folder
from reference.training.__main__ import main
from reference.training.view_figures import Thresholds

VIEW = default_folder("l2").parent / "view"


def written(folder: Path, *arguments: str) -> Rule:
    out = folder / "rule.json"
    assert main(["gate-rule", "--view", str(VIEW), *arguments, "--out", str(out)]) == 0
    return Rule.read(out)


def test_the_file_and_the_view_are_looked_at_before_a_reconstruction(tmp_path: Path) -> None:
    folder = default_folder("l2")
    thresholds, gate = Thresholds.read(VIEW / "thresholds.json"), Gate.read(folder / "gate.json")
    rule = written(tmp_path, "--autoencoder", str(folder))
    *formulas, view, last = rule.conditions
    assert all(one.kind is None for one in formulas)
    assert (view.label, view.threshold) == ("frontal", thresholds.at_least)
    assert view.weights_sha256 == thresholds.weights_sha256
    assert (last.score, last.threshold, last.reason) == (gate.score, gate.threshold, "unlike")
    assert last.weights_sha256 == gate.weights_sha256
    assert rule.in_distribution.images == sum(one.of for one in thresholds.calibration.values())
    assert written(tmp_path).conditions == (*formulas, view)


def test_a_gate_that_names_no_weights_is_refused_with_the_command_that_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(default_folder("l2"), tmp_path / "l2"))
    gate = json.loads((copy / "gate.json").read_text()) | {"schema_version": 1}
    del gate["weights_sha256"]
    (copy / "gate.json").write_text(json.dumps(gate))
    given = ["--view", str(VIEW), "--autoencoder", str(copy), "--out", str(tmp_path / "r.json")]
    assert main(["gate-rule", *given]) == 2
    assert "name-weights" in capsys.readouterr().err
    assert not (tmp_path / "r.json").exists()
