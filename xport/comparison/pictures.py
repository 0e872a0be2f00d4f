"""Small pictures of the probes on which legs differ most."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PIL import Image

from xport.common.arrays import Array
from xport.comparison.parity import Comparison, Outputs, Role
from xport.comparison.picture import Picture
from xport.plan.plan import Plan, PlannedModel

MAPS = ("saliency", "cam")
THUMBNAIL = 96
"""Pixels of a map's picture, wide and high."""

OutputOf = Callable[[str, str, str], Outputs]
InputOf = Callable[[PlannedModel, str], Array | None]


def pictures_for(
    plan: Plan, output_of: OutputOf, input_of: InputOf, comparisons: Sequence[Comparison]
) -> Iterator[Picture]:
    """The probes on which some leg is furthest from PyTorch, and image-shaped outputs on them.

    Of an explanation every probe is shown, with the maps of PyTorch and of the browser's legs.

    An output is shown thrice: PyTorch's, the leg's, and |leg - PyTorch| scaled so that the
    largest is white; its size is in the title.
    """
    explained = {model.id for model in plan.models if model.kind == "explanation"}
    reference = [c for c in comparisons if c.role is Role.REFERENCE]
    compared = [c for c in reference if c.model not in explained]
    for model in plan.models:
        if model.id in explained:
            yield from _maps(plan, model, output_of, input_of)
            continue
        for probe in dict.fromkeys(c.worst_probe for c in compared if c.model == model.id):
            values = input_of(model, probe)
            if values is not None and is_image(values.shape):
                yield Picture(
                    model=model.id,
                    leg=None,
                    probe=probe,
                    title="input",
                    png_base64=png(values[0], *span_of(model)),
                )
    for comparison in compared:
        model = plan.model(comparison.model)
        spec = next(s for s in model.signature.outputs if s.name == comparison.output)
        if is_image(spec.shape):
            yield from _triple(model, comparison, output_of)


def _maps(
    plan: Plan, model: PlannedModel, output_of: OutputOf, input_of: InputOf
) -> Iterator[Picture]:
    """Every probe of an explanation, with PyTorch's maps beside those of the browser's legs."""
    browser = [leg.name for leg in plan.legs_of(model) if leg.backend is not None]
    names = [spec.name for spec in model.signature.outputs if spec.name in MAPS]
    for probe in model.probes:
        values = input_of(model, probe.name)
        if values is not None:
            picture = thumbnail(image_of(values[0], *span_of(model)))
            yield Picture(
                model=model.id, leg=None, probe=probe.name, title="input", png_base64=picture
            )
        for name in names:
            for leg in (model.reference, *browser):
                found = output_of(model.id, leg, name).get(probe.name)
                if found is None:
                    continue
                strongest = found[0].max(axis=0, keepdims=True)
                low = min(0.0, float(np.nanmin(strongest)))
                picture = thumbnail(image_of(strongest, low, float(np.nanmax(strongest))))
                yield Picture(
                    model=model.id, leg=leg, probe=probe.name, title=f"{name}, {leg}",
                    png_base64=picture,
                )  # fmt: skip


def prepared_pictures(
    model: PlannedModel, pipeline: str, image: str, ours: Array, theirs: Array
) -> Iterator[Picture]:
    """An input as the definition makes it, as a pipeline does, and where they differ.

    Args:
        ours, theirs: the pipeline's and the definition's input, (1, C, S, S).
    """
    with np.errstate(all="ignore"):
        distance = np.abs(ours[0, :1].astype(np.float64) - theirs[0, :1])
    largest = float(distance.max())
    low, high = span_of(model)
    levels = largest / (high - low) * 255
    for title, values, span in (
        ("definition", theirs[0, :1], (low, high)),
        (pipeline, ours[0, :1], (low, high)),
        (f"|difference|, white is {levels:.3g} gray levels of 255", distance, (0.0, largest)),
    ):
        drawn = image_of(values, *span)
        if values is distance:
            drawn = heat(drawn)
        yield Picture(
            model=model.id, leg=pipeline, probe=image, title=title, png_base64=_base64(drawn)
        )


def heat(gray: Image.Image) -> Image.Image:
    """A gray image as a heat map: black, red, yellow, white; its gray levels rise all the way."""
    levels = np.arange(256) / 255
    palette = [np.clip(3 * levels - start, 0, 1) for start in range(3)]
    gray.putpalette(np.rint(np.stack(palette, axis=1) * 255).astype(np.uint8).tobytes())
    return gray


def thumbnail(image: Image.Image) -> str:
    """An image of THUMBNAIL pixels as a PNG in base64; pixels of small maps stay squares."""
    size = (THUMBNAIL, THUMBNAIL)
    small = image.width < THUMBNAIL
    resized = image.resize(size, Image.Resampling.NEAREST if small else Image.Resampling.BOX)
    return _base64(resized)


def is_image(shape: Sequence[int]) -> bool:
    """Whether an array can be shown: (1, 1 or 3, height, width)."""
    return len(shape) == 4 and shape[1] in (1, 3) and min(shape[2:]) > 1


def span_of(model: PlannedModel) -> tuple[float, float]:
    """The values of black and white in a model's input."""
    return (model.preprocess.low, model.preprocess.high) if model.preprocess else (0.0, 1.0)


def _triple(model: PlannedModel, comparison: Comparison, output_of: OutputOf) -> Iterator[Picture]:
    probe, output = comparison.worst_probe, comparison.output
    theirs = output_of(model.id, model.reference, output)[probe][0]
    ours = output_of(model.id, comparison.leg, output)[probe][0]
    low, high = span_of(model)
    with np.errstate(all="ignore"):
        distance = np.abs(ours.astype(np.float64) - theirs)
    largest = float(distance.max())
    for leg, title, values, span in (
        (model.reference, f"{output}, {model.reference}", theirs, (low, high)),
        (comparison.leg, f"{output}, {comparison.leg}", ours, (low, high)),
        (comparison.leg, f"|difference|, white is {largest:.2g}", distance, (0.0, largest)),
    ):
        yield Picture(
            model=model.id, leg=leg, probe=probe, title=title, png_base64=png(values, *span)
        )


def png(values: Array, low: float, high: float) -> str:
    """A (channels, height, width) array as a gray or RGB PNG in base64; NaN is black."""
    return _base64(image_of(values, low, high))


def image_of(values: Array, low: float, high: float) -> Image.Image:
    """A (channels, height, width) array as a gray or RGB image; NaN is black."""
    span = high - low if np.isfinite(high - low) and high > low else 1.0
    with np.errstate(all="ignore"):
        scaled = np.nan_to_num((values.astype(np.float64) - low) / span * 255, posinf=255)
    pixels = np.moveaxis(np.clip(np.rint(scaled), 0, 255).astype(np.uint8), 0, -1)
    return Image.fromarray(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels)


def _base64(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
