"""Preparing an image on the page, by each of the ways in which web pages do it.

Twin: `runner/pipelines/index.ts`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol, Self

from browser_harness.drive import wire
from browser_harness.drive.pictures import decode
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from xport.common.arrays import Array
from xport.errors import InputError, RunnerError
from xport.exchange.preparer import Made, Unsupported
from xport.exchange.recording import WebEnvironment
from xport.plan.pipeline_description import PipelineDescription

__all__ = ["PIPELINES", "Definition", "Prepared", "Unsupported", "prepare"]


def _described(name: str, title: str, sentence: str) -> PipelineDescription:
    return PipelineDescription(name=name, title=title, side="browser", sentence=sentence)


EXACT = "exact"

PIPELINES: tuple[PipelineDescription, ...] = (
    _described(
        EXACT,
        "The page's exact path",
        "The deployed page's own decoders and resampler, as the definition says.",
    ),
    _described(
        "canvas",
        "Canvas drawImage",
        "The browser decodes the image and a canvas (willReadFrequently) draws it scaled, as the "
        "paper says (appendix E).",
    ),
    _described(
        "canvas-default",
        "Canvas drawImage, default context",
        "The same on a canvas with default settings, which the browser may draw on the GPU.",
    ),
    _described(
        "img-from-pixels",
        "Sized <img>, fromPixels",
        "Width and height of an image element are set and TF.js takes its pixels, as the web tool "
        "of 2020 did.",
    ),
    _described(
        "image-bitmap",
        "createImageBitmap",
        "createImageBitmap decodes and resizes, at its default quality.",
    ),
    _described(
        "image-bitmap-high",
        "createImageBitmap, high quality",
        "createImageBitmap decodes and resizes, with resizeQuality high.",
    ),
    _described(
        "tf-resize-bilinear",
        "TF.js resizeBilinear",
        "TF.js takes the pixels at full size and tf.image.resizeBilinear scales them, without "
        "antialiasing.",
    ),
    _described(
        "browser-decoder",
        "Browser's decoder, exact resize",
        "The browser decodes, without colour management and alpha, and the definition does the "
        "rest: what differs is the decoder's doing.",
    ),
)
"""The browser's pipelines, in the order in which they are shown; the page has the same."""


class Definition(Protocol):
    """What a model's input is: a document such as a bundle carries."""

    @property
    def size(self) -> int:
        """Pixels of the square input, wide and high."""

    @property
    def channels(self) -> int:
        """Equal copies of the gray image."""

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """All of it, as a bundle carries it."""


class Document(Protocol):
    """A definition by its document."""

    def document(self) -> bytes:
        """Canonical JSON."""


@dataclass(frozen=True)
class Prepared:
    """A model input and what it took.

    Args:
        array: (1, channels, size, size) float32.
        decode_seconds: from the file's bytes until the image was decoded.
        resize_seconds: from there until the input stood. Browsers may put off decoding until they
            draw, so only the sum is comparable.
        backend: the TF.js backend that took part, if any did.
    """

    array: Array
    decode_seconds: float
    resize_seconds: float
    backend: str | None


class _Request(wire.Wire):
    content: wire.ContentFile
    pipeline: str
    definition: dict[str, Any]


class _PreparedText(wire.Wire):
    input: wire.TensorText
    decode_seconds: float
    resize_seconds: float
    backend: str | None


class _Reply(wire.Wire):
    prepared: _PreparedText | None
    unsupported: str | None


def prepare(
    session: BrowserSession, pipeline: str, content: bytes, definition: Definition
) -> Prepared | Unsupported:
    """What a page that works like `pipeline` would give the model.

    Args:
        session: open, with any models or none; its backend runs what TF.js does.
        pipeline: one of the names in `PIPELINES`.
        content: the bytes of an image file.
        definition: size, fit, channels, range and gray rule are honoured; the resampler is the
            pipeline's own, and so is turning: browsers turn photographs as EXIF says.

    Raises:
        InputError: there is no such pipeline.
        PageRefused: the image is damaged.
        RunnerError: as in `BrowserSession.run`.
    """
    names = [known.name for known in PIPELINES]
    if pipeline not in names:
        raise InputError(
            f"there is no pipeline {pipeline!r}", remedy=f"name one of {', '.join(names)}"
        )
    with ExitStack() as published:
        request = _Request(
            content=session.publish_content(content, published),
            pipeline=pipeline,
            definition=definition.model_dump(mode="json"),
        )
        reply = session.call("prepareImage", request, _Reply)
    if reply.prepared is None:
        return Unsupported(_reason(reply))
    return _prepared(reply.prepared, definition)


def _prepared(found: _PreparedText, definition: Definition) -> Prepared:
    array = wire.decode("image", found.input)
    expected = (1, definition.channels, definition.size, definition.size)
    if array.shape != expected or array.dtype.name != "float32":
        raise RunnerError(
            f"float32{list(expected)} expected, {array.dtype}{list(array.shape)} was prepared"
        )
    return Prepared(array, found.decode_seconds, found.resize_seconds, found.backend)


def _reason(reply: _Reply) -> str:
    if not reply.unsupported:
        raise RunnerError("the page prepared nothing and does not say why")
    return reply.unsupported


class BrowserPreparer:
    """Implements `xport.exchange.preparer.Preparer` with a page that holds no model.

    Args:
        settings: of the browser; TF.js's part runs on their backend.
        wanted: the pipelines' names; the exact path is there always.
    """

    def __init__(self, settings: BrowserSettings, wanted: Collection[str]) -> None:
        self._session = BrowserSession([], settings)
        self._chosen = [one for one in PIPELINES if one.name == EXACT or one.name in wanted]

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._session.__exit__(*error)

    @property
    def pipelines(self) -> Sequence[PipelineDescription]:
        """The exact path first."""
        return self._chosen

    def environment(self) -> WebEnvironment | None:
        """The browser; valid while open."""
        return self._session.environment()

    def prepare(self, pipeline: str, content: bytes, to: Definition) -> Made | Unsupported:
        """One image file as a model's input; errors as in `prepare`."""
        found = prepare(self._session, pipeline, content, to)
        if isinstance(found, Unsupported):
            return found
        return Made(found.array, found.decode_seconds + found.resize_seconds)

    def by_all(self, content: bytes, definitions: Sequence[Document]) -> Sequence[Array]:
        """One image file by several definitions, decoded once; errors as in `decode`."""
        documents = [one.document().decode() for one in definitions]
        return decode(self._session, content, documents, samples=False).inputs
