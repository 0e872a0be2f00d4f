"""Procedural chest X-rays. NOT FOR MEDICAL USE: nothing medical is claimed for any of them.

A phantom is a body of analytic shapes (lungs, heart, vessels, ribs, ...) whose attenuation is
summed along the beam, blurred, scattered, made noisy and shown through a device's curve. Each of
the fourteen findings of ``reference.decide.labels`` is drawn as its textbook sign, with a
severity, a place and a mask of where it is visible. Everything follows from seeds, and the pixels
are the same on every machine (see ``reference.phantoms.raster``).

- ``phantom(Patient(7), visit=0, hospital=HOSPITAL_A)`` draws one; ``findings={"Mass": 0.5}``
  decides what is in it.
- ``HOSPITAL_A`` and ``HOSPITAL_B`` differ in device, marks, prevalence and labelling.
- ``children_like`` and ``bone_like`` are shifted sets.
- ``write_nih``, ``write_padchest``, ``write_kermany`` and ``write_mura`` write sets in the
  published layouts; ``read_origins`` gives their masks back.

``docs/phantoms.md`` shows them and says what each sign is.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from reference.phantoms.anatomy import Patient
from reference.phantoms.chest import Phantom, phantom
from reference.phantoms.cohort import Cohort
from reference.phantoms.folder import NOTICE, Written
from reference.phantoms.hospital import HOSPITAL_A, HOSPITAL_B, Hospital
from reference.phantoms.layouts import Origin, read_origins, write_nih, write_padchest
from reference.phantoms.reshaping import ANATOMY_WIDE
from reference.phantoms.shifted import ShiftedPhantom, bone_like, children_like, lateral_like
from reference.phantoms.shifted_layouts import write_kermany, write_mura

LAYOUTS: Mapping[str, Callable[[Path, Cohort], Written]] = MappingProxyType(
    {"nih": write_nih, "padchest": write_padchest, "kermany": write_kermany, "mura": write_mura}
)
"""What writes a set in each layout."""

__all__ = [
    "ANATOMY_WIDE",
    "HOSPITAL_A",
    "HOSPITAL_B",
    "LAYOUTS",
    "NOTICE",
    "Cohort",
    "Hospital",
    "Origin",
    "Patient",
    "Phantom",
    "ShiftedPhantom",
    "Written",
    "bone_like",
    "children_like",
    "lateral_like",
    "phantom",
    "read_origins",
    "write_kermany",
    "write_mura",
    "write_nih",
    "write_padchest",
]
