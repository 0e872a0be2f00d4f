"""Cutting a data set in two so that no patient is on both sides."""

from __future__ import annotations

import hashlib
from fractions import Fraction

from reference.data.dataset import Dataset
from reference.errors import DataError

VALIDATION_SHARE = Fraction(1, 8)
"""The paper's 70/10/20: one part in eight of what is not for testing."""


def cut_by_patient(
    dataset: Dataset, *, seed: int, share: Fraction = VALIDATION_SHARE
) -> tuple[Dataset, Dataset]:
    """Return training and validation set.

    Patients are drawn in the order of SHA-256("seed:patient") until they have ``share`` of the
    images or more, so whether a patient is drawn early depends on seed and name alone, on every
    machine.

    Raises:
        DataError: the share is not between 0 and 1, or one side would be empty.
    """
    if not 0 < share < 1:
        raise DataError(f"a share of {share} cuts nothing", dataset.name, "give one within 0 to 1")
    images: dict[str, int] = {}
    for item in dataset.items:
        images[item.patient] = images.get(item.patient, 0) + 1
    drawn: set[str] = set()
    count = 0
    for patient in sorted(images, key=lambda name: _rank(seed, name)):
        if count >= share * len(dataset):
            break
        drawn.add(patient)
        count += images[patient]
    if len(drawn) == len(images):
        raise DataError(
            f"{len(images)} patients cannot be cut in two", dataset.name, "use more images"
        )
    return (
        dataset.part(f"{dataset.name}, training", lambda item: item.patient not in drawn),
        dataset.part(f"{dataset.name}, validation", lambda item: item.patient in drawn),
    )


def _rank(seed: int, patient: str) -> tuple[bytes, str]:
    return hashlib.sha256(f"{seed}:{patient}".encode()).digest(), patient
