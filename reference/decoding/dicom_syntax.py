"""What the transfer syntaxes that are not read are called (DICOM PS3.6, annex A).

Twin: `engine/picture/decode/dicom_syntax.ts`.
"""

from __future__ import annotations

from reference.decoding.refusal import unsupported
from reference.errors import ImageError

_JPEG = "1.2.840.10008.1.2.4."
_NAMES = {
    _JPEG + "52": "JPEG Extended, processes 3 and 5",
    _JPEG + "53": "JPEG Spectral Selection",
    _JPEG + "55": "JPEG Full Progression",
    _JPEG + "92": "JPEG 2000 Part 2, lossless",
    _JPEG + "93": "JPEG 2000 Part 2",
    _JPEG + "94": "JPIP Referenced",
    _JPEG + "95": "JPIP Referenced Deflate",
    _JPEG + "100": "MPEG-2",
    _JPEG + "102": "MPEG-4 AVC/H.264",
    _JPEG + "110": "JPEG XL Lossless",
    _JPEG + "111": "JPEG XL JPEG Recompression",
    _JPEG + "112": "JPEG XL",
    _JPEG + "201": "High-Throughput JPEG 2000, lossless",
    _JPEG + "202": "High-Throughput JPEG 2000, lossless, RPCL",
    _JPEG + "203": "High-Throughput JPEG 2000",
}


def unread_syntax(uid: str) -> ImageError:
    """Return the error of a transfer syntax that is not read, by its UID and its name if known."""
    name = f" ({_NAMES[uid]})" if uid in _NAMES else ""
    return unsupported(
        f"the DICOM image's TransferSyntaxUID {uid}{name} is not read",
        "export it in Explicit VR Little Endian, or as PNG",
    )
