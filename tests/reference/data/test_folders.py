"""Sets whose labels are folders: pediatric pneumonia and MURA."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.data import Reading, kermany, mura
from reference.errors import DataError
from tests.reference.data import published


def test_pneumonia_labels_are_the_folders(tmp_path: Path) -> None:
    train = kermany(published.write_kermany(tmp_path), "train")
    assert train.labels == ("Pneumonia",)
    assert [(item.name, item.labels) for item in train.items] == [
        ("train/NORMAL/IM-0115-0001.jpeg", (0.0,)),
        ("train/NORMAL/IM-0115-0002.jpeg", (0.0,)),
        ("train/NORMAL/NORMAL2-IM-0383-0001.jpeg", (0.0,)),
        ("train/PNEUMONIA/person1_bacteria_1.jpeg", (1.0,)),
        ("train/PNEUMONIA/person1_virus_2.jpeg", (1.0,)),
    ]
    assert all(levels.shape == (12, 10) for _, levels in Reading(train))


def test_images_of_one_child_share_a_patient(tmp_path: Path) -> None:
    root = published.write_kermany(tmp_path)
    assert [item.patient for item in kermany(root, "train").items] == [
        "train-IM-0115",
        "train-IM-0115",
        "train-NORMAL2-IM-0383",
        "train-person1",
        "train-person1",
    ]
    assert [item.patient for item in kermany(root, "test").items] == [
        "test-NORMAL-1003233",
        "test-BACTERIA-134339",
        "test-scan",
    ]


def test_hidden_files_are_left_out_and_counted(tmp_path: Path) -> None:
    root = published.write_kermany(tmp_path)
    assert kermany(root, "test").left_out == {"files that are no images of the set": 1}
    assert mura(published.write_mura(tmp_path), "train").left_out == {
        "files that are no images of the set": 1
    }


def test_folder_above_is_accepted_as_the_archives_unpack(tmp_path: Path) -> None:
    (tmp_path / "chest_xray").mkdir()
    published.write_kermany(tmp_path / "chest_xray")
    assert len(kermany(tmp_path, "train")) == 5
    published.write_mura(tmp_path)
    assert mura(tmp_path, "valid").items == mura(tmp_path / "MURA-v1.1", "valid").items


def test_absent_folders_are_refused_by_name(tmp_path: Path) -> None:
    published.write_kermany(tmp_path)
    (tmp_path / "test" / "NORMAL").rename(tmp_path / "elsewhere")
    with pytest.raises(DataError) as caught:
        kermany(tmp_path, "test")
    assert caught.value.where == str(tmp_path / "test" / "NORMAL")
    with pytest.raises(DataError, match="no such folder"):
        mura(tmp_path, "train")


def test_folder_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "MURA-v1.1" / "train").mkdir(parents=True)
    with pytest.raises(DataError, match="there are no images"):
        mura(tmp_path, "train")


@pytest.mark.parametrize("listed", [False, True])
def test_mura_labels_patients_and_body_parts_are_the_folders(tmp_path: Path, listed: bool) -> None:
    train = mura(published.write_mura(tmp_path, listed), "train")
    assert train.labels == ("Abnormal",)
    assert [(item.name, item.patient, item.view, item.labels) for item in train.items] == [
        (f"MURA-v1.1/{published.MURA[0]}", "patient00011", "XR_ELBOW", (0.0,)),
        (f"MURA-v1.1/{published.MURA[1]}", "patient00011", "XR_ELBOW", (0.0,)),
        (f"MURA-v1.1/{published.MURA[2]}", "patient00002", "XR_WRIST", (1.0,)),
    ]
    assert [levels.shape for _, levels in Reading(train)] == [(12, 10)] * 3


def test_official_list_of_mura_names_what_is_missing(tmp_path: Path) -> None:
    root = published.write_mura(tmp_path, listed=True)
    (root / "MURA-v1.1" / published.MURA[1]).unlink()
    reading = Reading(mura(root, "train"))
    assert len(list(reading)) == 2
    assert reading.usage.missing == (f"MURA-v1.1/{published.MURA[1]}",)


@pytest.mark.parametrize(
    "line",
    [
        "MURA-v1.1/train/XR_HAND/patient1/study1_positive/../../x.png",
        "/MURA-v1.1/train/XR_HAND/patient1/study1_positive/image1.png",
        "MURA-v1.1/valid/XR_HAND/patient1/study1_positive/image1.png",
        "MURA-v1.1/train/XR_HAND/patient1/study1_maybe/image1.png",
        "",
    ],
)
def test_rejects_a_hostile_line_of_the_list(tmp_path: Path, line: str) -> None:
    root = published.write_mura(tmp_path, listed=True)
    path = root / "MURA-v1.1" / "train_image_paths.csv"
    path.write_text(f"MURA-v1.1/{published.MURA[0]}\n{line}\n")
    with pytest.raises(DataError) as caught:
        mura(root, "train")
    assert caught.value.where == f"{path}:2"


def test_rejects_a_study_that_says_neither_positive_nor_negative(tmp_path: Path) -> None:
    root = published.write_mura(tmp_path)
    published.save(
        root / "MURA-v1.1/train/XR_HAND/patient3/study1_unsure/image1.png", published.levels(9)
    )
    with pytest.raises(DataError, match="no path of MURA's train part"):
        mura(root, "train")
