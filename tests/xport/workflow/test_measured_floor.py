"""Tolerances are held to measured rounding; what could not be measured is tried again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import mini
from xport.errors import InputError, RunnerCrashed
from xport.workflow import commands, measured_floor


def test_what_could_not_be_measured_is_measured_the_next_time(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tolerances = [t for t in mini.policy()["tolerances"] if t["model"] == "classifier"]
    wide = [tolerances[0] | {"max_abs": 1e9}, *tolerances[1:]]
    changed = mini.policy(tolerances=wide, relative_tolerances=[], acceptance_criteria=[])
    content = mini.only_classifier() | {"routes": {"direct": {}}, "policy": changed}
    release_file = mini.write(content, tmp_path / "release.toml")

    def killed(*_: object) -> None:
        raise RunnerCrashed("killed", "")

    with monkeypatch.context() as patch:
        patch.setattr(measured_floor, "isolated", SimpleNamespace(call=killed))
        commands.convert(release_file, tmp_path / "first", cache_dir=store)
    with pytest.raises(InputError, match=r"below the floor of every policy: .*max_abs 1e"):
        commands.convert(release_file, tmp_path / "second", cache_dir=store)
    assert not (tmp_path / "second" / "plan.json").exists()
