"""Pictures that are no frontal films, drawn or packaged, for the training of the gate's network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reference.data import Dataset, Images, Item, packaged_digits, packaged_photographs
from reference.data.films import DRAWINGS, films
from reference.networks.view import VIEWS
from reference.phantoms import (
    HOSPITAL_A,
    HOSPITAL_B,
    Patient,
    bone_like,
    children_like,
    lateral_like,
    phantom,
)
from reference.phantoms.elsewhere import elsewhere_like
from reference.samples.synthetic import Draws

Levels = npt.NDArray[np.float64]

SIZE = 128
FRONTAL, LATERAL, OTHER = (float(VIEWS.index(name)) for name in ("frontal", "lateral", "other"))

COUNTS: dict[str, tuple[int, float]] = {
    "chest": (220, FRONTAL),
    "child": (60, FRONTAL),
    "lateral": (420, LATERAL),
    "limb": (300, OTHER),
    "elsewhere": (900, OTHER),
    "page": (140, OTHER),
    "noise": (90, OTHER),
    "blank": (90, OTHER),
    "shapes": (140, OTHER),
    "digit": (40, OTHER),
    "photograph": (300, OTHER),
}
"""How many of each kind are drawn, and what they are."""


@dataclass(frozen=True)
class Strangers:
    """Draws a picture by its name, "kind/number", or reads it from a film folder.

    Args:
        seed: of all that is drawn.
        files: has every other name.
    """

    seed: int
    files: Images
    photographs: Dataset = field(default_factory=packaged_photographs)
    digits: Dataset = field(default_factory=packaged_digits)

    def load(self, name: str) -> Levels:
        """Return (H, W) grey levels in [0, 1]; errors as ``Images``."""
        kind, _, number = name.partition("/")
        if kind not in COUNTS:
            return self.files.load(name)
        place = int(number)
        if kind == "digit":
            return self.digits.load(self.digits.items[place * 7 % len(self.digits)])
        if kind == "photograph":
            item = self.photographs.items[place % len(self.photographs)]
            return _cut(self.photographs.load(item), Draws(self.seed, 77, place))
        return _DRAWN[kind](self.seed * 100_000 + place)


def drawn_strangers(root: Path, seed: int, share: float = 1.0) -> Dataset:
    """Return what is drawn and packaged, and the emoji that are trained on; the label is the view.

    Args:
        root: the folder of films.
        seed: of all that is drawn.
        share: of the counts, so that tests can draw a few.
    """
    emoji = films(root, ("train",), (DRAWINGS,))
    items = [
        Item(f"{kind}/{number}", f"{kind}/{number}", "", (view,))
        for kind, (count, view) in COUNTS.items()
        for number in range(max(1, round(share * count)))
    ]
    items += [Item(item.name, item.name, "", (OTHER,)) for item in emoji.items]
    images = Strangers(seed, emoji.images)
    return Dataset("Drawn and packaged pictures", ("view",), tuple(items), images)


def page(seed: int) -> Levels:
    """Return a page of text as bars for words, dark on bright or bright on dark."""
    draws = Draws(seed, 1)
    paper, ink = draws.between(0.8, 1.0), draws.between(0.0, 0.35)
    image = np.full((SIZE, SIZE), paper)
    tall, gap = int(draws.between(2, 6)), int(draws.between(2, 7))
    left, right = int(draws.between(4, 24)), SIZE - int(draws.between(4, 24))
    row = int(draws.between(3, 20))
    while row + tall < SIZE - 3:
        column = left
        while column < right and draws.between(0, 1) > 0.04:
            wide = int(draws.between(3, 20))
            letters = (draws.field(tall * wide) > 0.25).reshape(tall, wide)
            word = image[row : row + tall, column : min(column + wide, right)]
            word[letters[:, : word.shape[1]]] = ink
            column += wide + int(draws.between(2, 5))
        row += tall + gap + (gap * 2 if draws.between(0, 1) < 0.1 else 0)
    return 1 - image if draws.between(0, 1) < 0.3 else image


def noise(seed: int) -> Levels:
    """Return independent or clotted noise."""
    draws = Draws(seed, 2)
    side = int(2 ** draws.between(1.6, 7.01))
    coarse = draws.field(side * side).reshape(side, side)
    large: Levels = np.kron(coarse, np.ones((SIZE // side + 1,) * 2)).astype(np.float64)
    return large[:SIZE, :SIZE]


def blank(seed: int) -> Levels:
    """Return one level, or a slow gradient between two."""
    draws = Draws(seed, 3)
    first = draws.between(0, 1) if draws.between(0, 1) < 0.6 else float(draws.between(0, 1) < 0.5)
    last = first if draws.between(0, 1) < 0.5 else draws.between(0, 1)
    along = np.linspace(first, last, SIZE)[:, None] + np.zeros(SIZE)
    return along.T.copy() if draws.between(0, 1) < 0.5 else along


def shapes(seed: int) -> Levels:
    """Return a drawing: discs, boxes and stripes of flat levels."""
    draws = Draws(seed, 4)
    x, y = np.meshgrid(np.linspace(0, 1, SIZE), np.linspace(0, 1, SIZE))
    image = np.full((SIZE, SIZE), draws.between(0, 1))
    for _ in range(int(draws.between(2, 14))):
        cx, cy = draws.between(0, 1), draws.between(0, 1)
        wide, tall = draws.between(0.03, 0.45), draws.between(0.03, 0.45)
        u, v = (x - cx) / wide, (y - cy) / tall
        kind = int(draws.between(0, 3))
        inside = (u * u + v * v < 1, np.maximum(abs(u), abs(v)) < 1, abs(u + v) < 0.2)[kind]
        image[inside] = draws.between(0, 1)
    return image


def _cut(levels: Levels, draws: Draws) -> Levels:
    """Return a part of a photograph, from the whole down to a quarter of its sides."""
    height, width = levels.shape
    share = draws.between(0.25, 1.0)
    tall, wide = max(8, int(share * height)), max(8, int(share * width))
    top, left = int(draws.between(0, height - tall + 1)), int(draws.between(0, width - wide + 1))
    part = levels[top : top + tall, left : left + wide]
    return part[:, ::-1] if draws.between(0, 1) < 0.5 else part


def _eight_bits(image: npt.NDArray[np.generic], white: float) -> Levels:
    return image.astype(np.float64) / white


def _chest(seed: int) -> Levels:
    drawn = phantom(Patient(seed), 0, (HOSPITAL_A, HOSPITAL_B)[seed % 2], size=SIZE)
    return _scaled(drawn.image)


def _lateral(seed: int) -> Levels:
    return _scaled(lateral_like(Patient(seed), 0, (HOSPITAL_A, HOSPITAL_B)[seed % 2], SIZE))


def _scaled(image: npt.NDArray[np.generic]) -> Levels:
    """Return grey levels whose brightest is white, whatever the device's depth."""
    levels = image.astype(np.float64)
    return levels / max(float(levels.max()), 1.0)


_DRAWN: dict[str, Callable[[int], Levels]] = {
    "chest": _chest,
    "child": lambda seed: _eight_bits(children_like(seed, SIZE).image, 255.0),
    "lateral": _lateral,
    "limb": lambda seed: _eight_bits(bone_like(seed, SIZE).image, 255.0),
    "elsewhere": lambda seed: _eight_bits(elsewhere_like(seed, SIZE), 255.0),
    "page": page,
    "noise": noise,
    "blank": blank,
    "shapes": shapes,
}
