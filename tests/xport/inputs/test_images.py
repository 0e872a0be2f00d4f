"""The images of a run: found in folders, made in every format, kept by their bytes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from reference.decoding import decode
from tests.conftest import ROOT
from xport.errors import InputError, IntegrityError
from xport.inputs.images import (
    EXAMPLES,
    ImageFile,
    ImageFolder,
    example_files,
    images_in,
    phantoms,
    photographs,
    synthetic_files,
)


def test_synthetic_files_come_in_every_format_and_are_the_same_every_time() -> None:
    files = synthetic_files(8, 1)
    assert files == synthetic_files(8, 1)
    assert files != synthetic_files(8, 2)
    pictures = [decode(file.content) for file in files]
    assert {(p.format, p.white) for p in pictures} == {
        ("png", 255), ("jpeg", 255), ("png", 65535), ("dicom", 65535),
    }  # fmt: skip
    assert len({p.samples.shape for p in pictures}) > 1


def test_sixteen_bits_are_more_than_eight_widened() -> None:
    deep = next(p for f in synthetic_files(4, 1) if (p := decode(f.content)).white == 65535)
    assert (deep.samples % 257 != 0).any()


def test_phantoms_are_of_two_hospitals_and_the_same_every_time() -> None:
    files = phantoms(4, 1)
    assert files == phantoms(4, 1)
    assert len({file.content for file in [*files, *phantoms(4, 5)]}) == 8
    assert [file.source for file in files] == [
        f"phantom, hospital {hospital}, patient {patient}"
        for hospital, patient in zip("ABAB", range(1, 5), strict=True)
    ]
    assert [decode(file.content).white for file in files] == [255, 65535, 255, 65535]


def test_dicom_is_found_without_a_suffix_and_other_files_are_left_alone(tmp_path: Path) -> None:
    dicom = synthetic_files(4, 1)[3]
    (tmp_path / "scan").write_bytes(dicom.content)
    (tmp_path / "README").write_text("no image")
    (tmp_path / "notes.txt").write_text("no image")
    (found,) = images_in([tmp_path])
    assert (found.name, found.content) == ("image-scan", dicom.content)


def test_hidden_files_and_those_of_systems_are_left_out_and_counted(tmp_path: Path) -> None:
    Image.new("L", (10, 10)).save(tmp_path / "chest.png")
    dicom = synthetic_files(4, 1)[3].content
    for name, content in {
        "._chest.png": b"\0\5\x16\7\0\2\0\0Mac OS X",
        ".hidden.png": (tmp_path / "chest.png").read_bytes(),
        "._scan": dicom,
        ".DS_Store": b"\0\0\0\1Bud1",
        "Thumbs.db": b"\xd0\xcf\x11\xe0",
        "desktop.ini": b"[.ShellClassInfo]",
    }.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "._chest.png").write_bytes(b"\0\5\x16\7")
    said: list[str] = []
    assert [image.name for image in images_in([tmp_path], said.append)] == ["image-chest.png"]
    assert said == [f"{tmp_path}: 6 files left out, hidden or no image by name and mark"]


def test_a_link_that_leads_nowhere_is_named_if_it_may_be_an_image(tmp_path: Path) -> None:
    Image.new("L", (10, 10)).save(tmp_path / "chest.png")
    (tmp_path / ".hidden.png").symlink_to("nowhere")
    said: list[str] = []
    assert [image.name for image in images_in([tmp_path], said.append)] == ["image-chest.png"]
    assert said == [f"{tmp_path}: 1 file left out, hidden or no image by name and mark"]
    (tmp_path / "other.png").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"other\.png: cannot be read: No such file"):
        images_in([tmp_path])


def test_a_folder_of_hidden_files_holds_no_image(tmp_path: Path) -> None:
    (tmp_path / "._chest.png").write_bytes(b"\0\5\x16\7")
    with pytest.raises(InputError, match="no image in this folder"):
        images_in([tmp_path])


def test_nothing_is_said_of_a_folder_of_images_alone(tmp_path: Path) -> None:
    Image.new("L", (10, 10)).save(tmp_path / "chest.png")
    said: list[str] = []
    images_in([tmp_path], said.append)
    assert said == []


def test_dicom_named_by_its_uid_is_found(tmp_path: Path) -> None:
    (tmp_path / "1.2.840.113.7").write_bytes(synthetic_files(4, 1)[3].content)
    assert [image.name for image in images_in([tmp_path])] == ["image-1.2.840.113.7"]


def test_every_codec_gray_rule_and_orientation_is_tried() -> None:
    pictures = {file.name.split("-")[-1]: decode(file.content) for file in synthetic_files(16, 1)}
    assert {p.orientation for p in pictures.values()} == {1, 4, 6}
    coloured = [p.samples for p in pictures.values() if p.samples.shape[2] == 3]
    assert len(coloured) >= 6
    assert all((s[..., 0] != s[..., 1]).any() for s in coloured)


def test_two_images_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        Image.new("L", (10, 10)).save(tmp_path / folder / "a.png")
    with pytest.raises(InputError, match=r"two images are called 'image-a\.png'"):
        images_in([tmp_path / "one", tmp_path / "two"])


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(300 * 1024**2)
    with pytest.raises(InputError, match=r"large\.png.*the limit is"):
        images_in([tmp_path])


def test_an_unknown_photograph_is_named() -> None:
    with pytest.raises(InputError, match="no image 'lena'"):
        photographs(["lena"])


def test_an_image_on_disk_is_checked_when_it_is_read(tmp_path: Path) -> None:
    folder = ImageFolder(tmp_path)
    (planned,) = folder.save([ImageFile("a", "here", b"bytes")])
    assert folder.load(planned) == b"bytes"
    folder.path(planned).write_bytes(b"other")
    with pytest.raises(IntegrityError, match="missing or changed"):
        folder.load(planned)


def test_the_page_knows_the_titles_of_drawn_examples() -> None:
    script = (ROOT / "browser_harness/web/app/text/language.ts").read_text(encoding="utf-8")
    form = re.search(r"DRAWN = /(.+)/;", script)
    assert form is not None
    for example in example_files(len(EXAMPLES)):
        assert re.match(form[1], example.example or "")
