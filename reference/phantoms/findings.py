"""Which findings a phantom has: prevalence, co-occurrence, course over visits, severity.

The tables declare everything. Co-occurrence follows the pattern of the NIH collection
(effusion with atelectasis, edema with cardiomegaly, pneumothorax with emphysema, ...); the
prevalences are many times higher than in any hospital, so that a few thousand images hold
enough positives of every finding to train on. No number here is an estimate of anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reference.decide.labels import LABELS
from reference.errors import PhantomError
from reference.phantoms.anatomy import ILLNESS, Patient

PREVALENCE: Mapping[str, float] = MappingProxyType(
    {
        "Atelectasis": 0.10,
        "Consolidation": 0.075,
        "Infiltration": 0.10,
        "Pneumothorax": 0.085,
        "Edema": 0.07,
        "Emphysema": 0.10,
        "Fibrosis": 0.095,
        "Effusion": 0.11,
        "Pneumonia": 0.085,
        "Pleural Thickening": 0.095,
        "Cardiomegaly": 0.13,
        "Nodule": 0.12,
        "Mass": 0.11,
        "Hernia": 0.08,
    }
)
"""Probability of each finding in a chest that has none of its companions."""

CHRONIC: tuple[str, ...] = (
    "Emphysema",
    "Fibrosis",
    "Cardiomegaly",
    "Hernia",
    "Nodule",
    "Mass",
    "Pleural Thickening",
)
"""Findings that belong to the patient: present at all visits, in the same place, growing."""

ACUTE: tuple[str, ...] = (
    "Edema",
    "Effusion",
    "Pneumothorax",
    "Consolidation",
    "Pneumonia",
    "Infiltration",
    "Atelectasis",
)
"""Findings that belong to the visit, in the order in which they are drawn by lot."""

LIFTS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "Emphysema": {"Pneumothorax": 2.2, "Fibrosis": 1.3, "Cardiomegaly": 0.5, "Edema": 0.5},
        "Fibrosis": {"Pleural Thickening": 2.0, "Nodule": 1.2},
        "Cardiomegaly": {"Edema": 2.5, "Effusion": 1.7, "Hernia": 1.2},
        "Mass": {"Nodule": 1.8, "Effusion": 1.4, "Atelectasis": 1.4},
        "Nodule": {"Mass": 1.5},
        "Pleural Thickening": {"Effusion": 1.4},
        "Edema": {"Effusion": 2.2, "Infiltration": 1.8, "Pneumonia": 1.6},
        "Effusion": {"Atelectasis": 2.4, "Infiltration": 1.4, "Consolidation": 1.6},
        "Pneumothorax": {"Atelectasis": 1.5},
        "Consolidation": {"Pneumonia": 1.5, "Atelectasis": 1.4},
        "Pneumonia": {"Infiltration": 1.6},
        "Infiltration": {"Atelectasis": 1.4},
    }
)
"""``LIFTS[a][b]``: factor on the probability of b, decided after a, where a is present."""

LARGEST = 0.6
"""No probability is lifted above this."""

FAINTEST = 0.2
"""Findings drawn by lot have at least this severity; explicit ones may be fainter."""


def findings_of(patient: Patient, visit: int, prevalence: float = 1.0) -> dict[str, float]:
    """Return the findings of a visit, drawn by lot.

    Args:
        patient: whose visit.
        visit: number of the visit, from 0.
        prevalence: factor on every probability of ``PREVALENCE``.

    Returns:
        Severity in (0, 1] by name, in the order of ``LABELS``; absent findings are left out.
    """
    found: dict[str, float] = {}
    lasting = patient.draws(ILLNESS)
    for name in CHRONIC:
        chance, severity = lasting.between(0, 1), lasting.between(FAINTEST, 1.0)
        if chance < _probability(name, found, prevalence):
            found[name] = min(severity + 0.04 * visit, 1.0)
    passing = patient.draws(ILLNESS, visit + 1)
    for name in ACUTE:
        chance, severity = passing.between(0, 1), passing.between(FAINTEST, 1.0)
        if chance < _probability(name, found, prevalence):
            found[name] = severity
    return {name: found[name] for name in LABELS if name in found}


def _probability(name: str, found: Mapping[str, float], prevalence: float) -> float:
    probability = PREVALENCE[name] * prevalence
    for present in found:
        probability *= LIFTS.get(present, {}).get(name, 1.0)
    return min(probability, LARGEST)


def checked(findings: Mapping[str, float]) -> dict[str, float]:
    """Return explicit findings in the order of ``LABELS``.

    Raises:
        PhantomError: a name is none of the fourteen, or a severity is outside (0, 1].
    """
    for name, severity in findings.items():
        if name not in LABELS:
            raise PhantomError(
                f"{name!r} is no finding", "phantom", f"known are {', '.join(LABELS)}"
            )
        if not 0 < severity <= 1:
            raise PhantomError(
                f"severity {severity} of {name} is outside (0, 1]",
                "phantom",
                "leave absent findings out",
            )
    return {name: float(findings[name]) for name in LABELS if name in findings}
