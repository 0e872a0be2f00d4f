"""Folders of phantoms: written whole or not at all, and marked as what they are."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from reference import progress
from reference.document import folder_made_whole
from reference.errors import PhantomError

GENERATOR = 1
"""Counts the changes that give phantoms other pixels or labels for the same seed."""

NOTICE = """\
NOT FOR MEDICAL USE

Every image in this folder is a procedural phantom: drawn by a program from random numbers,
after the textbook signs of radiology. None shows a person. Nothing medical is claimed for the
images, the labels, their frequencies or anything that is trained on or measured with them.

Layout: {layout}. The files follow it so that the same loader reads
them. They are no part of that collection.

{details}
"""

Fill = Callable[[Path], None]
"""Writes all files into a folder and advances the step under way after each image."""

_SETTINGS = "phantoms.json"
_COMPRESSION = 6


@dataclass(frozen=True)
class Written:
    """What a folder holds.

    Attributes:
        folder: where.
        images: how many.
        new: False if the same set was there already and nothing was written.
    """

    folder: Path
    images: int
    new: bool


@dataclass(frozen=True)
class Plan:
    """A set to be written.

    Attributes:
        layout: name of the layout.
        settings: everything that decides the files; JSON values.
        images: how many images there will be.
        details: for the notice: how findings, marks and labels come about.
    """

    layout: str
    settings: Mapping[str, object]
    images: int
    details: str

    @property
    def document(self) -> dict[str, object]:
        """Return what stands in ``phantoms.json``."""
        return {
            "not for medical use": "procedural phantoms, nothing medical is claimed",
            "layout": self.layout,
            "generator": GENERATOR,
            "images": self.images,
            **self.settings,
        }


def write_folder(folder: Path, plan: Plan, fill: Fill) -> Written:
    """Write a set of phantoms into a temporary folder beside the target, then rename it.

    Args:
        folder: the target; absent, empty, or holding the same set already.
        plan: what is to be written.
        fill: writes the files.

    Raises:
        PhantomError: the folder holds something else, or cannot be written.
    """
    folder = Path(folder)
    if _holds(folder, plan):
        return Written(folder, plan.images, new=False)
    try:
        with folder_made_whole(folder) as staging:
            _fill(staging, plan, fill)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return Written(folder, plan.images, new=True)


def _fill(staging: Path, plan: Plan, fill: Fill) -> None:
    with progress.step(f"phantoms in the layout of {plan.layout}", plan.images):
        fill(staging)
    notice = NOTICE.format(layout=plan.layout, details=plan.details)
    (staging / "NOTICE.txt").write_text(notice, encoding="utf-8", newline="\n")
    text = json.dumps(plan.document, indent=2) + "\n"
    (staging / _SETTINGS).write_text(text, encoding="utf-8", newline="\n")


def _unwritable(folder: Path, error: OSError) -> PhantomError:
    return PhantomError(
        f"the folder cannot be written ({error.strerror})", str(folder), "choose another folder"
    )


def _holds(folder: Path, plan: Plan) -> bool:
    """Return whether the folder holds this very set; refuse it if it holds anything else."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    try:
        document = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        document = None
    if document != plan.document:
        raise PhantomError(
            "the folder exists and does not hold this set of phantoms",
            str(folder),
            "choose another folder or remove it",
        )
    found = sum(1 for path in folder.rglob("*") if path.suffix in (".png", ".jpeg"))
    if found != plan.images:
        raise PhantomError(
            f"the folder holds {found} of the set's {plan.images} images",
            str(folder),
            "remove it and write it again",
        )
    return True


def read_settings(folder: Path) -> dict[str, object]:
    """Return what ``phantoms.json`` says of a folder.

    Raises:
        PhantomError: it is absent, damaged, or of another generator.
    """
    path = Path(folder) / _SETTINGS
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PhantomError(
            "there is no readable description of phantoms", str(path), "write the folder again"
        ) from error
    if not isinstance(document, dict) or document.get("generator") != GENERATOR:
        raise PhantomError(
            "the phantoms are of another generator", str(path), "write the folder again"
        )
    return document


def write_image(
    path: Path, image: npt.NDArray[np.uint8] | npt.NDArray[np.uint16], rgba: bool = False
) -> None:
    """Write 8- or 16-bit grey as PNG, or 8-bit grey as JPEG if the path says so.

    Args:
        path: of the file; its folder is made.
        image: (H, W) uint8 or uint16.
        rgba: write four equal-grey channels, as some files of NIH ChestX-ray14 have.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(image)
    if rgba:
        picture = picture.convert("RGBA")
    if path.suffix == ".jpeg":
        picture.save(path, quality=95)
    else:
        picture.save(path, compress_level=_COMPRESSION)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file with line feeds."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a text file, one entry a line."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
