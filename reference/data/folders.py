"""Data sets whose labels are the names of folders: pediatric pneumonia (Kermany) and MURA."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from reference.data.dataset import Dataset, ImageFiles, Item, require_folder, sorted_files
from reference.data.tables import read_list, wrong
from reference.errors import located

KermanySplit = Literal["train", "test"]
MuraSplit = Literal["train", "valid"]

_PATIENT = (
    re.compile(r"(person\d+)_(?:bacteria|virus)_\d+"),
    re.compile(r"((?:NORMAL2-)?IM-\d+)-\d+(?:-\d+)?"),
    re.compile(r"((?:BACTERIA|VIRUS|NORMAL)-\d+)-\d+"),
)
_MURA_PATH = re.compile(
    r"MURA-v1\.1/(train|valid)/(XR_[A-Z]+)/(patient\d+)/(study\d+_(positive|negative))/[^/]+\.png"
)
_OTHERS = "files that are no images of the set"


def kermany(root: Path, split: KermanySplit) -> Dataset:
    """Return the pediatric pneumonia set (Kermany et al., 2018); its one label is Pneumonia.

    ``root`` holds ``{train,test}/{NORMAL,PNEUMONIA}/*.jpeg``, or is the folder above
    ``chest_xray`` that does. Patients are told by the names of the files, which number them
    anew in each part; a name of another kind is a patient of its own.

    Raises:
        DataError: a folder is absent or empty.
    """
    remedy = "give the folder that holds train and test, with NORMAL and PNEUMONIA in each"
    require_folder(root, remedy)
    base = root / "chest_xray" if (root / "chest_xray").is_dir() else root
    items: list[Item] = []
    others = 0
    for label, value in (("NORMAL", 0.0), ("PNEUMONIA", 1.0)):
        folder = require_folder(base / split / label, remedy)
        names, strangers = sorted_files(folder, (".jpeg", ".jpg"))
        others += strangers
        for name in names:
            patient = f"{split}-{_kermany_patient(name)}"
            items.append(Item(f"{split}/{label}/{name}", patient, "", (value,)))
    left_out = {_OTHERS: others} if others else {}
    name = f"Pediatric pneumonia ({split})"
    return Dataset(name, ("Pneumonia",), tuple(items), ImageFiles((base,)), left_out)


def _kermany_patient(name: str) -> str:
    stem = name.rsplit(".", 1)[0]
    found = (match[1] for pattern in _PATIENT if (match := pattern.fullmatch(stem)))
    return next(found, stem)


def mura(root: Path, split: MuraSplit) -> Dataset:
    """Return MURA v1.1 (Rajpurkar et al., 2018), bone X-rays; its one label is Abnormal.

    ``root`` is ``MURA-v1.1`` or the folder above it. Images are those of the official
    ``{split}_image_paths.csv`` where it is there, so that absent ones are missed, and otherwise
    all of ``{split}/XR_*/patientN/studyK_{positive,negative}/*.png``. The view is the body part.

    Raises:
        DataError: a folder is absent, empty or not named as published, or a line of the list is
            no path of the set; file and line are named.
    """
    remedy = "give the folder MURA-v1.1, with train and valid in it"
    require_folder(root, remedy)
    base = root if root.name == "MURA-v1.1" else root / "MURA-v1.1"
    require_folder(base / split, remedy)
    official = base / f"{split}_image_paths.csv"
    left_out: dict[str, int] = {}
    if official.is_file():
        items = []
        for path, line in read_list(official).items():
            with located(f"{official}:{line}"):
                items.append(_mura_item(path, split))
    else:
        items = list(_mura_tree(base, split, left_out))
    name = f"MURA ({split})"
    return Dataset(name, ("Abnormal",), tuple(items), ImageFiles((base.parent,)), left_out)


def _mura_tree(base: Path, split: MuraSplit, left_out: dict[str, int]) -> Iterator[Item]:
    """Walk the studies in order of their names."""
    for study in sorted((base / split).glob("XR_*/patient*/study*")):
        names, others = sorted_files(study, (".png",))
        if others:
            left_out[_OTHERS] = left_out.get(_OTHERS, 0) + others
        for name in names:
            path = PurePosixPath("MURA-v1.1") / study.relative_to(base).as_posix() / name
            with located(str(study)):
                item = _mura_item(str(path), split)
            yield item


def _mura_item(path: str, split: MuraSplit) -> Item:
    match = _MURA_PATH.fullmatch(path)
    if not match or match[1] != split:
        raise wrong(f"{path[:120]!r} is no path of MURA's {split} part")
    return Item(path, match[3], match[2], (float(match[5] == "positive"),))
