"""What becomes of a film on its way to the gate's network: it stays frontal, or it does not.

A frontal film may lie a little askew, be framed tighter or wider, mirrored left to right, squashed,
shown through another curve, blurred, marked and crossed by wires. One that is turned, upside down
or inverted is named so; a part of one, a shuffled or mostly covered one is "other".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional

from reference.networks.view import VIEWS

SIZE = 96
FRONTAL, OTHER, INVERTED = (VIEWS.index(name) for name in ("frontal", "other", "inverted"))

TURNED: tuple[tuple[float, int, str], ...] = (
    (0.10, VIEWS.index("turned 90° clockwise"), "clockwise"),
    (0.14, VIEWS.index("turned 180°"), "half"),
    (0.10, VIEWS.index("turned 90° counter-clockwise"), "counter"),
    (0.15, VIEWS.index("upside down (mirrored)"), "mirrored"),
    (0.12, INVERTED, "inverted"),
)
"""How often each nameable change is drawn, its view and its own name; "other" takes the rest."""


class Chance:
    """Numbers from one generator, so that a step's images depend on its seed alone."""

    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator

    def between(self, low: float, high: float, *shape: int) -> torch.Tensor:
        """Return uniform numbers in [low, high)."""
        return low + (high - low) * torch.rand(*shape, generator=self.generator)

    def one(self, low: float, high: float) -> float:
        """Return one uniform number in [low, high)."""
        return float(self.between(low, high, 1))

    def happens(self, share: float) -> bool:
        """Return True in this share of calls."""
        return self.one(0, 1) < share


@dataclass(frozen=True)
class Frame:
    """How far a picture may be moved within its frame.

    Args:
        degrees: largest rotation to either side.
        shift: largest translation, as a share of the side.
        zoom: smallest and largest magnification.
        squash: largest ratio by which width and height change apart from each other.
    """

    degrees: float = 9.0
    shift: float = 0.07
    zoom: tuple[float, float] = (0.86, 1.28)
    squash: float = 1.22


FILM, STRANGER = Frame(), Frame(25.0, 0.15, (0.7, 1.6), 1.6)


def framed(images: torch.Tensor, frame: Frame, chance: Chance) -> torch.Tensor:
    """Return images moved within their frames, (N, 1, 96, 96); black comes in from outside."""
    count = len(images)
    turn = chance.between(-1, 1, count) * math.radians(frame.degrees)
    zoom = torch.exp(chance.between(math.log(frame.zoom[0]), math.log(frame.zoom[1]), count))
    ratio = torch.exp(chance.between(-1, 1, count) * math.log(frame.squash) / 2)
    cos, sin = torch.cos(turn), torch.sin(turn)
    shift = chance.between(-2, 2, 2, count) * frame.shift
    rows = [
        torch.stack([cos / (zoom * ratio), -sin / (zoom * ratio), shift[0]], 1),
        torch.stack([sin * ratio / zoom, cos * ratio / zoom, shift[1]], 1),
    ]
    grid = functional.affine_grid(torch.stack(rows, 1), [count, 1, SIZE, SIZE], align_corners=False)
    padding = "border" if chance.happens(0.3) else "zeros"
    return functional.grid_sample(images, grid, "bilinear", padding, align_corners=False)


def plain(images: torch.Tensor) -> torch.Tensor:
    """Return images as they are, at the network's size."""
    return functional.interpolate(
        images, (SIZE, SIZE), mode="bilinear", antialias=True, align_corners=False
    )


def changed(image: torch.Tensor, chance: Chance) -> tuple[torch.Tensor, int]:
    """Return a film, (1, S, S), that is no upright frontal one any more, and its view."""
    drawn = chance.one(0, 1)
    for share, view, name in TURNED:
        if drawn < share:
            return _turned(image, name, chance), view
        drawn -= share
    change = _BROKEN[int(chance.one(0, len(_BROKEN)))]
    return change(_mirrored(image, chance), chance), OTHER


def _turned(image: torch.Tensor, name: str, chance: Chance) -> torch.Tensor:
    if name == "half":  # of a mirrored film this would be the next
        return torch.rot90(image, 2, (1, 2))
    if name == "mirrored":
        return image.flip(1)
    image = _mirrored(image, chance)
    if name == "inverted":
        return 1 - image
    return torch.rot90(image, -1 if name == "clockwise" else 1, (1, 2))


def _mirrored(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    return image.flip(2) if chance.happens(0.5) else image


def _part(image: torch.Tensor, box: tuple[float, float, float, float]) -> torch.Tensor:
    """Return a part, stretched to the whole frame; the box is left, top, right, bottom."""
    size = image.shape[1]
    left, top, right, bottom = (round(edge * size) for edge in box)
    part = image[:, top : max(bottom, top + 4), left : max(right, left + 4)]
    return functional.interpolate(part[None], (size, size), mode="bilinear", align_corners=False)[0]


def _one_side(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    left, wide = chance.one(0.0, 0.12), chance.one(0.32, 0.52)
    return _part(image, (left, chance.one(0, 0.1), left + wide, chance.one(0.85, 1.0)))


def _upper(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    return _part(image, (chance.one(0, 0.1), 0.0, chance.one(0.9, 1.0), chance.one(0.2, 0.42)))


def _lower(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    return _part(image, (chance.one(0, 0.1), chance.one(0.55, 0.8), chance.one(0.9, 1.0), 1.0))


def _corner(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    wide, tall = chance.one(0.2, 0.5), chance.one(0.2, 0.5)
    left, top = chance.one(0, 1 - wide), chance.one(0, 1 - tall)
    return _part(image, (left, top, left + wide, top + tall))


def _doubled(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    """Return one side twice: as a side view, no spine between two lungs that differ."""
    side = _one_side(image, chance)
    other = torch.roll(side, int(chance.one(0.2, 0.8) * side.shape[2]), 2)
    return other if chance.happens(0.5) else 0.5 * (side + side.flip(2))


def _exchanged(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    """Return both halves exchanged, left and right or top and bottom."""
    size = image.shape[1]
    return torch.roll(image, int(chance.one(0.38, 0.62) * size), 2 if chance.happens(0.5) else 1)


def _shuffled(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    """Return the parts of a grid of two to four in another order."""
    count = int(chance.one(2, 5))
    size = image.shape[1] // count
    order = torch.randperm(count * count, generator=chance.generator).tolist()
    if order == sorted(order):
        order = order[1:] + order[:1]
    parts = [image[:, size * (k // count) :, size * (k % count) :][:, :size, :size] for k in order]
    rows = [torch.cat(parts[row * count : (row + 1) * count], 2) for row in range(count)]
    whole = torch.cat(rows, 1)[None]
    return functional.interpolate(whole, image.shape[1:], mode="bilinear", align_corners=False)[0]


def _covered(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    """Return a film of which more than a half is covered by one level, side or middle."""
    size, level = image.shape[1], chance.one(0, 1) if chance.happens(0.5) else 0.0
    covered, edge = image.clone(), round(chance.one(0.52, 0.75) * size)
    which = int(chance.one(0, 5))
    middle = round((size - edge) / 2)
    if which == 0:
        covered[:, :edge] = level
    elif which == 1:
        covered[:, -edge:] = level
    elif which == 2:
        covered[:, :, :edge] = level
    elif which == 3:
        covered[:, :, -edge:] = level
    else:
        covered[:, middle:-middle, middle:-middle] = level
    return covered


def _scrambled(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    """Return a picture with a film's spectrum and no film's shapes."""
    spectrum = torch.fft.rfft2(image)
    phase = chance.between(-math.pi, math.pi, *spectrum.shape)
    phase[..., 0, 0] = 0
    made: torch.Tensor = torch.fft.irfft2(torch.polar(spectrum.abs(), phase), s=image.shape[1:])
    return made.clamp(0, 1)


def _askew(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    """Return a film turned by 35 to 55 degrees, to either side, upright or not."""
    angle = math.radians(chance.one(35, 55) + (90 if chance.happens(0.3) else 0))
    angle = angle if chance.happens(0.5) else -angle
    cos, sin = math.cos(angle), math.sin(angle)
    matrix = torch.tensor([[[cos, -sin, 0.0], [sin, cos, 0.0]]])
    grid = functional.affine_grid(matrix, [1, 1, *image.shape[1:]], align_corners=False)
    return functional.grid_sample(image[None], grid, "bilinear", "zeros", align_corners=False)[0]


def _folded(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    """Return a film laid over itself turned or upside down: the parts of a chest, none in place."""
    other = torch.rot90(image, int(chance.one(1, 4)), (1, 2))
    share = chance.one(0.35, 0.65)
    return share * image + (1 - share) * other


def _smeared(image: torch.Tensor, chance: Chance) -> torch.Tensor:
    """Return a film of which a few pixels are left."""
    few = functional.adaptive_avg_pool2d(image[None], int(chance.one(2, 7)))
    return functional.interpolate(few, image.shape[1:], mode="bilinear", align_corners=False)[0]


_BROKEN: tuple[Callable[[torch.Tensor, Chance], torch.Tensor], ...] = (
    _one_side,
    _one_side,
    _upper,
    _upper,
    _lower,
    _corner,
    _corner,
    _doubled,
    _doubled,
    _exchanged,
    _shuffled,
    _covered,
    _scrambled,
    _askew,
    _folded,
    _smeared,
)


def shown(images: torch.Tensor, chance: Chance) -> torch.Tensor:
    """Return images as other devices show them: curve, contrast, sharpness, marks, wires, noise.

    Args:
        images: (N, 1, 96, 96) on [0, 1].
    """
    count = len(images)
    curved = images.clamp(1e-4, 1) ** torch.exp(chance.between(-0.6, 0.6, count, 1, 1, 1))
    soft = functional.avg_pool2d(curved, 9, 1, 4, count_include_pad=False)
    edges = chance.between(-0.5, 1.0, count, 1, 1, 1)
    levelled = chance.between(0, 0.8, count, 1, 1, 1) * (chance.between(0, 1, count, 1, 1, 1) < 0.4)
    mean = curved.mean((2, 3), keepdim=True)
    made = curved + edges * (curved - soft) - levelled * (soft - mean)
    contrast = torch.exp(chance.between(-0.5, 0.35, count, 1, 1, 1))
    made = (made - mean) * contrast + mean + chance.between(-0.15, 0.15, count, 1, 1, 1)
    grain = torch.randn(made.shape, generator=chance.generator)
    made = made + chance.between(0, 1, count, 1, 1, 1) ** 4 * 0.12 * grain
    for place in range(count):
        _marked(made[place, 0], chance)
    return made.clamp(0, 1)


def _marked(image: torch.Tensor, chance: Chance) -> None:
    """Put letters, wires, a blade's edge or a blur on one image, in place."""
    if chance.happens(0.5):
        for _ in range(int(chance.one(1, 4))):
            top, left = int(chance.one(0, 88)), int(chance.one(0, 88))
            tall, wide = int(chance.one(2, 7)), int(chance.one(2, 10))
            image[top : top + tall, left : left + wide] = 1.0 if chance.happens(0.8) else 0.0
    if chance.happens(0.2):
        along = torch.linspace(0, 1, 140)
        for _ in range(int(chance.one(1, 6))):
            ends = chance.between(-0.1, 1.1, 3, 2) * SIZE
            bend = (1 - along)[:, None] ** 2 * ends[0] + along[:, None] ** 2 * ends[2]
            path = (bend + 2 * (along * (1 - along))[:, None] * ends[1]).long().clamp(0, SIZE - 1)
            image[path[:, 0], path[:, 1]] += chance.one(0.05, 0.35)
    if chance.happens(0.2):
        edge, level = int(chance.one(1, 10)), 1.0 if chance.happens(0.15) else 0.0
        which = int(chance.one(0, 4))
        (image if which < 2 else image.T)[slice(edge) if which % 2 else slice(-edge, None)] = level
    if chance.happens(0.2):
        blurred = functional.avg_pool2d(image[None, None], 3, 1, 1, count_include_pad=False)
        image.copy_(blurred[0, 0])
