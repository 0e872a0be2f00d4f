"""Two sides of a difference, from what an earlier version wrote; one is edited as runs are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.formats.test_formats import unpacked
from xport.cli.main import main
from xport.recording.recorder import Arrays
from xport.workflow.run_folder import RunFolder

WEIGHTS = ("a" * 64, "b" * 64)
"""Digests that stand for the weights of before and of after."""


def run_in(folder: Path) -> Path:
    """A run of four probes for the classifier and three for the autoencoder."""
    folder.mkdir()
    return unpacked("run-1", folder)


def bundle_in(folder: Path) -> Path:
    """The bundle that was made of that run, with three probes of each in its self-test."""
    folder.mkdir()
    return unpacked("bundle-3", folder)


def edit(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a run's evidence as JSON."""
    path = RunFolder(run).evidence_path
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def model_of(content: dict[str, Any], name: str) -> dict[str, Any]:
    """A planned model in the JSON of evidence."""
    found: dict[str, Any] = next(m for m in content["plan"]["models"] if m["id"] == name)
    return found


def record_again(run: Path, model: str, leg: str, change: Callable[[Arrays], object]) -> None:
    """Change what a leg said, as another recording would have it, and name it in the evidence."""
    recordings = RunFolder(run).recordings
    found = recordings.load(model, leg)
    assert found is not None
    change(found[1])
    recordings.save(*found)
    written = json.loads(recordings.path(model, leg).read_text())

    def renew(content: dict[str, Any]) -> None:
        content["recordings"] = [
            written if (r["model"], r["leg"]) == (model, leg) else r for r in content["recordings"]
        ]

    edit(run, renew)


def ended(*arguments: object) -> int:
    """The exit code of the command line."""
    try:
        main([*map(str, arguments)])
    except SystemExit as end:
        return int(end.code or 0)
    raise AssertionError("the command line has not ended")
