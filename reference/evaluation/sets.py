"""The sets of images that an evaluation is given, and the part that each plays in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from reference.data import (
    Dataset,
    cifar100,
    cut_by_patient,
    kermany,
    mnist,
    mura,
    nih,
    packaged_digits,
    packaged_photographs,
    padchest,
)
from reference.errors import DataError
from reference.phantoms import Origin, read_origins

Part = Literal["chest", "pneumonia", "other"]

MEDICAL = "NOT FOR MEDICAL USE"
PHANTOM = "procedural phantoms, nothing medical is claimed"

PHOTOGRAPHS, DIGITS = "photographs", "digits"
PACKAGED = "packaged"

PHANTOM_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "nih": "Phantoms of hospital A, test",
        "padchest": "Phantoms of hospital B",
        "kermany": "Phantoms of children's chests",
        "mura": "Phantoms of bones",
    }
)
"""What phantoms are called, so that no table passes them off as the collection of that layout.

The cards of the default checkpoints have the same names.
"""

_VALIDATION = "Phantoms of hospital A, validation"

_PARTS: Mapping[str, Part] = MappingProxyType(
    {"nih": "chest", "padchest": "chest", "kermany": "pneumonia"}
)


@dataclass(frozen=True)
class OpenedSet:
    """A set, and what is known of it.

    Args:
        layout: how its folder is laid out.
        folder: where it is; None for images of installed packages.
        images: those that are evaluated: NIH's official test list, all of PadChest, of the
            pediatric pneumonia set and of MURA, CIFAR's and MNIST's test parts.
        phantom: whether the folder says that its images are procedural phantoms.
        seed: of the cut of NIH's validation images, and of the lot.
        limit: of images, None for all.
    """

    layout: str
    folder: Path | None
    images: Dataset
    phantom: bool
    seed: int
    limit: int | None = None

    @property
    def part(self) -> Part:
        """What the set is for: chests with findings, the children's set, or anything else."""
        return _PARTS.get(self.layout, "other")

    @cached_property
    def validation(self) -> Dataset | None:
        """The images that thresholds are chosen on, which no training has seen; NIH alone has some.

        Cut by patient from ``train_val``, as the training does with the same seed.
        """
        if self.layout != "nih" or self.folder is None:
            return None
        _, found = cut_by_patient(nih(self.folder, "train_val"), seed=self.seed)
        called = replace(found, name=_VALIDATION) if self.phantom else found
        return drawn(called, self.limit, self.seed)

    @cached_property
    def origins(self) -> dict[str, Origin]:
        """From what each frontal phantom was drawn, by the name of its item; empty for others."""
        if not self.phantom or self.folder is None or self.part != "chest":
            return {}
        found = read_origins(self.folder)
        return {
            item.name: found[item.name.rpartition("/")[2]]
            for item in self.images.items
            if item.name.rpartition("/")[2] in found
        }

    @property
    def notice(self) -> str | None:
        """What every output must say of these images."""
        return f"{self.images.name}: {PHANTOM}" if self.phantom else None


def _both_parts_of_kermany(root: Path) -> Dataset:
    first, second = kermany(root, "train"), kermany(root, "test")
    return _joined("Pediatric pneumonia", first, second)


def _both_parts_of_mura(root: Path) -> Dataset:
    return _joined("MURA", mura(root, "train"), mura(root, "valid"))


def _joined(name: str, first: Dataset, second: Dataset) -> Dataset:
    left_out = dict(first.left_out)
    for reason, count in second.left_out.items():
        left_out[reason] = left_out.get(reason, 0) + count
    return replace(first, name=name, items=first.items + second.items, left_out=left_out)


OPENERS: Mapping[str, Callable[[Path], Dataset]] = MappingProxyType(
    {
        "nih": lambda root: nih(root, "test"),
        "padchest": padchest,
        # Nothing is trained on these, so both of their parts are for testing.
        "kermany": _both_parts_of_kermany,
        "mura": _both_parts_of_mura,
        "cifar100": lambda root: cifar100(root, "test"),
        "mnist": lambda root: mnist(root, "test"),
    }
)
"""How each layout is opened."""


def open_set(text: str, *, seed: int, limit: int | None = None) -> OpenedSet:
    """Open ``LAYOUT:FOLDER``, ``packaged:photographs`` or ``packaged:digits``.

    Args:
        text: which set.
        seed: of the validation cut, and of the lot if there is a limit.
        limit: use at most so many images of each part, drawn by lot; the others are counted as
            left out.

    Raises:
        DataError: the text names no set, or its folder is not as published.
    """
    layout, colon, place = text.partition(":")
    folder = None
    if layout == PACKAGED and place in (PHOTOGRAPHS, DIGITS):
        images = packaged_photographs() if place == PHOTOGRAPHS else packaged_digits()
    elif colon and place and layout in OPENERS:
        folder = Path(place)
        images = OPENERS[layout](folder)
    else:
        known = ", ".join(f"{name}:FOLDER" for name in OPENERS)
        raise DataError(
            f"{text!r} names no data set",
            "--data",
            f"give {known}, {PACKAGED}:{PHOTOGRAPHS} or {PACKAGED}:{DIGITS}",
        )
    phantom = _is_phantom(folder)
    if phantom:
        images = replace(images, name=PHANTOM_NAMES.get(layout, f"Phantoms as {images.name}"))
    return OpenedSet(layout, folder, drawn(images, limit, seed), phantom, seed, limit)


def drawn(images: Dataset, limit: int | None, seed: int) -> Dataset:
    """Return at most ``limit`` images in the set's order, those of the lowest SHA-256("seed:name").

    Raises:
        DataError: the limit is below 1.
    """
    if limit is None or limit >= len(images):
        return images
    if limit < 1:
        raise DataError(f"a limit of {limit} leaves no image", images.name, "give 1 or more")
    chosen = set(by_lot([item.name for item in images.items], seed)[:limit])
    rest = {f"beyond the limit of {limit:,}, by lot": len(images) - limit}
    return replace(
        images,
        items=tuple(item for item in images.items if item.name in chosen),
        left_out={**images.left_out, **rest},
    )


def by_lot(names: list[str], seed: int) -> list[str]:
    """Return names in an order that depends on the seed and each name alone."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest())


def _is_phantom(folder: Path | None) -> bool:
    """Whether a notice lies there, as in every folder of phantoms."""
    if folder is None or not (folder / "NOTICE.txt").is_file():
        return False
    return (folder / "NOTICE.txt").read_bytes().startswith(MEDICAL.encode())
