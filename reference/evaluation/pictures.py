"""The paper's figures that show images: 4 (reconstructions), 7 (explanations) and E.1."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from reference.decide.scores import ScoreName
from reference.errors import CalibrationError
from reference.evaluation.figures import styled
from reference.evaluation.localisation import Map, Maps, Mask
from reference.evaluation.samples import Sample

if TYPE_CHECKING:
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
    wall = _Wall(3 * len(columns), wide, side=1.15, gap=0.18)
    for block, (name, samples) in enumerate(columns):
        top = 3 * block
        for column, one in enumerate(samples):
            wall.show(top, column, (one.image + 1) / 2)
            wall.show(top + 1, column, (one.made + 1) / 2)
            wall.show(top + 2, column, error_in_red(one))
            words = f"L2 {one.shown.l2:.2f}, SSIM {one.shown.ssim:.2f}"
            wall.below(top + 2, column, words)
            if not block:
                wall.above(column, _short(one.shown.dataset))
        for row, what in enumerate(("input", name, "error in red")):
            wall.beside(top + row, what)
    return wall.titled("Reconstructions; full red is half the range of gray and more")


@styled
def hardest_figure(score: ScoreName, model: str, rows: Sequence[Sequence[Sample]]) -> Figure:
    """Draw E.1 for one score: a row per set, images from the hardest to the easiest.

    Raises:
        CalibrationError: there is nothing to draw.
    """
    wide = max((len(row) for row in rows), default=0)
    wall = _Wall(len(rows), wide, side=1.1, gap=0.32)
    for place, row in enumerate(rows):
        wall.beside(place, _short(row[0].shown.dataset))
        for column, one in enumerate(row):
            wall.show(place, column, (one.image + 1) / 2)
            words = f"#{one.shown.rank}: L2 {one.shown.l2:.2f}\nSSIM {one.shown.ssim:.2f}"
            wall.below(place, column, words)
    return wall.titled(f"{model}, sorted by {score}: hardest on the left, easiest on the right")


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
    wall = _Wall(len(rows), 3, side=2.4, gap=0.25)
    for place, row in enumerate(rows):
        maps = (row.maps.saliency, row.maps.cam)
        images = [row.gray, *(in_red(row.gray, strength(values)) for values in maps)]
        words = (
            f"probability {row.maps.probability:.2f}",
            "saliency" if maps[0].max() > 0 else "saliency: nothing above 0",
            "class activation map" + ("" if maps[1].max() > 0 else ": nothing above 0"),
        )
        wall.beside(place, row.finding)
        for column, image in enumerate(images):
            wall.show(place, column, image)
            wall.below(place, column, words[column])
            if row.mask is not None:
                wall.outline(place, column, row.mask)
    outlined = any(row.mask is not None for row in rows)
    return wall.titled(
        f"{network}: the redder, the more impact"
        + ("; blue: where the finding is" if outlined else "")
    )


def strength(values: Map) -> Map:
    """Return a map in [0, 1]; its 99.5th percentile and what is above is 1."""
    top = float(np.percentile(values, 99.5))
    top = top if top > 0 else float(values.max())
    return np.clip(values / top, 0, 1) if top > 0 else np.zeros_like(values)


class _Wall:
    """Square images in rows, with words around them.

    All lie on one pair of axes whose unit is an inch: axes of their own take far longer to draw.
    """

    _LEFT, _TOP, _APART = 0.4, 0.6, 0.08

    def __init__(self, rows: int, columns: int, *, side: float, gap: float) -> None:
        from matplotlib.figure import Figure

        if rows < 1 or columns < 1:
            raise CalibrationError("there is nothing to draw", "figure", "evaluate a set first")
        self._side, self._down = side, side + gap
        wide = self._LEFT + columns * (side + self._APART)
        high = self._TOP + rows * self._down
        self._figure = Figure(figsize=(wide, high))
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set(xlim=(0, wide), ylim=(high, 0), autoscale_on=False)
        self._axes.set_axis_off()

    def _corner(self, row: int, column: int) -> tuple[float, float]:
        return self._LEFT + column * (self._side + self._APART), self._TOP + row * self._down

    def show(self, row: int, column: int, image: npt.NDArray[np.floating[Any]]) -> None:
        left, top = self._corner(row, column)
        extent = (left, left + self._side, top + self._side, top)
        self._axes.imshow(
            image, cmap="gray", vmin=0, vmax=1, interpolation="nearest", extent=extent
        )

    def outline(self, row: int, column: int, mask: Mask) -> None:
        if not mask.any() or mask.all():
            return
        left, top = self._corner(row, column)
        middles = (np.arange(len(mask)) + 0.5) / len(mask) * self._side
        self._axes.contour(
            left + middles,
            top + middles,
            mask,
            levels=[0.5],
            colors="deepskyblue",
            linewidths=0.9,
        )

    def below(self, row: int, column: int, words: str) -> None:
        left, top = self._corner(row, column)
        place = (left + self._side / 2, top + self._side + 0.02)
        self._axes.text(*place, words, ha="center", va="top", fontsize=5.5)

    def above(self, column: int, words: str) -> None:
        left, top = self._corner(0, column)
        self._axes.text(left + self._side / 2, top - 0.04, words, ha="center", fontsize=6)

    def beside(self, row: int, words: str) -> None:
        left, top = self._corner(row, 0)
        place = (left - 0.06, top + self._side / 2)
        told = self._axes.text(*place, words, ha="right", va="center", rotation=90, fontsize=6)
        told.set_multialignment("center")

    def titled(self, words: str) -> Figure:
        place = (self._axes.get_xlim()[1] / 2, 0.2)
        self._axes.text(*place, words, ha="center", va="center", fontsize=9)
        return self._figure


def _short(name: str) -> str:
    """Return a name in at most two lines."""
    return textwrap.fill(name, 22, max_lines=2, placeholder="…")
