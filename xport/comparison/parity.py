"""Measuring how far one recording is from another; numbers only, no judgement."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

import numpy as np

from xport.common.arrays import Array
from xport.common.document import Document, GrownDocument
from xport.comparison.regions import Regions, region_iou
from xport.exchange.sensitivity import OutputChange

QUANTILES = (0.5, 0.9, 0.99, 0.999)
HISTOGRAM_BINS = 41


class Role(StrEnum):
    """What a leg is compared with."""

    REFERENCE = "reference"
    PREDECESSOR = "predecessor"
    COUNTERPART = "counterpart"
    FLOAT64 = "float64"
    DEFINITION = "definition"


class Metrics(Document):
    """Distances between a candidate and its baseline over `elements` numbers, in float64.

    Every distance is NaN when either side holds a NaN, and infinite when the two differ by an
    infinity, so that `metric <= bound` is false. `nan` and `inf` count the candidate's.
    `relative_l2` is |candidate - baseline|₂ / |baseline|₂; `quantiles` are of |difference|.
    """

    elements: int
    max_abs: float
    mean_abs: float
    rms: float
    relative_l2: float
    cosine: float
    quantiles: dict[str, float]
    nan: int
    inf: int


class Histogram(Document):
    """Counts of signed differences (candidate - baseline) between consecutive edges."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


class Pair(GrownDocument):
    """What is compared with what: one output of one model, a leg against a baseline."""

    model: str
    leg: str
    baseline: str
    role: Role
    output: str


class Comparison(Pair):
    """The distances of a pair, pooled over all probes and for every probe.

    `differences` holds the signed difference per probe and element where the output has labels
    (a classifier's findings); other outputs carry a `histogram` of all elements instead. `regions`
    is what maps explain in common, where the policy limits it.
    """

    later: ClassVar[tuple[str, ...]] = ("regions",)

    pooled: Metrics
    probes: dict[str, Metrics]
    worst_probe: str
    differences: dict[str, tuple[float, ...]] | None = None
    histogram: Histogram | None = None
    regions: Regions | None = None


Outputs = Mapping[str, Array]
"""One output of one recording: probe name to array."""


def measure(candidate: Array, baseline: Array) -> Metrics:
    """Distances between two arrays of equal shape.

    Raises:
        ValueError: shapes differ or there is nothing to compare.
    """
    if candidate.shape != baseline.shape or candidate.size == 0:
        raise ValueError(f"cannot compare shapes {candidate.shape} and {baseline.shape}")
    ours = candidate.astype(np.float64).ravel()
    theirs = baseline.astype(np.float64).ravel()
    with np.errstate(all="ignore"):
        distance = np.abs(ours - theirs)
        quantiles = np.quantile(distance, QUANTILES)
        return Metrics(
            elements=ours.size,
            max_abs=float(distance.max()),
            mean_abs=float(distance.mean()),
            rms=float(np.sqrt(np.mean(distance**2))),
            relative_l2=_ratio(_norm(distance), _norm(theirs)),
            cosine=_cosine(ours, theirs),
            quantiles={str(q): float(v) for q, v in zip(QUANTILES, quantiles, strict=True)},
            nan=int(np.isnan(ours).sum()),
            inf=int(np.isinf(ours).sum()),
        )


def compare(
    pair: Pair,
    candidate: Outputs,
    baseline: Outputs,
    *,
    labelled: bool,
    explained_share: float | None = None,
) -> Comparison:
    """The distances of `candidate` from `baseline`, pooled and per probe.

    Args:
        pair: the names of what is compared.
        candidate, baseline: arrays by probe name; the names must be the same.
        labelled: keep every signed difference (few elements, each with a name).
        explained_share: also compare what maps explain, this share of their pixels.

    Raises:
        ValueError: there are no probes, or their names or shapes differ.
    """
    if not candidate or candidate.keys() != baseline.keys():
        raise ValueError(f"probes differ: {sorted(candidate)} and {sorted(baseline)}")
    names = list(baseline)
    for name in names:
        if candidate[name].shape != baseline[name].shape:
            raise ValueError(f"{name}: {candidate[name].shape} against {baseline[name].shape}")
    per_probe = {name: measure(candidate[name], baseline[name]) for name in names}
    ours = np.stack([candidate[name].ravel() for name in names]).astype(np.float64)
    theirs = np.stack([baseline[name].ravel() for name in names]).astype(np.float64)
    with np.errstate(all="ignore"):
        signed = ours - theirs
    differences = None
    if labelled:
        differences = {n: tuple(map(float, r)) for n, r in zip(names, signed, strict=True)}
    return Comparison(
        **pair.model_dump(),
        pooled=measure(ours, theirs),
        probes=per_probe,
        worst_probe=worst(per_probe),
        differences=differences,
        histogram=None if labelled else _histogram(signed),
        regions=_regions(pair, candidate, baseline, explained_share),
    )


def _regions(
    pair: Pair, candidate: Outputs, baseline: Outputs, share: float | None
) -> Regions | None:
    if share is None:
        return None
    found = {n: region_iou(candidate[n], baseline[n], share, pair.output) for n in baseline}
    return Regions(share=share, iou=found)


def change_between(candidate: Outputs, baseline: Outputs) -> OutputChange:
    """The distances that limits look at, as `compare` has them; much quicker.

    Args:
        candidate, baseline: arrays by probe name, of the same names and shapes.
    """
    pairs = [
        (candidate[name].astype(np.float64).ravel(), theirs.astype(np.float64).ravel())
        for name, theirs in baseline.items()
    ]
    with np.errstate(all="ignore"):
        error = np.concatenate([ours - theirs for ours, theirs in pairs])
        size = _norm(np.concatenate([theirs for _, theirs in pairs]))
        cosines = np.array([_cosine(ours, theirs) for ours, theirs in pairs])
        return OutputChange(
            max_abs=float(np.abs(error).max()),
            relative_l2=_ratio(_norm(error), size),
            angle=float(np.max(1 - cosines)),
        )


def worst(per_probe: Mapping[str, Metrics]) -> str:
    """Name of the probe with the largest maximum error; a NaN is worse than any number."""
    return max(per_probe, key=lambda n: (np.isnan(per_probe[n].max_abs), per_probe[n].max_abs))


def _ratio(error: float, size: float) -> float:
    if size > 0:
        return error / size
    return 0.0 if error == 0 else float("inf") if error > 0 else float("nan")


def _cosine(ours: Array, theirs: Array) -> float:
    norms = _norm(ours) * _norm(theirs)
    if norms == 0:
        return 1.0 if not (ours.any() or theirs.any()) else 0.0
    return _dot(ours, theirs) / norms


def _norm(values: Array) -> float:
    return float(np.sqrt(_dot(values, values)))


def _dot(ours: Array, theirs: Array) -> float:
    """Summed by numpy in one order: BLAS has one for each number of threads and processor."""
    return float(np.add.reduce(ours * theirs))


def _histogram(signed: Array) -> Histogram:
    finite = signed[np.isfinite(signed)]
    reach = float(np.abs(finite).max()) if finite.size else 0.0
    reach = reach if reach > 0 else 1e-12
    counts, edges = np.histogram(finite, bins=HISTOGRAM_BINS, range=(-reach, reach))
    return Histogram(edges=tuple(map(float, edges)), counts=tuple(map(int, counts)))
