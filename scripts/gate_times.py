"""How long the default release's gate takes: anew, unchanged, one model changed, more probes.

Run by `make gate-times` on an idle machine, after `make demo` has converted everything: each case
is `xport release` in a process of its own, from its start to its end. Writes
build/gate-times/times.json, which `make results` puts into docs/results.md.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from xport.common import digests  # noqa: E402
from xport.workflow.run_folder import RunFolder  # noqa: E402

DEFAULTS = ROOT / "reference" / "defaults"
WORK = ROOT / "build" / "gate-times"
TIMES = WORK / "times.json"
ADDED = 14
"""How many probes are added at once: of one alone the clock would see nothing."""


def main() -> None:
    """Time every case, and write the times, seconds."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    same, changed, more = (_release(WORK / name) for name in ("same", "changed", "more"))
    _change_autoencoder(changed.parent)
    _add_probes(more)
    for one in (same, changed, more):  # conversions are not what is timed
        _xport("convert", one, WORK / f"converted-{one.parent.name}")
    run = WORK / "run"
    times = {"anew": _xport("release", same, run, "--fresh")}
    times["unchanged"] = _xport("release", same, run)
    times["one model changed"] = _xport("release", changed, WORK / "run-changed")
    times["with more probes, anew"] = _xport("release", more, WORK / "run-more", "--fresh")
    times["steady runs of one probe"] = _steady_seconds(run)
    times["one probe more"] = (times["with more probes, anew"] - times["anew"]) / ADDED
    TIMES.write_text(json.dumps(times, indent=2) + "\n")
    print(TIMES.read_text(), end="")


def _release(folder: Path) -> Path:
    shutil.copytree(DEFAULTS, folder)
    return folder / "release.toml"


def _change_autoencoder(folder: Path) -> None:
    """Another checkpoint of one model: one weight is the next larger; rule and card are of it."""
    weights = folder / "l2-films" / "model.safetensors"
    before = digests.of_file(weights)
    with safe_open(weights, "np") as file:
        metadata = file.metadata()
    arrays = load_file(weights)
    most = max((a for a in arrays.values() if a.dtype.kind == "f"), key=lambda one: one.size)
    most.flat[0] = np.nextafter(most.flat[0], most.dtype.type(np.inf))
    save_file(arrays, weights, metadata)
    for document in (folder / "gate-films" / "rule.json", folder / "l2-films" / "card.json"):
        text = document.read_text()
        assert before in text, document
        document.write_text(text.replace(before, digests.of_file(weights)))


def _add_probes(release: Path) -> None:
    before = "[probes]\nsynthetic = 14\n"
    text = release.read_text()
    assert before in text
    release.write_text(text.replace(before, f"[probes]\nsynthetic = {14 + ADDED}\n"))


def _xport(command: str, release: Path, out: Path, *options: str) -> float:
    """Run it, and return how many seconds it took.

    Raises:
        CalledProcessError: it did not end with 0.
    """
    program = [sys.executable, "-m", "xport", command, str(release), "--out", str(out), "--quiet"]
    began = time.monotonic()
    subprocess.run([*program, *options], check=True, cwd=ROOT)
    return time.monotonic() - began


def _steady_seconds(run: Path) -> float:
    """What one probe's steady runs take over all legs that take every probe, two runs each."""
    folder = RunFolder(run)
    total = 0.0
    for model in folder.plan().models:
        if model.id == "explanation":  # it has a number of probes of its own
            continue
        for leg in model.legs:
            loaded = folder.recordings.load(model.id, leg)
            assert loaded is not None
            total += 2 * statistics.median(list(loaded[0].seconds.values())[1:])
    return total


if __name__ == "__main__":
    main()
