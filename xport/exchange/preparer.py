"""What prepares images: pipelines of one side, ready to work, and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reference.preprocess import Preprocess
from reference.preprocess.picture import Note
from xport.common.arrays import Array
from xport.exchange.recording import WebEnvironment
from xport.plan.pipeline_description import PipelineDescription


@dataclass(frozen=True)
class Made:
    """A model's input, (1, C, S, S) float32, and the seconds it took to make.

    notes: what the decoder had to say of the image, where it was ours.
    """

    input: Array
    seconds: float
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Unsupported:
    """Why a pipeline does not read an image."""

    reason: str


class Preparer(Protocol):
    """Pipelines of one side, ready to work."""

    @property
    def pipelines(self) -> Sequence[PipelineDescription]:
        """What it can do."""
        ...

    def environment(self) -> WebEnvironment | None:
        """The browser it works in, if it does in one."""
        ...

    def prepare(self, pipeline: str, content: bytes, to: Preprocess) -> Made | Unsupported:
        """One image file as a model's input.

        Raises:
            XportError: the pipeline should have read the image and did not.
        """
        ...

    def by_all(self, content: bytes, definitions: Sequence[Preprocess]) -> Sequence[Array]:
        """One image file, decoded once, as the inputs that this side's exact path makes of it.

        Raises:
            XportError: it could not.
        """
        ...
