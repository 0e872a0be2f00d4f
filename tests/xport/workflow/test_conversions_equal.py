"""Two whole conversions of one release file are the same bytes, whenever and wherever they run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import mini
from tests.conftest import ROOT
from xport.common import digests

pytestmark = [pytest.mark.torch, pytest.mark.slow]

CONVERT = """
import os, sys, time
os.umask(int(sys.argv[1], 8))
real, later = time.time, float(sys.argv[2])
time.time = lambda: real() + later
from xport.cli.main import main
main(["convert", "release.toml", "--out", "run", "--cache-dir", "store"])
"""
HERE = {"umask": "022", "later": "0"}
ELSEWHERE = {"umask": "077", "later": str(400 * 24 * 3600)}
STRANGE = {
    **{"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"},
    **{"PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "7", "COLUMNS": "40"},
}


def converted(folder: Path, umask: str, later: str, **variables: str) -> dict[str, Any]:
    """Every artifact in the store of a conversion in a folder, by key: its stage and its files."""
    folder.mkdir(parents=True)
    mini.write(mini.only_classifier() | {"routes": {"direct": {}}}, folder / "release.toml")
    done = subprocess.run(
        [sys.executable, "-c", CONVERT, umask, later],
        cwd=folder,
        env=os.environ | variables | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {}
    for entry in (folder / "store").rglob("entry.json"):
        told = json.loads(entry.read_text())
        files = digests.of_folder(entry.parent / "content")
        assert files == told["files"]
        found[told["key"]] = (told["stage"], files)
    return found


def test_another_date_folder_locale_umask_and_order_of_hashes_give_the_same_artifacts(
    tmp_path: Path,
) -> None:
    first = converted(tmp_path / "one", **HERE)
    second = converted(tmp_path / "another" / "place", **ELSEWHERE, **STRANGE)
    assert first == second
    names = {name for _, files in first.values() for name in files}
    assert {"model.onnx", "model.json"} <= names
    assert any(name.endswith(".bin") for name in names)
