"""What a reader's corrections make of images, here and on the page: compared by digest.

The page offers a correction where its inputs were equal to the definition's on every image.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from reference.preprocess.corrections import CORRECTIONS, TRIED, Correction
from xport.common.document import Document


class CorrectedInputs(Document):
    """The inputs of one model with some corrections done, as SHA-256 of their arrays, by image.

    `definition` is Python's, `page` what the page's exact path made; `failures` says why an image
    has none on either side.
    """

    model: str
    corrections: tuple[Correction, ...]
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

    @property
    def missing(self) -> tuple[str, ...]:
        """Images of which one side has no input."""
        return tuple(sorted({*(self.definition.keys() ^ self.page.keys()), *self.failures}))

    def equal(self) -> bool:
        """Whether both sides have the same inputs, of one image or more."""
        return bool(self.definition) and not self.unequal and not self.missing


def verified(made: Sequence[CorrectedInputs], models: Sequence[str]) -> tuple[Correction, ...]:
    """The corrections that may be offered: equal for every model, and those done together too.

    Args:
        models: the ids of all models that are given images.
    """
    found = {(one.model, one.corrections): one.equal() for one in made}

    def holds(corrections: tuple[Correction, ...]) -> bool:
        return bool(models) and all(found.get((model, corrections), False) for model in models)

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
