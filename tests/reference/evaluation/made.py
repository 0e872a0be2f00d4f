"""Predictions with known properties."""

from __future__ import annotations

import numpy as np

from reference.decide.labels import LABELS
from reference.decide.predictions import Predictions


def predictions(
    images: int = 200,
    findings: tuple[str, ...] = LABELS,
    *,
    seed: int = 0,
    gain: float = 0.15,
    share: float = 0.3,
) -> Predictions:
    """Outputs that are higher by ``gain`` where a finding is present; labels depend on no gain."""
    truth = (np.random.default_rng(1).random((images, len(findings))) < share).astype(float)
    noise = np.random.default_rng(seed).normal(0.4, 0.15, truth.shape)
    outputs = np.clip(noise + gain * truth, 0.001, 0.999).astype(np.float32)
    return Predictions("phantoms, test", findings, truth, outputs)


def of(truth: list[float], outputs: list[float], finding: str = "Mass") -> Predictions:
    """One finding, number by number."""
    columns = (np.array(values, dtype=float)[:, None] for values in (truth, outputs))
    return Predictions("test", (finding,), *columns)
