"""Who is in a set of phantoms: patients, their visits, and the part each belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reference.errors import PhantomError
from reference.phantoms.anatomy import BUILD, Patient
from reference.phantoms.chest import LARGEST, SMALLEST

Part = Literal["train", "test"]

MOST_VISITS = 4
TEST_EVERY = 5
_MOST_PATIENTS = 30_000


@dataclass(frozen=True)
class Visit:
    """One image of a set.

    Attributes:
        number: of the patient, from 1.
        patient: the identity.
        visit: from 0.
    """

    number: int
    patient: Patient
    visit: int

    @property
    def part(self) -> Part:
        """Return the part that all images of the patient belong to: every fifth is a test."""
        return "test" if self.number % TEST_EVERY == 0 else "train"


@dataclass(frozen=True)
class Cohort:
    """The patients of a set; equal cohorts give equal files.

    Attributes:
        seed: from 0 to 2**32 - 1.
        patients: how many, from 5 (fewer leave the test part empty) to 30,000.
        size: height and width of the images in pixels (children's are less high).
    """

    seed: int
    patients: int
    size: int = 256

    def __post_init__(self) -> None:
        """Refuse numbers out of range."""
        for name, value, low, high in (
            ("seed", self.seed, 0, 2**32 - 1),
            ("patients", self.patients, TEST_EVERY, _MOST_PATIENTS),
            ("size", self.size, SMALLEST, LARGEST),
        ):
            if not low <= value <= high:
                raise PhantomError(
                    f"{name}={value} is out of range", "phantom cohort", f"give {low} to {high}"
                )

    def patient(self, number: int, hospital: int, child: bool = False) -> Patient:
        """Return a patient; no two hospitals or seeds share one."""
        return Patient((self.seed * 2**8 + hospital) * 2**32 + number, child)

    def visits(self, hospital: int) -> Iterator[Visit]:
        """Yield all visits in order; half of the patients come once, no one more than four times.

        Args:
            hospital: number of the hospital.
        """
        for number in range(1, self.patients + 1):
            patient = self.patient(number, hospital)
            chance = patient.draws(BUILD, 4).between(0, 1)
            count = 1 if chance < 0.5 else 2 + int((chance - 0.5) * 2 * (MOST_VISITS - 1))
            for visit in range(count):
                yield Visit(number, patient, visit)
