"""Prepared images are the release's own preprocessing, counted, and kept whole or not at all."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from reference.data import Dataset, Item, nih
from reference.data.pixels import Float64Array
from reference.errors import DataError, DocumentError, TrainingError
from reference.preprocess import AUTOENCODER, XRV
from reference.training.registry import Registry, network_input, open_registry, register
from tests.reference.training.conftest import SMALL


def test_a_network_reads_what_the_release_prepares(
    parts: tuple[Dataset, Dataset], registries: dict[str, tuple[Registry, Registry]]
) -> None:
    registry = registries["classifier"][0]
    for index in (0, len(registry) - 1):
        wanted = SMALL.apply(parts[0].load(parts[0].items[index]))
        made = network_input(registry.grey([index]), SMALL).numpy()
        assert made.shape == wanted.shape
        assert np.abs(made - wanted).max() <= 0.5 / 65535 + 1e-7


def test_range_and_channels_are_the_definitions() -> None:
    grey = torch.tensor([0.0, 0.5, 1.0]).reshape(1, 1, 1, 3)
    assert network_input(grey, AUTOENCODER).flatten().tolist() == [-1, 0, 1]
    assert network_input(grey, XRV).flatten().tolist() == [-1024, 0, 1024]
    assert network_input(grey, SMALL).shape == (1, 3, 1, 3)


def test_labels_stay_with_their_images(
    parts: tuple[Dataset, Dataset], registries: dict[str, tuple[Registry, Registry]]
) -> None:
    for part, registry in zip(parts, registries["classifier"], strict=True):
        np.testing.assert_array_equal(registry.truth, part.truth())
        assert registry.known([2, 0]).tolist() == [
            registry.truth[2].tolist(),
            registry.truth[0].tolist(),
        ]


def test_missing_and_broken_images_are_left_out_and_named(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "nih"))
    images = sorted((copy / "images").iterdir())
    whole = nih(copy, "train_val")
    gone, broken = whole.items[0].name, whole.items[1].name
    (copy / "images" / gone).unlink()
    (copy / "images" / broken).write_bytes(b"no image")
    registry = register(whole, SMALL, tmp_path / "registry")
    assert images
    assert len(registry) == len(whole) - 2
    assert registry.about.usage.missing == (gone,)
    assert [one.name for one in registry.about.usage.broken] == [broken]
    np.testing.assert_array_equal(registry.truth, whole.truth()[2:])


def test_is_made_once(parts: tuple[Dataset, Dataset], tmp_path: Path) -> None:
    told: list[str] = []
    register(parts[1], SMALL, tmp_path / "registry", told.append)
    assert any("images used" in line for line in told)
    told.clear()
    again = register(parts[1], SMALL, tmp_path / "registry", told.append)
    assert not told
    assert len(again) == len(parts[1])


def test_rejects_a_folder_of_other_images(parts: tuple[Dataset, Dataset], tmp_path: Path) -> None:
    register(parts[1], SMALL, tmp_path / "registry")
    with pytest.raises(TrainingError, match="prepared for another training"):
        register(parts[0], SMALL, tmp_path / "registry")
    with pytest.raises(TrainingError, match="prepared for another training"):
        register(parts[1], SMALL.model_copy(update={"size": 16}), tmp_path / "registry")
    (tmp_path / "other").mkdir()
    with pytest.raises(TrainingError, match="holds no images"):
        register(parts[1], SMALL, tmp_path / "other")


def test_rejects_a_damaged_file(parts: tuple[Dataset, Dataset], tmp_path: Path) -> None:
    register(parts[1], SMALL, tmp_path / "registry")
    file = tmp_path / "registry" / "levels.u16"
    file.write_bytes(file.read_bytes()[:-2])
    with pytest.raises(TrainingError, match=r"levels\.u16: the file is absent or damaged"):
        open_registry(tmp_path / "registry")
    with pytest.raises(DocumentError):
        open_registry(tmp_path)


class Interrupted:
    """Images of which the third cannot be waited for."""

    def __init__(self, error: BaseException) -> None:
        self.error, self.count = error, 0

    def load(self, name: str) -> Float64Array:
        self.count += 1
        if self.count == 3:
            raise self.error
        return np.zeros((40, 40))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError()])
def test_leaves_nothing_half_written(
    parts: tuple[Dataset, Dataset], tmp_path: Path, error: BaseException
) -> None:
    spoiled = replace(parts[1], images=Interrupted(error))
    with pytest.raises(type(error)):
        register(spoiled, SMALL, tmp_path / "registry")
    assert list(tmp_path.iterdir()) == []


def test_rejects_a_set_of_which_nothing_can_be_read(tmp_path: Path) -> None:
    class Nothing:
        def load(self, name: str) -> Float64Array:
            from reference.errors import MissingImageError

            raise MissingImageError("gone", name)

    empty = Dataset("nothing", ("a",), (Item("x", "x", "", (1.0,)),), Nothing())
    with pytest.raises(DataError, match="0 of 1 images used"):
        register(empty, SMALL, tmp_path / "registry")
    assert list(tmp_path.iterdir()) == []
