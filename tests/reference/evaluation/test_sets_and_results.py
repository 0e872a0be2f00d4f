"""What sets are opened as, what their pictures show, and that results are whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reference.data import Dataset, Item, Usage
from reference.decide.scores import ScoreName
from reference.errors import DataError, MissingImageError
from reference.evaluation.inputs import readable_by_lot
from reference.evaluation.networks import Network
from reference.evaluation.passes import Outputs
from reference.evaluation.pictures import error_in_red, strength
from reference.evaluation.results import Result, new_sheet, read_results
from reference.evaluation.samples import Sample, Shown, hard_to_easy
from reference.evaluation.sets import open_set
from reference.evaluation.tables import Table
from reference.preprocess import AUTOENCODER
from tests.reference.evaluation import tiny


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_sets(tmp_path_factory.mktemp("sets"))


def test_folder_of_phantoms_is_told_by_its_notice(root: Path) -> None:
    nih = open_set(f"nih:{root / 'nih'}", seed=0)
    assert nih.notice == (
        "Phantoms of hospital A, test: procedural phantoms, nothing medical is claimed"
    )
    assert nih.validation is not None
    assert nih.validation.name == "Phantoms of hospital A, validation"
    assert open_set("packaged:photographs", seed=0).notice is None
    assert open_set("packaged:photographs", seed=0).images.name == "Packaged photographs"


def test_validation_patients_are_neither_tested_nor_all_of_train_val(root: Path) -> None:
    nih = open_set(f"nih:{root / 'nih'}", seed=0)
    assert nih.validation is not None
    tested = {item.patient for item in nih.images.items}
    validated = {item.patient for item in nih.validation.items}
    assert validated
    assert not tested & validated
    other = open_set(f"nih:{root / 'nih'}", seed=1).validation
    assert other is not None
    assert {item.patient for item in other.items} != validated
    assert open_set(f"padchest:{root / 'padchest'}", seed=0).validation is None


def test_both_parts_of_sets_that_nothing_is_trained_on_are_used(root: Path) -> None:
    kermany = open_set(f"kermany:{root / 'kermany'}", seed=0)
    mura = open_set(f"mura:{root / 'mura'}", seed=0)
    assert (len(kermany.images), len(mura.images)) == (12, 8)
    assert (kermany.part, mura.part) == ("pneumonia", "other")
    for one in (kermany, mura):
        for item in one.images.items:
            assert one.images.load(item).ndim == 2


def test_masks_of_every_frontal_phantom_are_found_again(root: Path) -> None:
    for text in (f"nih:{root / 'nih'}", f"padchest:{root / 'padchest'}"):
        opened = open_set(text, seed=0)
        assert set(opened.origins) == {item.name for item in opened.images.items}
    assert open_set(f"mura:{root / 'mura'}", seed=0).origins == {}


def test_limit_is_a_lot_that_is_counted_and_does_not_depend_on_the_others(root: Path) -> None:
    text = f"nih:{root / 'nih'}"
    whole, few, more = (open_set(text, seed=5, limit=limit) for limit in (None, 4, 8))
    assert len(few.images) == 4
    assert set(few.images.items) < set(more.images.items) < set(whole.images.items)
    left = len(whole.images) - 4
    assert few.images.left_out == {"beyond the limit of 4, by lot": left}
    assert few.validation is not None
    assert len(few.validation) == 4


@pytest.mark.parametrize("text", ["nih", "nih:", "cats:/tmp", "packaged:cats", "", ":/tmp"])
def test_refuses_what_names_no_set(text: str) -> None:
    with pytest.raises(DataError, match="names no data set"):
        open_set(text, seed=0)


def test_refuses_a_limit_that_leaves_nothing(root: Path) -> None:
    with pytest.raises(DataError, match="leaves no image"):
        open_set(f"nih:{root / 'nih'}", seed=0, limit=0)


def test_lot_depends_on_seed_and_names_and_counts_the_rest() -> None:
    opened = open_set("packaged:digits", seed=0, limit=30)
    found, usage = readable_by_lot(opened.images, 3, seed=1)
    assert len(found) == usage.used == 3
    assert usage.left_out["not drawn by lot"] == 27
    again, _ = readable_by_lot(opened.images, 3, seed=1)
    assert [item for item, _ in again] == [item for item, _ in found]
    assert [item for item, _ in readable_by_lot(opened.images, 3, seed=2)[0]] != [
        item for item, _ in found
    ]


@pytest.mark.parametrize(("score", "hardest"), [("l2", 4), ("ssim", 0)])
def test_hardest_comes_first_and_the_easiest_last(score: ScoreName, hardest: int) -> None:
    items = tuple(Item(str(n), str(n), "", ()) for n in range(5))
    usage = Usage(dataset="five", offered=5, used=5)
    outputs = Outputs(items, (score,), np.arange(5.0)[:, None], usage)
    ranked = hard_to_easy(outputs, score, 3)
    assert [rank for rank, _ in ranked] == [1, 3, 5]
    assert ranked[0][1].name == str(hardest)
    assert ranked[-1][1].name == str(4 - hardest)
    assert len(hard_to_easy(outputs, score, 50)) == 5


def test_error_is_red_where_it_is_and_nowhere_else() -> None:
    image = np.zeros((64, 64), np.float32)
    made = image.copy()
    made[3, 5], made[3, 6] = 1.0, 0.5
    shown = Shown(dataset="d", image="i", rank=None, l1=0, l2=0, ssim=1, latent=0)
    colours = error_in_red(Sample(shown, image, made))
    assert colours[3, 5].tolist() == [1, 0, 0]
    assert colours[3, 6].tolist() == [0.75, 0.25, 0.25]
    assert (np.delete(colours.reshape(-1, 3), [3 * 64 + 5, 3 * 64 + 6], axis=0) == 0.5).all()


def test_strength_of_a_map_is_relative_and_of_a_flat_one_nothing() -> None:
    values = np.zeros((20, 20))
    values[0, 0] = 3.0
    assert strength(values)[0, 0] == 1
    assert strength(np.zeros((4, 4))).tolist() == np.zeros((4, 4)).tolist()


def _network() -> dict[str, object]:
    return {
        "name": "n",
        "kind": "autoencoder",
        "file": "f",
        "sha256": "0",
        "parameters": 1,
        "preprocess": AUTOENCODER,
    }


def _write(out: Path, value: float, fails: bool = False) -> None:
    with new_sheet(out, "thing", "Thing", "A thing.", ["NOT FOR MEDICAL USE"]) as sheet:
        sheet.uses(Usage(dataset="d", offered=1, used=1), Network.model_validate(_network()))
        sheet.table(Table(name="t", caption="c", header=("a",), rows=((value,),)))
        if fails:
            raise KeyboardInterrupt


def test_result_is_replaced_by_a_whole_one_and_by_no_other(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _write(tmp_path, 1.0, fails=True)
    assert list(tmp_path.iterdir()) == []
    _write(tmp_path, 1.0)
    with pytest.raises(KeyboardInterrupt):
        _write(tmp_path, 2.0, fails=True)
    ((folder, result),) = read_results(tmp_path, ["thing", "other"])
    assert isinstance(result, Result)
    assert result.tables[0].rows == ((1.0,),)
    _write(tmp_path, 2.0)
    assert read_results(tmp_path, ["thing"])[0][1].tables[0].rows == ((2.0,),)
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]
    assert sorted(path.name for path in folder.iterdir()) == ["result.json", "t.csv", "t.md"]


def test_lot_goes_on_past_images_that_cannot_be_read_and_names_them() -> None:
    class Half:
        def load(self, name: str) -> np.ndarray:
            if int(name) % 2:
                raise MissingImageError("gone")
            return np.zeros((8, 8))

    items = tuple(Item(str(n), str(n), "", ()) for n in range(10))
    found, usage = readable_by_lot(Dataset("half", (), items, Half()), 5, seed=0)
    assert [int(item.name) % 2 for item, _ in found] == [0] * 5
    assert usage.missing
    assert all(int(name) % 2 for name in usage.missing)
    assert usage.used + len(usage.missing) == usage.offered
