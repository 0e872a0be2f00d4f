"""Files that every decoder must refuse, each with words that the refusal must hold."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image
from pydicom.sequence import Sequence as Items

from tests.images import dicom_files as dcm
from tests.images import jpeg_files as jpg
from tests.images import png_files as png
from tests.images.dicom_files import Dicom
from tests.images.png_files import Chunks, Png, chunk, header


@dataclass(frozen=True)
class Broken:
    """A file to refuse.

    Args:
        content: the file.
        words: what the refusal must say, in Python and in the page, ignoring case.
    """

    content: bytes
    words: str


def broken() -> dict[str, Broken]:
    """Return files to refuse by name; none is above 10 kB."""
    return {
        name: Broken(content, words)
        for name, (content, words) in (_others() | _png() | _jpeg() | _dicom() | _frames()).items()
    }


Cases = dict[str, tuple[bytes, str]]


def _others() -> Cases:
    archive, gif = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("image.png"), Png().file(png.samples(Png())))
    Image.new("L", (5, 4)).save(gif, "GIF")
    unknown = "not a PNG, JPEG or DICOM image"
    return {
        "empty": (b"", "empty"),
        "one-byte": (b"\x89", unknown),
        "text": (b"this is a note\n", unknown),
        "zip": (archive.getvalue(), unknown),
        "gif": (gif.getvalue(), unknown),
        "pdf": (b"%PDF-1.7\n1 0 obj\n", unknown),
        "zeros": (bytes(1000), unknown),
        "html": (b"<!doctype html><title>not found</title>", unknown),
    }


def _file(*chunks: tuple[bytes, bytes]) -> bytes:
    return png.SIGNATURE + b"".join(chunk(*pair) for pair in chunks)


def _png() -> Cases:
    end = (b"IEND", b"")
    lines = bytes(6 * 4)
    data = (b"IDAT", zlib.compress(lines))
    head = (b"IHDR", header(5, 4))
    good = _file(head, data, end)
    claims = {
        f"png/claims-{width}x{height}": (_file((b"IHDR", header(width, height)), data, end), words)
        for width, height, words in (
            (100_000, 100_000, "widest"),
            (8000, 8000, "limit"),
            (2**31 - 1, 1, "widest"),
            (2**32 - 1, 2**32 - 1, "widest"),
            (0, 5, "without pixels"),
            (5, 0, "without pixels"),
        )
    }
    kept = len(good)
    cut = {f"png/cut-at-{n}": (good[:n], "truncated") for n in (8, 20, 33, 50, kept - 12, kept - 1)}
    crc = bytearray(good)
    crc[29] ^= 1
    data_crc = bytearray(good)
    data_crc[-17] ^= 1
    text_crc = bytearray(_file(head, (b"tEXt", b"a\0b"), data, end))
    text_crc[45] ^= 1
    filters = bytes([5]) + bytes(5)
    kinds: dict[str, tuple[Chunks, str]] = {
        "no-header": ([data, end], "damaged"),
        "header-twice": ([head, head, data, end], "damaged"),
        "header-short": ([(b"IHDR", header(5, 4)[:12]), data, end], "damaged"),
        "depth-3": ([(b"IHDR", header(5, 4, 3)), data, end], "damaged"),
        "rgb-4-bit": ([(b"IHDR", header(5, 4, 4, 2)), data, end], "damaged"),
        "color-type-5": ([(b"IHDR", header(5, 4, 8, 5)), data, end], "damaged"),
        "interlace-2": ([(b"IHDR", header(5, 4, 8, 0, 2)), data, end], "damaged"),
        "compression-1": ([(b"IHDR", header(5, 4)[:10] + b"\1\0\0"), data, end], "damaged"),
        "filter-method-1": ([(b"IHDR", header(5, 4)[:11] + b"\1\0"), data, end], "damaged"),
        "no-data": ([head, end], "no pixels"),
        "no-palette": ([(b"IHDR", header(5, 4, 8, 3)), data, end], "damaged"),
        "palette-of-4-bytes": (
            [(b"IHDR", header(5, 4, 8, 3)), (b"PLTE", bytes(4)), data, end],
            "damaged",
        ),
        "palette-exceeded": (
            [
                (b"IHDR", header(5, 4, 8, 3)),
                (b"PLTE", bytes(6)),
                (b"IDAT", zlib.compress(lines[:-1] + b"\2")),
                end,
            ],
            "damaged",
        ),
        "data-apart": (
            [head, (b"IDAT", data[1][:5]), (b"tEXt", b"a\0b"), (b"IDAT", data[1][5:]), end],
            "damaged",
        ),
        "unknown-critical-chunk": ([head, (b"ABCD", b""), data, end], "damaged"),
        "too-little-data": ([head, (b"IDAT", zlib.compress(lines[:-1])), end], "truncated"),
        "too-much-data": ([head, (b"IDAT", zlib.compress(bytes(25))), end], "damaged"),
        "far-too-much-data": ([head, (b"IDAT", zlib.compress(bytes(5_000_000))), end], "damaged"),
        "stream-cut": ([head, (b"IDAT", data[1][:-5]), end], "truncated"),
        "stream-without-checksum": ([head, (b"IDAT", data[1][:-4]), end], "truncated"),
        "stream-checksum": ([head, (b"IDAT", data[1][:-1] + b"\x99"), end], "damaged"),
        "stream-nonsense": ([head, (b"IDAT", b"\x78\x9c" + b"\xff" * 20), end], "damaged"),
        "filter-5": ([head, (b"IDAT", zlib.compress(filters + lines[6:])), end], "damaged"),
    }
    return (
        claims
        | cut
        | {
            "png/header-checksum": (bytes(crc), "damaged"),
            "png/data-checksum": (bytes(data_crc), "damaged"),
            "png/text-checksum": (bytes(text_crc), "damaged"),
            "png/line-ends-changed": (good.replace(b"\r\n", b"\n"), "not a PNG"),
            "png/length-absurd": (good[:33] + b"\x7f\xff\xff\xff" + good[37:], "truncated"),
        }
        | {f"png/{name}": (_file(*chunks), words) for name, (chunks, words) in kinds.items()}
    )


def _jpeg() -> Cases:
    gray, color = jpg.jpeg(jpg.smooth(37, 45)), jpg.jpeg(jpg.smooth(37, 45, 3))
    progressive = jpg.jpeg(jpg.smooth(37, 45), progressive=True)
    restarts = jpg.jpeg(jpg.smooth(37, 45), restart_marker_blocks=3)
    frame = gray.index(b"\xff\xc0")
    scan = gray.index(b"\xff\xda")
    deep = dcm.lossless_jpeg(dcm.slopes(12, False), 12)
    cases = {
        f"jpeg/cut-at-{kept:.2f}": (gray[: int(len(gray) * kept)], "truncated")
        for kept in (0.02, 0.1, 0.5, 0.9)
    }
    cases |= {
        f"jpeg/claims-{width}x{height}": (
            gray[: frame + 5] + struct.pack(">HH", height, width) + gray[frame + 9 :],
            words,
        )
        for width, height, words in (
            (65535, 65535, "limit"),
            (8000, 8000, "limit"),
            (0, 40, "without pixels"),
            (40, 0, "without pixels"),
        )
    }
    for name, number, words in (
        ("lossless", 0xC3, "lossless"),
        ("arithmetic", 0xC9, "arithmetic"),
        ("hierarchical", 0xC5, "hierarchical"),
        ("ls", 0xF7, "lossless"),
    ):
        cases[f"jpeg/{name}"] = (
            gray[: frame + 1] + bytes([number]) + gray[frame + 2 :],
            words,
        )
    two = gray[:frame] + gray[frame : frame + 19] + gray[frame:]
    return cases | {
        "jpeg/no-end": (gray[:-2], "truncated"),
        "jpeg/color-no-end": (color[:-2], "truncated"),
        "jpeg/data-cut-but-ended": (gray[: scan + 80] + b"\xff\xd9", "truncated"),
        "jpeg/progressive-cut-but-ended": (
            progressive[: progressive.rindex(b"\xff\xda") + 12] + b"\xff\xd9",
            "truncated",
        ),
        "jpeg/many-bytes-after-data": (jpg.with_bytes_before(gray, b"\x5a" * 99, "end"), "damaged"),
        "jpeg/many-bytes-after-scans": (
            jpg.with_bytes_before(progressive, b"\x5a" * 99, "scans"),
            "damaged",
        ),
        "jpeg/many-bytes-before-restarts": (
            jpg.with_bytes_before(restarts, b"\x5a" * 99, "restarts"),
            "damaged",
        ),
        "jpeg/bytes-between-segments": (gray[:scan] + b"\x12\x34" + gray[scan:], "damaged"),
        "jpeg/restart-missing": (restarts.replace(b"\xff\xd2", b"", 1), "damaged"),
        "jpeg/12-bit": (gray[: frame + 4] + b"\x0c" + gray[frame + 5 :], "12 bits"),
        "jpeg/true-lossless": (deep, "lossless"),
        "jpeg/two-channels": (
            gray[:frame] + _frame_header(2) + gray[frame + 13 :],
            "2 components",
        ),
        "jpeg/two-frames": (two, "damaged"),
        "jpeg/no-frame": (gray[:frame] + gray[frame + 13 :], "damaged"),
        "jpeg/no-scan": (gray[:scan] + b"\xff\xd9", "no pixels"),
        "jpeg/segment-beyond-end": (gray[:4] + b"\xff\xff" + gray[6:400], "truncated"),
        "jpeg/segment-of-1": (gray[:4] + b"\x00\x01" + gray[6:], "damaged"),
        "jpeg/marker-only": (b"\xff\xd8\xff", "truncated"),
        "jpeg/soi-eoi": (b"\xff\xd8\xff\xd9", "no pixels"),
    }


def _frame_header(channels: int) -> bytes:
    parts = b"".join(bytes([i + 1, 0x11, 0]) for i in range(channels))
    return struct.pack(">HHBHHB", 0xFFC0, 8 + len(parts), 8, 37, 45, channels) + parts


def _dicom() -> Cases:
    stored = dcm.levels(12, False)
    plain = Dicom(bits=12)
    whole = plain.file(stored)
    shown: dict[str, tuple[dict[str, object], str]] = {
        "multi-frame": ({"NumberOfFrames": "3"}, "3 frames"),
        "color": (
            {"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3},
            "PhotometricInterpretation is RGB",
        ),
        "ybr": ({"PhotometricInterpretation": "YBR_FULL", "SamplesPerPixel": 3}, "gray is read"),
        "palette": ({"PhotometricInterpretation": "PALETTE COLOR"}, "PALETTE COLOR"),
        "two-samples": ({"SamplesPerPixel": 2}, "SamplesPerPixel 2"),
        "32-bit": ({"BitsAllocated": 32, "BitsStored": 32, "HighBit": 31}, "8 to 16 in 8 or 16"),
        "1-bit": ({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}, "8 to 16 in 8 or 16"),
        "bits-stored-7": ({"BitsStored": 7, "HighBit": 6}, "8 to 16 in 8 or 16"),
        "bits-stored-17": ({"BitsStored": 17, "HighBit": 16}, "8 to 16 in 8 or 16"),
        "high-bit": ({"HighBit": 15}, "HighBit is 15"),
        "representation-2": ({"PixelRepresentation": 2}, "PixelRepresentation"),
        "zero-rows": ({"Rows": 0}, "without pixels"),
        "absurd-size": ({"Rows": 65535, "Columns": 65535}, "limit"),
        "too-few-pixels": ({"Rows": 13}, "truncated"),
        "window-without-width": ({"WindowCenter": "1000"}, "half of its window"),
        "window-of-zero": ({"WindowCenter": "10", "WindowWidth": "0"}, "window's width"),
        "window-exact-of-zero": (
            {"WindowCenter": "10", "WindowWidth": "0", "VOILUTFunction": "LINEAR_EXACT"},
            "window's width",
        ),
        "window-below-one": ({"WindowCenter": "10", "WindowWidth": "0.5"}, "window's width"),
        "window-function": (
            {"WindowCenter": "10", "WindowWidth": "5", "VOILUTFunction": "CUBIC"},
            "VOILUTFunction",
        ),
        "slope-too-large": ({"RescaleSlope": "1e308", "RescaleIntercept": "1"}, "damaged"),
        "slope-vanishing": (
            {"RescaleSlope": "1e-300", "RescaleIntercept": "1"},
            "all its values would look the same",
        ),
        "slope-of-zero": ({"RescaleSlope": "0", "RescaleIntercept": "1"}, "RescaleSlope"),
        "lut-short": ({"VOILUTSequence": _lut_claiming(200, 8)}, "a LUT is not as long"),
        "lut-bits-32": ({"VOILUTSequence": _lut_claiming(4, 32)}, "LUT of 32 bits"),
        "modality-lut-short": (
            {"ModalityLUTSequence": _lut_claiming(200, 8)},
            "a LUT is not as long",
        ),
    }
    cases = {
        name: (replace(plain, display=display).file(stored), words)
        for name, (display, words) in shown.items()
    }
    for keyword in (
        "Rows",
        "Columns",
        "BitsAllocated",
        "BitsStored",
        "SamplesPerPixel",
        "PixelRepresentation",
        "PhotometricInterpretation",
    ):
        words = "Interpretation is missing" if keyword == "PhotometricInterpretation" else keyword
        cases[f"without-{keyword}"] = (replace(plain, absent=[keyword]).file(stored), words)
    cases["no-pixel-data"] = (replace(plain, absent=["PixelData"]).file(stored), "no pixels")
    cases |= _counts_and_shapes(plain, stored)
    cases["float-pixels"] = (_float_pixels(plain), "float")
    cases["document"] = (_document(plain), "no pixels")
    for name, uid, words in (
        ("video", "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.102"),
        ("htj2k", "1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000"),
        ("unknown-syntax", "1.2.3.4", "1.2.3.4"),
    ):
        kind = Dicom(uid, 12, encode=lambda s: bytes(100))
        cases[name] = (kind.file(stored), words)
    cases["header-only"] = (whole[:132], "no pixels")
    # Every number that a window may hold must be one.
    bad_number = replace(plain, display={"WindowCenter": "1234567", "WindowWidth": "10"})
    for name, text in (("text", b"12a4567"), ("underscore", b"12_4567"), ("infinite", b"1e99999")):
        content = bad_number.file(stored).replace(b"1234567", text)
        cases[f"window-{name}"] = (content, "is no number")
    cases |= {
        f"cut-at-{kept}": (whole[:kept], "truncated")
        for kept in (140, 150, 300, len(whole) - 100, len(whole) - 1)
    }
    deflated = Dicom(dcm.DEFLATED, 12).file(stored)
    cases["deflated-cut"] = (deflated[:-40], "truncated")
    return {f"dicom/{name}": case for name, case in cases.items()}


def _counts_and_shapes(plain: Dicom, stored: dcm.Stored) -> Cases:
    cases: Cases = {}
    counted = replace(plain, display={"NumberOfFrames": "1234"}).file(stored)
    for text in (b"2   ", b"-1  ", b"1\\1 ", b"1.0 ", b"+   ", b"one "):
        name = text.decode().strip().replace("\\", "-")
        cases[f"frames-{name}"] = (
            counted.replace(b"IS\4\x001234", b"IS\4\0" + text),
            "one is read",
        )
    shaped = replace(plain, display={"PresentationLUTShape": "IDENTITY"}).file(stored)
    for shape in (b"LIN OD  ", b"inverse ", b"INVERSE\\"):
        content = shaped.replace(b"IDENTITY", shape)
        name = shape.decode().strip(" \\").replace(" ", "-")
        cases[f"shape-{name}"] = (content, "PresentationLUTShape")
    dark = replace(plain, display={"VOILUTSequence": dcm.lut([0] * 50, 0, 12)})
    cases["voi-lut-of-zeros"] = (dark.file(stored), "would look the same")
    cases |= _of_one_level(plain, stored)
    marks = {
        "mark-with-a-value": dcm.ITEM_END[:4] + b"\4\0\0\0mark",
        "item-alone": b"\xfe\xff\0\xe0" + bytes(4),
        "item-after-an-end": dcm.SEQUENCE_END + b"\xfe\xff\0\xe0" + b"\xff" * 4,
    }
    for name, mark in marks.items():
        cases[name] = (dcm.with_marks(plain.file(stored), mark), "a mark of a sequence's items")
    return cases


def _of_one_level(plain: Dicom, stored: dcm.Stored) -> Cases:
    """Files of which every value would be shown alike: black, white or gray."""
    displays: dict[str, dict[str, object]] = {
        "window-above": {"WindowCenter": "100000", "WindowWidth": "10"},
        "window-below": {"WindowCenter": "-9", "WindowWidth": "1"},
        "sigmoid-above": {
            "WindowCenter": "100000",
            "WindowWidth": "10",
            "VOILUTFunction": "SIGMOID",
        },
        "voi-lut-of-one-level": {"VOILUTSequence": dcm.lut([7] * 50, 0, 12)},
        "voi-lut-of-one-entry": {"VOILUTSequence": dcm.lut([4095], 0, 12)},
        "voi-lut-above": {"VOILUTSequence": dcm.lut([0, 100, 255], 5000, 8)},
        "voi-lut-below": {"VOILUTSequence": dcm.lut([0, 100, 255], -5000, 8)},
    }
    return {
        name: (replace(plain, display=display).file(stored), "would look the same")
        for name, display in displays.items()
    }


def _lut_claiming(entries: int, bits: int) -> Items:
    items = dcm.lut([1, 2, 3, 4], 0, bits)
    items[0][0x00283002].value = [entries, 0, bits]
    return items


def _float_pixels(plain: Dicom) -> bytes:
    pixels = np.zeros((12, 15), "<f4").tobytes()
    display: dict[str, object] = {"BitsAllocated": 32, "FloatPixelData": pixels}
    return replace(plain, display=display, absent=["PixelData"]).file(np.zeros((12, 15), int))


def _document(plain: Dicom) -> bytes:
    display: dict[str, object] = {
        "EncapsulatedDocument": b"%PDF-1.7",
        "MIMETypeOfEncapsulatedDocument": "application/pdf",
    }
    return replace(plain, display=display, absent=["PixelData"]).file(np.zeros((12, 15), int))


def _frames() -> Cases:
    """Damaged compressed frames, and frames that differ from what the data set says."""
    gray, deep = dcm.slopes(8, False), dcm.slopes(12, False)
    frames = {
        "rle": (dcm.RLE, 12, dcm.rle(deep, 12)),
        "jpeg-baseline": (dcm.JPEG_BASELINE, 8, jpg.jpeg(gray.astype(np.uint8)[..., None])),
        "jpeg-lossless": (dcm.JPEG_LOSSLESS, 12, dcm.lossless_jpeg(deep, 12)),
        "jpeg-ls": (dcm.JPEG_LS, 12, dcm.jpeg_ls(deep, 12)),
        "jpeg-2000": (dcm.JPEG_2000_LOSSLESS, 12, dcm.jpeg_2000(deep, 12, False)),
    }
    cases: Cases = {}
    for name, (syntax, bits, frame) in frames.items():
        kind = Dicom(syntax, bits, encode=lambda _: b"")
        half = frame[: len(frame) // 4 * 2]
        cases[f"{name}-half"] = (kind.around(half, *deep.shape), "truncated")
        cases[f"{name}-none"] = (kind.around(b"", *deep.shape), "truncated")
        cases[f"{name}-nonsense"] = (kind.around(b"nonsense" * 20, *deep.shape), "damaged")
        if name != "rle":
            other = kind.around(frame, deep.shape[0] + 8, deep.shape[1])
            cases[f"{name}-other-size"] = (other, "damaged")
            ended = half + b"\xff\xd9"
            cases[f"{name}-half-ended"] = (kind.around(ended, *deep.shape), "truncated")
    cases |= _boxes(deep)
    segments = struct.pack("<I", 3) + frames["rle"][2][4:]
    color = jpg.jpeg(jpg.smooth(37, 45, 3))
    progressive = jpg.jpeg(jpg.smooth(37, 45), progressive=True)
    twelve = Dicom(dcm.JPEG_EXTENDED, 12, encode=lambda _: b"")
    head = frames["jpeg-baseline"][2]
    at = head.index(b"\xff\xc0")
    sixteen = head[: at + 1] + b"\xc1" + head[at + 2 : at + 4] + b"\x10" + head[at + 5 :]
    deep_lossy = dcm.jpeg_twelve(deep)
    restarts = dcm.jpeg_twelve(np.tile(deep[:16], (3, 1)), strips=3)
    whole = Dicom(dcm.JPEG_LS, 12, encode=lambda _: b"").around(frames["jpeg-ls"][2], 37, 45)
    cases |= {
        "rle-three-segments": (
            Dicom(dcm.RLE, 12, encode=lambda _: b"").around(segments, 37, 45),
            "damaged",
        ),
        "jpeg-baseline-color": (
            Dicom(dcm.JPEG_BASELINE, 8, encode=lambda _: b"").around(color, 37, 45),
            "damaged",
        ),
        "jpeg-extended-16-bit": (twelve.around(sixteen, 37, 45), "16 bits"),
        "jpeg-extended-12-cut": (
            twelve.around(deep_lossy[: len(deep_lossy) // 2] + b"\xff\xd9", 37, 45),
            "damaged",
        ),
        "jpeg-extended-12-progressive": (
            twelve.around(deep_lossy.replace(b"\xff\xc1", b"\xff\xc2", 1), 37, 45),
            "coded in another way",
        ),
        "jpeg-extended-12-in-8": (
            Dicom(dcm.JPEG_EXTENDED, 8, encode=lambda _: b"").around(deep_lossy, 37, 45),
            "12 bits per sample, 8 are read",
        ),
        "jpeg-extended-12-restart-twice": (
            twelve.around(restarts.replace(b"\xff\xd1", b"\xff\xd0", 1), 48, 45),
            "damaged",
        ),
        "jpeg-extended-12-without-restart": (
            twelve.around(restarts.replace(b"\xff\xd1", b"", 1), 48, 45),
            "damaged",
        ),
        "jpeg-baseline-progressive": (
            Dicom(dcm.JPEG_BASELINE, 8, encode=lambda _: b"").around(progressive, 37, 45),
            "damaged",
        ),
        "big-endian-byte-words": (_byte_words(), "swaps its 8-bit pixels"),
        "encapsulation-cut": (whole[:-20], "truncated"),
        "encapsulation-no-end": (whole[:-8], "truncated"),
        "native-in-fragments": (_native_in_fragments(), "damaged"),
    }
    return {f"dicom/{name}": case for name, case in cases.items()}


def _boxes(stored: dcm.Stored) -> Cases:
    """JPEG 2000 files whose boxes do not lead to a codestream, and other bytes after data."""
    kind = Dicom(dcm.JPEG_2000_LOSSLESS, 12, encode=lambda _: b"")
    begin, stream = b"".join(dcm.JP2), dcm.jpeg_2000(stored, 12, False)
    streams = {
        "signature-only": dcm.JP2[0],
        "none": begin + dcm.box(b"jp2h", bytes(20)),
        "cut": begin + dcm.box(b"jp2c", stream)[:-40],
        "too-long": begin + struct.pack(">I", len(stream) + 900) + b"jp2c" + stream,
        "too-short": begin + struct.pack(">I", 5) + b"xml " + stream,
        "long-too-short": begin + struct.pack(">I4sQ", 1, b"xml ", 9) + stream,
        "long-without-end": begin + struct.pack(">I4sQ", 1, b"xml ", 2**64 - 1) + stream,
        "other-to-the-end": begin + struct.pack(">I", 0) + b"xml " + stream,
    }
    cases = {
        f"jp2-{name}": (kind.around(content, *stored.shape), "JPEG 2000 file")
        for name, content in streams.items()
    }
    coded = dcm.jpeg_ls(stored, 12)
    zeros = coded[:-2] + bytes(40) + coded[-2:]
    near = Dicom(dcm.JPEG_LS, 12, encode=lambda _: b"")
    cases["jpeg-ls-zeros"] = (near.around(zeros, *stored.shape), "too many zeros")
    return cases


def _byte_words() -> bytes:
    """Explicit big endian, with 8-bit pixels in words: every two of them are swapped."""
    content = Dicom(dcm.BIG_ENDIAN, 8).file(dcm.levels(8, False))
    return content.replace(b"\x7f\xe0\x00\x10OB", b"\x7f\xe0\x00\x10OW", 1)


def _native_in_fragments() -> bytes:
    kind = Dicom(dcm.RLE, 12, encode=lambda _: b"")
    content = kind.around(bytes(360), 12, 15)
    # The same length, so that the group length stays right: the UID is padded with NUL.
    return content.replace(dcm.RLE.encode() + b"\0", dcm.EXPLICIT.encode() + b"\0", 1)
