"""Tables and lists of published data sets, read line by line and distrusted.

A byte order mark and Windows line ends are read as what they mean: spreadsheets add both, and
neither changes a value. Everything else that is not as published is an error with file and line.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from reference.data.dataset import safe_path
from reference.errors import DataError, located

MAX_LINE = 1_000_000
"""Longer lines are refused: no published one is, and a packed file could hide any length."""

RESTORE = "restore the official file"


Row = dict[str, str]
"""The wanted cells of one row by column."""


def read_rows(path: Path, columns: Sequence[str], key: str) -> Iterator[tuple[str, Row]]:
    """Yield where a row stands and its wanted columns, of every row of a CSV file (or CSV in gzip).

    Args:
        path: the file; UTF-8.
        columns: the names that the header must have, once each; others may stand beside them.
        key: the column whose values may not repeat.

    Raises:
        DataError: the file is absent, no text, without one of the columns, or a row has another
            number of cells than the header or repeats a key; file and line are named.
    """
    with _text(path) as file:
        reader = csv.reader(_lines(file, path), strict=True)
        try:
            header = _without_empty_end(next(reader, []))
            with located(f"{path}:1"):
                places = {column: _place(header, column) for column in columns}
            seen: dict[str, int] = {}
            for cells in reader:
                where = f"{path}:{reader.line_num}"
                with located(where):
                    row = _row(cells, header, places)
                    first = seen.setdefault(row[key], reader.line_num)
                    if first != reader.line_num:
                        raise wrong(f"{key} {row[key][:80]!r} stands in line {first} already")
                yield where, row
        except csv.Error as error:
            raise DataError(
                f"this is no CSV ({error})", f"{path}:{reader.line_num}", RESTORE
            ) from error


def wrong(what: str) -> DataError:
    """The error for something that is not as published; `located` says where."""
    return DataError(what, remedy=RESTORE)


def _row(cells: list[str], header: list[str], places: dict[str, int]) -> Row:
    if len(cells) < len(header) or any(cells[len(header) :]):
        raise wrong(f"the row has {len(cells)} cells, the header {len(header)}")
    if any("\0" in cell for cell in cells):
        raise wrong("the row has a NUL character")
    return {column: cells[place] for column, place in places.items()}


def _place(header: list[str], column: str) -> int:
    if header.count(column) != 1:
        found = f"{header.count(column)} columns" if column in header else "no column"
        raise wrong(f"the header has {found} {column!r}")
    return header.index(column)


def _without_empty_end(cells: list[str]) -> list[str]:
    """Drop empty cells at the end: the first edition of the NIH table has one."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def read_list(path: Path) -> dict[str, int]:
    """Return the names that a list has, one per line, with the line of each, in its order.

    Raises:
        DataError: the file is absent, empty or no text, or a line is empty, repeats another, or
            leads out of the data set; file and line are named.
    """
    names: dict[str, int] = {}
    with _text(path) as file:
        for number, line in enumerate(_lines(file, path), start=1):
            with located(f"{path}:{number}"):
                name = safe_path(line.rstrip("\r\n"))
                if names.setdefault(name, number) != number:
                    raise wrong(f"{name!r} stands in line {names[name]} already")
    if not names:
        raise DataError("the list is empty", str(path), RESTORE)
    return names


def only_file(folder: Path, *patterns: str) -> Path:
    """Return the one file of a folder whose name fits one of the patterns.

    Raises:
        DataError: there is none, or there are several.
    """
    found = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise DataError(
            f"one file {' or '.join(patterns)} is expected, found: {names}",
            str(folder),
            "give the folder of the data set, with one edition of its table",
        )
    return found[0]


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise DataError(
                f"the line has more than {MAX_LINE:,} characters", f"{path}:{number}", RESTORE
            )
        yield line


@contextmanager
def _text(path: Path) -> Iterator[TextIO]:
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield file
    except UnicodeDecodeError as error:
        raise DataError("the file is not UTF-8 text", str(path), RESTORE) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"the gzip file is damaged ({error})", str(path), RESTORE) from error
    except OSError as error:
        raise DataError(
            f"the file cannot be read ({error.strerror})", str(path), "download the set again"
        ) from error
