"""A contact sheet of phantoms: each finding outlined, both hospitals, the shifted sets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

from reference.decide.labels import LABELS
from reference.phantoms.anatomy import Patient
from reference.phantoms.chest import Phantom, phantom
from reference.phantoms.hospital import HOSPITAL_A, HOSPITAL_B
from reference.phantoms.marks import lettering
from reference.phantoms.raster import Mask
from reference.phantoms.shifted import bone_like, children_like

TILE = 176
COLUMNS = 6
_GREYS = 61
_OUTLINE, _TEXT = _GREYS, _GREYS + 1

Levels = npt.NDArray[np.uint8]


def contact_sheet() -> Image.Image:
    """Return the sheet of ``docs/phantoms.png``: 61 greys, red outlines, yellow names."""
    tiles = list(_tiles())
    rows = -(-len(tiles) // COLUMNS)
    sheet = np.zeros((rows * TILE, COLUMNS * TILE), dtype=np.uint8)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, COLUMNS)
        sheet[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE] = tile
    image = Image.fromarray(sheet).convert("P")
    greys = [level * 255 // (_GREYS - 1) for level in range(_GREYS) for _ in range(3)]
    image.putpalette([*greys, 255, 70, 60, 255, 225, 60])
    return image


def _tiles() -> Iterator[Levels]:
    yield _chest(phantom(Patient(3), 0, HOSPITAL_A, {}, TILE), "NORMAL PA")
    yield _chest(phantom(Patient(6), 0, HOSPITAL_A, {}, TILE), "NORMAL AP")
    for number, name in enumerate(LABELS):
        drawn = phantom(Patient(20 + number), 0, HOSPITAL_A, {name: 0.75}, TILE)
        yield _outlined(_chest(drawn, name), drawn.masks[name])
    yield _chest(phantom(Patient(9), 0, HOSPITAL_B, {}, TILE), "HOSPITAL B")
    yield _chest(phantom(Patient(0), 0, HOSPITAL_B, None, TILE), "HOSPITAL B")
    for number, name in ((3, "CHILD"), (6, "CHILD PNEUMONIA")):
        child = children_like(number, TILE).image
        tile = np.zeros((TILE, TILE), dtype=np.uint8)
        top = (TILE - len(child)) // 2
        tile[top : top + len(child)] = child
        yield _named(_reduced(tile), name)
    for number in (2, 7, 0, 5):
        bone = bone_like(number, TILE)
        yield _named(_reduced(bone.image), bone.kind[3:])


def _chest(drawn: Phantom, name: str) -> Levels:
    shift = np.uint8(drawn.hospital.device.bits - 8)
    return _named(_reduced((drawn.image >> shift).astype(np.uint8)), name)


def _reduced(image: Levels) -> Levels:
    """Return the numbers of the sheet's greys."""
    greys: Levels = (image.astype(np.uint16) * (_GREYS - 1) // 255).astype(np.uint8)
    return greys


def _named(tile: Levels, name: str) -> Levels:
    dots = lettering(name.upper()) > 0
    tile[-11:] = 0
    part = tile[-9:-2, 4 : 4 + dots.shape[1]]
    part[dots[:, : part.shape[1]]] = _TEXT
    return tile


def _outlined(tile: Levels, mask: Mask) -> Levels:
    inner = mask.copy()
    for axis in (0, 1):
        inner &= np.roll(mask, 1, axis) & np.roll(mask, -1, axis)
    tile[mask & ~inner] = _OUTLINE
    return tile
