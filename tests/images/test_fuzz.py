"""Whatever is done to a file, it is read or refused, quickly and in little memory."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", ["png", "jpeg", "dicom"])
def test_damaged_files_are_read_or_refused(kind: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.images.fuzz", kind, "3000", "2020"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, f"ended with {run.returncode}: {run.stdout}{run.stderr}"
    read, refused = map(int, re.findall(r"(\d+) (?:read|refused)", run.stdout))
    assert read + refused == 3000
    # Some damage hurts nobody; most must be found.
    assert 50 < read < refused
    assert run.stderr == ""
