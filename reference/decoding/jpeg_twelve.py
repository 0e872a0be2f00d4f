"""JPEG of 12 bits and one component, as DICOM's extended process has it.

libjpeg-turbo decodes; through imagecodecs it says nothing of what is damaged, so the codes are
followed first.

Twin: `engine/picture/decode/jpeg_twelve.ts`.
"""

from __future__ import annotations

import re

import imagecodecs
import numpy as np
import numpy.typing as npt

from reference.decoding.jpeg_extra import followed
from reference.decoding.jpeg_frame import Frame, segments_of
from reference.decoding.refusal import damaged

TWELVE = 12
"""The bits of a sample; no other number above 8 is in ISO/IEC 10918-1's lossy processes."""

_SOS = 0xDA
_RESTART = re.compile(rb"\xff([\xd0-\xd7])")


def decoded_twelve(content: bytes, frame: Frame) -> npt.NDArray[np.uint16]:
    """Return (H, W) samples of a sequential JPEG of 12 bits, by the accurate integer DCT.

    Raises:
        ImageError: it has several scans; a code does not exist, data end before the last block,
            more than padding follows it, or restart markers are out of order.
    """
    sound = followed(content)
    scans = [one for one in segments_of(sound) if one.marker == _SOS]
    if len(scans) != 1:
        raise damaged("it has several scans of one component")
    restarts = _RESTART.findall(sound, scans[0].end, scans[0].scan_end)
    if any(mark[0] != 0xD0 + number % 8 for number, mark in enumerate(restarts)):
        raise damaged("a restart marker is missing")
    try:
        samples: npt.NDArray[np.uint16] = imagecodecs.jpeg8_decode(sound)
    except Exception as error:  # whatever it may be, the image is at fault
        raise damaged(str(error)) from error
    if samples.shape != (frame.height, frame.width) or samples.dtype != np.uint16:
        raise damaged("its header contradicts its pixels")
    return samples
