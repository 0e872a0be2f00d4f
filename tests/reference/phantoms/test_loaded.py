"""The loaders of the published sets read the folders of phantoms, unchanged and complete."""

from pathlib import Path

import numpy as np
import pytest

from reference.data.folders import kermany, mura
from reference.data.nih import nih
from reference.data.padchest import padchest
from reference.data.pixels import read_grey
from reference.decide.labels import LABELS
from reference.phantoms import (
    Cohort,
    read_origins,
    write_kermany,
    write_mura,
    write_nih,
    write_padchest,
)

COHORT = Cohort(seed=8, patients=55, size=32)


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("loaded")
    write_nih(folder / "nih", COHORT)
    write_padchest(folder / "padchest", COHORT)
    write_kermany(folder / "kermany", COHORT)
    write_mura(folder / "mura", COHORT)
    return folder


def test_few_children_are_loaded_though_a_kind_lacks(tmp_path):
    write_kermany(tmp_path / "few", Cohort(seed=1, patients=5, size=32))
    parts = [kermany(tmp_path / "few", part) for part in ("train", "test")]
    assert [len(part) for part in parts] == [4, 1]


def test_nih_parts_hold_every_image_and_share_no_patient(root):
    parts = nih(root / "nih", "train_val"), nih(root / "nih", "test")
    origins = read_origins(root / "nih")
    assert sum(len(part.items) for part in parts) == len(origins)
    assert not any(part.left_out for part in parts)
    patients = [{item.patient for item in part.items} for part in parts]
    assert not patients[0] & patients[1]
    for part in parts:
        for item in part.items[:8]:
            drawn = origins[item.name].phantom()
            assert item.labels == tuple(map(float, drawn.labels))
            grey = read_grey(root / "nih" / "images" / item.name)
            assert np.array_equal(grey, drawn.image / 255)


def test_padchest_aligns_all_findings_and_leaves_out_what_it_should(root):
    loaded = padchest(root / "padchest")
    origins = read_origins(root / "padchest")
    assert set(loaded.left_out) == {"of projection 'L'", "without labels"}
    assert len(loaded.items) + loaded.left_out["without labels"] == len(origins)
    labels = np.array([item.labels for item in loaded.items])
    assert labels.shape[1] == len(LABELS)
    assert (labels.sum(axis=0) > 0).all()
    for item in loaded.items[:8]:
        drawn = origins[item.name.split("/")[1]].phantom()
        assert item.labels == tuple(map(float, drawn.labels))
        assert np.array_equal(read_grey(root / "padchest" / item.name), drawn.image / 65535)


@pytest.mark.parametrize(
    ("load", "name", "parts"),
    [(kermany, "kermany", ("train", "test")), (mura, "mura", ("train", "valid"))],
)
def test_shifted_sets_are_complete_and_have_both_labels(root, load, name, parts):
    loaded = [load(root / name, part) for part in parts]
    assert sum(len(part.items) for part in loaded) == COHORT.patients
    for part in loaded:
        assert not part.left_out
        assert {item.labels for item in part.items} == {(0.0,), (1.0,)}
