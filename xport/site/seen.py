"""What models say of one image, decided as the page decides: gate or rule first, then findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from reference.decide.rule import (
    RECONSTRUCTION_SCORES,
    input_scores,
    shorter_side,
    view_scores,
)
from reference.decide.scores import l1, l2, latent_distance, ssim
from reference.decoding import decode
from reference.errors import ImageError
from reference.preprocess.picture import Picture
from xport.common.arrays import Array
from xport.site.bundled import Bundled, Model

UNREADABLE = "not read: "
UNFIT = "a model gave values that are no numbers, or one value everywhere"


class Engine(Protocol):
    """Where models run: a browser, as the page has it."""

    def run(self, model_id: str, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        """Outputs by name."""
        ...


@dataclass(frozen=True)
class Seen:
    """What came of one image.

    Args:
        name: of its file; for local labels, and never in a report unless asked.
        reason: why it is refused; None where it is accepted.
        scores: by the name of the condition; none of a file that cannot be read.
        probabilities: (findings,), of an accepted image alone.
    """

    name: str
    reason: str | None
    scores: Mapping[str, float] = field(default_factory=dict)
    probabilities: Array | None = None


def see(name: str, content: bytes, release: Bundled, engine: Engine) -> Seen:
    """Return what the page would make of the bytes of an image file.

    A file that cannot be read, or whose numbers are none, is refused with the reason; the words of
    a reason never hold the file's name.
    """
    try:
        picture = decode(content)
        inputs = {one.id: _input(one, picture) for one in release.models}
    except ImageError as error:
        return Seen(name, f"{UNREADABLE}{error.what}")
    said = {
        model.id: _run(model, inputs[model.id], engine)
        for model in release.models
        if model is not release.classifier
    }
    if not all(map(_fit, said.values())):
        return Seen(name, UNFIT)
    scores = _scores(release, picture, inputs, said)
    refusal = release.refusal(scores)
    if refusal is not None:
        return Seen(name, refusal, scores)
    outputs = _run(release.classifier, inputs[release.classifier.id], engine)
    probabilities = outputs["probabilities"][0]
    if not _fit(outputs) or not ((probabilities >= 0) & (probabilities <= 1)).all():
        return Seen(name, UNFIT, scores)
    return Seen(name, None, scores, probabilities)


def _scores(
    release: Bundled,
    picture: Picture,
    inputs: Mapping[str, Array],
    outputs: Mapping[str, Mapping[str, Array]],
) -> dict[str, float]:
    """Every score that something is decided by, by the name of its condition."""
    found: dict[str, float] = {"shorter_side": shorter_side(*picture.samples.shape[:2])}
    view, autoencoder = release.view, release.autoencoder
    if view is not None:
        spec, image = view.preprocess, inputs[view.id]
        found |= input_scores(image[0, 0], spec.low, spec.high)
        found |= view_scores(view.entry.labels or (), outputs[view.id]["probabilities"][0])
    wanted = [one.name for one in release.conditions]
    if autoencoder is not None:
        found |= {
            name: score_of(name, inputs[autoencoder.id], outputs[autoencoder.id])
            for name in wanted
            if name in RECONSTRUCTION_SCORES
        }
    return {name: value for name, value in found.items() if name in wanted or "view: " in name}


def score_of(name: str, image: Array, outputs: Mapping[str, Array]) -> float:
    """Return a score of (1, C, H, W) and its reconstruction, by the first channel."""
    if name == "latent":
        return latent_distance(outputs["latent"].ravel())
    of = {"l1": l1, "l2": l2, "ssim": ssim}[name]
    return of(image[0, 0], outputs["reconstruction"][0, 0])


def _input(model: Model, picture: Picture) -> Array:
    found: Array = model.preprocess.apply(picture)
    return found


def _run(model: Model, image: Array, engine: Engine) -> Mapping[str, Array]:
    return engine.run(model.id, {model.input: image})


def _fit(outputs: Mapping[str, Array]) -> bool:
    """Whether the page would show numbers of these outputs."""
    finite = all(np.isfinite(values).all() for values in outputs.values())
    return finite and not any(v.size > 1 and (v == v.ravel()[0]).all() for v in outputs.values())
