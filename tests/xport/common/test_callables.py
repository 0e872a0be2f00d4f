"""Finding a factory's code, in packages and in folders without `__init__.py`, imports nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from xport.common.callables import source_digest


@pytest.mark.parametrize("name", ["plainfolder.models", "plainfolder.deeper.models"])
def test_the_code_of_a_folder_that_is_no_package_is_found(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
    file.parent.mkdir(parents=True)
    file.write_text("def build(): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = source_digest(f"{name}:build", key="factory")
    file.write_text("def build(): return 1\n")
    assert source_digest(f"{name}:build", key="factory") != before
    assert not [one for one in sys.modules if one.startswith("plainfolder")]
