"""Files that cannot be read are refused in words, before much memory or time goes into them."""

from __future__ import annotations

import struct
import time
import zlib
from pathlib import Path

import pytest

from reference.decoding import decode, read_picture
from reference.errors import ImageError
from reference.preprocess import picture
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


def _bomb(count: int) -> bytes:
    """Return a DICOM file with a VOI LUT sequence of empty items."""
    items = b"\xfe\xff\x00\xe0\0\0\0\0" * count
    sequence = struct.pack("<HH2sHI", 0x0028, 0x3010, b"SQ", 0, len(items)) + items
    content = corpus()["dicom/explicit-u12"]
    pixels = content.index(b"\xe0\x7f\x10\x00")
    return content[:pixels] + sequence + content[pixels:]


def test_millions_of_items_are_not_read() -> None:
    """Refusing them takes less than counting to their number twenty times would."""
    count = 5_000_000
    content = _bomb(count)
    start = time.process_time()
    with pytest.raises(ImageError, match="a LUT is incomplete"):
        decode(content)
    refused = time.process_time() - start
    for _ in range(count):
        pass
    assert refused < 20 * (time.process_time() - start - refused)


@pytest.mark.parametrize("nested", [False, True])
def test_millions_of_elements_are_refused(nested: bool) -> None:
    content = corpus()["dicom/explicit-u12"]
    start = content.index(b"\x08\0\x16\0UI")
    element = struct.pack("<HH2sH", 9, 1, b"LO", 0)
    if nested:
        open_sequence = struct.pack("<HH2sHI", 8, 0x1140, b"SQ", 0, 0xFFFFFFFF)
        content = content[:start] + open_sequence + b"\xfe\xff\x00\xe0\0\0\0\0" * 1_000_000
    else:
        content = content[:start] + element * 1_000_000
    with pytest.raises(ImageError, match="far too many elements"):
        decode(content)


def test_sequences_nested_without_end_are_refused() -> None:
    content = corpus()["dicom/explicit-u12"]
    start = content.index(b"\x08\0\x16\0UI")
    level = (
        struct.pack("<HH2sHI", 8, 0x1140, b"SQ", 0, 0xFFFFFFFF) + b"\xfe\xff\x00\xe0" + b"\xff" * 4
    )
    with pytest.raises(ImageError, match="truncated or damaged"):
        decode(content[:start] + level * 100_000)


def test_deflated_data_sets_are_unpacked_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    content = corpus()["dicom/deflated-u12"]
    packer = zlib.compressobj(9, wbits=-15)
    bomb = packer.compress(bytes(100_000_000)) + packer.flush()
    meta = 132 + 12 + int.from_bytes(content[140:144], "little")
    monkeypatch.setattr(picture, "MAX_BYTES", 200_000)
    with pytest.raises(ImageError, match="cut off or too long"):
        decode(content[:meta] + bomb)


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
