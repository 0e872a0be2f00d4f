"""NIH ChestX-ray14: official parts, labels and files as published, anything else refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reference.data import Dataset, nih
from reference.decide.labels import LABELS
from reference.errors import DataError
from tests.reference.data import published

TABLE = "Data_Entry_2017_v2020.csv"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return published.write_nih(tmp_path)


def _findings(dataset: Dataset) -> dict[str, set[str]]:
    return {
        item.name: {label for label, value in zip(LABELS, item.labels, strict=True) if value}
        for item in dataset.items
    }


def _refusal(root: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        nih(root, "test")
    assert caught.value.remedy
    return caught.value


def test_parts_are_those_of_the_official_lists(root: Path) -> None:
    assert [item.name for item in nih(root, "test").items] == list(published.NIH_TEST)
    train_val = nih(root, "train_val")
    assert [item.name for item in train_val.items] == [
        "00000001_000.png",
        "00000001_001.png",
        "00000002_000.png",
    ]
    assert [item.patient for item in train_val.items] == ["00000001", "00000001", "00000002"]
    assert [item.view for item in train_val.items] == ["PA", "PA", "AP"]


def test_labels_are_in_the_order_of_the_outputs(root: Path) -> None:
    test = nih(root, "test")
    assert test.labels == LABELS
    assert _findings(test) == {
        "00000003_000.png": {"Hernia"},
        "00000003_001.png": {"Pleural Thickening", "Mass"},
        "00000004_000.png": set(),
    }
    assert test.truth().shape == (3, 14)


def test_file_with_several_channels_is_its_first_one(root: Path) -> None:
    test = nih(root, "test")
    np.testing.assert_array_equal(test.load(test.items[0]), published.levels(3) / 255)
    np.testing.assert_array_equal(test.load(test.items[1]), published.levels(4) / 255)


@pytest.mark.parametrize("folders", [("images_001/images", "images_002/images"), ("", "")])
def test_images_are_found_where_the_archives_put_them(root: Path, folders: tuple[str, str]) -> None:
    for index, name in enumerate(published.NIH_TEST):
        target = root / folders[index % 2] / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (root / "images" / name).rename(target)
    test = nih(root, "test")
    assert [test.load(item).shape for item in test.items] == [(12, 10)] * 3


def test_first_edition_with_an_empty_last_column_is_read(root: Path) -> None:
    text = (root / TABLE).read_text()
    (root / TABLE).rename(root / "Data_Entry_2017.csv").write_text(text.replace("\n", ",\n"))
    assert len(nih(root, "test")) == 3


def test_byte_order_mark_and_windows_line_ends_change_nothing(root: Path) -> None:
    expected = nih(root, "test").items
    for path in (root / TABLE, root / "test_list.txt", root / "train_val_list.txt"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert nih(root, "test").items == expected


def test_counts_images_without_row_and_rows_without_list(root: Path) -> None:
    rows = [*published.NIH_ROWS[:4], ("00000009_000.png", "No Finding", "PA")]
    (root / TABLE).write_text(published.nih_table(rows))
    assert nih(root, "test").left_out == {
        "in neither official list": 1,
        "in the official list without a row in the table": 2,
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("00000003_001.png", "Cold", "PA"), "unknown finding 'Cold'"),
        (("00000003_001.png", "No Finding|Mass", "PA"), "unknown finding 'No Finding'"),
        (("00000003_001.png", "Mass|Mass", "PA"), "twice"),
        (("00000003_001.png", "", "PA"), "unknown finding ''"),
        (("00000003_001.png", "Mass", "LL"), "unknown view position"),
        (("00000003_000.png", "Mass", "PA"), "stands in line 5 already"),
        (("00000003_1.png", "Mass", "PA"), "no name of an NIH image"),
        (("../../etc/passwd", "Mass", "PA"), "no name of an NIH image"),
    ],
)
def test_rejects_a_hostile_row_by_file_and_line(
    root: Path, row: tuple[str, str, str], reason: str
) -> None:
    line = published.nih_line("00000003_001.png", *row[1:]).replace("00000003_001.png", row[0])
    lines = published.nih_table().splitlines()
    lines[5] = line
    (root / TABLE).write_text("\n".join(lines))
    refusal = _refusal(root)
    assert refusal.where == f"{root / TABLE}:6"
    assert reason in refusal.what


@pytest.mark.parametrize("patient", ["4", "", "-3", "³", "3" * 5000])
def test_rejects_an_image_of_another_patient(root: Path, patient: str) -> None:
    text = published.nih_table().replace(",0,3,58", f",0,{patient},58", 1)
    (root / TABLE).write_text(text)
    assert "is not of patient" in _refusal(root).what


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("Finding Labels", "Findings", 1, "no column 'Finding Labels'"),
        ("Follow-up #", "Patient ID", 1, "2 columns 'Patient ID'"),
        (",58,M,", ",58,", 2, "the row has 10 cells, the header 11"),
        (",58,M,", ",58,M,,", 2, "the row has 12 cells"),
        ("Cardiomegaly,0", 'Cardiomegaly,"0', 7, "this is no CSV"),
        ("Cardiomegaly,0", "Cardiomegaly,0\0", 2, "NUL character"),
    ],
)
def test_rejects_a_table_that_is_not_as_published(
    root: Path, old: str, new: str, line: int, reason: str
) -> None:
    (root / TABLE).write_text(published.nih_table().replace(old, new, 1))
    refusal = _refusal(root)
    assert reason in refusal.what
    assert refusal.where == f"{root / TABLE}:{line}"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("00000003_000.png\n00000003_000.png\n", 2, "stands in line 1 already"),
        ("00000003_000.png\n../00000003_001.png\n", 2, "no name of a file"),
        ("/etc/passwd\n", 1, "no name of a file"),
        ("00000003_000.png\n\n00000004_000.png\n", 2, "no name of a file"),
        ("00000001_000.png\n", 1, "in both lists"),
    ],
)
def test_rejects_a_hostile_list_by_file_and_line(
    root: Path, content: str, line: int, reason: str
) -> None:
    (root / "test_list.txt").write_text(content)
    refusal = _refusal(root)
    assert reason in refusal.what
    assert refusal.where == f"{root / 'test_list.txt'}:{line}"


def test_rejects_a_patient_who_is_in_both_lists(root: Path) -> None:
    (root / "test_list.txt").write_text("00000003_000.png\n")
    (root / "train_val_list.txt").write_text("00000003_001.png\n")
    refusal = _refusal(root)
    assert refusal.what == "patient 00000003 is in both lists"
    assert refusal.where == f"{root / TABLE}:6"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0\1", b"\x1f\x8b"])
def test_rejects_what_is_no_text(root: Path, content: bytes) -> None:
    for name in (TABLE, "test_list.txt"):
        published.write_nih(root)
        (root / name).write_bytes(content)
        assert str(root / name) in _refusal(root).where


def test_rejects_absent_files_by_name(root: Path) -> None:
    (root / "test_list.txt").unlink()
    assert _refusal(root).where == str(root / "test_list.txt")
    (root / TABLE).unlink()
    assert "found: none" in _refusal(root).what
    assert "no such folder" in _refusal(root / "absent").what


def test_rejects_two_editions_of_the_table(root: Path) -> None:
    (root / "Data_Entry_2017.csv").write_text(published.nih_table())
    assert "found: Data_Entry_2017.csv, Data_Entry_2017_v2020.csv" in _refusal(root).what
