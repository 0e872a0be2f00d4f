"""PadChest (Bustos et al., 2019) as published: one table, 16-bit PNG files in numbered folders."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from reference.data.dataset import Dataset, ImageFiles, Item, require_folder, safe_path
from reference.data.tables import Row, only_file, read_rows, wrong
from reference.decide.labels import LABELS
from reference.errors import located

Alignment = Literal["exact", "substring"]
"""``exact``: a finding is present when PadChest's label has its name, apart from upper and lower
case (the paper). ``substring``: when its lower-case name occurs anywhere in the text of the labels
(the authors' code), so "effusion" in "pleural effusion", but also "mass" in "mediastinal mass".
"""

Views = Literal["frontal", "pa", "all"]

_COLUMNS = ("ImageID", "ImageDir", "PatientID", "Projection", "Labels")
_FRONTAL = ("PA", "AP", "AP_horizontal")
_QUOTED = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_NOT_LABELLED = ("", "nan")


def padchest(root: Path, *, alignment: Alignment = "exact", views: Views = "frontal") -> Dataset:
    """Return PadChest with its labels aligned to ``LABELS``; the order is the table's.

    Reads the one ``PADCHEST*.csv`` (or ``.csv.gz``) in ``root``; images lie in
    ``root/ImageDir/ImageID``. Rows without labels or patient are left out. A finding
    that the alignment finds nowhere in the whole table is unknown (NaN) for every image, and not
    absent: PadChest then has no such label.

    Args:
        root: the folder with the table.
        alignment: how labels become findings.
        views: frontal projections (PA, AP, AP_horizontal), PA alone as in the authors' code, or
            every projection, lateral ones included.

    Raises:
        DataError: a file is absent or not as published; file and line are named.
    """
    require_folder(root, "give the folder with the PadChest table")
    table = only_file(root, "PADCHEST*.csv", "PADCHEST*.csv.gz")
    named = _findings_named(table, alignment)
    left_out: dict[str, int] = {}
    items: list[Item] = []
    known: dict[str, tuple[float, ...]] = {}
    for where, row in read_rows(table, _COLUMNS, key="ImageID"):
        with located(where):
            name = _name(row)
            reason = _reason_to_leave_out(row, views)
            if reason:
                left_out[reason] = left_out.get(reason, 0) + 1
                continue
            text = row["Labels"]
            if text not in known:
                known[text] = _aligned(_label_names(row), alignment, named)
        patient, view = row["PatientID"].strip(), row["Projection"]
        items.append(Item(name, sys.intern(patient), sys.intern(view), known[text]))
    title = f"PadChest ({views} views, {alignment} label names)"
    return Dataset(title, LABELS, tuple(items), ImageFiles((root,)), left_out)


def _reason_to_leave_out(row: Row, views: Views) -> str | None:
    view = row["Projection"]
    if (views == "pa" and view != "PA") or (views == "frontal" and view not in _FRONTAL):
        return f"of projection {view[:20]!r}"
    if row["Labels"].strip() in _NOT_LABELLED:
        return "without labels"
    return None if row["PatientID"].strip() else "without a patient"


def _name(row: Row) -> str:
    name = safe_path(f"{row['ImageDir']}/{row['ImageID']}")
    if name.count("/") != 1:
        raise wrong(f"{name[:80]!r} is no path of a PadChest image")
    return name


def _label_names(row: Row) -> tuple[str, ...]:
    """Return the names in a cell such as ``['pleural effusion', 'nodule']``."""
    text = row["Labels"].strip()
    inside = text[1:-1] if text.startswith("[") and text.endswith("]") else None
    if inside is None or _QUOTED.sub("", inside).strip(" ,\t"):
        raise wrong(f"{text[:80]!r} is no list of labels")
    names = (match[1] or match[2] or "" for match in _QUOTED.finditer(inside))
    return tuple(name.strip().lower() for name in names if name.strip())


def _findings_named(table: Path, alignment: Alignment) -> frozenset[int]:
    """Return which of ``LABELS`` the whole table names at least once."""
    texts: set[tuple[str, ...]] = set()
    named: set[int] = set()
    for where, row in read_rows(table, _COLUMNS, key="ImageID"):
        if row["Labels"].strip() not in _NOT_LABELLED and len(named) < len(LABELS):
            with located(where):
                names = _label_names(row)
            if names not in texts:
                texts.add(names)
                named.update(i for i, label in enumerate(LABELS) if _says(names, label, alignment))
    return frozenset(named)


def _aligned(
    names: tuple[str, ...], alignment: Alignment, named: Collection[int]
) -> tuple[float, ...]:
    return tuple(
        float(_says(names, label, alignment)) if index in named else float("nan")
        for index, label in enumerate(LABELS)
    )


def _says(names: tuple[str, ...], label: str, alignment: Alignment) -> bool:
    wanted = label.lower()
    return wanted in names if alignment == "exact" else any(wanted in name for name in names)
