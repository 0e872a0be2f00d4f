"""DICOM files of every transfer syntax and display rule that is read, written by pydicom."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import imagecodecs
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID

from reference.preprocess.picture import Note
from tests.images.jpeg_files import EXTRA, jpeg, smooth

Stored = npt.NDArray[np.integer]

DICOM_NOTES: tuple[Note, ...] = ("lut-descriptor", "presentation-lut-shape", "pixel-aspect-ratio")
"""What is to be said of the file `noted-thrice`."""

IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN = (
    "1.2.840.10008.1.2" + end for end in ("", ".1", ".1.99", ".2")
)
JPEG_BASELINE, JPEG_EXTENDED, JPEG_LOSSLESS, JPEG_LOSSLESS_FIRST, JPEG_LS, JPEG_LS_NEAR = (
    f"1.2.840.10008.1.2.4.{end}" for end in (50, 51, 57, 70, 80, 81)
)
JPEG_2000_LOSSLESS, JPEG_2000 = (f"1.2.840.10008.1.2.4.{end}" for end in (90, 91))
RLE = "1.2.840.10008.1.2.5"
NATIVE = {
    "implicit": IMPLICIT,
    "explicit": EXPLICIT,
    "deflated": DEFLATED,
    "big-endian": BIG_ENDIAN,
}


@dataclass(frozen=True)
class Dicom:
    """How a DICOM file is to be written.

    Args:
        syntax: the transfer syntax's UID.
        bits: BitsStored; BitsAllocated is 8 up to 8 bits, else 16.
        signed: PixelRepresentation is 1.
        photometric: PhotometricInterpretation.
        display: further elements by keyword; they win over those above.
        preamble: False: the file starts with the meta group; None: with the data set itself.
        absent: keywords of elements to leave out.
        encode: one compressed frame from the stored values.
        fragments: in how many fragments the compressed frame goes.
        junk: bits to set above BitsStored in uncompressed pixels, such as an old overlay's.
    """

    syntax: str = EXPLICIT
    bits: int = 16
    signed: bool = False
    photometric: str = "MONOCHROME2"
    display: Mapping[str, object] = field(default_factory=dict)
    preamble: bool | None = True
    absent: Sequence[str] = ()
    encode: Callable[[Stored], bytes] | None = None
    fragments: int = 1
    junk: int = 0

    def file(self, stored: Stored) -> bytes:
        """Return the file of (H, W) stored values."""
        frame = self.encode(stored) if self.encode else None
        return self.around(frame if frame is not None else self.pixels(stored), *stored.shape)

    def around(self, pixels: bytes, rows: int, columns: int) -> bytes:
        """Return the file with the given bytes as its frame."""
        data = self._elements(rows, columns)
        if self.encode:
            pixels = self._fragments(pixels)
        data.PixelData = pixels + bytes(len(pixels) % 2)
        data["PixelData"].VR = "OW" if self.bits > 8 and not self.encode else "OB"
        data["PixelData"].is_undefined_length = self.encode is not None
        for keyword in self.absent:
            delattr(data, keyword)
        return self._written(data)

    def _fragments(self, frame: bytes) -> bytes:
        if not frame:
            return b"\xfe\xff\x00\xe0" + bytes(4)  # an empty offset table and no fragment
        return encapsulate([frame], fragments_per_frame=self.fragments, has_bot=False)

    def pixels(self, stored: Stored) -> bytes:
        """Return the bytes of uncompressed pixels."""
        words = stored.astype(np.int64) & (2**self.bits - 1) | self.junk
        order = ">" if self.syntax == BIG_ENDIAN else "<"
        return words.astype(np.uint8 if self.bits <= 8 else f"{order}u2").tobytes()

    def _elements(self, rows: int, columns: int) -> Dataset:
        data = Dataset()
        data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
        data.SOPInstanceUID = "2.25.1"
        data.Modality = "DX"
        data.PatientName = "Nobody^Real"
        data.SamplesPerPixel = 1
        data.PhotometricInterpretation = self.photometric
        data.Rows, data.Columns = rows, columns
        data.BitsAllocated = 8 if self.bits <= 8 else 16
        data.BitsStored, data.HighBit = self.bits, self.bits - 1
        data.PixelRepresentation = int(self.signed)
        for keyword, value in self.display.items():
            setattr(data, keyword, value)
            data[keyword].is_undefined_length = getattr(value, "is_undefined_length", False)
        return data

    def _written(self, data: Dataset) -> bytes:
        file = io.BytesIO()
        little, implicit = self.syntax != BIG_ENDIAN, self.syntax == IMPLICIT
        if self.preamble is None:
            dcmwrite(file, data, implicit_vr=implicit, little_endian=little)
            return file.getvalue()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = UID(self.syntax)
        data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        dcmwrite(file, data, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
        return file.getvalue() if self.preamble else file.getvalue()[132:]


def levels(bits: int, signed: bool, height: int = 12, width: int = 15) -> Stored:
    """Return stored values that reach both ends of the range."""
    rng = np.random.default_rng(bits + signed)
    low = -(2 ** (bits - 1)) if signed else 0
    values = rng.integers(low, low + 2**bits, (height, width), dtype=np.int64)
    values[0, :4] = low, low + 2**bits - 1, low + 1, low + 2 ** (bits - 1)
    return values


def slopes(bits: int, signed: bool) -> Stored:
    """Return smooth values, as compression wants them."""
    wide = smooth(37, 45, seed=bits)[..., 0].astype(np.int64) * (2**bits - 1) // 255
    return wide - (2 ** (bits - 1) if signed else 0)


def lut(table: Sequence[int], first: int, bits: int, packed: bool = False) -> Items:
    """Return a LUT sequence of one item; packed: with 8-bit entries."""
    item = Dataset()
    item.add_new(0x00283002, "SS" if first < 0 else "US", [len(table) % 65536, first, bits])
    if packed:
        item.add_new(0x00283006, "OW", bytes(table) + bytes(len(table) % 2))
    else:
        item.add_new(0x00283006, "US", list(table))
    return Items([item])


def rle(stored: Stored, bits: int) -> bytes:
    """Return an RLE frame: a segment per byte, the highest byte first."""
    size = 1 if bits <= 8 else 2
    planes = stored.astype(">i8").view(np.uint8).reshape(*stored.shape, 8)[..., 8 - size :]
    segments = [
        b"".join(imagecodecs.packbits_encode(row.tobytes()) for row in planes[..., i])
        for i in range(size)
    ]
    segments = [segment + bytes(len(segment) % 2) for segment in segments]
    starts = [64, 64 + len(segments[0])][:size]
    return struct.pack("<16I", size, *starts, *[0] * (15 - size)) + b"".join(segments)


def unsigned(stored: Stored, bits: int) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    """Return the stored bits as unsigned numbers."""
    return (stored & (2**bits - 1)).astype(np.uint8 if bits <= 8 else np.uint16)


def lossless_jpeg(stored: Stored, bits: int, predictor: int = 1) -> bytes:
    """Return a lossless JPEG frame (process 14)."""
    return imagecodecs.jpeg8_encode(
        unsigned(stored, bits), lossless=True, predictor=predictor, bitspersample=bits
    )


def jpeg_ls(stored: Stored, bits: int, near: int = 0) -> bytes:
    """Return a JPEG-LS frame without imagecodecs' SPIFF header; precision 8 or 16."""
    file = imagecodecs.jpegls_encode(unsigned(stored, bits), level=near)
    return b"\xff\xd8" + file[file.index(b"\xff\xf7") :]


def jpeg_twelve(stored: Stored, quality: int = 95, strips: int = 1) -> bytes:
    """Return an extended JPEG frame of 12 bits; strips: so many alike, a restart before each."""
    one = stored[: len(stored) // strips].astype(np.uint16)
    file: bytes = imagecodecs.jpeg8_encode(one, level=quality, bitspersample=12)
    if strips == 1:
        return file
    frame, scan, end = file.index(b"\xff\xc1"), file.index(b"\xff\xda"), file.rindex(b"\xff\xd9")
    interval = -(-one.shape[0] // 8) * -(-one.shape[1] // 8)
    data = scan + 2 + int.from_bytes(file[scan + 2 : scan + 4], "big")
    restarts = (bytes([0xFF, 0xD0 + number % 8]) for number in range(strips - 1))
    coded = file[data:end] + b"".join(mark + file[data:end] for mark in restarts)
    taller = file[: frame + 5] + len(stored).to_bytes(2, "big") + file[frame + 7 : scan]
    return taller + struct.pack(">HHH", 0xFFDD, 4, interval) + file[scan:data] + coded + file[end:]


def jpeg_2000(stored: Stored, bits: int, signed: bool, level: int = 0) -> bytes:
    """Return a JPEG 2000 codestream; level 0 is lossless, else a signal-to-noise ratio in dB."""
    kind = ("i" if signed else "u") + ("1" if bits <= 8 else "2")
    return imagecodecs.jpeg2k_encode(
        stored.astype(kind),
        level=level,
        codecformat="j2k",
        bitspersample=bits,
        reversible=level == 0,
    )


def dicom_files() -> dict[str, bytes]:
    """Return valid DICOM files by name."""
    files = _native() | _compressed() | _displayed() | _odd()
    return {f"dicom/{name}": content for name, content in files.items()}


def _native() -> dict[str, bytes]:
    files = {}
    for name, syntax in NATIVE.items():
        for bits in (8, 10, 12, 16):
            for signed in (False, True):
                kind = Dicom(syntax, bits, signed)
                files[f"{name}-{_sign(signed)}{bits}"] = kind.file(levels(bits, signed))
    return files


def _compressed() -> dict[str, bytes]:
    files = {}
    for bits in (8, 10, 12, 16):
        for signed in (False, True):
            kinds = {
                "rle": (RLE, lambda s, b=bits: rle(s, b)),
                "jpeg-lossless": (JPEG_LOSSLESS_FIRST, lambda s, b=bits: lossless_jpeg(s, b)),
                "jpeg-lossless-57": (JPEG_LOSSLESS, lambda s, b=bits: lossless_jpeg(s, b, 6)),
                "jpeg-ls": (JPEG_LS, lambda s, b=bits: jpeg_ls(s, b)),
                "jpeg-2000-lossless": (
                    JPEG_2000_LOSSLESS,
                    lambda s, b=bits, g=signed: jpeg_2000(s, b, g),
                ),
            }
            for name, (syntax, encode) in kinds.items():
                kind = Dicom(syntax, bits, signed, encode=encode)
                files[f"{name}-{_sign(signed)}{bits}"] = kind.file(slopes(bits, signed))
    for bits in (8, 12, 16):
        for name, syntax, encode in (
            ("jpeg-ls-near", JPEG_LS_NEAR, lambda s, b=bits: jpeg_ls(s, b, 3)),
            ("jpeg-2000", JPEG_2000, lambda s, b=bits: jpeg_2000(s, b, False, 40)),
        ):
            kind = Dicom(syntax, bits, encode=encode)
            files[f"{name}-u{bits}"] = kind.file(slopes(bits, False))
    return files | _further_codecs()


def _further_codecs() -> dict[str, bytes]:
    gray = slopes(8, False)
    files = {
        f"jpeg-lossless-predictor-{p}": Dicom(
            JPEG_LOSSLESS, 12, encode=lambda s, p=p: lossless_jpeg(s, 12, p)
        ).file(slopes(12, False))
        for p in range(1, 8)
    }
    baseline = Dicom(JPEG_BASELINE, 8, encode=lambda s: jpeg(s.astype(np.uint8)[..., None]))
    # A signed 12-bit picture whose codestream says unsigned, as old encoders wrote it.
    mismatch = Dicom(
        JPEG_2000_LOSSLESS,
        12,
        True,
        encode=lambda s: jpeg_2000(unsigned(s, 12).astype(np.int64), 12, False),
    )
    twelve = Dicom(JPEG_EXTENDED, 12, encode=jpeg_twelve)
    rng = np.random.default_rng(12)
    noise = rng.integers(0, 4096, (37, 45))
    fragments = Dicom(JPEG_2000_LOSSLESS, 12, fragments=3, encode=lambda s: jpeg_2000(s, 12, False))
    return files | {
        "jpeg-baseline": baseline.file(gray),
        "jpeg-baseline-monochrome1": replace(baseline, photometric="MONOCHROME1").file(gray),
        "jpeg-extended": replace(
            baseline,
            syntax=JPEG_EXTENDED,
            encode=lambda s: baseline.encode(s).replace(b"\xff\xc0", b"\xff\xc1", 1),
        ).file(gray),
        "jpeg-extended-12": twelve.file(slopes(12, False)),
        "jpeg-extended-12-monochrome1": replace(twelve, photometric="MONOCHROME1").file(
            slopes(12, False)
        ),
        "jpeg-extended-12-signed": replace(twelve, signed=True).file(slopes(12, False)),
        # Ten bits in a stream of twelve: what came out above white must not become black.
        "jpeg-extended-12-of-10-bits": replace(
            twelve, bits=10, encode=lambda s: jpeg_twelve(s, 40)
        ).file(np.where(noise > 2048, 1023, 0)),
        "jpeg-extended-12-in-16": replace(twelve, bits=16).file(slopes(12, False)),
        "jpeg-extended-12-noise": replace(twelve, encode=lambda s: jpeg_twelve(s, 30)).file(noise),
        "jpeg-extended-12-best": replace(twelve, encode=lambda s: jpeg_twelve(s, 100)).file(noise),
        "jpeg-extended-12-restarts": replace(
            twelve, encode=lambda s: jpeg_twelve(s, strips=10)
        ).file(np.tile(noise[:16], (10, 1))),
        "jpeg-extended-12-one-pixel": twelve.file(np.array([[3000]])),
        "jpeg-extended-12-extra-bytes": twelve.around(
            jpeg_twelve(noise)[:-2] + bytes(9) + b"\xff\xd9", *noise.shape
        ),
        "jpeg-baseline-fragments": replace(baseline, fragments=4).file(gray),
        "jpeg-2000-fragments": fragments.file(slopes(12, False)),
        "jpeg-2000-unsigned-stream": mismatch.file(slopes(12, True)),
    }


def _displayed() -> dict[str, bytes]:
    files = {}
    for bits in (8, 10, 12, 16):
        for signed in (False, True):
            for photometric in ("MONOCHROME1", "MONOCHROME2"):
                for name, display in displays(bits, signed).items():
                    kind = Dicom(EXPLICIT, bits, signed, photometric, display)
                    files[f"{name}-{_sign(signed)}{bits}-{photometric.lower()}"] = kind.file(
                        levels(bits, signed)
                    )
    return files


def displays(bits: int, signed: bool) -> dict[str, dict[str, object]]:
    """Return elements that say how stored values are to be shown, by a name for each way."""
    low, size = (-(2 ** (bits - 1)) if signed else 0), 2**bits
    center, width = f"{low + size * 0.4:.6g}", f"{size * 0.3:.6g}"
    window = {"WindowCenter": center, "WindowWidth": width}
    rescale = {"RescaleSlope": "1.37", "RescaleIntercept": "-100.5"}
    table = [round(255 * (i / 99) ** 2) for i in range(100)]
    deep = [round(4095 * (i / 199) ** 0.5) for i in range(200)]
    return {
        "identity": {},
        "identity-rescale": {"RescaleSlope": "1", "RescaleIntercept": "0"},
        "rescale": rescale,
        "rescale-negative": {"RescaleSlope": "-2", "RescaleIntercept": "1024"},
        "window": window,
        "window-linear": window | {"VOILUTFunction": "LINEAR"},
        "window-exact": window | {"VOILUTFunction": "LINEAR_EXACT"},
        "window-sigmoid": window | {"VOILUTFunction": "SIGMOID"},
        "window-of-one": {"WindowCenter": str(low + size // 2), "WindowWidth": "1"},
        "windows": {
            "WindowCenter": [center, str(low)],
            "WindowWidth": [width, "10"],
            "WindowCenterWidthExplanation": ["SOFT", "HARD"],
        },
        "rescale-window": rescale | window,
        "rescale-sigmoid": rescale | window | {"VOILUTFunction": "SIGMOID"},
        "voi-lut": {"VOILUTSequence": lut(deep, low + 20, 12)},
        "voi-lut-8-bit": {"VOILUTSequence": lut(table, low + 5, 8, packed=True)},
        "voi-lut-and-window": window | {"VOILUTSequence": lut(deep, low + 20, 12)},
        "rescale-voi-lut": rescale | {"VOILUTSequence": lut(deep, low // 2, 12)},
        "modality-lut": {"ModalityLUTSequence": lut(deep, low + 3, 12)},
        "modality-lut-window": {
            "ModalityLUTSequence": lut(deep, low + 3, 12),
            "WindowCenter": "2000.25",
            "WindowWidth": "900",
        },
    }


def _odd() -> dict[str, bytes]:
    plain, wide = levels(12, False), levels(16, False)
    window = {"WindowCenter": "1000", "WindowWidth": "1500"}
    kinds = {
        "no-preamble": Dicom(bits=12, preamble=False),
        "no-preamble-implicit": Dicom(IMPLICIT, 12, preamble=False),
        "no-meta-explicit": Dicom(EXPLICIT, 12, preamble=None),
        "no-meta-implicit": Dicom(IMPLICIT, 12, preamble=None),
        "one-frame": Dicom(bits=12, display={"NumberOfFrames": "1"}),
        "empty-frames": Dicom(bits=12, display={"NumberOfFrames": None}),
        "empty-window": Dicom(bits=12, display={"WindowCenter": None, "WindowWidth": None}),
        "empty-luts": Dicom(bits=12, display={"VOILUTSequence": Items([])}),
        "no-high-bit": Dicom(bits=12, absent=["HighBit"]),
        "overlay-in-high-bits": Dicom(bits=12, junk=0x5000),
        "overlay-in-high-bits-signed": Dicom(bits=12, junk=0x3000, signed=True),
        "nine-bits": Dicom(bits=9),
        "implicit-window": Dicom(IMPLICIT, 12, display=window),
        "implicit-voi-lut": Dicom(
            IMPLICIT, 12, display={"VOILUTSequence": lut(list(range(0, 250, 5)), 40, 8)}
        ),
        "implicit-voi-lut-negative": Dicom(
            IMPLICIT,
            12,
            display={
                "RescaleSlope": "1",
                "RescaleIntercept": "-1024",
                "VOILUTSequence": lut(list(range(0, 250, 5)), -30, 8),
            },
        ),
        "implicit-modality-lut-signed": Dicom(
            IMPLICIT,
            12,
            True,
            display={"ModalityLUTSequence": lut(list(range(0, 250, 5)), -30, 8)},
        ),
        "undefined-length-voi-lut": Dicom(
            bits=12, display={"VOILUTSequence": _undefined(lut(list(range(0, 250, 5)), 40, 8))}
        ),
        "undefined-length-item-voi-lut": Dicom(
            bits=12,
            display={"VOILUTSequence": _undefined(lut(list(range(0, 250, 5)), 40, 8), False)},
        ),
        "big-endian-voi-lut": Dicom(
            BIG_ENDIAN, 12, display={"VOILUTSequence": lut(list(range(0, 250, 5)), 40, 8)}
        ),
        "deflated-window": Dicom(DEFLATED, 12, display=window),
        "window-with-spaces": Dicom(
            bits=12, display={"WindowCenter": " 1000 ", "WindowWidth": "+1.5e3 "}
        ),
        "private-sequence": Dicom(bits=12, display={"RequestAttributesSequence": _nested()}),
    }
    files = {name: kind.file(plain) for name, kind in kinds.items()}
    files |= _corrected() | _framed_oddly()
    files["trailing-padding"] = Dicom().file(wide) + _padding()
    files["rle-spare-bytes"] = Dicom(RLE, 12, encode=lambda s: rle(s, 12) + b"\0\0").file(plain)
    files["one-pixel"] = Dicom(bits=8).file(np.array([[7]]))
    return files


def _corrected() -> dict[str, bytes]:
    """Return files that are read with a note."""
    wide = list(range(4096))
    byte = [i * 255 // 4095 for i in range(4096)]
    sequences = {
        "voi-lut-12-bits-in-16": lut(wide, 0, 16),
        "voi-lut-12-bits-in-8": lut(wide, 0, 8),
        "voi-lut-12-bits-in-14": lut(wide, 0, 14),
        "voi-lut-10-bits-in-12": lut([i // 4 for i in wide], 0, 12),
        "voi-lut-bytes-in-16": lut(byte, 0, 16, packed=True),
        "voi-lut-bytes-in-12": lut(byte, 0, 12, packed=True),
        "voi-lut-bytes-odd-in-12": lut(byte[:4095], 0, 12, packed=True),
    }
    kinds = {
        name: Dicom(bits=12, display={"VOILUTSequence": sequence})
        for name, sequence in sequences.items()
    }
    negative = lut([0, 100, 200, 255], 0, 8)
    negative[0][0x00283002].value = [4, 65536 - 2, 8]  # as US
    kinds |= {
        "voi-lut-negative-as-us": Dicom(bits=12, signed=True, display={"VOILUTSequence": negative}),
        "voi-lut-negative-as-us-unsigned": Dicom(
            bits=12, display={"VOILUTSequence": _before_zero(lut(wide, 0, 12))}
        ),
        "modality-lut-12-bits-in-8": Dicom(
            bits=12, display={"ModalityLUTSequence": lut(wide, 0, 8)}
        ),
        "modality-lut-12-bits-in-8-window": Dicom(
            bits=12,
            display={
                "ModalityLUTSequence": lut(wide, 0, 8),
                "WindowCenter": "2000",
                "WindowWidth": "1000",
            },
        ),
        "monochrome1-identity": Dicom(
            bits=12, photometric="MONOCHROME1", display={"PresentationLUTShape": "IDENTITY"}
        ),
        "monochrome2-inverse": Dicom(bits=12, display={"PresentationLUTShape": "INVERSE"}),
        "monochrome2-inverse-window": Dicom(
            bits=12,
            display={
                "PresentationLUTShape": "INVERSE",
                "WindowCenter": "1000",
                "WindowWidth": "1500",
            },
        ),
        "pixels-twice-as-wide": Dicom(bits=12, display={"ImagerPixelSpacing": ["0.1", "0.2"]}),
        "pixels-twice-as-high": Dicom(bits=12, display={"PixelAspectRatio": ["2", "1"]}),
        "pixels-of-3-by-7": Dicom(bits=12, display={"PixelSpacing": ["0.3", "0.7"]}),
        "pixels-as-scanned": Dicom(
            JPEG_2000_LOSSLESS,
            12,
            display={"NominalScannedPixelSpacing": ["0.2", "0.1"]},
            encode=lambda s: jpeg_2000(s, 12, False),
        ),
        "noted-thrice": Dicom(
            BIG_ENDIAN,
            12,
            display={
                "PresentationLUTShape": "INVERSE",
                "PixelAspectRatio": ["3", "2"],
                "VOILUTSequence": lut(wide, 0, 16),
            },
        ),
    }
    return {name: kind.file(levels(12, kind.signed)) for name, kind in kinds.items()}


def _before_zero(items: Items) -> Items:
    """Return a LUT that begins at -2048, said as if there were no negative numbers."""
    items[0][0x00283002].value = [4096, 65536 - 2048, 12]
    return items


def _framed_oddly() -> dict[str, bytes]:
    """Return files whose elements or frames hold more than they have to."""
    plain, smooth12 = levels(12, False), slopes(12, False)
    files = {
        f"frames-{name}": Dicom(bits=12, display={"NumberOfFrames": "7"})
        .file(plain)
        .replace(b"\x28\0\x08\0IS\x02\x007 ", b"\x28\0\x08\0IS\x02\0" + text)
        for name, text in {
            "0": b"0 ",
            "00": b"00",
            "01": b"01",
            "space-1": b" 1",
            "plus-1": b"+1",
            "nul": b"1\0",
        }.items()
    }
    for name, syntax in {"explicit": EXPLICIT, "implicit": IMPLICIT}.items():
        content = Dicom(syntax, 12).file(plain)
        for kind, marks in STRAY_MARKS.items():
            files[f"stray-{kind}-{name}"] = with_marks(content, marks)
    content = Dicom(bits=12).file(plain)
    for kind, sequence in SEQUENCES.items():
        rows = content.index(b"\x28\0\x10\0")
        files[f"stray-within-{kind}"] = content[:rows] + sequence + content[rows:]
    for name, stream in jp2_files(jpeg_2000(smooth12, 12, False)).items():
        for syntax in (JPEG_2000_LOSSLESS, JPEG_2000):
            kind = Dicom(syntax, 12, encode=lambda _: b"", fragments=2)
            files[f"jp2-{name}-{syntax[-2:]}"] = kind.around(stream, *smooth12.shape)
    for name, extra in EXTRA.items():
        for frame, kind in {
            "baseline": Dicom(JPEG_BASELINE, 8, encode=lambda s: _baseline(s)),
            "lossless": Dicom(JPEG_LOSSLESS, 12, encode=lambda s: lossless_jpeg(s, 12)),
        }.items():
            encoded = kind.encode(slopes(kind.bits, False)) if kind.encode else b""
            file = kind.around(encoded[:-2] + extra + encoded[-2:], *smooth12.shape)
            files[f"jpeg-{frame}-extra-{name}"] = file
    for zeros in (1, 2, 5, 12):
        coded = jpeg_ls(smooth12, 12)
        kind = Dicom(JPEG_LS, 12, encode=lambda _: b"")
        file = kind.around(coded[:-2] + bytes(zeros) + coded[-2:], *smooth12.shape)
        files[f"jpeg-ls-zeros-{zeros}"] = file
    return files


def _baseline(stored: Stored) -> bytes:
    return jpeg(stored.astype(np.uint8)[..., None])


SEQUENCE_END, ITEM_END = b"\xfe\xff\xdd\xe0\0\0\0\0", b"\xfe\xff\x0d\xe0\0\0\0\0"
STRAY_MARKS = {
    "sequence-end": SEQUENCE_END,
    "item-end": ITEM_END,
    "ends": ITEM_END + SEQUENCE_END,
    "ends-turned": SEQUENCE_END + ITEM_END,
    "ends-twice": SEQUENCE_END * 2 + ITEM_END * 2,
}
"""Marks that end a sequence or item, where there is none."""


ITEM = b"\xfe\xff\0\xe0"
_ELEMENT = b"\x08\0\x50\0SH\2\0no"
_ICON = b"\xe0\x7f\x10\0OB\0\0" + b"\xff" * 4
SEQUENCES = {
    name: b"\x20\0\x40\x11" + kind + b"\0\0" + b"\xff" * 4 + items + SEQUENCE_END
    for name, kind, items in (
        ("nothing", b"SQ", b""),
        ("the-beginning", b"SQ", ITEM_END + ITEM + bytes(4)),
        ("a-long-item", b"SQ", ITEM + b"\x0a\0\0\0" + _ELEMENT + ITEM_END),
        ("a-marked-item", b"SQ", ITEM + b"\xff" * 4 + _ELEMENT + ITEM_END * 2),
        ("two-items", b"SQ", (ITEM + b"\x0a\0\0\0" + _ELEMENT + ITEM_END) * 2),
        ("an-unknown-element", b"UN", ITEM + b"\x0a\0\0\0" + _ELEMENT + ITEM_END),
        ("an-icon", b"SQ", ITEM + b"\xff" * 4 + _ICON + (ITEM + bytes(4)) * 2 + SEQUENCE_END
         + ITEM_END * 2),
    )
}  # fmt: skip
"""Sequences of undefined length with marks that end nothing."""


def with_marks(content: bytes, marks: bytes) -> bytes:
    """Return a little-endian file with an empty sequence and marks before its Rows."""
    rows = content.index(b"\x28\0\x10\0")
    explicit = content[rows + 4 : rows + 6] == b"US"
    sequence = b"\x20\0\x40\x11" + (b"SQ\0\0" if explicit else b"") + bytes(4)
    return content[:rows] + sequence + marks + content[rows:]


JP2 = b"\0\0\0\x0cjP  \r\n\x87\n", b"\0\0\0\x14ftypjp2 \0\0\0\0jp2 "
"""The two boxes that begin every JPEG 2000 file."""


def box(name: bytes, content: bytes) -> bytes:
    """Return a box with its length in four bytes."""
    return struct.pack(">I", 8 + len(content)) + name + content


def long_box(name: bytes, content: bytes) -> bytes:
    """Return a box with its length in eight bytes."""
    return struct.pack(">I4sQ", 1, name, 16 + len(content)) + content


def jp2_files(stream: bytes) -> dict[str, bytes]:
    """Return a codestream in the boxes of JPEG 2000 files, by how they are written."""
    begin = b"".join(JP2)
    header = box(b"jp2h", box(b"ihdr", bytes(14)))
    return {
        "header": begin + header + box(b"jp2c", stream),
        "no-header": begin + box(b"jp2c", stream),
        "long": begin + header + long_box(b"jp2c", stream),
        "to-the-end": begin + header + struct.pack(">I", 0) + b"jp2c" + stream,
        "long-before": begin + long_box(b"xml ", b"<x/>") + header + box(b"jp2c", stream),
        "more-after": begin + header + box(b"jp2c", stream) + box(b"uuid", bytes(24)),
        "extended": begin.replace(b"jp2 ", b"jpx ") + header + box(b"jp2c", stream),
        "no-signature": JP2[1] + header + box(b"jp2c", stream),
        "header-first": header + box(b"jp2c", stream),
        "codestream-alone": box(b"jp2c", stream),
        "twice": begin + header + box(b"jp2c", stream) + box(b"jp2c", stream[:50]),
    }


def _nested() -> Items:
    inner, outer = Dataset(), Dataset()
    inner.WindowCenter, inner.WindowWidth = "1", "2"
    inner.Rows = 3
    outer.RequestAttributesSequence = Items([inner])
    return Items([outer, outer])


def _undefined(items: Items, around: bool = True) -> Items:
    """Return the sequence, its items to be written with delimiters in place of lengths.

    around: the sequence itself, too.
    """
    items.is_undefined_length = around
    for item in items:
        item.is_undefined_length_sequence_item = True
    return items


def _padding() -> bytes:
    return struct.pack("<HH2sHI", 0xFFFC, 0xFFFC, b"OB", 0, 10) + bytes(10)


def _sign(signed: bool) -> str:
    return "s" if signed else "u"
