"""Folders in published layouts: complete, split by patient, marked, whole or absent."""

import csv
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reference import progress
from reference.decide.labels import LABELS
from reference.errors import PhantomError
from reference.phantoms import (
    LAYOUTS,
    Cohort,
    phantom,
    read_origins,
    write_kermany,
    write_mura,
    write_nih,
    write_padchest,
)
from tests.told import Told

COHORT = Cohort(seed=3, patients=40, size=32)


@pytest.fixture(scope="module")
def sets(tmp_path_factory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("phantoms")
    for name, write in LAYOUTS.items():
        write(root / name, COHORT)
    return {name: root / name for name in LAYOUTS}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_nih_table_and_images_are_as_published(sets):
    folder = sets["nih"]
    header = (folder / "Data_Entry_2017.csv").read_text().splitlines()[0]
    assert header == (
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,"
        "View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]"
    )
    table = rows(folder / "Data_Entry_2017.csv")
    assert {row["Image Index"] for row in table} == {
        path.name for path in (folder / "images").iterdir()
    }
    names = {label.replace(" ", "_") for label in LABELS}
    for row in table:
        assert re.fullmatch(r"\d{8}_\d{3}\.png", row["Image Index"])
        assert int(row["Image Index"][:8]) == int(row["Patient ID"])
        assert row["View Position"] in ("PA", "AP")
        assert row["Patient Gender"] in ("F", "M")
        assert 18 <= int(row["Patient Age"]) <= 95
        found = row["Finding Labels"]
        assert found == "No Finding" or set(found.split("|")) <= names
    assert {"No Finding"} < {row["Finding Labels"] for row in table}


def test_nih_images_are_8_bit_and_some_have_four_channels(sets):
    modes = {}
    for path in sorted((sets["nih"] / "images").iterdir()):
        with Image.open(path) as image:
            assert image.size == (32, 32)
            modes[image.mode] = modes.get(image.mode, 0) + 1
            if image.mode == "RGBA":
                channels = np.asarray(image)
                assert np.array_equal(channels[..., 0], channels[..., 2])
    assert set(modes) == {"L", "RGBA"}
    assert modes["RGBA"] < modes["L"] / 10


def test_nih_lists_split_all_images_by_patient(sets):
    folder = sets["nih"]
    lists = {
        part: (folder / f"{part}_list.txt").read_text().split() for part in ("train_val", "test")
    }
    listed = [name for names in lists.values() for name in names]
    assert sorted(listed) == [row["Image Index"] for row in rows(folder / "Data_Entry_2017.csv")]
    patients = {part: {name[:8] for name in names} for part, names in lists.items()}
    assert not patients["train_val"] & patients["test"]
    assert len(patients["test"]) == 8
    assert len(listed) > 40


def test_padchest_table_and_images_are_as_published(sets):
    (path,) = sets["padchest"].glob("PADCHEST_chest_x_ray_images_labels_160K_*.csv")
    table = rows(path)
    vocabulary = {label.lower() for label in LABELS}
    for row in table:
        with Image.open(sets["padchest"] / row["ImageDir"] / row["ImageID"]) as image:
            assert image.mode == "I;16"
            assert np.asarray(image).max() > 255
        found = set(re.findall(r"'([^']*)'", row["Labels"]))
        assert row["Labels"] == "" or found == {"normal"} or found <= vocabulary
    assert {row["Projection"] for row in table} == {"PA", "AP", "L"}
    assert any(row["Labels"] == "" for row in table)
    images = list((sets["padchest"] / "0").iterdir())
    assert len(images) == len(table) == len({row["ImageID"] for row in table})


def test_padchest_patients_are_born_once(sets):
    (path,) = sets["padchest"].glob("PADCHEST*.csv")
    born: dict[str, set[str]] = {}
    for row in rows(path):
        born.setdefault(row["PatientID"], set()).add(row["PatientBirth"])
    assert all(len(years) == 1 for years in born.values())


def test_children_and_bones_lie_in_folders_named_by_label(sets):
    children = {
        path.relative_to(sets["kermany"]).parent.as_posix()
        for path in sets["kermany"].rglob("*.jpeg")
    }
    assert children == {f"{a}/{b}" for a in ("train", "test") for b in ("NORMAL", "PNEUMONIA")}
    pattern = (
        r"MURA-v1\.1/(train|valid)/XR_(HAND|FOREARM)/patient\d{5}/"
        r"study1_(positive|negative)/image1\.png"
    )
    bones = [
        path.relative_to(sets["mura"]).as_posix() for path in sorted(sets["mura"].rglob("*.png"))
    ]
    assert len(bones) == 40
    assert all(re.fullmatch(pattern, path) for path in bones)
    listed = [
        line
        for part in ("train", "valid")
        for line in (sets["mura"] / f"MURA-v1.1/{part}_image_paths.csv").read_text().split()
    ]
    assert sorted(listed) == bones


def test_every_folder_says_what_it_is(sets):
    for folder in sets.values():
        notice = (folder / "NOTICE.txt").read_text()
        assert notice.startswith("NOT FOR MEDICAL USE")
        assert "procedural phantom" in notice
        assert "Nothing medical is claimed" in notice


@pytest.mark.parametrize("name", LAYOUTS)
def test_same_seed_gives_the_same_bytes(sets, name, tmp_path):
    LAYOUTS[name](tmp_path / "again", COHORT)
    assert digests(tmp_path / "again") == digests(sets[name])


def test_origins_lead_back_to_images_and_masks(sets):
    for name in ("nih", "padchest"):
        origins = read_origins(sets[name])
        chosen = next(key for key, origin in origins.items() if len(origin.severities) > 1)
        again = origins[chosen].phantom()
        path = next(sets[name].rglob(chosen))
        with Image.open(path) as image:
            assert np.array_equal(np.asarray(image), again.image)
        assert list(again.masks) == list(origins[chosen].severities)
        lot = phantom(again.patient, again.visit, again.hospital, size=32)
        assert lot.labels == again.labels


def test_no_patient_is_in_two_sets(sets):
    seeds = [{origin.patient.seed for origin in read_origins(sets[name]).values()}
             for name in ("nih", "padchest")]  # fmt: skip
    assert not seeds[0] & seeds[1]


def test_progress_counts_every_image(tmp_path):
    display = Told()
    with progress.shown(display):
        written = write_kermany(tmp_path / "set", Cohort(1, 6, 32))
    title = "phantoms in the layout of the pediatric pneumonia set of Kermany et al."
    assert display.told == [f"{title}: {count} of 6" for count in range(1, 7)]
    assert (written.images, written.new) == (6, True)


def test_a_complete_folder_is_left_as_it_is(tmp_path):
    cohort, target = Cohort(1, 6, 32), tmp_path / "set"
    write_nih(target, cohort)
    before = {path: path.stat().st_mtime_ns for path in target.rglob("*")}
    assert write_nih(target, cohort).new is False
    assert before == {path: path.stat().st_mtime_ns for path in target.rglob("*")}


def test_refuses_folders_with_other_content(tmp_path):
    target = tmp_path / "set"
    target.mkdir()
    (target / "thesis.txt").write_text("mine")
    with pytest.raises(PhantomError, match="does not hold this set"):
        write_nih(target, Cohort(1, 5, 32))
    assert [path.name for path in target.iterdir()] == ["thesis.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_refuses_a_set_of_another_seed_and_one_with_images_missing(tmp_path):
    target = tmp_path / "set"
    write_nih(target, Cohort(1, 5, 32))
    with pytest.raises(PhantomError, match="does not hold this set"):
        write_nih(target, Cohort(2, 5, 32))
    next((target / "images").iterdir()).unlink()
    with pytest.raises(PhantomError, match="of the set's"):
        write_nih(target, Cohort(1, 5, 32))


def test_leaves_nothing_behind_when_stopped(tmp_path):
    with pytest.raises(KeyboardInterrupt), progress.shown(Told(stop_after=2)):
        write_padchest(tmp_path / "set", Cohort(1, 5, 32))
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PhantomError, match="cannot be written"):
        write_mura(tmp_path / "file" / "set", Cohort(1, 5, 32))


@pytest.mark.parametrize(
    "numbers", [(-1, 10, 64), (2**32, 10, 64), (1, 4, 64), (1, 40_000, 64), (1, 10, 16)]
)
def test_rejects_cohorts_out_of_range(numbers):
    with pytest.raises(PhantomError, match="is out of range"):
        Cohort(*numbers)


def test_rejects_folders_without_origins(tmp_path, sets):
    with pytest.raises(PhantomError, match="no readable description"):
        read_origins(tmp_path)
    with pytest.raises(PhantomError, match="origins of the phantoms cannot be read"):
        read_origins(sets["mura"])
