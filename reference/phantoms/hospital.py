"""Two hospitals: how each exposes, shows and labels, so that one can be external to the other.

Nothing of a device or its marks depends on findings, in either hospital: view, marks, noise,
exposure and border come from streams of their own. A model cannot tell findings by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from reference.decide.labels import LABELS
from reference.phantoms.anatomy import DEVICE, LABEL, VISIT, Patient, View


@dataclass(frozen=True)
class Device:
    """A radiography system, from the beam to grey levels.

    Attributes:
        unsharpness: deviation of the detector's blur, in thousandths of its width.
        noise: deviation of the beam's relative noise where the beam is unattenuated.
        scatter: scattered beam as a share of the primary beam.
        levelling: share of the large-scale differences that processing takes away.
        dark: attenuation shown black, relative to the lungs'.
        bright: attenuation shown white, relative to the lungs'.
        toe: bend of the characteristic curve, -1 (dark) to 1 (bright), 0 is straight.
        exposure: largest deviation of the exposure from one image to the next.
        shutter: largest share of the detector that a collimator's blade covers at one side.
        bits: of the stored levels, 8 or 16.
    """

    unsharpness: float
    noise: float
    scatter: float
    levelling: float
    dark: float
    bright: float
    toe: float
    exposure: float
    shutter: float
    bits: Literal[8, 16]


@dataclass(frozen=True)
class Marks:
    """What lies on the patient or is burned into the image, each with its probability.

    Attributes:
        right: letter that marks the patient's right side.
        left: letter for the left side.
        framed: whether the letter stands in a ring.
        words: burned in on AP images.
        leads: probability of electrodes with wires.
        catheter: probability of a central line.
        pacemaker: probability of a pacemaker.
        redaction: probability of a black bar over burned-in text.
    """

    right: str
    left: str
    framed: bool
    words: str
    leads: float
    catheter: float
    pacemaker: float
    redaction: float


@dataclass(frozen=True)
class Hospital:
    """Where an image is made and labelled.

    Attributes:
        name: of the hospital.
        number: separates the random numbers of hospitals.
        device: its radiography system.
        marks: its marks.
        portable: share of AP exposures.
        prevalence: factor on the prevalence of every finding.
        faintest: severity from which on a finding is labelled.
        missed: probability that a finding above it is not labelled all the same.
        invented: probability that a label is given without its finding.
    """

    name: str
    number: int
    device: Device
    marks: Marks
    portable: float
    prevalence: float
    faintest: Mapping[str, float]
    missed: float
    invented: float

    def view(self, patient: Patient, visit: int) -> View:
        """Return the view of a visit, which depends on no finding."""
        chance = patient.draws(DEVICE, self.number, visit, VISIT).between(0, 1)
        return "AP" if chance < self.portable else "PA"

    def labels(self, patient: Patient, visit: int, findings: Mapping[str, float]) -> list[bool]:
        """Return the labels that this hospital gives, in the order of ``LABELS``."""
        draws = patient.draws(LABEL, self.number, visit)
        labels = []
        for name in LABELS:
            chance = draws.between(0, 1)
            seen = findings.get(name, 0.0) >= self.faintest.get(name, 0.25)
            labels.append(chance >= self.missed if seen else chance < self.invented)
        return labels


HOSPITAL_A = Hospital(
    name="A",
    number=0,
    device=Device(
        unsharpness=1.0,
        noise=0.0035,
        scatter=0.5,
        levelling=0.45,
        dark=-0.65,
        bright=1.55,
        toe=0.3,
        exposure=0.18,
        shutter=0.03,
        bits=8,
    ),
    marks=Marks(
        right="R",
        left="L",
        framed=False,
        words="PORTABLE",
        leads=0.18,
        catheter=0.08,
        pacemaker=0.04,
        redaction=0.2,
    ),
    portable=0.35,
    prevalence=1.0,
    faintest=MappingProxyType({}),
    missed=0.02,
    invented=0.003,
)
"""The hospital of the training set, in the NIH layout: 8 bits, everything labelled."""

HOSPITAL_B = Hospital(
    name="B",
    number=1,
    device=Device(
        unsharpness=2.0,
        noise=0.006,
        scatter=0.8,
        levelling=0.3,
        dark=-0.95,
        bright=1.5,
        toe=-0.3,
        exposure=0.2,
        shutter=0.07,
        bits=16,
    ),
    marks=Marks(
        right="D",
        left="I",
        framed=True,
        words="AP SUPINO",
        leads=0.08,
        catheter=0.04,
        pacemaker=0.08,
        redaction=0.0,
    ),
    portable=0.15,
    prevalence=0.75,
    faintest=MappingProxyType(
        {"Infiltration": 0.4, "Atelectasis": 0.4, "Cardiomegaly": 0.35, "Pleural Thickening": 0.2}
    ),
    missed=0.06,
    invented=0.008,
)
"""The external hospital, in the PadChest layout: another curve, noisier, other labelling."""
