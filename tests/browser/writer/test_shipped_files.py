"""ONNX files of well-known packages, as they are, where a folder with them is named."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

from tests.browser.writer.shipped_files import FILES, PACKAGES, found, tried

FOLDER = "XPORT_SHIPPED_ONNX"
"""The environment's word for the folder in which the packages are unpacked."""


@pytest.mark.long
@pytest.mark.browser
def test_shipped_files_are_converted_as_they_are_and_right() -> None:
    folder = os.environ.get(FOLDER, "")
    there = found(Path(folder)) if folder else {}
    if len(there) < len(FILES):
        warnings.warn(
            f"{len(FILES) - len(there)} of {len(FILES)} files were left out: "
            f"`pip download --no-deps {PACKAGES}`, unpack them, and name the folder in {FOLDER}",
            stacklevel=1,
        )
    wrong = [str(line) for line in tried(there) if line.problem]
    assert not wrong, "\n".join(wrong)


def test_a_file_is_found_by_its_place_in_its_package(tmp_path: Path) -> None:
    path = tmp_path / "anywhere" / FILES[1].place
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    (tmp_path / "other.onnx").write_bytes(b"")
    assert found(tmp_path) == {path: FILES[1]}
    assert len(FILES) == 15
    assert {len(one.shapes) for one in FILES} == {3}
