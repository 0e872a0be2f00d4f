"""Findings that change the shape of the chest, and the order in which all signs are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from reference.phantoms import opacities, pleura
from reference.phantoms.anatomy import Anatomy
from reference.phantoms.places import either
from reference.phantoms.raster import Mask
from reference.phantoms.thorax import Scene
from reference.samples.synthetic import Draws

Sign = Callable[[Scene, Draws, float], Mask]

SIGNS: Mapping[str, Sign] = MappingProxyType(
    {
        "Cardiomegaly": pleura.cardiomegaly,
        "Emphysema": pleura.emphysema,
        "Effusion": pleura.effusion,
        "Pneumothorax": pleura.pneumothorax,
        "Hernia": pleura.hernia,
        "Edema": opacities.edema,
        "Fibrosis": opacities.fibrosis,
        "Infiltration": opacities.infiltration,
        "Pneumonia": opacities.pneumonia,
        "Consolidation": opacities.consolidation,
        "Atelectasis": opacities.atelectasis,
        "Nodule": opacities.nodule,
        "Mass": opacities.mass,
        "Pleural Thickening": pleura.pleural_thickening,
    }
)
"""How each finding is drawn, in the order of drawing: fluid and gas hide what follows."""

ANATOMY_WIDE: frozenset[str] = frozenset({"Cardiomegaly", "Emphysema"})
"""Findings whose sign is the shape of an organ; the mask is the whole organ as it is now."""


def reshaped(
    anatomy: Anatomy, findings: Mapping[str, float], stream: Callable[[str], Draws]
) -> Anatomy:
    """Return the anatomy that findings have changed: heart, lungs, diaphragm.

    Args:
        anatomy: of the visit, without findings.
        findings: severity by name.
        stream: gives the random numbers of a finding from their beginning.
    """
    if severity := findings.get("Emphysema"):
        anatomy = _inflated(anatomy, severity)
    if severity := findings.get("Cardiomegaly"):
        ratio = max(anatomy.cardiothoracic_ratio, 0.47) + 0.05 + 0.15 * severity
        anatomy = anatomy.with_heart(ratio)
    if severity := findings.get("Atelectasis"):
        mirror = either(stream("Atelectasis"))
        anatomy = replace(anatomy, domes=opacities.raised(anatomy, mirror, severity))
    return anatomy


def _inflated(anatomy: Anatomy, severity: float) -> Anatomy:
    """Return hyperlucent lungs with flat, low domes, sparse vessels and a narrow heart."""
    lower = 0.015 + 0.04 * severity
    inflated = replace(
        anatomy,
        aeration=anatomy.aeration * (0.82 - 0.4 * severity),
        domes=(anatomy.domes[0] + lower, anatomy.domes[1] + lower),
        drop=anatomy.drop * (0.75 - 0.5 * severity),
        vessels=anatomy.vessels * (0.85 - 0.5 * severity),
        width=anatomy.width * (1 + 0.02 * severity),
    )
    return inflated.with_heart(inflated.cardiothoracic_ratio * (0.96 - 0.1 * severity))
