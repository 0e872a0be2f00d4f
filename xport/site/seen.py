"""What the models say of one image, decided as the page decides: the rule first, then findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from reference.decide.rule import Ruling, input_scores, shorter_side, view_scores
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
        scores: by `Condition.key`, those that are numbers; none of a file that cannot be read.
        probabilities: (findings,), of an accepted image alone.
    """

    name: str
    reason: str | None
    scores: Mapping[str, float] = field(default_factory=dict)
    probabilities: Array | None = None


def see(name: str, content: bytes, release: Bundled, engine: Engine) -> Seen:
    """Return what the page would make of the bytes of an image file.

    A file that cannot be read, or whose numbers are none, is refused with the reason; the words of
    a reason never hold the file's name. All scores are computed, also those after the condition
    that refuses it, on which nothing depends any more.
    """
    try:
        picture = decode(content)
        inputs = {one.id: _input(one, picture) for one in release.models}
    except ImageError as error:
        return Seen(name, f"{UNREADABLE}{error.what}")
    height, width = picture.samples.shape[:2]
    scores = {"shorter_side": shorter_side(height, width)}
    scores |= _of_view(release.view, inputs, engine)
    scores |= _of_autoencoder(release, inputs, engine)
    ruling = release.rule.decide(scores) if release.rule else Ruling()
    # The page shows nothing of an image whose scores up to the deciding one are no numbers.
    decided = release.conditions[: None if ruling.failed is None else ruling.failed + 1]
    if any(not np.isfinite(scores.get(one.key, np.nan)) for one in decided):
        return Seen(name, UNFIT)
    wanted = {one.key for one in release.conditions}
    known = {key: value for key, value in scores.items() if key in wanted and np.isfinite(value)}
    if not ruling.accepted:
        return Seen(name, ruling.reason, known)
    outputs = _run(release.classifier, inputs[release.classifier.id], engine)
    probabilities = outputs["probabilities"][0]
    if not _fit(outputs) or not ((probabilities >= 0) & (probabilities <= 1)).all():
        return Seen(name, UNFIT, known)
    return Seen(name, None, known, probabilities)


def _of_view(view: Model | None, inputs: Mapping[str, Array], engine: Engine) -> dict[str, float]:
    """The scores of a view model's input and outputs; none of outputs that the page refuses."""
    if view is None:
        return {}
    image, spec = inputs[view.id], view.preprocess
    found = input_scores(image[0, 0], spec.low, spec.high)
    outputs = _run(view, image, engine)
    if _fit(outputs):
        found |= view_scores(view.entry.labels or (), outputs["probabilities"][0])
    return found


def _of_autoencoder(
    release: Bundled, inputs: Mapping[str, Array], engine: Engine
) -> dict[str, float]:
    """The scores of image and reconstruction, by the first channel."""
    model = release.autoencoder
    wanted = {one.key for one in release.conditions} & {"l1", "l2", "ssim", "latent"}
    if model is None or not wanted:
        return {}
    outputs = _run(model, inputs[model.id], engine)
    if not _fit(outputs):
        return {}
    image = inputs[model.id][0, 0]
    return {one: _score(one, image, outputs) for one in sorted(wanted)}


def _score(name: str, image: Array, outputs: Mapping[str, Array]) -> float:
    if name == "latent":
        return latent_distance(outputs["latent"].ravel())
    of = {"l1": l1, "l2": l2, "ssim": ssim}[name]
    return of(image, outputs["reconstruction"][0, 0])


def _input(model: Model, picture: Picture) -> Array:
    found: Array = model.preprocess.apply(picture)
    return found


def _run(model: Model, image: Array, engine: Engine) -> Mapping[str, Array]:
    return engine.run(model.id, {model.input: image})


def _fit(outputs: Mapping[str, Array]) -> bool:
    """Whether the page would show numbers of these outputs."""
    finite = all(np.isfinite(values).all() for values in outputs.values())
    return finite and not any(v.size > 1 and (v == v.ravel()[0]).all() for v in outputs.values())
