"""The paper's figures that show images: 4 (reconstructions), 7 (explanations) and E.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from reference.errors import CalibrationError
from reference.evaluation.figures import styled
from reference.evaluation.localisation import Map, Maps, Mask
from reference.evaluation.samples import Sample
from reference.scores import ScoreName

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Rgb = npt.NDArray[np.float64]

FULL_RED = 1.0
"""Errors of half the range and above are wholly red."""


def in_red(gray: npt.NDArray[np.floating[Any]], strength: npt.NDArray[np.floating[Any]]) -> Rgb:
    """Return gray levels in [0, 1] as colours, turned to red by a strength in [0, 1]."""
    gray, strength = gray.astype(np.float64), strength.astype(np.float64)
    rest = gray * (1 - strength)
    return np.stack([rest + strength, rest, rest], axis=-1)


def error_in_red(one: Sample) -> Rgb:
    """Return the image with its pixel-wise error in red."""
    return in_red((one.image + 1) / 2, np.clip(one.error / FULL_RED, 0, 1))


@styled
def reconstruction_figure(columns: Sequence[tuple[str, Sequence[Sample]]]) -> Figure:
    """Draw Figure 4: per autoencoder three rows, input, reconstruction, error in red.

    Args:
        columns: per autoencoder its name and its samples, of the same images.

    Raises:
        CalibrationError: there is nothing to draw.
    """
    wide = len(columns[0][1]) if columns else 0
    figure, grid = _grid(3 * len(columns), wide, 1.15)
    for block, (name, samples) in enumerate(columns):
        for column, one in enumerate(samples):
            top = grid[3 * block][column]
            _show(top, (one.image + 1) / 2)
            if not block:
                top.set_title(_short(one.shown.dataset), fontsize=6)
            _show(grid[3 * block + 1][column], (one.made + 1) / 2)
            below = grid[3 * block + 2][column]
            _show(below, error_in_red(one))
            below.set_xlabel(f"L2 {one.shown.l2:.2f}, SSIM {one.shown.ssim:.2f}", fontsize=5)
        for row, what in enumerate(("input", name, "error in red")):
            grid[3 * block + row][0].set_ylabel(what, fontsize=7)
    figure.suptitle("Reconstructions; full red is half the range of gray and more")
    return figure


@styled
def hardest_figure(score: ScoreName, model: str, rows: Sequence[Sequence[Sample]]) -> Figure:
    """Draw E.1 for one score: a row per set, images from the hardest to the easiest.

    Raises:
        CalibrationError: there is nothing to draw.
    """
    wide = max((len(row) for row in rows), default=0)
    figure, grid = _grid(len(rows), wide, 1.1)
    for panels, row in zip(grid, rows, strict=True):
        for panel, one in zip(panels, row, strict=False):
            _show(panel, (one.image + 1) / 2)
            panel.set_xlabel(
                f"#{one.shown.rank}: L2 {one.shown.l2:.2f}\nSSIM {one.shown.ssim:.2f}", fontsize=5
            )
        for panel in panels[len(row) :]:
            panel.set_visible(False)
        panels[0].set_ylabel(_short(row[0].shown.dataset), fontsize=6)
    figure.suptitle(f"{model}, sorted by {score}: hardest on the left, easiest on the right")
    return figure


@dataclass(frozen=True)
class Explanation:
    """One row of Figure 7: the image as the network sees it, its maps, the mask if there is one."""

    finding: str
    image: str
    gray: Map
    maps: Maps
    mask: Mask | None


@styled
def explanation_figure(network: str, rows: Sequence[Explanation]) -> Figure:
    """Draw Figure 7: image, saliency and class activation map per finding; a mask is outlined.

    Raises:
        CalibrationError: there is nothing to draw.
    """
    figure, grid = _grid(len(rows), 3, 2.2)
    for panels, row in zip(grid, rows, strict=True):
        _show(panels[0], row.gray)
        for panel, values in ((panels[1], row.maps.saliency), (panels[2], row.maps.cam)):
            _show(panel, in_red(row.gray, strength(values)))
        if row.mask is not None and row.mask.any() and not row.mask.all():
            for panel in panels:
                panel.contour(row.mask, levels=[0.5], colors="deepskyblue", linewidths=0.9)
        panels[0].set_ylabel(row.finding)
        panels[0].set_xlabel(f"probability {row.maps.probability:.2f}", fontsize=6)
        panels[1].set_xlabel("saliency", fontsize=6)
        panels[2].set_xlabel("class activation map", fontsize=6)
    outlined = any(row.mask is not None for row in rows)
    figure.suptitle(
        f"{network}: the redder, the more impact"
        + ("; blue: where the phantom's finding is" if outlined else "")
    )
    return figure


def strength(values: Map) -> Map:
    """Return a map in [0, 1]; its 99.5th percentile and what is above is 1."""
    top = float(np.percentile(values, 99.5))
    top = top if top > 0 else float(values.max())
    return np.clip(values / top, 0, 1) if top > 0 else np.zeros_like(values)


def _grid(rows: int, columns: int, side: float) -> tuple[Figure, list[list[Axes]]]:
    from matplotlib.figure import Figure

    if rows < 1 or columns < 1:
        raise CalibrationError("there is nothing to draw", "figure", "evaluate a set first")
    size = (side * columns + 0.4, (side + 0.12) * rows + 0.5)
    figure = Figure(figsize=size, layout="constrained")
    panels = [
        [figure.add_subplot(rows, columns, row * columns + column + 1) for column in range(columns)]
        for row in range(rows)
    ]
    return figure, panels


def _show(panel: Axes, image: npt.NDArray[np.floating[Any]]) -> None:
    panel.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    panel.set(xticks=(), yticks=())
    for side in ("left", "bottom"):
        panel.spines[side].set_visible(False)


def _short(name: str, length: int = 24) -> str:
    return name if len(name) <= length else f"{name[: length - 1]}…"
