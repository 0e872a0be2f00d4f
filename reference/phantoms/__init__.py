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

- `anatomy`: who the phantom is: a patient's lasting build, and what a visit changes about it.
- `chest`: one phantom: patient, visit and hospital in, image, labels and masks out.
- `cohort`: who is in a set of phantoms: patients, their visits, and the part each belongs to.
- `elsewhere`: other pictures that radiology makes, drawn roughly: joints, abdomen, skull, slices of
  a body.
- `exposure`: from attenuation to grey levels: scatter, noise, processing, the characteristic
  curve.
- `findings`: which findings a phantom has: prevalence, co-occurrence, course over visits,
  severity.
- `folder`: folders of phantoms: written whole or not at all, and marked as what they are.
- `hospital`: two hospitals: how each exposes, shows and labels, so that one can be external to
  the other.
- `layouts`: sets of chest phantoms on disk, as NIH ChestX-ray14 and PadChest are published.
- `limbs`: hands and forearms: shafts with flared ends in soft tissue, whole, broken or plated.
- `markings`: vessels and fine markings of the lung, and its texture.
- `marks`: what is on the patient (wires, lines, a pacemaker) or burned into the image (letters).
- `opacities`: signs in the air spaces and the interstitium: each draws into a scene and returns
  its mask.
- `places`: where in the lungs something lies, and the shapes that several signs share.
- `pleura`: signs of pleura, heart and diaphragm: each draws into a scene and returns its mask.
- `raster`: drawing on a pixel grid in body coordinates, with arithmetic that is equal everywhere.
- `reshaping`: findings that change the shape of the chest, and the order in which all signs are
  drawn.
- `sheet`: a contact sheet of phantoms: each finding outlined, both hospitals, the shifted sets.
- `shifted`: images that are not of the training kind: children's chests, bones, and side views.
- `shifted_layouts`: the shifted sets on disk, as the pediatric pneumonia set and MURA are
  published.
- `skeleton`: bones of the chest: ribs as bent tubes, vertebrae, clavicles, scapulae, humeri.
- `thorax`: the normal chest: every organ as a thickness along the beam.
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
