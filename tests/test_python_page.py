"""docs/python.md and README's lines of Python do what they say, in a folder of their own."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import xport
from tests.conftest import ROOT
from tests.examples import README, blocks

PAGE = ROOT / "docs" / "python.md"


@pytest.mark.browser
def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = re.sub(r"^```.*$", "", PAGE.read_text(), flags=re.MULTILINE)
    examples = doctest.DocTestParser().get_doctest(text, {"__name__": "__main__"}, "page", None, 0)
    said: list[str] = []
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples, out=said.append)
    assert not results.failed, "".join(said)
    assert results.attempted > 15


@pytest.mark.browser
def test_readmes_lines_run_as_printed(tmp_path: Path) -> None:
    """In a script without a guard, as whoever copies them has it."""
    (lines,) = blocks(README, "python")
    (tmp_path / "six.py").write_text(lines)
    done = subprocess.run(
        [sys.executable, "six.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PASSED  Conv2d: ")


def test_the_page_names_every_function() -> None:
    text = PAGE.read_text()
    for name in xport.__all__:
        if name.islower() and not name.startswith("_"):
            assert f"xport.{name}(" in text, name
