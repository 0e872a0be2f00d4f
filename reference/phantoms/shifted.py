"""Images that are not of the training kind: children's chests, bones, and side views.

``children_like`` stands in for the pediatric pneumonia set (chests, but of another build and
crop), ``bone_like`` for MURA (radiographs, but of hands and forearms), ``lateral_like`` for the
side views in PadChest, which loaders of frontal images leave out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from reference.errors import PhantomError
from reference.phantoms.anatomy import BUILD, DEVICE, ILLNESS, TEXTURE, VISIT, Patient
from reference.phantoms.chest import LARGEST, SMALLEST, phantom, stored
from reference.phantoms.exposure import Backdrop, exposed_depth
from reference.phantoms.hospital import HOSPITAL_A, Hospital
from reference.phantoms.limbs import Limb, forearm, hand
from reference.phantoms.raster import Grid, Mask, Posture, organ, patches, rounded
from reference.samples.synthetic import smooth

CHILDREN = replace(
    HOSPITAL_A,
    name="children",
    number=2,
    device=replace(HOSPITAL_A.device, toe=0.35, bright=0.95, dark=-0.9, exposure=0.12),
    portable=0.8,
)
"""Where children are X-rayed: small chests, almost all AP, a flatter curve."""

BONES = replace(
    HOSPITAL_A,
    name="bones",
    number=3,
    device=replace(
        HOSPITAL_A.device,
        levelling=0.0,
        dark=-0.95,
        bright=0.9,
        toe=0.3,
        scatter=0.05,
        shutter=0.12,
    ),
)
"""Where limbs are X-rayed."""

Part = Literal["XR_HAND", "XR_FOREARM"]


@dataclass(frozen=True)
class ShiftedPhantom:
    """A procedural radiograph of another kind. Nothing medical is claimed for it.

    Attributes:
        image: (H, W) uint8; dense is bright.
        positive: whether it shows what its set labels: pneumonia, or an abnormal bone.
        mask: (H, W) bool: where; empty if negative.
        kind: "bacteria", "virus" or "normal" for children, the body part for bones.
    """

    image: npt.NDArray[np.uint8]
    positive: bool
    mask: Mask
    kind: str


def children_like(seed: int, size: int = 256) -> ShiftedPhantom:
    """Return a child's chest, cropped wider than high; six in ten have a pneumonia.

    Args:
        seed: 0 to 2**64 - 1; the child.
        size: width in pixels; the height is 0.66 to 0.86 of it.

    Raises:
        PhantomError: an argument is out of its range.
    """
    patient = Patient(seed, child=True)
    draws = patient.draws(ILLNESS, 1)
    chance, severity = draws.between(0, 1), draws.between(0.4, 1.0)
    kind = "normal" if chance < 0.4 else "bacteria" if chance < 0.75 else "virus"
    finding = {"normal": (), "bacteria": ("Pneumonia",), "virus": ("Infiltration",)}[kind]
    drawn = phantom(patient, 0, CHILDREN, dict.fromkeys(finding, severity), size)
    top, height = draws.between(0.02, 0.07), draws.between(0.66, 0.86)
    rows = slice(int(top * size), int(top * size) + int(height * size))
    mask = np.zeros((size, size), dtype=np.bool_)
    for part in drawn.masks.values():
        mask |= part
    image: npt.NDArray[np.uint8] = drawn.image[rows].astype(np.uint8)
    return ShiftedPhantom(image, bool(finding), mask[rows], kind)


def bone_like(seed: int, size: int = 256) -> ShiftedPhantom:
    """Return a hand or a forearm; four in ten have a broken bone or a plate with screws.

    Args:
        seed: 0 to 2**64 - 1.
        size: height and width in pixels, 32 to 2048.

    Raises:
        PhantomError: an argument is out of its range.
    """
    _check_size(size)
    patient = Patient(seed)
    draws = patient.draws(BUILD, 3)
    part: Part = "XR_HAND" if draws.between(0, 1) < 0.5 else "XR_FOREARM"
    abnormal = draws.between(0, 1) < 0.4
    posture = Posture(
        dx=draws.between(-0.05, 0.05),
        dy=draws.between(-0.05, 0.05),
        turn=draws.between(-0.25, 0.25),
        zoom=draws.between(0.85, 1.2),
    )
    limb = Limb(Grid.of(size, posture))
    mask = (hand if part == "XR_HAND" else forearm)(limb, draws, abnormal)
    behind = Backdrop(np.full((size, size), 0.3), np.full((size, size), 1.0), 1.0)
    depth = 0.24 * limb.flesh + 0.5 * limb.bone + limb.metal
    levels = exposed_depth(depth, behind, BONES.device, patient.draws(DEVICE, BONES.number))
    image: npt.NDArray[np.uint8] = stored(levels, 8).astype(np.uint8)
    return ShiftedPhantom(image, abnormal, mask, part)


def lateral_like(
    patient: Patient, visit: int, hospital: Hospital, size: int = 256
) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    """Return a chest seen from the side, without findings, for rows that loaders leave out.

    Raises:
        PhantomError: an argument is out of its range.
    """
    _check_size(size)
    draws = patient.draws(VISIT, visit, 1)
    posture = Posture(dx=draws.between(-0.03, 0.03), zoom=draws.between(0.95, 1.05))
    grid = Grid.of(size, posture)
    x, y = grid.x, grid.y
    bend = 0.05 * smooth(2 - 4 * np.abs(y - 0.5))
    trunk = 30.0 * rounded((0.36 - np.abs(x)) / 0.3) * rounded((y + 0.05) / 0.3)
    dome = 0.72 + 0.9 * (x + 0.05) * (x + 0.05)
    inside = (0.27 - np.abs(x + 0.02)) * smooth((y - 0.05) / 0.3)
    lungs = 22.0 * rounded(inside / 0.15) * rounded((dome - y) / 0.08)
    heart = organ(grid, x, (-0.08, 0.6), (0.17, 0.14), 0.2)
    phase = (y + 0.3 * x) / 0.062
    disc = np.abs(2 * (phase - np.floor(phase)) - 1)
    spine = smooth((0.045 - np.abs(x - 0.22 - bend)) / 0.02) * (
        0.6 + 0.4 * smooth(4 * (0.9 - disc))
    )
    texture = patches(x, y, patient.draws(TEXTURE, 1), 30.0) - 0.5
    water = trunk - 0.75 * np.maximum(lungs - 14.0 * heart, 0.0) + 0.8 * texture * (lungs > 1)
    depth = 0.2 * np.maximum(water, 0.0) * 0.75 + 0.7 * spine
    behind = Backdrop(np.full((size, size), 0.1), np.full((size, size), 2.2), 2.2)
    levels = exposed_depth(depth, behind, hospital.device, patient.draws(DEVICE, 9, visit))
    return stored(levels, hospital.device.bits)


def _check_size(size: int) -> None:
    if not SMALLEST <= size <= LARGEST:
        raise PhantomError(
            f"size={size} is out of range", "phantom", f"give {SMALLEST} to {LARGEST}"
        )
