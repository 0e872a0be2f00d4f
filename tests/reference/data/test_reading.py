"""A pass over a set names and counts what it could not use, and holds one image at a time."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from reference.data import (
    Dataset,
    Item,
    Reading,
    Usage,
    cut_by_patient,
    nih,
    packaged_digits,
    packaged_photographs,
)
from reference.data.pixels import Float64Array
from reference.errors import DataError, DocumentError
from tests.reference.data import published


class Flat:
    """Images of one megabyte that exist nowhere but in memory, while they are wanted."""

    def load(self, name: str) -> Float64Array:
        return np.zeros((256, 512))


def _made(count: int, patients: int = 1) -> Dataset:
    items = tuple(Item(f"{i}", f"p{i % patients}", "PA", (0.0,)) for i in range(count))
    return Dataset("made", ("Mass",), items, Flat())


def test_missing_and_broken_images_are_named_and_counted(tmp_path: Path) -> None:
    root = published.write_nih(tmp_path)
    (root / "images" / "00000003_000.png").unlink()
    (root / "images" / "00000004_000.png").write_bytes(b"text")
    reading = Reading(nih(root, "test"))
    assert [item.name for item, _ in reading] == ["00000003_001.png"]
    assert reading.usage.missing == ("00000003_000.png",)
    assert [one.name for one in reading.usage.broken] == ["00000004_000.png"]
    reason = reading.usage.broken[0].reason
    assert "not a PNG" in reason
    assert reading.usage.sentence() == (
        "NIH ChestX-ray14 (test): 1 of 3 images used; 1 missing (00000003_000.png); "
        f"1 broken (00000004_000.png: {reason})"
    )


def test_long_lists_of_missing_images_are_cut_in_words_but_not_in_the_count() -> None:
    usage = Usage(dataset="x", offered=6, used=1, missing=tuple("abcde"), left_out={"lateral": 2})
    assert usage.sentence() == (
        "x: 1 of 6 images used; 5 missing (a, b, c and 2 more); left out: 2 lateral"
    )


def test_pass_that_could_use_nothing_is_an_error(tmp_path: Path) -> None:
    root = published.write_nih(tmp_path)
    for path in (root / "images").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="0 of 3 images used"):
        list(Reading(nih(root, "test")))


def test_unfinished_pass_has_no_count() -> None:
    reading = Reading(_made(3))
    with pytest.raises(DataError, match="not been read to the end"):
        _ = reading.usage
    list(reading)
    assert reading.usage.used == 3
    next(iter(reading))
    with pytest.raises(DataError, match="not been read to the end"):
        _ = reading.usage


def test_count_that_does_not_add_up_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="add up"):
        Usage(dataset="x", offered=3, used=2)
    path = Usage(dataset="x", offered=3, used=3).write(tmp_path / "usage.json")
    assert Usage.read(path).used == 3
    path.write_text(path.read_text().replace('"used": 3', '"used": 2'))
    with pytest.raises(DocumentError, match="add up"):
        Usage.read(path)


def test_memory_does_not_grow_with_the_number_of_images() -> None:
    def peak(count: int) -> int:
        reading = Reading(_made(count))
        tracemalloc.start()
        for _ in reading:
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert reading.usage.used == count
        return top

    peak(2)
    few, many = peak(3), peak(60)
    assert few > 2**20
    assert many < few + 2**18


def test_validation_set_shares_no_patient_and_has_its_part_of_the_images() -> None:
    training, validation = cut_by_patient(_made(800, patients=100), seed=3)
    patients = [{item.patient for item in part.items} for part in (training, validation)]
    assert not patients[0] & patients[1]
    assert len(training) + len(validation) == 800
    assert 100 <= len(validation) < 108
    assert validation.name == "made, validation"


def test_cut_depends_on_the_seed_and_on_nothing_else() -> None:
    dataset = _made(400, patients=50)
    turned = Dataset("made", ("Mass",), dataset.items[::-1], Flat())
    cut = [cut_by_patient(one, seed=s)[1] for one, s in ((dataset, 1), (turned, 1), (dataset, 2))]
    names = [sorted(item.name for item in part.items) for part in cut]
    assert names[0] == names[1] != names[2]
    assert {item.patient for item in cut_by_patient(_made(16, 8), seed=0)[1].items} == {"p2"}


def test_cut_that_leaves_a_side_empty_is_refused() -> None:
    with pytest.raises(DataError, match="1 patients cannot be cut"):
        cut_by_patient(_made(5), seed=0)
    for share in (Fraction(0), Fraction(1)):
        with pytest.raises(DataError, match="cuts nothing"):
            cut_by_patient(_made(5, 5), seed=0, share=share)


def test_packages_carry_real_images_without_a_download() -> None:
    photographs, digits = Reading(packaged_photographs()), Reading(packaged_digits())
    assert all(0 <= levels.min() < levels.max() <= 1 for _, levels in photographs)
    assert photographs.usage.used == photographs.usage.offered == 26
    assert {levels.shape for _, levels in digits} == {(8, 8)}
    assert digits.usage.used == 1797
