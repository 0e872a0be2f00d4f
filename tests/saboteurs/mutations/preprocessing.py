"""Images that become other inputs than the definition says, or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from reference.preprocess import Preprocess
from reference.preprocess.picture import Picture
from tests.saboteurs.bench import Held, with_web
from tests.saboteurs.mutations.numbers import judged
from tests.saboteurs.table import Mutation
from xport.comparison.pipeline_effect import PipelineEffect
from xport.exchange.prepared import EXACT

OTHER = "0" * 64
KEY = ("classifier", "tfjs/wasm")


def exact(change: Callable[[PipelineEffect], PipelineEffect | None]) -> Callable[[Held], None]:
    """Change what was measured of the classifier's exact path, or take it away."""

    def spoil(held: Held) -> None:
        changed = [
            change(e)
            if (e.prepared.model, e.prepared.pipeline.name) == ("classifier", EXACT)
            else e
            for e in held.effects
        ]
        held.effects = tuple(filter(None, changed))

    return spoil


def prepared(**updates: Any) -> Callable[[Held], None]:
    """Change what the exact path made of the images."""
    return exact(lambda e: e.model_copy(update={"prepared": e.prepared.model_copy(update=updates)}))


def off(effect: PipelineEffect) -> PipelineEffect:
    """One image is one gray level from the definition."""
    name = next(iter(effect.images))
    images = dict(effect.images)
    images[name] = images[name].model_copy(update={"max": 1.0})
    return effect.model_copy(update={"max_levels": 1.0, "images": images, "worst_image": name})


def fewer(effect: PipelineEffect) -> PipelineEffect:
    """One image was not measured."""
    images = dict(list(effect.images.items())[1:])
    return effect.model_copy(update={"images": images})


def further(effect: PipelineEffect) -> PipelineEffect:
    """From file to output, the browser is a thousandth off."""
    changed = tuple(
        c.model_copy(update={"pooled": c.pooled.model_copy(update={"max_abs": 1e-3})})
        for c in effect.in_browser
    )
    return effect.model_copy(update={"in_browser": changed})


def unread(effect: PipelineEffect) -> PipelineEffect:
    """One image is called unsupported, and was not measured."""
    name, *others = effect.images
    made = effect.prepared.model_copy(update={"unsupported": {name: "no decoder"}})
    images = {other: effect.images[other] for other in others}
    return effect.model_copy(update={"prepared": made, "images": images})


def other_inputs(held: Held) -> None:
    """The browser's model ran on other inputs than those that were prepared."""
    held.prepared[KEY] = held.prepared[KEY].model_copy(
        update={"input_digests": {OTHER: {"image": OTHER}}}
    )


def other_page(held: Held) -> None:
    """Another page prepared the images than ran the models."""
    assert held.preparations is not None
    assert held.preparations.environment is not None
    files = held.preparations.environment.files | {"picture.worker.js": OTHER}
    environment = held.preparations.environment.model_copy(update={"files": files})
    held.preparations = held.preparations.model_copy(update={"environment": environment})


def fallback(held: Held) -> None:
    """The model ran on another backend on the prepared images."""
    held.prepared[KEY] = with_web(held.prepared[KEY], backend="cpu")


def rectangular(picture: Picture) -> bool:
    """Whether a picture is not square."""
    height, width, _ = picture.samples.shape
    return height != width


def of_samples(change: Callable[[Any], Any]) -> Callable[[Picture, Preprocess], Any]:
    """Change the pixels of rectangular pictures, and leave square ones right."""

    def spoil(picture: Picture, definition: Preprocess) -> Any:
        if not rectangular(picture):
            return None
        return definition.apply(replace(picture, samples=change(picture.samples)))

    return spoil


def other_statistics(picture: Picture, definition: Preprocess) -> Any:
    """The input less the mean of photographs, over their deviation, as other networks take it."""
    low, high = definition.low, definition.high
    gray = (definition.apply(picture) - low) / (high - low)
    return (low + (high - low) * (gray - 0.449) / 0.226).astype(np.float32)


def upside_down(picture: Picture, definition: Preprocess) -> Any:
    """The input of a picture that was turned by half."""
    return definition.apply(replace(picture, samples=picture.samples[::-1, ::-1].copy()))


def not_upright(picture: Picture, definition: Preprocess) -> Any:
    """The input of a picture whose orientation was not read, of those that have one."""
    return None if picture.orientation == 1 else definition.apply(replace(picture, orientation=1))


def made(name: str, what: str, spoil: Callable[[Picture, Preprocess], Any]) -> Mutation:
    """The page's exact path makes other inputs of images."""
    return Mutation(
        name,
        what,
        "judge",
        "FAILED",
        "gray levels of 255 on",
        lambda bench: bench.prepared(spoil),
    )


MUTATIONS = [
    made(
        "swapped axes",
        "Rectangular images are transposed before they are prepared; square ones are right.",
        of_samples(lambda samples: samples.transpose(1, 0, 2).copy()),
    ),
    made(
        "width for height",
        "Rows of rectangular images are read with the height as their length.",
        of_samples(lambda s: s.reshape(s.shape[1], s.shape[0], s.shape[2])),
    ),
    made(
        "cropped at the edge",
        "Rectangular images lose their last row, as by a rounding of their size.",
        of_samples(lambda samples: samples[:-1].copy()),
    ),
    made(
        "input statistics",
        "The input is normalised by the statistics of photographs, as other networks take it.",
        other_statistics,
    ),
    made("turned images", "Every image is turned by half a turn.", upside_down),
    made(
        "orientation not read",
        "An image that its file says to turn is prepared as it is stored.",
        not_upright,
    ),
    judged(
        "one gray level",
        "One image of the exact path is one gray level from the definition, as by swapped "
        "axes, a turned image or other statistics of the input.",
        "1 gray levels of 255 on",
        exact(off),
    ),
    judged(
        "an image left out",
        "The exact path was measured on one image less.",
        "1 images are missing",
        exact(fewer),
        "NOT_RUN",
    ),
    judged(
        "no exact path",
        "The page's own way to prepare images was not measured.",
        "it was not measured",
        exact(lambda _: None),
        "NOT_RUN",
    ),
    judged(
        "an image that failed",
        "The exact path failed on an image that it should read.",
        "1 images failed, photo.png",
        prepared(failures={"photo.png": "the decoder died"}),
        "NOT_RUN",
    ),
    judged(
        "an image not read",
        "The exact path calls an image unsupported that the definition reads.",
        "1 images were not read",
        exact(unread),
        "NOT_RUN",
    ),
    judged(
        "far from file to output",
        "From the file to the probabilities, the browser is a thousandth off.",
        "from file to",
        exact(further),
    ),
    judged(
        "other prepared inputs",
        "The browser's model ran on other inputs than those prepared.",
        "the inputs that ran are not the prepared ones",
        other_inputs,
    ),
    judged(
        "no prepared run",
        "The browser's model did not run on the prepared images.",
        "it did not run on the prepared images",
        lambda held: held.prepared.pop(KEY),
        "NOT_RUN",
    ),
    judged(
        "another page prepared",
        "The worker that prepared images is another than ran the models.",
        "picture.worker.js of the page that ran is not the file that the plan names",
        other_page,
    ),
    judged(
        "fallback on prepared images",
        "The model ran on another backend on the prepared images.",
        "backend 'cpu' ran instead of 'wasm'",
        fallback,
    ),
]
