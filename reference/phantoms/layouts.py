"""Sets of chest phantoms on disk, as NIH ChestX-ray14 and PadChest are published.

Beside the published files each folder has ``phantoms.csv``, which says from which patient and
visit an image comes and how severe each finding was drawn; ``read_origins`` reads it, so that
masks can be made again.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reference import progress
from reference.decide.labels import LABELS
from reference.errors import PhantomError
from reference.phantoms.anatomy import Patient
from reference.phantoms.chest import Phantom, phantom
from reference.phantoms.cohort import Cohort, Visit
from reference.phantoms.folder import (
    Plan,
    Written,
    read_settings,
    write_folder,
    write_image,
    write_lines,
    write_table,
)
from reference.phantoms.hospital import HOSPITAL_A, HOSPITAL_B, Hospital
from reference.phantoms.shifted import lateral_like

NIH_HEADER = (
    "Image Index",
    "Finding Labels",
    "Follow-up #",
    "Patient ID",
    "Patient Age",
    "Patient Gender",
    "View Position",
    "OriginalImage[Width",
    "Height]",
    "OriginalImagePixelSpacing[x",
    "y]",
)

PADCHEST_HEADER = (
    "",
    "ImageID",
    "ImageDir",
    "StudyDate_DICOM",
    "StudyID",
    "PatientID",
    "PatientBirth",
    "PatientSex_DICOM",
    "ViewPosition_DICOM",
    "Projection",
    "MethodProjection",
    "Pediatric",
    "Modality_DICOM",
    "Manufacturer_DICOM",
    "PhotometricInterpretation_DICOM",
    "PixelRepresentation_DICOM",
    "PixelAspectRatio_DICOM",
    "SpatialResolution_DICOM",
    "BitsStored_DICOM",
    "WindowCenter_DICOM",
    "WindowWidth_DICOM",
    "Rows_DICOM",
    "Columns_DICOM",
    "XRayTubeCurrent_DICOM",
    "Exposure_DICOM",
    "ExposureInuAs_DICOM",
    "ExposureTime",
    "RelativeXRayExposure_DICOM",
    "ReportID",
    "Report",
    "MethodLabel",
    "Labels",
    "Localizations",
    "LabelsLocalizationsBySentence",
    "labelCUIS",
    "LocalizationsCUIS",
)

PADCHEST_TABLE = "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv"

_ORIGIN_HEADER = ("Image", "Hospital", "Patient seed", "Visit", *LABELS)
_RGBA_EVERY = 40
_LATERAL_EVERY = 8
_UNLABELLED_EVERY = 60
_DETAILS = (
    "Each image is labelled as hospital {name} would: findings fainter than its threshold are not\n"
    "labelled, {missed:.0%} of the others are missed and {invented:.1%} of the labels invented.\n"
    "Findings are many times more frequent than in any hospital. View, exposure, noise, border,\n"
    "letters, wires and pacemakers are drawn by lot and depend on no finding.\n"
    "phantoms.csv says how severe each finding was drawn."
)


def write_nih(folder: Path, cohort: Cohort) -> Written:
    """Write a cohort of hospital A in the layout of NIH ChestX-ray14.

    ``Data_Entry_2017.csv``, ``train_val_list.txt`` and ``test_list.txt`` (split by patient),
    ``images/{patient:08d}_{visit:03d}.png`` in 8 bits, one in 40 with four channels.

    Args:
        folder: absent, empty, or holding the same set already.
        cohort: who.

    Raises:
        PhantomError: the folder holds something else, or cannot be written.
    """
    hospital, visits = HOSPITAL_A, list(cohort.visits(HOSPITAL_A.number))

    def fill(root: Path) -> None:
        rows: list[list[object]] = []
        origins: list[list[object]] = []
        lists: dict[str, list[str]] = {"train": [], "test": []}
        for count, visit in enumerate(visits):
            drawn = phantom(visit.patient, visit.visit, hospital, size=cohort.size)
            name = f"{visit.number:08d}_{visit.visit:03d}.png"
            rgba = count % _RGBA_EVERY == _RGBA_EVERY - 1
            write_image(root / "images" / name, drawn.image, rgba)
            rows.append(_nih_row(name, visit, drawn))
            origins.append(_origin_row(name, drawn))
            lists[visit.part].append(name)
            progress.advance()
        write_table(root / "Data_Entry_2017.csv", NIH_HEADER, rows)
        write_lines(root / "train_val_list.txt", lists["train"])
        write_lines(root / "test_list.txt", lists["test"])
        write_table(root / "phantoms.csv", _ORIGIN_HEADER, origins)

    plan = _plan("NIH ChestX-ray14", cohort, hospital, len(visits))
    return write_folder(folder, plan, fill)


def write_padchest(folder: Path, cohort: Cohort) -> Written:
    """Write a cohort of hospital B in the layout of PadChest.

    One table with PadChest's columns and ``0/*.png`` in 16 bits. Labels are the names of
    ``LABELS`` in lower case, or ``normal``, so that all fourteen align by exact name; PadChest's
    own vocabulary names some otherwise. One frontal image in eight comes with a lateral one, and
    one row in sixty has no labels, as in the original.

    Args:
        folder: absent, empty, or holding the same set already.
        cohort: who.

    Raises:
        PhantomError: the folder holds something else, or cannot be written.
    """
    hospital, visits = HOSPITAL_B, list(cohort.visits(HOSPITAL_B.number))
    laterals = len(visits) // _LATERAL_EVERY

    def fill(root: Path) -> None:
        rows: list[list[object]] = []
        origins: list[list[object]] = []
        for count, visit in enumerate(visits):
            drawn = phantom(visit.patient, visit.visit, hospital, size=cohort.size)
            labelled = count % _UNLABELLED_EVERY != _UNLABELLED_EVERY - 1
            name = f"{visit.number:012d}{visit.visit:03d}_00-000-000.png"
            write_image(root / "0" / name, drawn.image)
            rows.append(_padchest_row((len(rows), name, drawn.view), visit, drawn, labelled))
            origins.append(_origin_row(name, drawn))
            progress.advance()
            if count % _LATERAL_EVERY == _LATERAL_EVERY - 1:
                side = lateral_like(visit.patient, visit.visit, hospital, cohort.size)
                name = f"{visit.number:012d}{visit.visit:03d}_00-000-001.png"
                write_image(root / "0" / name, side)
                rows.append(_padchest_row((len(rows), name, "L"), visit, drawn, labelled))
                progress.advance()
        write_table(root / PADCHEST_TABLE, PADCHEST_HEADER, rows)
        write_table(root / "phantoms.csv", _ORIGIN_HEADER, origins)

    plan = _plan("PadChest", cohort, hospital, len(visits) + laterals)
    return write_folder(folder, plan, fill)


def _plan(layout: str, cohort: Cohort, hospital: Hospital, images: int) -> Plan:
    details = _DETAILS.format(
        name=hospital.name, missed=hospital.missed, invented=hospital.invented
    )
    settings = {"seed": cohort.seed, "patients": cohort.patients, "size": cohort.size}
    return Plan(layout, settings, images, details)


def _nih_row(name: str, visit: Visit, drawn: Phantom) -> list[object]:
    labels = "|".join(label.replace(" ", "_") for label in sorted(drawn.label_names))
    size, spacing = len(drawn.image), f"{420 / len(drawn.image):.3f}"
    about = [visit.visit, visit.number, drawn.age, drawn.sex, drawn.view]
    return [name, labels or "No Finding", *about, size, size, spacing, spacing]


def _padchest_row(
    image: tuple[int, str, str], visit: Visit, drawn: Phantom, labelled: bool
) -> list[object]:
    number, name, projection = image
    year = 2010 + visit.visit // 3
    names = [label.lower() for label in drawn.label_names] or ["normal"]
    positions = {"PA": "POSTEROANTERIOR", "AP": "ANTEROPOSTERIOR", "L": "LATERAL"}
    size = len(drawn.image)
    values: dict[str, object] = {
        "": number,
        "ImageID": name,
        "ImageDir": 0,
        "StudyDate_DICOM": f"{year}0615",
        "StudyID": f"{visit.number:012d}{visit.visit:03d}",
        "PatientID": f"{visit.number:012d}",
        "PatientBirth": year - drawn.age,
        "PatientSex_DICOM": drawn.sex,
        "ViewPosition_DICOM": positions[projection],
        "Projection": projection,
        "MethodProjection": "Manual review of DICOM fields",
        "Pediatric": "No",
        "Modality_DICOM": "DX",
        "Manufacturer_DICOM": "procedural phantom",
        "PhotometricInterpretation_DICOM": "MONOCHROME2",
        "PixelRepresentation_DICOM": 0,
        "SpatialResolution_DICOM": f"{420 / size:.3f}",
        "BitsStored_DICOM": 16,
        "Rows_DICOM": size,
        "Columns_DICOM": size,
        "ReportID": number,
        "Report": "phantom procedural",
        "MethodLabel": "Physician",
        "Labels": str(names) if labelled else "",
    }
    return [values.get(column, "") for column in PADCHEST_HEADER]


def _origin_row(name: str, drawn: Phantom) -> list[object]:
    severities = [repr(drawn.severities.get(label, 0.0)) for label in LABELS]
    return [name, drawn.hospital.name, drawn.patient.seed, drawn.visit, *severities]


@dataclass(frozen=True)
class Origin:
    """From what an image of a written set was drawn.

    Attributes:
        patient: who.
        visit: number of the visit.
        hospital: where.
        size: height and width of the image.
        severities: of the findings that were drawn.
    """

    patient: Patient
    visit: int
    hospital: Hospital
    size: int
    severities: Mapping[str, float]

    def phantom(self) -> Phantom:
        """Return the phantom once more, with its masks."""
        return phantom(self.patient, self.visit, self.hospital, self.severities, self.size)


def read_origins(folder: Path) -> dict[str, Origin]:
    """Return the origin of each frontal image that ``write_nih`` or ``write_padchest`` wrote.

    Raises:
        PhantomError: the folder is not of these functions, or of another generator.
    """
    size = read_settings(folder).get("size")
    path = Path(folder) / "phantoms.csv"
    hospitals = {hospital.name: hospital for hospital in (HOSPITAL_A, HOSPITAL_B)}
    origins = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, strict=True):
                found = {label: float(row[label]) for label in LABELS if float(row[label]) > 0}
                origins[row["Image"]] = Origin(
                    Patient(int(row["Patient seed"])),
                    int(row["Visit"]),
                    hospitals[row["Hospital"]],
                    int(str(size)),
                    found,
                )
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise PhantomError(
            "the origins of the phantoms cannot be read", str(path), "write the folder again"
        ) from error
    return origins
