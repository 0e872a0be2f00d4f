"""Real radiographs in one folder of small copies: which image plays which part, and its labels.

The images are not part of this project; the names of those that are trained on, and the part that
each plays, are (``films.csv``): no patient of NIH ChestX-ray14 and no file of another set is in
two parts. Where the folder is not there, ``FETCH`` says what to put into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from reference.data.dataset import Dataset, ImageFiles, Item, require_folder, sorted_files
from reference.data.tables import read_list, read_rows, wrong
from reference.decide.labels import LABELS
from reference.errors import located

Part = Literal["train", "calibration", "measured"]

NIH = "nih"
CHESTS: tuple[str, ...] = (
    NIH,
    "chest/kermany_original",
    "chest/kermany_squashed_224",
    "chest/hannover",
)
"""Folders of upright frontal chests that are trained on; each is cut into all three parts."""

DRAWINGS = "other/emoji"
"""The folder of drawings, of which half is trained on."""

STRANGERS: tuple[str, ...] = ("chest/actualmed", "chest/figure1", "chest/covid_chestxray")
"""Folders of frontal chests from elsewhere, which are measured on alone, wholly."""

OTHERS: tuple[str, ...] = (
    "other/lateral_chest",
    "other/bones",
    "other/ct",
    "other/brain_mri",
    "other/photographs",
)
"""Folders of what is no frontal chest, which are measured on alone, wholly."""

MIXED = "other/rotated_chest_mixed"
"""A folder of frontal chests of which some are turned counter-clockwise; measured on alone."""

FETCH = """\
give a folder with small copies (short side 256 pixels, PNG) of these sets, named as in
reference/data/films.csv: nih/ (NIH ChestX-ray14, with labels.csv: file, patient, view,
arnoweng_split and one 0/1 column per finding), chest/kermany_original and
chest/kermany_squashed_224 (Kermany et al., CC BY 4.0), chest/hannover
(ml-workgroup/covid-19-image-repository, CC BY 3.0), other/emoji (Noto Emoji)"""

_PARTS = ("train", "calibration", "measured")
_SUFFIXES = (".png", ".jpg", ".jpeg")
_COLUMN_OF = {label: label.replace(" ", "_") for label in LABELS}


@cache
def listed() -> dict[str, tuple[str, Part]]:
    """Return the patient ("" where it is not known) and the part of every listed image."""
    table = Path(__file__).with_name("films.csv")
    found: dict[str, tuple[str, Part]] = {}
    for where, row in read_rows(table, ("image", "patient", "part"), key="image"):
        part = next((one for one in _PARTS if one == row["part"]), None)
        if part is None:
            with located(where):
                raise wrong(f"unknown part {row['part'][:80]!r}")
        found[row["image"]] = (row["patient"], part)  # type: ignore[assignment]
    return found


def films(root: Path, parts: Sequence[Part], folders: Sequence[str] = CHESTS) -> Dataset:
    """Return the listed images of some parts, in the list's order, without labels.

    Images of the list that are not in the folder are counted when they are read.

    Args:
        root: the folder that holds ``nih``, ``chest`` and ``other``.
        parts: which of "train", "calibration" and "measured".
        folders: below ``root``.

    Raises:
        DataError: a folder is absent; the remedy says what belongs into it.
    """
    for folder in folders:
        require_folder(root / folder, FETCH)
    items = tuple(
        Item(name, patient or name, "", ())
        for name, (patient, part) in listed().items()
        if part in parts and name.rpartition("/")[0] in folders
    )
    return Dataset(f"{', '.join(folders)} ({', '.join(parts)})", (), items, ImageFiles((root,)))


def strangers(root: Path, folder: str) -> Dataset:
    """Return every image of a folder that is measured on alone, without labels.

    Raises:
        DataError: the folder is absent or empty.
    """
    names, others = sorted_files(require_folder(root / folder, FETCH), _SUFFIXES)
    items = tuple(Item(f"{folder}/{name}", name, "", ()) for name in names)
    left_out = {"files that are no images": others} if others else {}
    return Dataset(folder, (), items, ImageFiles((root,)), left_out)


def turned_or_not(root: Path, turned: bool) -> Dataset:
    """Return the images of ``MIXED`` that are turned, or those that are not, as seen by eye.

    Raises:
        DataError: the folder is absent, or has none of them.
    """
    names = read_list(Path(__file__).with_name("turned.txt"))
    name = f"{MIXED}, turned 90° counter-clockwise" if turned else f"{MIXED}, upright"
    whole = strangers(root, MIXED)
    return whole.part(name, lambda item: (item.name in names) == turned)


def labelled_films(root: Path, parts: Sequence[Part]) -> Dataset:
    """Return the NIH images of some parts with their findings, in the order of ``LABELS``.

    Raises:
        DataError: the folder or its table is absent, or a row of it is wrong or is not listed.
    """
    folder = require_folder(root / NIH, FETCH)
    items = []
    columns = ("file", "patient", "view", *_COLUMN_OF.values())
    for where, row in read_rows(folder / "labels.csv", columns, key="file"):
        with located(where):
            patient, part = _place_of(row["file"], row["patient"])
            values = tuple(_present(row[column]) for column in _COLUMN_OF.values())
        if part in parts:
            items.append(Item(row["file"], patient, row["view"], values))
    return Dataset(
        f"NIH ChestX-ray14, small copies ({', '.join(parts)})",
        LABELS,
        tuple(items),
        ImageFiles((folder,)),
    )


def _place_of(file: str, patient: str) -> tuple[str, Part]:
    known = listed().get(f"{NIH}/{file}")
    if known is None:
        raise wrong(f"{file[:80]!r} is not among the listed images")
    if known[0] != patient:
        raise wrong(f"{file} is of patient {known[0]}, not of {patient[:80]!r}")
    return known


def _present(cell: str) -> float:
    if cell not in ("0", "1"):
        raise wrong(f"a finding is {cell[:80]!r}, not 0 or 1")
    return float(cell)
