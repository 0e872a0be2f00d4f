"""Local labels, from a CSV file: a row for each image, a column for each finding."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from reference.decide.predictions import FloatArray
from xport.errors import InputError

IMAGE = "image"
"""The column with the name of the file."""
_MEANS = {"1": 1.0, "0": 0.0, "": np.nan}
_REMEDY = "give a column `image` with the files' names, and one of 1, 0 or nothing for each finding"


@dataclass(frozen=True)
class Labels:
    """Labels by the name of the file; 1, 0 or NaN where unknown, in the order of the findings."""

    rows: dict[str, FloatArray]

    def of(self, names: Sequence[str], findings: int) -> FloatArray:
        """Return (images, findings); NaN where nothing is known.

        A file is known by its name, or by its name without what follows the last dot.
        """
        unknown = np.full(findings, np.nan)
        rows = [self.rows.get(n, self.rows.get(PurePath(n).stem, unknown)) for n in names]
        return np.stack(rows) if rows else np.empty((0, findings))

    def without_image(self, names: Sequence[str]) -> int:
        """How many rows are of no image that was found."""
        known = {*names, *(PurePath(name).stem for name in names)}
        return sum(name not in known for name in self.rows)


def read_labels(path: Path, findings: Sequence[str]) -> Labels:
    """Return the labels of a CSV file, UTF-8, with a row of names first.

    Findings without a column are unknown everywhere.

    Raises:
        InputError: it cannot be read; there is no column `image`; a column is no finding of the
            classifier or comes twice; an image comes twice; a label is none of 1, 0 and nothing.
            Lines are named by number, never by what stands in them.
    """
    where = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise InputError(f"cannot be read: {why}", where, "check the path of the labels") from error
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"is no CSV: {error}", where, _REMEDY) from error
    columns = [name.strip() for name in lines[0]] if lines else []
    if columns.count(IMAGE) != 1:
        raise InputError(f"has {columns.count(IMAGE)} columns `{IMAGE}`", where, _REMEDY)
    for name in columns:
        if name != IMAGE and (name not in findings or columns.count(name) > 1):
            raise InputError(
                f"the column {name!r} is no finding of this classifier, or comes twice",
                where,
                f"leave it out; the findings are {', '.join(findings)}",
            )
    return Labels(_rows(lines, columns, findings, where))


def _rows(
    lines: Sequence[Sequence[str]], columns: Sequence[str], findings: Sequence[str], where: str
) -> dict[str, FloatArray]:
    place = {name: columns.index(name) for name in columns}
    rows: dict[str, FloatArray] = {}
    for number, line in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in line):
            continue
        cells = [cell.strip() for cell in line]
        if len(cells) != len(columns) or any(
            cells[place[name]] not in _MEANS for name in columns if name != IMAGE
        ):
            raise InputError(f"line {number} is no row of labels", where, _REMEDY)
        name = cells[place[IMAGE]]
        if not name or name in rows:
            raise InputError(f"line {number}: its image is named twice or not", where, _REMEDY)
        row = [_MEANS[cells[place[one]]] if one in place else np.nan for one in findings]
        rows[name] = np.array(row)
    return rows
