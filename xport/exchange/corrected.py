"""What a reader's corrections make of images, here and on the page: compared by digest.

The page offers a correction where its inputs were equal to the definition's on every image that it
was tried on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from reference.preprocess.corrections import CORRECTIONS, TRIED, Correction
from xport.common.document import Document

Corrections = tuple[Correction, ...]


class CorrectedInputs(Document):
    """The inputs of one model with some corrections done, as SHA-256 of their arrays, by image.

    `definition` is Python's, `page` what the page's exact path made; `failures` says why an image
    has none on either side.
    """

    model: str
    corrections: Corrections
    definition: dict[str, str] = Field(default_factory=dict)
    page: dict[str, str] = Field(default_factory=dict)
    failures: dict[str, str] = Field(default_factory=dict)

    @property
    def unequal(self) -> tuple[str, ...]:
        """Images whose inputs are not the same."""
        return tuple(
            image for image, digest in self.definition.items()
            if self.page.get(image, digest) != digest
        )  # fmt: skip

    def missing(self, images: Sequence[str]) -> tuple[str, ...]:
        """Those of some images of which one side has no input."""
        both = self.definition.keys() & self.page.keys()
        return tuple(image for image in images if image not in both)


def tried_by_image(images: Sequence[str]) -> dict[str, tuple[Corrections, ...]]:
    """Which of ``TRIED`` every image is tried with: in turn, so that each has an image or more."""
    count = len(images)
    return {
        image: tuple(
            corrections for turn, corrections in enumerate(TRIED)
            if (place % len(TRIED) == turn if count >= len(TRIED) else turn % count == place)
        )
        for place, image in enumerate(images)
    }  # fmt: skip


def images_of(corrections: Corrections, images: Sequence[str]) -> tuple[str, ...]:
    """The images that are tried with some corrections."""
    return tuple(image for image, tried in tried_by_image(images).items() if corrections in tried)


def verified(
    made: Sequence[CorrectedInputs], models: Sequence[str], images: Sequence[str]
) -> tuple[Correction, ...]:
    """The corrections that may be offered: equal for every model, and those done together too.

    Args:
        models: the ids of all models that are given images.
        images: the names of the plan's images, in their order.
    """
    found = {(one.model, one.corrections): one for one in made}

    def holds(corrections: Corrections) -> bool:
        wanted = images_of(corrections, images)
        sides = [found.get((model, corrections)) for model in models]
        return bool(wanted and sides) and all(
            side is not None and not side.unequal and not side.missing(wanted) for side in sides
        )

    if not all(holds(corrections) for corrections in TRIED if len(corrections) > 1):
        return ()
    return tuple(one for one in CORRECTIONS if holds((one,)))


def joined(
    here: Sequence[CorrectedInputs], page: Sequence[CorrectedInputs]
) -> Iterator[CorrectedInputs]:
    """What each side made, as one: `here` has Python's digests, `page` the page's."""
    other = {(one.model, one.corrections): one for one in page}
    for one in here:
        found = other.get((one.model, one.corrections))
        if found is None:
            yield one
            continue
        failures = {**one.failures, **found.failures}
        yield one.model_copy(update={"page": found.page, "failures": failures})
