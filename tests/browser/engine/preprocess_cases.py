"""Pictures and definitions on which every JavaScript engine must give Python's bits."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, get_args

import numpy as np
import numpy.typing as npt
import skimage
from PIL import Image

from browser_harness.drive import wire
from reference.preprocess import PRESETS, Fit, GrayRule, Preprocess
from reference.preprocess.corrections import TURNS, Correction
from reference.preprocess.picture import Picture
from reference.preprocess.resample import RESAMPLERS

FITS: tuple[Fit, ...] = get_args(Fit)
GRAYS: tuple[GrayRule, ...] = get_args(GrayRule)
WHITES = (255, 1023, 4095, 65535)
SHAPES = (
    (1, 1), (1, 2), (2, 1), (1, 17), (17, 1), (3, 2), (7, 33), (33, 7), (20, 20), (31, 29),
    (64, 48), (1, 3001), (3001, 1), (2, 901), (257, 63), (129, 130),
)  # fmt: skip
SIZES = (1, 2, 7, 16, 33)
RANGES = ((0.0, 1.0), (-1.0, 1.0), (-1024.0, 1024.0), (0.1, 0.3), (-5.5, -0.0))
FILLS = ("noise", "black", "white", "checkerboard", "impulse", "edges")


@dataclass(frozen=True)
class Case:
    """A picture and what is to be made of it."""

    name: str
    picture: Picture
    to: Preprocess


class Calls(Protocol):
    """Whatever opens the runner's page in some browser."""

    def call(self, method: str, request: dict[str, Any], kind: type[wire.TensorText]) -> Any:
        """What a method of the page's contract replies."""

    def publish_bytes(self, data: bytes, published: ExitStack) -> dict[str, Any]:
        """Serve bytes to the page until `published` closes; url, sha256 and length."""


def cases() -> list[Case]:
    """Every resampler, fit, gray rule, orientation and depth, on shapes that break things."""
    return [*_systematic(), *_random(1500), *_large(), *_photographs(), *_corrected(200)]


def _systematic() -> Iterator[Case]:
    """Every shape with every resampler, fit and fill; the rest in turn."""
    turns = itertools.cycle(itertools.product(GRAYS, range(1, 9), WHITES, (1, 3), ("exif",)))
    sizes, ranges = itertools.cycle(SIZES), itertools.cycle(RANGES)
    rng = np.random.default_rng(1)
    for shape, resampler, fit, fill in itertools.product(SHAPES, RESAMPLERS, FITS, FILLS):
        gray, orientation, white, channels, rule = next(turns)
        picture = _picture(rng, shape, channels, white, fill, orientation)
        low, high = next(ranges)
        to = Preprocess(
            gray=gray, orientation=rule, size=next(sizes), fit=fit, resampler=resampler,
            channels=channels, low=low, high=high,
        )  # fmt: skip
        yield _case(picture, to, fill)


def _random(count: int) -> Iterator[Case]:
    rng = np.random.default_rng(2)
    for _ in range(count):
        shape = tuple(int(side) for side in np.exp(rng.uniform(0, np.log(120), 2)))
        white = int(rng.choice([*WHITES, 1, 200, 16383]))
        picture = _picture(
            rng, shape, int(rng.choice([1, 3])), white, "noise", int(rng.integers(1, 9))
        )
        low, span = rng.normal(scale=100), np.exp(rng.uniform(-3, 8))
        to = Preprocess(
            gray=rng.choice(GRAYS), orientation=str(rng.choice(["exif", "stored"])),  # type: ignore[arg-type]
            size=int(np.exp(rng.uniform(0, np.log(48)))), fit=rng.choice(FITS),
            resampler=rng.choice(RESAMPLERS), low=float(low), high=float(low + span),
        )  # fmt: skip
        yield _case(picture, to, "random")


def _large() -> Iterator[Case]:
    """Sizes of the real thing."""
    rng = np.random.default_rng(3)
    for resampler, (shape, white) in itertools.product(
        RESAMPLERS, (((1024, 1024), 255), ((811, 1203), 4095), ((40, 30), 255))
    ):
        picture = _picture(rng, shape, 1, white, "noise", 1)
        to = Preprocess(size=224, resampler=resampler, low=-1024.0, high=1024.0)
        yield _case(picture, to, "large")


def _photographs() -> Iterator[Case]:
    """Real images: photographs, and radiographs where XPORT_XRAYS names some."""
    folder = Path(skimage.__file__).parent / "data"
    paths = [folder / f"{name}.png" for name in ("camera", "astronaut", "moon", "coffee", "page")]
    xrays = os.environ.get("XPORT_XRAYS")
    paths += sorted(Path(xrays).glob("*.png"))[:6] if xrays else []
    for path, resampler in itertools.product(paths, RESAMPLERS):
        samples = np.asarray(Image.open(path))
        picture = Picture(np.atleast_3d(samples), 255, 1, "png")
        for to in PRESETS.values():
            to = to.model_copy(update={"resampler": resampler})
            yield _case(picture, to, path.name)


def _corrected(count: int) -> Iterator[Case]:
    """Corrections of all sorts, together and alone, of films in borders of all widths."""
    rng = np.random.default_rng(5)
    turns: tuple[Correction | None, ...] = (None, *TURNS)
    for _ in range(count):
        sides = [int(side) for side in rng.integers(1, 60, 2)]
        white, channels = int(rng.choice([*WHITES, 200])), int(rng.choice([1, 3]))
        fill = str(rng.choice(["noise", "noise", "noise", "white", "edges"]))
        inner = _picture(rng, sides, channels, white, fill, int(rng.integers(1, 9)))
        margins = [(int(a), int(b)) for a, b in rng.integers(0, 14, (2, 2))]
        level = int(rng.integers(0, white, endpoint=True))
        samples = np.pad(inner.samples, [*margins, (0, 0)], constant_values=level)
        spots = rng.random(samples.shape[:2]) < 0.01
        samples[spots] = rng.integers(0, white, endpoint=True)
        asked = {rng.choice(np.array(turns, dtype=object))} - {None}
        asked |= {one for one in ("crop-border", "mirror", "invert") if rng.random() < 0.5}
        to = Preprocess(
            gray=rng.choice(GRAYS), orientation=str(rng.choice(["exif", "stored"])),  # type: ignore[arg-type]
            size=int(rng.integers(1, 40)), fit=rng.choice(FITS), resampler=rng.choice(RESAMPLERS),
        )  # fmt: skip
        picture = replace(inner, samples=samples)
        yield _case(picture, to.correcting(asked), f"{fill} in a border")


def _case(picture: Picture, to: Preprocess, fill: str) -> Case:
    shape = "x".join(map(str, picture.samples.shape))
    where = f"{fill} {shape}, white {picture.white}, orientation {picture.orientation}"
    return Case(f"{where}, to {to.document().decode()}", picture, to)


def _picture(
    rng: np.random.Generator,
    shape: Sequence[int],
    channels: int,
    white: int,
    fill: str,
    orientation: int,
) -> Picture:
    height, width = shape
    samples = np.zeros((height, width, channels), np.uint8 if white <= 255 else np.uint16)
    if fill == "noise":
        samples[:] = rng.integers(0, white, samples.shape, endpoint=True)
    elif fill == "white":
        samples[:] = white
    elif fill == "checkerboard":
        samples[(np.add.outer(np.arange(height), np.arange(width)) % 2) == 1] = white
    elif fill == "impulse":
        samples[rng.integers(height), rng.integers(width)] = white
    elif fill == "edges":
        samples[0], samples[:, -1] = white, white // 3
    return Picture(samples, white, orientation, "png")


def prepare(browser: Calls, batch: Sequence[Case]) -> list[npt.NDArray[np.float32]]:
    """What the page makes of every case."""
    blob, described = bytearray(), []
    for case in batch:
        samples = case.picture.samples
        height, width, channels = samples.shape
        blob += b"\0" * (len(blob) % 2)
        described.append(
            {
                "offset": len(blob),
                "bits": samples.itemsize * 8,
                "width": width,
                "height": height,
                "channels": channels,
                "white": case.picture.white,
                "orientation": case.picture.orientation,
                "definition": case.to.document().decode(),
            }
        )
        blob += np.ascontiguousarray(samples).tobytes()
    with ExitStack() as published:
        file = browser.publish_bytes(bytes(blob), published)
        request = {"samples": file, "cases": described}
        reply = browser.call("preprocess", request, wire.TensorText)
    values = wire.decode("inputs", reply)
    lengths = [case.to.channels * case.to.size**2 for case in batch]
    assert values.shape == (sum(lengths),)
    return np.split(values, np.cumsum(lengths)[:-1])


def differing(browser: Calls, batch: Sequence[Case]) -> list[str]:
    """The cases whose bytes are not Python's, in words."""
    found = []
    for case, values in zip(batch, prepare(browser, batch), strict=True):
        expected = case.to.apply(case.picture).ravel()
        if values.tobytes() != expected.tobytes():
            off = int((values.view(np.uint32) != expected.view(np.uint32)).sum())
            found.append(f"{off} of {len(values)} values: {case.name}")
    return found
