"""Decoding pictures in the page's worker, as the deployed page does."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from browser_harness.drive import wire
from reference.preprocess.picture import Note
from xport.common import digests
from xport.common.arrays import Array
from xport.errors import IntegrityError

LIMIT_S = 60.0


class FileAt(wire.FileDigest):
    """A file on the loopback server."""

    url: str


class DecodeRequest(wire.Wire):
    """Decode a file; prepare one input by each definition's document."""

    file: FileAt
    definitions: tuple[str, ...]
    samples: bool
    limit_seconds: float


class PictureFacts(wire.Wire):
    """A picture without its samples; see reference.preprocess.picture.Picture."""

    width: int
    height: int
    channels: Literal[1, 3]
    white: int
    orientation: int
    format: Literal["png", "jpeg", "dicom"]
    aspect: float
    notes: tuple[Note, ...]


class SamplesText(wire.Wire):
    """Samples in a reply, 16 bits little-endian."""

    bits: Literal[8, 16]
    sha256: str
    base64: str


class Seconds(wire.Wire):
    """Seconds in the worker."""

    decode: float
    preprocess: float


class DecodeReply(wire.Wire):
    """What became of a file, and the seconds from its bytes on the page to the inputs there."""

    facts: PictureFacts
    samples: SamplesText | None
    inputs: tuple[wire.TensorText, ...]
    seconds: Seconds
    total_seconds: float


@dataclass(frozen=True)
class DecodedPicture:
    """What the page made of a file.

    Args:
        samples: (H, W, C) uint8 or uint16, or None where they were not asked for.
        inputs: (1, C, S, S) float32, one by each definition.
    """

    facts: PictureFacts
    samples: npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | None
    inputs: tuple[Array, ...]
    seconds: Seconds
    total_seconds: float


class CallablePage(Protocol):
    """The runner's page in any browser."""

    def call(self, method: str, request: dict[str, Any], kind: type[DecodeReply]) -> DecodeReply:
        """Call a method of the page's contract."""

    def publish_bytes(self, data: bytes, published: ExitStack) -> dict[str, str | int]:
        """Serve bytes to the page until `published` closes."""


def decode(
    page: CallablePage,
    content: bytes,
    definitions: Sequence[str] = (),
    *,
    samples: bool = True,
    limit_s: float = LIMIT_S,
) -> DecodedPicture:
    """Decode the bytes of a picture file in the page's worker and prepare inputs from them.

    Args:
        definitions: documents of `reference.preprocess.Preprocess`.
        samples: whether the samples come back too.
        limit_s: seconds after which the page refuses the file.

    Raises:
        PageRefused: with code `input-refused`, the page refuses the file.
        RunnerError: as in `BrowserSession.run`.
    """
    with ExitStack() as published:
        request = DecodeRequest(
            file=FileAt.model_validate(page.publish_bytes(content, published)),
            definitions=tuple(definitions),
            samples=samples,
            limit_seconds=limit_s,
        )
        reply = page.call("decode", request.model_dump(by_alias=True), DecodeReply)
    return DecodedPicture(
        facts=reply.facts,
        samples=_samples(reply.samples, reply.facts) if reply.samples else None,
        inputs=tuple(wire.decode(f"input {i}", one) for i, one in enumerate(reply.inputs)),
        seconds=reply.seconds,
        total_seconds=reply.total_seconds,
    )


def _samples(
    text: SamplesText, facts: PictureFacts
) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    try:
        data = base64.b64decode(text.base64, validate=True)
    except binascii.Error as error:
        raise IntegrityError(f"not base64: {error}", where="samples") from error
    if digests.of_bytes(data) != text.sha256:
        raise IntegrityError("the bytes changed on the way from the page", where="samples")
    shape = (facts.height, facts.width, facts.channels)
    if len(data) * 8 != text.bits * int(np.prod(shape, dtype=np.int64)):
        raise IntegrityError(f"do not fill {list(shape)}", where="samples")
    return np.frombuffer(data, np.uint8 if text.bits == 8 else "<u2").reshape(shape)
