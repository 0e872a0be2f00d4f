"""Files that cannot be read are refused in words, before much memory or time goes into them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference import picture
from reference.decoding import decode, read_picture
from reference.errors import ImageError
from tests.images.broken import Broken, broken
from tests.images.corpus import corpus

BROKEN = broken()


@pytest.mark.parametrize("case", BROKEN.values(), ids=list(BROKEN))
def test_refused_by_name(case: Broken) -> None:
    with pytest.raises(ImageError) as caught:
        decode(case.content, "the file")
    assert case.words.lower() in caught.value.what.lower()
    assert caught.value.where == "the file"
    assert caught.value.remedy


def test_nothing_valid_is_refused() -> None:
    for name, content in corpus().items():
        decode(content, name)


@pytest.mark.parametrize("name", ["png/gray-8", "jpeg/gray", "dicom/explicit-u12"])
def test_the_name_of_a_file_does_not_matter(tmp_path: Path, name: str) -> None:
    for file in ("image", "image.txt", "image.png"):
        (tmp_path / file).write_bytes(corpus()[name])
        assert read_picture(tmp_path / file).format == name.split("/")[0]


def test_absent_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.png", tmp_path):
        with pytest.raises(ImageError, match="there is no such file"):
            read_picture(path)


def test_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(picture.MAX_BYTES + 1)  # sparse: takes no space
    with pytest.raises(ImageError, match="the limit is"):
        read_picture(path)
