"""What a classifier of real films reaches, beside others on the very same images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from reference.data import Dataset
from reference.data.films import FETCH
from reference.data.tables import read_rows
from reference.decide.labels import LABELS
from reference.decide.paired_auc import auc_interval, midranks
from reference.decide.predictions import Predictions
from reference.errors import DataError

Floats = npt.NDArray[np.floating[Any]]

PUBLISHED = "densenet121_published_predictions.csv"
"""What a published replication of the paper's classifier says of the measured NIH films."""

RESAMPLES, SEED = 1000, 2019


def published_outputs(folder: Path, dataset: Dataset) -> npt.NDArray[np.float64]:
    """Return a published replication's probabilities, (images, findings), in the set's order.

    Args:
        folder: with ``PUBLISHED`` in it.
        dataset: NIH films.

    Raises:
        DataError: the table is absent, wrong, or lacks an image.
    """
    columns = {label: f"prob_{label.replace(' ', '_')}" for label in LABELS}
    found: dict[str, list[float]] = {}
    for _, row in read_rows(folder / PUBLISHED, ("Image Index", *columns.values()), "Image Index"):
        found[row["Image Index"]] = [float(row[columns[label]]) for label in LABELS]
    lacking = [item.name for item in dataset.items if item.name not in found]
    if lacking:
        raise DataError(f"{lacking[0]} has no published prediction", str(folder / PUBLISHED), FETCH)
    return np.array([found[item.name] for item in dataset.items])


def side_by_side(columns: Mapping[str, Predictions], patients: Sequence[str]) -> str:
    """Return a table of AUC with 95 % intervals: a row per finding, a column per classifier.

    Intervals of findings are DeLong's; the mean's is from patients drawn anew with replacement.

    Args:
        columns: what each classifier says of the same images.
        patients: of each image.
    """
    names = list(columns)
    first = columns[names[0]]
    lines = [
        f"| AUC (95 % interval), {len(first):,} films | with it | {' | '.join(names)} |",
        "| --- | ---: |" + " --- |" * len(names),
    ]
    for index, finding in enumerate(first.findings):
        cells = []
        for name in names:
            known = columns[name].known(index)
            found = auc_interval(known.labels.astype(np.int64), known.outputs)
            cells.append("none" if found is None else _words(*found))
        lines.append(f"| {finding} | {first.known(index).positives} | {' | '.join(cells)} |")
    means = [f"**{_words(*mean_interval(columns[name], patients))}**" for name in names]
    lines.append(f"| **mean** | | {' | '.join(means)} |")
    return "\n".join(lines)


def mean_interval(found: Predictions, patients: Sequence[str]) -> tuple[float, float, float]:
    """Return the mean AUC over the findings that have one, and the ends of its 95 % interval.

    Args:
        found: what a classifier says.
        patients: of each image; they are drawn with replacement, with all of their images.

    Raises:
        DataError: no finding is both present and absent.
    """
    names = sorted(set(patients))
    places = {name: np.flatnonzero(np.array(patients) == name) for name in names}
    random = np.random.default_rng(SEED)
    means = []
    for _ in range(RESAMPLES):
        drawn = random.integers(0, len(names), len(names))
        rows = np.concatenate([places[names[place]] for place in drawn])
        mean = _mean_area(found.truth[rows], found.outputs[rows])
        means += [] if mean is None else [mean]
    whole = _mean_area(found.truth, found.outputs)
    if whole is None:
        raise DataError("no finding is both present and absent", found.dataset, FETCH)
    low, high = np.percentile(means, [2.5, 97.5])
    return whole, float(low), float(high)


def _mean_area(truth: Floats, outputs: Floats) -> float | None:
    """Return the mean AUC, ties counting half; None where no finding has one."""
    areas = []
    for column in range(truth.shape[1]):
        present = truth[:, column] == 1
        count, total = int(present.sum()), len(present)
        if 0 < count < total:
            ranks = midranks(outputs[:, column].astype(np.float64))
            least = count * (count + 1) / 2
            areas.append((ranks[present].sum() - least) / (count * (total - count)))
    return float(np.mean(areas)) if areas else None


def _words(area: float, low: float, high: float) -> str:
    return f"{area:.3f} ({low:.3f} to {high:.3f})"
