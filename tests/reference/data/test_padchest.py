"""PadChest: 16-bit files, labels aligned by name, projections chosen, the rest counted."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from reference.data import Dataset, padchest
from reference.decide.labels import LABELS
from reference.errors import DataError
from tests.reference.data import published


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return published.write_padchest(tmp_path)


def _present(dataset: Dataset) -> dict[str, set[str]]:
    return {
        item.name: {label for label, v in zip(LABELS, item.labels, strict=True) if v == 1}
        for item in dataset.items
    }


def _unknown(dataset: Dataset) -> set[str]:
    columns = np.isnan(dataset.truth())
    assert np.array_equal(columns.all(axis=0), columns.any(axis=0))
    return {label for label, unknown in zip(LABELS, columns.all(axis=0), strict=True) if unknown}


def test_exact_names_are_present_and_others_are_not(root: Path) -> None:
    dataset = padchest(root)
    assert _present(dataset) == {
        "0/a.png": {"Cardiomegaly"},
        "7/c.png": {"Pneumonia"},
        "7/e.png": set(),
    }


def test_findings_that_the_table_never_names_are_unknown_and_not_absent(root: Path) -> None:
    assert _unknown(padchest(root)) == set(LABELS) - {"Cardiomegaly", "Pneumonia"}


def test_substring_alignment_finds_names_within_names(root: Path) -> None:
    dataset = padchest(root, alignment="substring")
    assert _present(dataset) == {
        "0/a.png": {"Effusion", "Cardiomegaly"},
        "7/c.png": {"Pneumonia", "Mass"},
        "7/e.png": set(),
    }
    assert "Mass" not in _unknown(dataset)


def test_lateral_and_unlabelled_images_are_left_out_and_counted(root: Path) -> None:
    assert padchest(root).left_out == {"of projection 'L'": 1, "without labels": 1}
    pa = padchest(root, views="pa")
    assert [item.name for item in pa.items] == ["0/a.png", "7/e.png"]
    assert pa.left_out == {"of projection 'L'": 1, "of projection 'AP_horizontal'": 1} | {
        "without labels": 1
    }
    assert [item.view for item in padchest(root, views="all").items] == [
        "PA",
        "L",
        "AP_horizontal",
        "PA",
    ]


def test_sixteen_bits_are_read_in_full(root: Path) -> None:
    dataset = padchest(root)
    np.testing.assert_array_equal(dataset.load(dataset.items[1]), published.deep(2) / 65535)


def test_packed_table_is_read_like_the_plain_one(root: Path, tmp_path: Path) -> None:
    expected = padchest(root).items
    (root / published.PADCHEST_TABLE).unlink()
    published.write_padchest(root, packed=True)
    found = padchest(root).items
    assert [item.name for item in found] == [item.name for item in expected]
    assert all(
        a == b or (math.isnan(a) and math.isnan(b))
        for one, other in zip(found, expected, strict=True)
        for a, b in zip(one.labels, other.labels, strict=True)
    )


def test_damaged_packed_table_is_refused(root: Path) -> None:
    (root / published.PADCHEST_TABLE).unlink()
    path = root / f"{published.PADCHEST_TABLE}.gz"
    content = gzip.compress(published.padchest_table().encode())
    for damaged in (content[:-20], content[:30] + b"\0" * 9 + content[39:], b"text"):
        path.write_bytes(damaged)
        with pytest.raises(DataError) as caught:
            padchest(root)
        assert str(path) in caught.value.where


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("c.png", "7", "12", "PA", "pneumonia"), "no list of labels"),
        (("c.png", "7", "12", "PA", "['pneumonia'"), "no list of labels"),
        (("c.png", "7", "12", "PA", "[__import__('os')]"), "no list of labels"),
        (("c.png", "7", "12", "PA", "[" * 90000), "no list of labels"),
        (("a.png", "0", "12", "PA", "['normal']"), "stands in line 2 already"),
        (("c.png", "..", "12", "PA", "['normal']"), "no name of a file"),
        (("../../c.png", "7", "12", "PA", "['normal']"), "no name of a file"),
        (("/c.png", "7", "12", "PA", "['normal']"), "no name of a file"),
        (("x/c.png", "7", "12", "PA", "['normal']"), "no path of a PadChest image"),
        (("c.png", "", "12", "PA", "['normal']"), "no name of a file"),
    ],
)
def test_rejects_a_hostile_row_by_file_and_line(
    root: Path, row: tuple[str, str, str, str, str], reason: str
) -> None:
    rows = list(published.PADCHEST_ROWS)
    rows[2] = row
    (root / published.PADCHEST_TABLE).write_text(published.padchest_table(rows))
    with pytest.raises(DataError) as caught:
        padchest(root)
    assert reason in caught.value.what
    assert caught.value.where == f"{root / published.PADCHEST_TABLE}:4"


def test_rows_without_a_patient_are_left_out_and_counted(root: Path) -> None:
    rows = [("a.png", "0", "", "PA", "['normal']"), *published.PADCHEST_ROWS[1:]]
    (root / published.PADCHEST_TABLE).write_text(published.padchest_table(rows))
    assert padchest(root).left_out["without a patient"] == 1


def test_set_in_which_nothing_is_left_is_refused_with_the_reasons(root: Path) -> None:
    rows = published.PADCHEST_ROWS[1:2]
    (root / published.PADCHEST_TABLE).write_text(published.padchest_table(rows))
    with pytest.raises(DataError, match="there are no images; 1 of projection 'L'"):
        padchest(root)
