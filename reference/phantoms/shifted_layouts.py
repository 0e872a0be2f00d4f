"""The shifted sets on disk, as the pediatric pneumonia set and MURA are published."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from reference import progress
from reference.phantoms.cohort import TEST_EVERY, Cohort
from reference.phantoms.folder import (
    Plan,
    Written,
    write_folder,
    write_image,
    write_lines,
    write_table,
)
from reference.phantoms.shifted import BONES, CHILDREN, bone_like, children_like


def write_kermany(folder: Path, cohort: Cohort) -> Written:
    """Write children's chests as ``{train,test}/{NORMAL,PNEUMONIA}/*.jpeg``, one per patient.

    Args:
        folder: absent, empty, or holding the same set already.
        cohort: who; ``size`` is the width of the images.

    Raises:
        PhantomError: the folder holds something else, or cannot be written.
    """

    def fill(root: Path) -> None:
        for part, label in product(("train", "test"), ("NORMAL", "PNEUMONIA")):
            # Few patients may leave one empty, and the loader wants all four.
            (root / part / label).mkdir(parents=True)
        for number in range(1, cohort.patients + 1):
            drawn = children_like(cohort.patient(number, CHILDREN.number).seed, cohort.size)
            part = "test" if number % TEST_EVERY == 0 else "train"
            name = f"person{number}_{drawn.kind}_1.jpeg"
            if not drawn.positive:
                name = f"IM-{number:04d}-0001.jpeg"
            label = "PNEUMONIA" if drawn.positive else "NORMAL"
            write_image(root / part / label / name, drawn.image)
            progress.advance()

    plan = _plan("the pediatric pneumonia set of Kermany et al.", cohort)
    return write_folder(folder, plan, fill)


def write_mura(folder: Path, cohort: Cohort) -> Written:
    """Write hands and forearms as ``MURA-v1.1/{train,valid}/XR_*/...``, one study per patient.

    Args:
        folder: absent, empty, or holding the same set already.
        cohort: who.

    Raises:
        PhantomError: the folder holds something else, or cannot be written.
    """

    def fill(root: Path) -> None:
        base = "MURA-v1.1"
        paths: dict[str, list[str]] = {"train": [], "valid": []}
        studies: dict[str, list[tuple[str, int]]] = {"train": [], "valid": []}
        for number in range(1, cohort.patients + 1):
            drawn = bone_like(cohort.patient(number, BONES.number).seed, cohort.size)
            part = "valid" if number % TEST_EVERY == 0 else "train"
            outcome = "positive" if drawn.positive else "negative"
            study = f"{base}/{part}/{drawn.kind}/patient{number:05d}/study1_{outcome}/"
            write_image(root / study / "image1.png", drawn.image)
            paths[part].append(f"{study}image1.png")
            studies[part].append((study, int(drawn.positive)))
            progress.advance()
        for part in paths:
            write_lines(root / base / f"{part}_image_paths.csv", paths[part])
            first, rest = studies[part][0], studies[part][1:]
            write_table(root / base / f"{part}_labeled_studies.csv", [*map(str, first)], rest)

    return write_folder(folder, _plan("MURA v1.1", cohort), fill)


def _plan(layout: str, cohort: Cohort) -> Plan:
    settings = {"seed": cohort.seed, "patients": cohort.patients, "size": cohort.size}
    return Plan(layout, settings, cohort.patients, "The images are shifted on purpose.")
