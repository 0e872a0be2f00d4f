"""Who the phantom is: a patient's lasting build, and what a visit changes about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from reference.errors import PhantomError
from reference.phantoms.raster import Posture
from reference.samples.synthetic import Draws

Sex = Literal["F", "M"]
View = Literal["PA", "AP"]

BUILD, VISIT, ILLNESS, SIGN, LABEL, DEVICE, MARKS, NOISE, TEXTURE = range(9)
"""What a stream of random numbers is for; streams of different purposes are independent."""


@dataclass(frozen=True)
class Patient:
    """An identity: everything lasting about the body follows from the seed.

    Attributes:
        seed: 0 to 2**64 - 1; equal seeds are the same person.
        child: a small, round chest with short lungs, a wide heart and level ribs.
    """

    seed: int
    child: bool = False

    def __post_init__(self) -> None:
        """Refuse a seed that is no seed."""
        if not 0 <= self.seed < 2**64:
            raise PhantomError(
                f"seed={self.seed} is out of range", "phantom patient", "give 0 to 2**64 - 1"
            )

    def draws(self, purpose: int, *more: int) -> Draws:
        """Return the stream of random numbers for one purpose of this patient."""
        # Of a fixed form, because shorter keys of numpy's seeds are filled up with zeros.
        low, high = self.seed % 2**32, self.seed // 2**32
        return Draws(low, high, int(self.child), purpose, len(more), *more)

    @property
    def sex(self) -> Sex:
        """Return "F" or "M", each with probability one half; it shows as soft tissue only."""
        return "F" if self.draws(BUILD, 1).between(0, 1) < 0.5 else "M"

    def age(self, visit: int) -> int:
        """Return years at a visit: 18 to 90, a child's 1 to 6."""
        years = self.draws(BUILD, 2).between(1, 6) if self.child else 0.0
        return int(years or self.draws(BUILD, 2).between(18, 88)) + visit // 3


@dataclass(frozen=True)
class Anatomy:
    """Measures of one chest, in detector widths (42 cm) unless said otherwise.

    Attributes:
        view: PA, or AP with its wider heart, higher shoulder blades and arms at the side.
        breasts: thickness of breast tissue in cm, 0 for none.
        depth: of the trunk along the beam, in cm.
        trunk: half width of the trunk.
        lung_depth: of the lungs along the beam, in cm.
        aeration: density of the lung relative to water; 0.25 is healthy, less is hyperlucent.
        width: half width of the lungs where they are widest.
        apex: height (y) of the lung apices.
        domes: heights of the diaphragm's domes, image left and image right.
        base: height of the costophrenic angles in health, to which the rib cage reaches.
        drop: from a dome down to the costophrenic angle; small is a flat diaphragm.
        heart_left: from the midline to the heart's border at the image right.
        heart_right: to its border at the image left.
        heart_y: height of the heart's middle.
        knob: radius of the aortic knob.
        mediastinum: half width of the great vessels' shadow.
        spacing: from rib to rib at the spine.
        slant: how far ribs fall from spine to side, 1 is usual.
        bone: density of bone, 1 is usual.
        curve: sideways bend of the spine.
        clavicle: height of the clavicles' inner ends.
        vessels: visibility of the lung's vessels, 1 is usual.
    """

    view: View
    breasts: float
    depth: float
    trunk: float
    lung_depth: float
    aeration: float
    width: float
    apex: float
    domes: tuple[float, float]
    base: float
    drop: float
    heart_left: float
    heart_right: float
    heart_y: float
    knob: float
    mediastinum: float
    spacing: float
    slant: float
    bone: float
    curve: float
    clavicle: float
    vessels: float

    @property
    def cardiothoracic_ratio(self) -> float:
        """Return the heart's width over the inner width of the thorax."""
        return (self.heart_left + self.heart_right) / (2 * self.width)

    def with_heart(self, ratio: float) -> Anatomy:
        """Return the anatomy with another cardiothoracic ratio, most of it to the left."""
        grown = (ratio - self.cardiothoracic_ratio) * 2 * self.width
        return replace(
            self,
            heart_left=self.heart_left + 0.75 * grown,
            heart_right=self.heart_right + 0.25 * grown,
        )


def built(patient: Patient) -> Anatomy:
    """Return the lasting anatomy of a patient, at full inspiration in a PA exposure."""
    draws = patient.draws(BUILD, 0)
    stout = draws.between(0, 1)
    width = draws.between(0.345, 0.385)
    right_dome = draws.between(0.70, 0.755)
    adult = Anatomy(
        view="PA",
        breasts=draws.between(1.2, 4.5) if patient.sex == "F" else 0.0,
        depth=19.0 + 6.0 * stout,
        trunk=width + draws.between(0.05, 0.07) + 0.045 * stout,
        lung_depth=14.0 + draws.between(-0.8, 1.2),
        aeration=draws.between(0.23, 0.27),
        width=width,
        apex=draws.between(0.10, 0.135),
        domes=(right_dome, right_dome + draws.between(0.012, 0.035)),
        base=0.0,
        drop=draws.between(0.085, 0.11),
        heart_left=0.0,
        heart_right=draws.between(0.095, 0.115),
        heart_y=0.0,
        knob=draws.between(0.03, 0.043),
        mediastinum=draws.between(0.056, 0.07),
        spacing=draws.between(0.056, 0.0615),
        slant=draws.between(0.8, 1.2),
        bone=draws.between(0.8, 1.15),
        curve=draws.between(-0.03, 0.03),
        clavicle=draws.between(0.165, 0.2),
        vessels=draws.between(0.8, 1.2),
    )
    ratio = draws.between(0.41, 0.485)
    reach = 2 * width * ratio - adult.heart_right
    adult = replace(
        adult,
        base=adult.domes[1] + adult.drop,
        heart_left=reach,
        heart_y=right_dome - draws.between(0.055, 0.08),
    )
    return _childlike(adult, draws) if patient.child else adult


def _childlike(adult: Anatomy, draws: Draws) -> Anatomy:
    """Return a small chest: short lungs, wide upper mediastinum (thymus), level ribs."""
    shift = draws.between(-0.14, -0.09)
    child = replace(
        adult,
        breasts=0.0,
        depth=adult.depth * 0.62,
        lung_depth=adult.lung_depth * 0.6,
        domes=(adult.domes[0] + shift, adult.domes[1] + shift),
        base=adult.domes[1] + shift + adult.drop * 0.8,
        drop=adult.drop * 0.8,
        heart_y=adult.heart_y + shift - 0.01,
        knob=adult.knob * 0.6,
        mediastinum=adult.mediastinum * draws.between(1.3, 1.7),
        slant=adult.slant * 0.45,
        spacing=adult.spacing * 0.84,
        bone=adult.bone * 0.6,
        clavicle=adult.clavicle - 0.03,
        apex=adult.apex + 0.01,
    )
    return child.with_heart(draws.between(0.49, 0.56))


def at_visit(patient: Patient, visit: int, view: View) -> tuple[Anatomy, Posture]:
    """Return the anatomy and the posture of one visit: breath, turn, distance and view.

    Args:
        patient: who comes.
        visit: number of the visit, from 0.
        view: PA or AP.
    """
    anatomy, draws = built(patient), patient.draws(VISIT, visit)
    breath = draws.between(-0.025, 0.012) - (0.02 if view == "AP" else 0.0)
    anatomy = replace(
        anatomy,
        view=view,
        domes=(anatomy.domes[0] + breath, anatomy.domes[1] + breath),
        base=anatomy.base + breath,
        heart_y=anatomy.heart_y + breath,
        width=anatomy.width * (1 + 0.4 * breath),
        clavicle=anatomy.clavicle + draws.between(-0.012, 0.012),
        curve=anatomy.curve + draws.between(-0.006, 0.006),
    )
    if view == "AP":
        anatomy = anatomy.with_heart(anatomy.cardiothoracic_ratio * 1.06)
    posture = Posture(
        dx=draws.between(-0.025, 0.025),
        dy=draws.between(-0.015, 0.025),
        turn=draws.between(-0.022, 0.022),
        zoom=draws.between(0.96, 1.06) * (1.03 if view == "AP" else 1.0),
    )
    return anatomy, posture
