"""Prepare images in Python: by the definition, and by the libraries that people use instead."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from functools import lru_cache

from reference.decoding import decode
from reference.errors import ImageError
from reference.preprocess import Preprocess
from reference.preprocess.levels import gray_levels
from reference.preprocess.picture import Picture
from reference.preprocess.pipelines import PIPELINES
from reference.preprocess.pipelines import Unsupported as CannotDo
from reference.preprocess.resample import Float64Array
from xport.common.arrays import Array
from xport.errors import RunnerError
from xport.exchange.prepared import DEFINITION
from xport.exchange.preparer import Made, Unsupported
from xport.exchange.recording import WebEnvironment
from xport.plan.pipeline_description import PipelineDescription

_DEFINITION = PipelineDescription(
    name=DEFINITION,
    title="The definition",
    side="python",
    sentence="What the release declares, as Python carries it out.",
)


class PythonPreparer:
    """The `Preparer` of Python's side, with those pipelines that are wanted.

    All of them start from the pixels that the definition's decoder gives.
    """

    def __init__(self, wanted: Collection[str]) -> None:
        self._chosen = {name: one for name, one in PIPELINES.items() if name in wanted}

    @property
    def pipelines(self) -> list[PipelineDescription]:
        """The definition first."""
        others = (
            PipelineDescription(
                name=one.name, title=one.title, side=one.side, sentence=one.sentence
            )
            for one in self._chosen.values()
        )
        return [_DEFINITION, *others]

    def environment(self) -> WebEnvironment | None:
        """No browser."""
        return None

    def prepare(self, pipeline: str, content: bytes, to: Preprocess) -> Made | Unsupported:
        """One image file as a model's input.

        Raises:
            RunnerError: the file cannot be decoded, or the pipeline failed.
        """
        start = time.perf_counter()
        try:
            picture = _decoded(content)
            if pipeline == DEFINITION:
                return Made(to.apply(picture), time.perf_counter() - start, picture.notes)
            if picture.aspect != 1:
                return Unsupported("the image's pixels are not square, which it does not know")
            levels = gray_levels(picture, to.gray, to.orientation)
            found = self._measured(pipeline, levels, to)
        except ImageError as error:
            raise RunnerError(error.what, error.where, error.remedy) from error
        if isinstance(found, CannotDo):
            return Unsupported(found.reason)
        return Made(found, time.perf_counter() - start)

    def by_all(self, content: bytes, definitions: Sequence[Preprocess]) -> list[Array]:
        """One image file by several definitions.

        Raises:
            RunnerError: the file cannot be decoded or corrected.
        """
        try:
            return [definition.apply(_decoded(content)) for definition in definitions]
        except ImageError as error:
            raise RunnerError(error.what, error.where, error.remedy) from error

    def _measured(self, pipeline: str, levels: Float64Array, to: Preprocess) -> Array | CannotDo:
        try:
            return self._chosen[pipeline].prepare(levels, to)
        except ImageError:
            raise
        except Exception as error:  # someone else's library: its failure is its finding
            raise RunnerError(f"{type(error).__name__}: {error}", pipeline) from error


@lru_cache(maxsize=1)
def _decoded(content: bytes) -> Picture:
    """The pipelines take turns on one image."""
    return decode(content)
