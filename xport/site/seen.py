"""What the models say of one image, decided as the page decides: the gate first, then findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from reference.decide.scores import l1, l2, latent_distance, ssim
from reference.decoding import decode
from reference.errors import ImageError
from reference.preprocess.picture import Picture
from xport.common.arrays import Array
from xport.site.bundled import Bundled, Condition, Model

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
        autoencoder = release.autoencoder
        inputs = {one.id: _input(one, picture) for one in release.models}
    except ImageError as error:
        return Seen(name, f"{UNREADABLE}{error.what}")
    scores: dict[str, float] = {}
    if autoencoder is not None:
        outputs = _run(autoencoder, inputs[autoencoder.id], engine)
        if not _fit(outputs):
            return Seen(name, UNFIT)
        scores = {
            one.name: score_of(one.name, inputs[autoencoder.id], outputs)
            for one in release.conditions
        }
    failed = first_failed(release.conditions, scores)
    if failed is not None:
        return Seen(name, failed.reason, scores)
    outputs = _run(release.classifier, inputs[release.classifier.id], engine)
    probabilities = outputs["probabilities"][0]
    if not _fit(outputs) or not ((probabilities >= 0) & (probabilities <= 1)).all():
        return Seen(name, UNFIT, scores)
    return Seen(name, None, scores, probabilities)


def first_failed(
    conditions: tuple[Condition, ...], scores: Mapping[str, float]
) -> Condition | None:
    """Return the first condition that does not hold; a score that is absent counts as NaN."""
    return next((one for one in conditions if not one.holds(scores.get(one.name, np.nan))), None)


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
