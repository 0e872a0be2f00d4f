"""Timing how the page that measures turns an image file into a model's input."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from browser_harness.drive import wire
from browser_harness.drive.pipelines import Definition
from browser_harness.drive.session import BrowserSession
from xport.common.arrays import Array


class _Request(wire.Wire):
    content: wire.ContentFile
    pipeline: str
    definition: dict[str, Any]
    fresh: bool
    watched: bool


class _Reply(wire.Wire):
    seconds: float
    longest_block: float | None
    input: wire.TensorText


@dataclass(frozen=True)
class TimedRead:
    """One reading of a picture.

    Args:
        seconds: from the file's bytes on the page to the model's input there, workers included.
        longest_block: seconds for which the page's own thread came to nothing else, if watched.
        array: (1, channels, size, size) float32.
    """

    seconds: float
    longest_block: float | None
    array: Array


@dataclass(frozen=True)
class Reading:
    """What is read: an image file, by one of `browser_harness.drive.pipelines.PIPELINES`."""

    pipeline: str
    content: bytes
    definition: Definition

    def timed(
        self, session: BrowserSession, *, fresh: bool = False, watched: bool = False
    ) -> TimedRead:
        """Read it once, on a page opened with `BrowserSettings.bench`.

        Args:
            fresh: with a worker of pictures that is started for it.
            watched: look for the longest block of the page, which costs a little time.

        Raises:
            PageRefused: the image is damaged, or the pipeline cannot prepare it.
            RunnerError: as in `BrowserSession.run`.
        """
        with ExitStack() as published:
            request = _Request(
                content=session.publish_content(self.content, published),
                pipeline=self.pipeline,
                definition=self.definition.model_dump(mode="json"),
                fresh=fresh,
                watched=watched,
            )
            reply = session.call("readPicture", request, _Reply)
        return TimedRead(reply.seconds, reply.longest_block, wire.decode("image", reply.input))
