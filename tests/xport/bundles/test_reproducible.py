"""The same run gives the same bundle, whenever, wherever and by whomever it is made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.kept import MiniRun
from xport.common import digests

TIMED = {"evidence.json", "report.html", "bom.cdx.json", "manifest.json"}
"""The evidence has the time of judging, report and bill of materials show it, the manifest has all
their digests."""

OTHERWISE = """
umask 077
cd "$1"
"$2" -m xport judge run && "$2" -m xport bundle run
"""
STRANGE = {
    **{"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"},
    **{"PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "7", "COLUMNS": "40", "HOME": "/nonexistent"},
}


CONVERSIONS = """
import sys
from pathlib import Path
from tests import mini
from tests.xport.conversion.stages.test_dynamo import torch_of
from xport.common import digests
from xport.conversion.pipeline import run_stage
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.tf_from_onnx import TfFromOnnx
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.conversion.stages.tfjs_from_tf import TfjsFromTf
from xport.conversion.store import Store
store = Store(Path(sys.argv[1]))
source = torch_of(mini.classifier(), Path(sys.argv[1]))
exported = run_stage(OnnxFromTorch("torchscript", 15), source, store).artifact
saved = run_stage(TfFromOnnx(), exported, store).artifact
for stage, source in ((TfjsFromOnnx(), exported), (TfjsFromTf(), saved)):
    made = run_stage(stage, source, store).artifact
    print(stage.name, sorted(digests.of_folder(made.path).items()))
"""


def listing(bundle: Path) -> dict[str, str]:
    return digests.of_folder(bundle)


def document(bundle: Path, name: str) -> Any:
    return json.loads((bundle / name).read_text())


def test_only_the_time_of_judging_differs(mini_run: MiniRun, run_copy: Path) -> None:
    """Another date, folder, time zone, locale, umask and order of hashes."""
    done = subprocess.run(
        ["sh", "-eu", "-c", OTHERWISE, "sh", str(run_copy.parent), sys.executable],
        env=os.environ | STRANGE | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = mini_run.folder / "bundle", run_copy / "bundle"
    assert listing(first).keys() == listing(second).keys()
    different = {name for name in listing(first) if listing(first)[name] != listing(second)[name]}
    assert different == TIMED
    before, after = document(first, "evidence.json"), document(second, "evidence.json")
    assert before.pop("made") != after.pop("made")
    assert before == after
    before, after = document(first, "manifest.json"), document(second, "manifest.json")
    for name in TIMED - {"manifest.json"}:
        assert before["files"].pop(name) != after["files"].pop(name)
    assert before == after
    modes = [
        {path.relative_to(bundle): path.stat().st_mode for path in bundle.rglob("*")}
        for bundle in (first, second)
    ]
    assert modes[0] == modes[1]


@pytest.mark.long
@pytest.mark.browser
def test_both_routes_write_the_same_files_of_the_same_module(tmp_path: Path) -> None:
    """Converted twice from the module on: other folders, time zone, locale, umask and hashes."""
    said = []
    for place, umask, strange in (("one", "022", {}), ("another", "077", STRANGE)):
        folder = tmp_path / place
        folder.mkdir()
        command = f'umask {umask} && cd "$1" && exec "$2" -c "$3" "$1/store"'
        home = {"HOME": os.environ["HOME"]}  # where the toolchain is
        done = subprocess.run(
            ["sh", "-eu", "-c", command, "sh", str(folder), sys.executable, CONVERSIONS],
            env=os.environ | strange | home | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert said[0].count("model.json") == 2
    assert said[0] == said[1]
