"""The paper's figures of numbers, drawn from result documents; SVG and PNG, the same bytes.

They are here and not in ``reports`` because ``reports`` may import xport's documents and nothing
of ``reference``, whose results these are. The report takes the files.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
import numpy.typing as npt

from reference.document import write_whole
from reference.errors import CalibrationError
from reference.evaluation.cutoff import CutoffCurve
from reference.evaluation.robustness import Robustness, RobustnessMatrix
from reference.evaluation.roc import RocCurves
from reference.evaluation.separation import ScoreHistogram, Separation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 150
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "svg.hashsalt": "xport",
    "svg.fonttype": "path",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


P = ParamSpec("P")


@contextmanager
def _own_style() -> Iterator[None]:
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in our own style, whatever matplotlib was told elsewhere, and tell it nothing."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with _own_style():
            return draw(*args, **kwargs)

    return drawn


@styled
def roc_figure(curves: RocCurves, columns: int = 5) -> Figure:
    """Draw Figure E.4: a panel per finding, the diagonal, and a star at the operating point.

    Raises:
        CalibrationError: not one finding has a curve.
    """
    if not curves.curves:
        raise CalibrationError("no finding has a curve", curves.dataset, "use more images")
    figure, panels = _panels(len(curves.curves), columns, (2.1, 2.2))
    for panel, curve in zip(panels, curves.curves, strict=True):
        panel.plot([0, 1], [0, 1], color="0.7", linewidth=0.8, linestyle="--")
        panel.plot(curve.false_positive_rates, curve.true_positive_rates, color="C0")
        if curve.star:
            star = (curve.star.false_positive_rate, curve.star.true_positive_rate)
            panel.plot(*star, marker="*", markersize=11, color="red", linestyle="")
        panel.set(xlim=(0, 1), ylim=(0, 1.02), aspect="equal", xticks=(0, 1), yticks=(0, 1))
        panel.set_title(f"{curve.finding}\nAUC {curve.auc:.2f}, {curve.positives:,} positive")
    lacking = ", ".join(curves.without_curve)
    figure.supxlabel("False positive rate")
    figure.supylabel("True positive rate")
    missing = f"\nNo curve, for want of positive or negative images: {lacking}" if lacking else ""
    figure.suptitle(
        f"ROC on {curves.dataset}; stars: thresholds chosen on {curves.calibrated_on}{missing}"
    )
    return figure


@styled
def separation_figure(separations: Sequence[Separation], columns: int = 4) -> Figure:
    """Draw Figures 5 and E.3: a panel per autoencoder and score, densities, AUC in the legend.

    Raises:
        CalibrationError: there is nothing to draw.
    """
    figure, panels = _panels(len(separations), columns, (3.1, 3.3))
    for panel, one in zip(panels, separations, strict=True):
        inside = one.in_distribution
        _density(panel, one, inside, "", 2.0)
        for outlier in one.out_of_distribution:
            _density(panel, one, outlier.scores, f", AUC {outlier.auc:.2f}", 1.0)
        panel.set_title(f"{one.model}: {one.score}")
        panel.set(xlabel="score", ylabel="density", yticks=())
        if one.logarithmic:
            panel.set_xscale("log")
        # Below: the curves of so many sets leave no free place.
        panel.legend(fontsize=6, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    return figure


def _density(panel: Axes, one: Separation, scores: ScoreHistogram, told: str, width: float) -> None:
    """Draw one set's density, of the logarithm where the axis is logarithmic."""
    widths = np.diff(np.log(one.edges) if one.logarithmic else one.edges)
    heights = np.array(scores.counts) / (scores.images * widths)
    # A long line of the legend would take the panel's place.
    label = textwrap.fill(f"{scores.dataset} ({scores.images:,})", 48) + told
    panel.stairs(heights, one.edges, label=label, linewidth=width)


@styled
def cutoff_figure(curves: Sequence[CutoffCurve], columns: int = 2) -> Figure:
    """Draw Figure 6: retained share and AUC against the cutoff, which gets stricter to the right.

    Raises:
        CalibrationError: there is nothing to draw.
    """
    figure, panels = _panels(len(curves), columns, (4.0, 2.6))
    for panel, curve in zip(panels, curves, strict=True):
        cutoffs = [point.cutoff for point in curve.points]
        panel.plot(cutoffs, [100 * point.retained for point in curve.points], color="C0")
        panel.set(xlabel=f"cutoff of {curve.score}", ylabel="retained %", ylim=(0, 105))
        if len(cutoffs) > 1:
            panel.set_xlim(cutoffs[0], cutoffs[-1])
        right = panel.twinx()
        right.plot(
            cutoffs,
            [math.nan if point.auc is None else point.auc for point in curve.points],
            color="red",
        )
        right.set_ylabel(f"AUC of {curve.finding}", color="red")
        right.spines["right"].set_visible(True)
        lacking = f"; {curve.without_auc} cutoffs without AUC" if curve.without_auc else ""
        panel.set_title(f"{curve.model} on {curve.dataset}{lacking}")
    return figure


@styled
def robustness_figure(sets: Sequence[Robustness], columns: int = 2) -> Figure:
    """Draw Figures 3 and E.2: per finding one matrix of each set, side by side, one colour scale.

    Rows are training levels, columns testing levels, both from weak to strong; a cell without AUC
    is gray.

    Raises:
        CalibrationError: there is nothing to draw, or the sets are of other findings or levels.
    """
    if not sets:
        raise CalibrationError("there is nothing to draw", "figure", "evaluate a set first")
    first = sets[0]
    _require_alike(sets)
    rows, wide = len(first.train_levels), len(first.test_levels) * len(sets)
    size = (1.2 + 0.28 * wide, 1.0 + 0.26 * rows)
    figure, panels = _panels(len(first.matrices), columns, size)
    for index, panel in enumerate(panels):
        cells = np.concatenate([_numbers(one.matrices[index]) for one in sets], axis=1)
        panel.set_facecolor("0.8")
        image = panel.imshow(cells, vmin=0.5, vmax=1.0, cmap="viridis", aspect="auto")
        for border in range(1, len(sets)):
            panel.axvline(border * len(first.test_levels) - 0.5, color="white", linewidth=3)
        panel.set_xticks(range(wide), list(first.test_levels) * len(sets), rotation=90, fontsize=6)
        panel.set_yticks(range(rows), first.train_levels, fontsize=6)
        panel.set_title(first.matrices[index].finding)
    figure.colorbar(image, ax=panels, label="AUC", extend="min", shrink=0.5)
    figure.suptitle(
        f"Training levels (rows) and testing levels (columns): "
        f"{' | '.join(one.dataset for one in sets)}"
    )
    return figure


def _numbers(matrix: RobustnessMatrix) -> npt.NDArray[np.float64]:
    """Return (training levels, testing levels), NaN where there is no AUC."""
    return np.array([[math.nan if value is None else value for value in row] for row in matrix.auc])


def _require_alike(sets: Sequence[Robustness]) -> None:
    def shape(one: Robustness) -> tuple[object, ...]:
        findings = tuple(matrix.finding for matrix in one.matrices)
        return findings, one.train_levels, one.test_levels

    for other in sets[1:]:
        if shape(other) != shape(sets[0]):
            raise CalibrationError(
                f"other findings or levels than {sets[0].dataset}", other.dataset, "use the same"
            )


def _panels(count: int, columns: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """A figure of ``count`` panels of ``size`` inches each, row by row."""
    from matplotlib.figure import Figure

    if count < 1:
        raise CalibrationError("there is nothing to draw", "figure", "evaluate a set first")
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(size[0] * columns, size[1] * rows + 0.5), layout="constrained")
    return figure, [figure.add_subplot(rows, columns, place + 1) for place in range(count)]


def save(figure: Figure, folder: Path, name: str, note: str) -> tuple[Path, Path]:
    """Write ``name.svg`` and ``name.png`` whole, and return their paths.

    Args:
        figure: what one of the functions here drew.
        folder: where to.
        name: without suffix.
        note: what stands under the figure, such as what the images were.

    Raises:
        UnavailableError: the folder cannot be written.
    """
    written = []
    with _own_style():
        below = figure.text(0.995, -0.01, note, ha="right", va="top", fontsize=6, color="0.35")
        # No date and no version, so that the same document gives the same bytes.
        for kind, metadata in (
            ("svg", {"Date": None, "Creator": None}),
            ("png", {"Software": None}),
        ):
            content = io.BytesIO()
            figure.savefig(
                content,
                format=kind,
                dpi=DPI,
                metadata=metadata,
                bbox_inches="tight",
            )
            written.append(write_whole(folder / f"{name}.{kind}", content.getvalue()))
        below.remove()
    return written[0], written[1]
