"""One phantom: patient, visit and hospital in, image, labels and masks out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reference.decide.labels import LABELS
from reference.errors import PhantomError
from reference.phantoms.anatomy import (
    DEVICE,
    MARKS,
    SIGN,
    TEXTURE,
    Anatomy,
    Patient,
    Sex,
    View,
    at_visit,
)
from reference.phantoms.exposure import backdrop, exposed_depth
from reference.phantoms.findings import CHRONIC, checked, findings_of
from reference.phantoms.hospital import HOSPITAL_A, Hospital
from reference.phantoms.markings import texture, vessels
from reference.phantoms.marks import burned_in, devices
from reference.phantoms.raster import Grid, Mask
from reference.phantoms.reshaping import SIGNS, reshaped
from reference.phantoms.skeleton import bones
from reference.phantoms.thorax import Scene, heart, lungs, mediastinum, soft_tissue, stomach
from reference.samples.synthetic import Array, Draws

SMALLEST, LARGEST = 32, 2048
"""Bounds of an image's height and width."""


@dataclass(frozen=True)
class Phantom:
    """A procedural radiograph. Nothing medical is claimed for it.

    Attributes:
        image: (size, size) uint8 or uint16; dense is bright.
        severities: of the findings that were drawn, in (0, 1], in the order of ``LABELS``.
        labels: what the hospital's labels say, in the order of ``LABELS``: faint findings
            are not labelled, and some labels are wrong.
        masks: for each finding drawn, (size, size) bool: where its sign is visible; empty where
            another finding hides all of it.
        patient: whose image it is.
        visit: number of the visit.
        hospital: where it was made.
        view: PA or AP.
        cardiothoracic_ratio: width of the heart over the inner width of the thorax.
    """

    image: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    severities: Mapping[str, float]
    labels: tuple[bool, ...]
    masks: Mapping[str, Mask]
    patient: Patient
    visit: int
    hospital: Hospital
    view: View
    cardiothoracic_ratio: float

    @property
    def age(self) -> int:
        """Return the patient's age in years."""
        return self.patient.age(self.visit)

    @property
    def sex(self) -> Sex:
        """Return the patient's sex."""
        return self.patient.sex

    @property
    def label_names(self) -> tuple[str, ...]:
        """Return the names of the labels that are given."""
        return tuple(name for name, given in zip(LABELS, self.labels, strict=True) if given)


def phantom(
    patient: Patient,
    visit: int = 0,
    hospital: Hospital = HOSPITAL_A,
    findings: Mapping[str, float] | None = None,
    size: int = 256,
) -> Phantom:
    """Return one phantom, the same pixels on every machine.

    Args:
        patient: who.
        visit: number of the visit, from 0; lasting findings stay in their places.
        hospital: whose device makes the image and who labels it.
        findings: severity in (0, 1] by name; without it they are drawn by lot.
        size: height and width in pixels, 32 to 2048.

    Raises:
        PhantomError: an argument is out of its range.
    """
    if not SMALLEST <= size <= LARGEST:
        raise PhantomError(
            f"size={size} is out of range", "phantom", f"give {SMALLEST} to {LARGEST}"
        )
    if visit < 0:
        raise PhantomError(f"there is no visit {visit}", "phantom", "count from 0")
    if findings is None:
        drawn = findings_of(patient, visit, hospital.prevalence)
    else:
        drawn = checked(findings)

    def stream(name: str) -> Draws:
        moment = 0 if name in CHRONIC else visit + 1
        return patient.draws(SIGN, LABELS.index(name), moment)

    view = hospital.view(patient, visit)
    healthy, posture = at_visit(patient, visit, view)
    anatomy = reshaped(healthy, drawn, stream)
    scene = normal_scene(Grid.of(size, posture), anatomy, patient, visit)
    masks = {}
    for name, sign in SIGNS.items():
        if name in drawn:
            masks[name] = sign(scene, stream(name), drawn[name])
    devices(scene, hospital.marks, patient.draws(MARKS, hospital.number, visit))
    draws = patient.draws(DEVICE, hospital.number, visit)
    behind = backdrop(size, posture, healthy)
    levels = exposed_depth(scene.depth(), behind, hospital.device, draws)
    burned_in(levels, hospital.marks, view, patient.draws(MARKS, hospital.number, visit, 1))
    return Phantom(
        image=stored(levels, hospital.device.bits),
        severities=drawn,
        labels=tuple(hospital.labels(patient, visit, drawn)),
        masks={name: masks[name] for name in drawn},
        patient=patient,
        visit=visit,
        hospital=hospital,
        view=view,
        cardiothoracic_ratio=anatomy.cardiothoracic_ratio,
    )


def normal_scene(grid: Grid, anatomy: Anatomy, patient: Patient, visit: int) -> Scene:
    """Return the layers of a chest without findings."""
    marks = vessels(grid, anatomy, patient.draws(TEXTURE, 0))
    marks += texture(grid, patient.draws(TEXTURE, 1))
    bubble = patient.draws(TEXTURE, 2, visit).between(-0.4, 1.0)
    return Scene(
        grid=grid,
        anatomy=anatomy,
        lung=lungs(grid, anatomy),
        solid=np.maximum(heart(grid, anatomy), mediastinum(grid, anatomy)),
        body=soft_tissue(grid, anatomy),
        bone=bones(grid, anatomy),
        vessels=marks,
        fill=grid.zeros(),
        gas=grid.zeros(),
        extra=-stomach(grid, anatomy, max(bubble, 0.0)),
        metal=grid.zeros(),
    )


def stored(levels: Array, bits: int) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    """Return levels in [0, 1] as unsigned integers of 8 or 16 bits."""
    scaled: Array = np.floor(np.minimum(np.maximum(levels, 0.0), 1.0) * (2**bits - 1) + 0.5)
    if bits == 8:
        return scaled.astype(np.uint8)
    return scaled.astype(np.uint16)
