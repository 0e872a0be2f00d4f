"""NIH ChestX-ray14 (Wang et al., 2017) as published: one table, two official lists, PNG files."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Literal

from reference.data.dataset import Dataset, ImageFiles, Item, require_folder
from reference.data.tables import RESTORE, Row, only_file, read_list, read_rows, wrong
from reference.decide.labels import LABELS
from reference.errors import DataError, located

NihSplit = Literal["train_val", "test"]

_COLUMNS = ("Image Index", "Finding Labels", "Patient ID", "View Position")
_NAME = re.compile(r"(\d{8})_\d{3}\.png")
_VIEWS = ("PA", "AP")
_NO_FINDING = "No Finding"
_COLUMN_OF = {label.replace(" ", "_"): index for index, label in enumerate(LABELS)}


def nih(root: Path, split: NihSplit) -> Dataset:
    """Return one official part of NIH ChestX-ray14, labels in the order of ``LABELS``.

    Reads ``Data_Entry_2017*.csv``, ``train_val_list.txt`` and ``test_list.txt`` in ``root``;
    images lie in ``root/images``, in ``root/images_001/images`` to ``images_012`` (as the
    archives unpack), or in ``root`` itself. The order is the table's.

    Raises:
        DataError: a file is absent or not as published, a label or view is unknown, or a patient
            is in both lists; file and line are named.
    """
    require_folder(root, "give the folder with Data_Entry_2017*.csv")
    table = only_file(root, "Data_Entry_2017*.csv")
    lists = _official_lists(root)
    wanted = lists[split]
    part_of: dict[str, str] = {}
    items: list[Item] = []
    unlisted = 0
    known: dict[str, tuple[float, ...]] = {}
    for where, row in read_rows(table, _COLUMNS, key="Image Index"):
        with located(where):
            item = _item(row, known)
            part = next((part for part, names in lists.items() if item.name in names), None)
            if part is None:
                unlisted += 1
            elif part_of.setdefault(item.patient, part) != part:
                raise wrong(f"patient {item.patient} is in both lists")
        if item.name in wanted:
            items.append(item)
    left_out = {
        "in neither official list": unlisted,
        "in the official list without a row in the table": len(wanted) - len(items),
    }
    return Dataset(
        f"NIH ChestX-ray14 ({split})",
        LABELS,
        tuple(items),
        ImageFiles(_image_folders(root)),
        {reason: count for reason, count in left_out.items() if count},
    )


def _official_lists(root: Path) -> dict[str, dict[str, int]]:
    """Return the names in each list with their lines."""
    lists = {part: read_list(root / f"{part}_list.txt") for part in ("train_val", "test")}
    for name, line in lists["test"].items():
        if name in lists["train_val"]:
            where = f"{root / 'test_list.txt'}:{line}"
            raise DataError(f"{name} is in both lists", where, RESTORE)
    return lists


def _image_folders(root: Path) -> tuple[Path, ...]:
    unpacked = sorted(root.glob("images_[0-9][0-9][0-9]"))
    nested = [folder / "images" for folder in unpacked]
    candidates = [root / "images", *nested, *unpacked, root]
    return tuple(folder for folder in candidates if folder.is_dir())


def _item(row: Row, known: dict[str, tuple[float, ...]]) -> Item:
    name, patient, view = row["Image Index"], row["Patient ID"], row["View Position"]
    match = _NAME.fullmatch(name)
    if not match:
        raise wrong(f"{name[:80]!r} is no name of an NIH image")
    # int() takes digits of any script and any number of them; the table has a few ASCII ones.
    if not re.fullmatch(r"[0-9]{1,8}", patient) or int(patient) != int(match[1]):
        raise wrong(f"{name} is not of patient {patient[:80]!r}")
    if view not in _VIEWS:
        raise wrong(f"unknown view position {view[:80]!r}")
    text = row["Finding Labels"]
    if text not in known:
        known[text] = _labels(text)
    return Item(name, sys.intern(match[1]), sys.intern(view), known[text])


def _labels(text: str) -> tuple[float, ...]:
    names = text.split("|")
    present = [0.0] * len(LABELS)
    if names == [_NO_FINDING]:
        return tuple(present)
    for name in names:
        if name not in _COLUMN_OF:
            raise wrong(f"unknown finding {name[:80]!r}")
        if present[_COLUMN_OF[name]]:
            raise wrong(f"finding {name!r} stands there twice")
        present[_COLUMN_OF[name]] = 1.0
    return tuple(present)
