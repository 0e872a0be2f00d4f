"""Passes: every image once, rows on disk whole or not at all, memory flat."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from reference import progress
from reference.data import Dataset, Item
from reference.data.augmentation import level_named
from reference.data.dataset import ImageFiles
from reference.decide.labels import LABELS
from reference.errors import CalibrationError, DataError, InputError, MissingImageError
from reference.evaluation.jobs import Probabilities, moved_levels, predictions_of
from reference.evaluation.networks import read_classifier
from reference.evaluation.passes import Float64Array, Passes
from tests.reference.evaluation import tiny
from tests.told import Told


@dataclass
class Mean:
    """A job that says how bright an image is."""

    seen: list[str] = field(default_factory=list)
    fail_after: int | None = None
    title: str = "mean"
    identity: str = "mean"
    preparation: str = "mine"
    columns: tuple[str, ...] = ("mean", "largest")

    def prepare(self, item: Item, levels: Float64Array) -> npt.NDArray[np.float32]:
        if len(self.seen) == self.fail_after:
            raise KeyboardInterrupt
        self.seen.append(item.name)
        return levels.astype(np.float32)[None]

    def run(self, batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        values = batch.astype(np.float64)
        return np.stack([values.mean((1, 2, 3)), values.max((1, 2, 3))], axis=1)


@pytest.fixture
def images(tmp_path: Path) -> Dataset:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(7):
        levels = np.random.default_rng(number).integers(0, 256, (9, 8), dtype=np.uint8)
        Image.fromarray(levels).save(folder / f"{number}.png")
    items = tuple(Item(f"{n}.png", str(n), "", (float(n % 2),)) for n in range(7))
    return Dataset("seven", ("Mass",), items, ImageFiles((folder,)))


@pytest.mark.parametrize("batch", [1, 3, 7, 16])
def test_rows_are_what_the_job_says_of_each_image_in_order(
    images: Dataset, batch: int, tmp_path: Path
) -> None:
    (found,) = Passes(tmp_path / "passes", batch).of(images, [Mean()])
    assert found.items == images.items
    assert found.usage.used == 7
    for row, item in zip(found.values, images.items, strict=True):
        levels = images.load(item).astype(np.float32).astype(np.float64)
        assert row == pytest.approx([levels.mean(), levels.max()], rel=1e-12)


def test_what_is_there_is_not_computed_again(images: Dataset, tmp_path: Path) -> None:
    passes = Passes(tmp_path / "passes")
    (first,) = passes.of(images, [Mean()])
    again, other = Mean(), Mean(identity="another network")

    second, _ = passes.of(images, [again, other])
    assert again.seen == []
    assert len(other.seen) == 7
    assert np.array_equal(first.values, second.values)
    assert first.usage == second.usage


def test_equal_preparations_are_made_once_and_others_apart(images: Dataset, tmp_path: Path) -> None:
    first, second = Mean(), Mean(identity="another network")
    third = Mean(identity="a third", preparation="its own")
    found = Passes(tmp_path / "passes").of(images, [first, second, third])
    assert [len(job.seen) for job in (first, second, third)] == [7, 0, 7]
    assert np.array_equal(found[0].values, found[1].values)


def test_other_pixels_other_labels_and_damaged_rows_are_computed_anew(
    images: Dataset, tmp_path: Path
) -> None:
    passes = Passes(tmp_path / "passes")
    passes.of(images, [Mean()])
    Image.fromarray(np.zeros((9, 8), np.uint8)).save(tmp_path / "images" / "3.png")
    changed = Mean()
    passes = Passes(tmp_path / "passes")
    (found,) = passes.of(images, [changed])
    assert len(changed.seen) == 7
    assert found.values[3].tolist() == [0, 0]
    for rows in (tmp_path / "passes").glob("*.csv"):
        rows.write_text(rows.read_text() + "0.png,1,1\n")
    damaged = Mean()
    (again,) = passes.of(images, [damaged])
    assert len(damaged.seen) == 7
    assert np.array_equal(again.values, found.values)


def test_interrupted_pass_leaves_nothing_and_can_be_made_later(
    images: Dataset, tmp_path: Path
) -> None:
    passes = Passes(tmp_path / "passes", batch=2)
    with pytest.raises(KeyboardInterrupt):
        passes.of(images, [Mean(fail_after=5)])
    assert list((tmp_path / "passes").iterdir()) == []
    assert len(passes.of(images, [Mean()])[0].items) == 7


def test_missing_and_broken_images_are_named_and_have_no_row(
    images: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "images" / "2.png").unlink()
    (tmp_path / "images" / "5.png").write_bytes(b"no picture")
    display, passes = Told(), Passes(tmp_path / "passes")
    with progress.shown(display):
        (found,) = passes.of(images, [Mean()])
    assert [item.name for item in found.items] == [f"{n}.png" for n in (0, 1, 3, 4, 6)]
    assert found.usage.missing == ("2.png",)
    assert [one.name for one in found.usage.broken] == ["5.png"]
    assert display.told[-1] == "seven: mean: 5 of 7"
    (again,) = passes.of(images, [Mean()])
    assert again.usage == found.usage


def test_not_one_image_and_a_folder_that_cannot_be_written_are_errors(
    images: Dataset, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(InputError, match="cannot be used"):
        Passes(in_the_way / "passes").of(images, [Mean()])
    for path in (tmp_path / "images").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="0 of 7 images used"):
        Passes(tmp_path / "passes").of(images, [Mean()])
    assert list((tmp_path / "passes").iterdir()) == []


@dataclass(frozen=True)
class Noise:
    """Half a megabyte an image, made when it is asked for."""

    def load(self, name: str) -> Float64Array:
        if name == "gone":
            raise MissingImageError("gone")
        return np.random.default_rng(int(name)).random((256, 256))


def _peak(count: int, folder: Path) -> int:
    items = tuple(Item(str(n), str(n), "", (0.0,)) for n in range(count))
    dataset = Dataset("noise", ("Mass",), items, Noise())
    tracemalloc.start()
    try:
        Passes(folder / str(count), batch=4).of(dataset, [Mean()])
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_is_flat_in_the_number_of_images(tmp_path: Path) -> None:
    _peak(5, tmp_path)  # what is imported on the way
    few, many = _peak(50, tmp_path), _peak(200, tmp_path)
    assert few > 4 * 256 * 256 * 4
    assert many < 1.1 * few, f"{few:,} bytes for 50 images, {many:,} for 200"


def test_movements_depend_on_seed_level_and_name_alone(images: Dataset) -> None:
    levels = np.random.default_rng(0).random((40, 30))
    level = level_named("45")
    moved = moved_levels(levels, level, "0:45:a.png")
    assert np.array_equal(moved, moved_levels(levels, level, "0:45:a.png"))
    assert not np.array_equal(moved, moved_levels(levels, level, "1:45:a.png"))
    assert not np.array_equal(moved, moved_levels(levels, level, "0:45:b.png"))
    assert moved.shape == levels.shape
    assert moved.min() >= 0
    assert moved.max() <= 1


def test_probabilities_at_a_level_are_those_of_the_moved_image(
    images: Dataset, tmp_path: Path
) -> None:
    network = read_classifier(tiny.save(tiny.narrow(), tmp_path / "c.safetensors"), "c")
    plain = Probabilities(network)
    moved = Probabilities(network, level_named("45"), seed=3)
    none = Probabilities(network, level_named("none"), seed=9)
    first, second = Passes(tmp_path / "passes").of(images, [plain, moved])
    assert not np.array_equal(first.values, second.values)
    assert none.identity == plain.identity
    item = images.items[4]
    image = network.about.preprocess.apply(
        moved_levels(images.load(item), level_named("45"), f"3:45:{item.name}")
    )
    assert second.values[4] == pytest.approx(moved.run(image)[0], abs=1e-6)


def test_predictions_are_of_the_images_that_were_read_and_of_common_findings(
    images: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "images" / "2.png").unlink()
    network = read_classifier(tiny.save(tiny.narrow(), tmp_path / "c.safetensors"), "c")
    (outputs,) = Passes(tmp_path / "passes").of(images, [Probabilities(network)])
    found = predictions_of("seven", ("Mass",), outputs)
    assert found.findings == ("Mass",)
    assert found.truth[:, 0].tolist() == [0, 1, 1, 0, 1, 0]
    assert np.array_equal(found.outputs[:, 0], outputs.values[:, LABELS.index("Mass")])
    with pytest.raises(CalibrationError, match="scores none of the labels"):
        predictions_of("seven", ("digit",), outputs)
