"""What a data set is: named labels, items, and one image at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Protocol

import numpy as np

from reference.data.pixels import Float64Array, read_grey
from reference.errors import DataError


@dataclass(frozen=True, slots=True)
class Item:
    """One image of a data set, without its pixels.

    Args:
        name: unique in the set; a relative path where images are files.
        patient: who is seen; the same text for all images of a patient.
        view: the projection or body part as the set names it; "" where it is not told.
        labels: one number per label of the set: 1 present, 0 absent, NaN unknown. Sets of
            digits and objects have class numbers instead.
    """

    name: str
    patient: str
    view: str
    labels: tuple[float, ...]


class Images(Protocol):
    """Where a set's pixels are."""

    def load(self, name: str) -> Float64Array:
        """Return (H, W) float64 grey levels in [0, 1].

        Raises:
            MissingImageError: the image is not there.
            ImageError: the image is damaged.
        """


@dataclass(frozen=True)
class Dataset:
    """A data set or a part of one, in an order that is the same on every machine.

    Holds a line of text and numbers per image and no pixels.

    Args:
        name: what reports call it.
        labels: the meaning of each item's labels.
        items: the images.
        images: where their pixels are.
        left_out: how many images the published set has and this part on purpose has not, by
            reason.
    """

    name: str
    labels: tuple[str, ...]
    items: tuple[Item, ...]
    images: Images
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.items:
            reasons = "".join(f"; {n:,} {reason}" for reason, n in self.left_out.items())
            raise DataError(
                f"there are no images{reasons}", self.name, "check the folder and the options"
            )

    def __len__(self) -> int:
        return len(self.items)

    def load(self, item: Item) -> Float64Array:
        """Return the grey levels of one item, (H, W) float64 in [0, 1]; errors as ``Images``."""
        return self.images.load(item.name)

    def truth(self) -> Float64Array:
        """Return (items, labels) float64: 1, 0, NaN where unknown."""
        return np.array([item.labels for item in self.items], dtype=np.float64)

    def part(self, name: str, keep: Callable[[Item], bool]) -> Dataset:
        """Return the items for which ``keep`` holds, under another name.

        Raises:
            DataError: none is left.
        """
        return replace(self, name=name, items=tuple(item for item in self.items if keep(item)))


@dataclass(frozen=True)
class ImageFiles:
    """Images as files whose names are relative paths, in one or several folders."""

    folders: tuple[Path, ...]

    def load(self, name: str) -> Float64Array:
        """Return the grey levels of the file, from the first folder that has it."""
        candidates = [folder / name for folder in self.folders]
        return read_grey(next((path for path in candidates if path.is_file()), candidates[0]))


def safe_path(text: str) -> str:
    """Return ``text``, having checked that it names something below a folder.

    Raises:
        DataError: it is empty, absolute, leads upwards, or has characters no published name has.
    """
    path = PurePosixPath(text)
    leaves = ".." in path.parts or path.is_absolute() or "\\" in text or ":" in text
    if leaves or not text or not text.isprintable() or str(path) != text or text == ".":
        raise DataError(
            f"{text[:80]!r} is no name of a file in the data set",
            remedy="restore the official file",
        )
    return text


def require_folder(folder: Path, remedy: str) -> Path:
    """Return ``folder``.

    Raises:
        DataError: it is no folder.
    """
    if not folder.is_dir():
        raise DataError("there is no such folder", str(folder), remedy)
    return folder


def sorted_files(folder: Path, suffixes: Iterable[str]) -> tuple[list[str], int]:
    """Return the names of the files with these suffixes in order, and how many others there are.

    Hidden files, which archives made on a Mac carry for every image, are among the others.
    """
    wanted = tuple(suffixes)
    files = [path.name for path in folder.iterdir() if path.is_file()]
    names = [n for n in files if n.lower().endswith(wanted) and not n.startswith(".")]
    return sorted(names), len(files) - len(names)
