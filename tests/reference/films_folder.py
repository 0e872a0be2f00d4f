"""A folder in the layout of the real films, with a few phantoms under names of the list."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

import reference.data.films
from reference.data.films import CHESTS, DRAWINGS, MIXED, NIH, OTHERS, STRANGERS, listed
from reference.data.tables import read_list
from reference.decide.labels import LABELS
from reference.phantoms import HOSPITAL_A, Patient, phantom
from reference.training.films_figures import PUBLISHED

TURNED = Path(reference.data.films.__file__).with_name("turned.txt")
FEW = {"train": 6, "calibration": 4, "measured": 5}
"""Images per folder and part."""


def write_films(root: Path) -> Path:
    """Write the folder; return it. The 2 findings at the ends of ``LABELS`` take turns."""
    drawn = [phantom(Patient(seed), 0, HOSPITAL_A, size=48).image for seed in range(4)]
    rows = ["file,patient,view," + ",".join(label.replace(" ", "_") for label in LABELS)]
    said = ["Image Index," + ",".join(f"prob_{label.replace(' ', '_')}" for label in LABELS)]
    for folder in (*CHESTS, DRAWINGS):
        (root / folder).mkdir(parents=True)
        for part, few in FEW.items():
            for place, name in enumerate(_first(folder, part, few)):
                _save(root / name, drawn[place % 4])
                if folder == NIH:
                    file, here = name.rpartition("/")[2], place % 2
                    rows.append(f"{file},{listed()[name][0]},PA,{here}{',0' * 12},{1 - here}")
                    said.append(f"{file}{',0.25' * 14}")
    for folder in (*STRANGERS, *OTHERS):
        (root / folder).mkdir(parents=True)
        _save(root / folder / "one.png", np.rot90(drawn[0]))
    (root / MIXED).mkdir()
    _save(root / MIXED / "upright.png", drawn[0])
    _save(root / next(iter(read_list(TURNED))), np.rot90(drawn[0]))
    (root / NIH / "labels.csv").write_text("\n".join(rows) + "\n")
    (root / NIH / PUBLISHED).write_text("\n".join(said) + "\n")
    return root


def _first(folder: str, part: str, few: int) -> list[str]:
    names = [
        name
        for name, (_, its) in listed().items()
        if its == part and name.rpartition("/")[0] == folder
    ]
    return names[:few]


def _save(path: Path, levels: np.ndarray) -> None:
    white = 255 if levels.dtype == np.uint8 else 65535 if levels.max() > 4095 else 4095
    Image.fromarray((levels / white * 255).astype(np.uint8)).save(path)
