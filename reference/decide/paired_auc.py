"""The AUC of a finding with an interval, and how it changes between two classifiers.

E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, *Comparing the Areas under Two or More
Correlated Receiver Operating Characteristic Curves*, Biometrics 44 (1988); by midranks, as X. Sun
and W. Xu (2014) compute it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reference.decide.predictions import Float64Array

NORMAL_95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""


@dataclass(frozen=True)
class AucChange:
    """AUC of before and after, the change, and its 95 % interval."""

    before: float
    after: float
    low: float
    high: float

    @property
    def change(self) -> float:
        """After minus before."""
        return self.after - self.before


def auc_change(
    labels: npt.NDArray[np.int64], before: Float64Array, after: Float64Array
) -> AucChange | None:
    """The change of the AUC, ties counting half; None without a positive or a negative image.

    With a single positive or negative image there is no variance, and the interval is all there
    can be, -1 to 1.

    Args:
        labels: (n,), 0 or 1.
        before, after: (n,) outputs of the two classifiers.
    """
    positive = labels == 1
    m, n = int(positive.sum()), int((~positive).sum())
    if not m or not n:
        return None
    areas, of_positives, of_negatives = [], [], []
    for outputs in (before, after):
        among_all = midranks(np.concatenate([outputs[positive], outputs[~positive]]))
        of_positives.append((among_all[:m] - midranks(outputs[positive])) / n)
        of_negatives.append(1 - (among_all[m:] - midranks(outputs[~positive])) / m)
        areas.append(float(of_positives[-1].mean()))
    change = areas[1] - areas[0]
    if m < 2 or n < 2:
        return AucChange(areas[0], areas[1], -1.0, 1.0)
    variance = np.var(of_positives[1] - of_positives[0], ddof=1) / m
    variance += np.var(of_negatives[1] - of_negatives[0], ddof=1) / n
    reach = NORMAL_95 * float(np.sqrt(variance))
    return AucChange(areas[0], areas[1], max(-1.0, change - reach), min(1.0, change + reach))


def auc_interval(
    labels: npt.NDArray[np.int64], outputs: Float64Array
) -> tuple[float, float, float] | None:
    """The AUC and the ends of its 95 % interval; None without a positive or a negative image.

    Args:
        labels: (n,), 0 or 1.
        outputs: (n,).
    """
    # Against outputs that say nothing, whose AUC is 0.5 and does not vary, the change is the AUC.
    found = auc_change(labels, np.zeros(len(outputs)), outputs)
    if found is None:
        return None
    return found.after, max(0.0, 0.5 + found.low), min(1.0, 0.5 + found.high)


def midranks(values: Float64Array) -> Float64Array:
    """Ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return ((last - counts + 1 + last) / 2)[place].astype(np.float64)
