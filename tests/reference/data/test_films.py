"""The list of real films keeps patients apart, and a folder of them is read as the list says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reference.data import Reading
from reference.data.films import CHESTS, DRAWINGS, films, labelled_films, listed, strangers
from reference.decide.labels import LABELS
from reference.errors import DataError
from tests.reference.films_folder import FEW, write_films


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Few phantoms under names of the list."""
    return write_films(tmp_path_factory.mktemp("films"))


def test_no_patient_is_in_two_parts() -> None:
    parts: dict[str, set[str]] = {}
    for patient, part in listed().values():
        if patient:
            parts.setdefault(patient, set()).add(part)
    assert len(parts) == 1187
    assert {len(found) for found in parts.values()} == {1}


def test_every_folder_that_is_trained_on_has_images_to_be_measured_on() -> None:
    for folder in (*CHESTS, DRAWINGS):
        found = [p for name, (_, p) in listed().items() if name.rpartition("/")[0] == folder]
        assert found.count("measured") >= 60
        assert found.count("train") >= 60


def test_a_part_has_what_the_list_says_and_counts_what_is_absent(root: Path) -> None:
    reading = Reading(films(root, ("train",)))
    names = [item.name for item, _ in reading]
    assert len(names) == FEW["train"] * len(CHESTS)
    assert all(listed()[name][1] == "train" for name in names)
    assert len(reading.usage.missing) == reading.usage.offered - len(names)


def test_findings_come_in_the_order_of_the_outputs(root: Path) -> None:
    found = labelled_films(root, ("measured",))
    assert found.labels == LABELS
    assert np.array_equal(found.truth()[:2, [0, 13]], [[0, 1], [1, 0]])
    assert len(found) == FEW["measured"]


def test_a_folder_that_is_measured_alone_is_taken_wholly(root: Path) -> None:
    assert [item.name for item in strangers(root, "other/bones").items] == ["other/bones/one.png"]


def test_an_absent_folder_says_what_to_fetch(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        films(tmp_path, ("train",))
    assert "NIH ChestX-ray14" in str(refused.value.remedy)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("00000001_000.png,1,", "00000001_000.png,2,", "is of patient 1"),
        ("00000001_000.png,1,", "99999999_000.png,1,", "not among the listed"),
        (",PA,0,0", ",PA,yes,0", "not 0 or 1"),
    ],
)
def test_a_table_that_contradicts_the_list_is_refused(
    root: Path, tmp_path: Path, old: str, new: str, told: str
) -> None:
    table = (root / "nih" / "labels.csv").read_text()
    assert old in table
    (tmp_path / "nih").mkdir()
    (tmp_path / "nih" / "labels.csv").write_text(table.replace(old, new, 1))
    with pytest.raises(DataError, match=told):
        labelled_films(tmp_path, ("train",))
