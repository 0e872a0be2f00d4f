"""JPEG of 8 bits: the markers are checked here, libjpeg-turbo decodes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import simplejpeg

from reference.decoding.exif import orientation
from reference.decoding.jpeg_extra import without_extra_bytes
from reference.decoding.jpeg_frame import BASELINE, EXTENDED, PROGRESSIVE, Frame, frame_of
from reference.decoding.refusal import check_size, damaged, unsupported
from reference.errors import ImageError
from reference.preprocess.picture import Note, Picture

SOI = b"\xff\xd8"

_SAMPLINGS = ((1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (1, 4))
"""How often luma may be sampled across and down for one sample of chroma."""

_UNUSUAL = (((2, 2), (1, 2), (1, 2)), ((2, 2), (2, 1), (2, 1)))
"""Ways to say that chroma is sampled half as often across, or down."""

_MOST_BLOCKS = 10
"""Blocks that a unit of several components may have (ISO/IEC 10918-1, B.2.3)."""

_SPACES = {1: "GRAY", 3: "RGB", 4: "CMYK"}


def jpeg_picture(content: bytes) -> Picture:
    """Return the pixels of a JPEG: baseline, extended or progressive, gray, color or CMYK.

    Rules, the same in engine/picture/decode/jpeg.ts:

    - libjpeg-turbo decodes, with its accurate integer DCT and smooth ("fancy") upsampling; a
      file with Adobe's marker may be RGB. Of CMYK and YCCK (stored inverted, as Adobe does),
      R = k - (255 - c) * k / 255 rounded, where c and k are the stored cyan and black; so do
      G and B with magenta and yellow. This is Pillow's ``convert("RGB")``.
    - The orientation is that of the first APP1 with EXIF data. Of the densities in the first APP0
      only a note is made.
    - Refused by name: lossless, hierarchical, arithmetic, JPEG-LS; not 8 bits; not 1, 3 or 4
      components; samplings but these: all components alike; luma (and black) as ``_SAMPLINGS``
      with chroma 1x1; 2x2 with chroma 1x2 or 2x1. The TurboJPEG API, through which both languages
      decode, takes no others.
    - Bytes after the last block of a scan or restart interval are ignored, up to ``MOST_EXTRA`` of
      them, or any number of zeros.
    - Refused as damaged: markers that do not lead from SOI to EOI (see ``frame_of``), and whatever
      libjpeg-turbo errs or warns of: invalid codes, data that end before the last block, restart
      markers out of order. A changed bit whose codes still make sense is not
      found: JPEG has no checksum.
    """
    frame = frame_of(content)
    check_kind(frame)
    check_size(frame.width, frame.height)
    samples = decoded(content, frame)
    if len(frame.sampling) == 4:
        samples = _rgb_from_cmyk(samples)
    notes: tuple[Note, ...] = ("pixel-density",) if frame.uneven else ()
    return Picture(samples, 255, orientation(frame.exif), "jpeg", notes=notes)


def check_kind(frame: Frame) -> None:
    """Refuse what is a JPEG, but none that is read."""
    if frame.process not in (BASELINE, EXTENDED, PROGRESSIVE):
        raise unsupported("the JPEG is lossless, hierarchical or arithmetically coded")
    if frame.precision != 8:
        raise unsupported(f"the JPEG has {frame.precision} bits per sample, 8 are read")
    if len(frame.sampling) not in _SPACES:
        raise unsupported(f"the JPEG has {len(frame.sampling)} components")
    if not _is_known(frame.sampling):
        raise unsupported("the JPEG samples its colours in a way that is not read")


def _is_known(sampling: tuple[tuple[int, int], ...]) -> bool:
    luma, *others = sampling
    if all(factors == luma for factors in others):
        return not others or luma[0] * luma[1] * len(sampling) <= _MOST_BLOCKS
    if sampling in _UNUSUAL:
        return True
    chroma_once = all(factors == (1, 1) for factors in others[:2])
    return chroma_once and luma in _SAMPLINGS and others[2:] in ([], [luma])


def decoded(content: bytes, frame: Frame) -> npt.NDArray[np.uint8]:
    """Return (H, W, C) samples as libjpeg-turbo gives them: gray, RGB or stored CMYK."""
    space = _SPACES[len(frame.sampling)]
    try:
        samples = _by_turbo(content, space)
    except ImageError:
        shorter = without_extra_bytes(content)
        if shorter == content:
            raise
        samples = _by_turbo(shorter, space)
    if samples.shape != (frame.height, frame.width, len(frame.sampling)):
        raise damaged("its header contradicts its pixels")
    return samples


def _by_turbo(content: bytes, space: str) -> npt.NDArray[np.uint8]:
    try:
        samples: npt.NDArray[np.uint8] = simplejpeg.decode_jpeg(content, space, strict=True)
    except Exception as error:  # whatever it may be, the image is at fault
        raise damaged(str(error)) from error
    return samples


def _rgb_from_cmyk(stored: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    black = stored[..., 3]
    rgb = np.empty((*stored.shape[:2], 3), np.uint8)
    for ink in range(3):  # a channel at a time: the products need four times the memory
        product = (255 - stored[..., ink]).astype(np.uint32) * black + 128
        rgb[..., ink] = black - ((product >> 8) + product >> 8)
    return rgb
