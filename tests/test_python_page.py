"""docs/python.md does what it says, line by line, in a folder of its own."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import xport
from tests.conftest import ROOT

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


def test_the_page_names_every_function() -> None:
    text = PAGE.read_text()
    for name in xport.__all__:
        if name.islower() and not name.startswith("_"):
            assert f"xport.{name}(" in text, name
