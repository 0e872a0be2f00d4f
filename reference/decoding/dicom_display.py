"""How DICOM's stored values are shown: modality, VOI and photometric interpretation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reference.decoding.dicom_data_set import Elements
from reference.decoding.dicom_image import StoredImage
from reference.decoding.refusal import damaged, unsupported

Float64Array = npt.NDArray[np.float64]
Shown = Callable[[Float64Array], Float64Array]


@dataclass(frozen=True)
class Display:
    """A sample for every word of stored bits, and the sample that means white.

    corrected: the descriptor of a LUT does not fit its table, whose actual entries were taken.
    """

    table: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    white: int
    corrected: bool = False


def display_of(elements: Elements, image: StoredImage) -> Display:
    """Return how stored values are shown, as a table over all 2**bits of them.

    Source: PS3.3 C.11.1, C.11.2. All numbers are float64, each operation is rounded by itself, in
    the order of the brackets; engine/picture/decode/dicom_display.ts does the same, so both sides
    give the same samples. v is the stored value: its bits, less 2**bits if it is signed and they
    are 2**(bits - 1) or more.

    1. Modality. The first item of Modality LUT Sequence: x = entry(v). Else, with RescaleSlope
       (1 if absent) and RescaleIntercept (0 if absent): x = (slope * v) + intercept.
    2. VOI, y in [0, 1]. The first item of VOI LUT Sequence: y = entry(floor(x)) / most, where most
       is 2**lut_bits - 1. Else the first WindowCenter c and WindowWidth w, by VOILUTFunction:

       - LINEAR, or none: with m = c - 0.5 and n = w - 1, w of 1 at least;
         LINEAR_EXACT: with m = c and n = w, w above 0:
         y = 0 where x <= m - (n / 2), else 1 where x > m + (n / 2), else ((x - m) / n) + 0.5;
       - SIGMOID, w above 0: y = 1 / (1 + exp((-4 * (x - c)) / w)).

       Else y = (x - a) / (b - a), where a is the least and b the greatest x of the table.
    3. sample = floor((y * 65535) + 0.5), white is 65535; if the image is inverted 65535 - sample.

    A LUT of n entries from ``first`` on has entry(i) = its entry number i - first, clipped to 0
    and n - 1. ``first`` is signed if its value representation is SS, or if the smallest number
    that can be looked up is negative, or all of them are less than it. Its data are n words, or n
    bytes.

    Devices write descriptors that do not fit, most often how many bits are stored in place of how
    many are used. Then the table is right and ``corrected`` is set: bytes are read as such
    whatever lut_bits; ``first`` is taken as signed although its representation is US; most is the
    table's greatest entry if that is above 2**lut_bits - 1 or below 2**(lut_bits - 1), so that
    the picture goes from black to white; a Modality LUT's greater entries stay what they are.

    Without 1 (or with slope 1 and intercept 0) and without 2, samples are the stored values, less
    the least that is possible; white is 2**bits - 1, and of an inverted image white - sample.

    Raises:
        ImageError: a number is none, the slope is 0, x is not finite, all values have the same x
            or sample, half a window is missing, its width is too small, its function is unknown,
            or a LUT is incomplete, not as long as it says, not of 8 to 16 bits, or of zeros only.
    """
    value = np.arange(2**image.bits, dtype=np.float64)
    if image.signed:
        value[2 ** (image.bits - 1) :] -= 2**image.bits
    modality = _lut(elements, "ModalityLUTSequence", value)
    rescaled = modality.entry(value) if modality else _rescaled(elements, value)
    x = value if rescaled is None else rescaled
    voi = _lut(elements, "VOILUTSequence", x)
    shown = _looked_up(voi) if voi else _window(elements)
    if rescaled is None and shown is None:
        return _identity(image, value)
    with np.errstate(over="ignore"):  # of exp: 1 / (1 + inf) is the 0 that is meant
        y = (shown or _full_range(x))(x)
    sample = np.floor(y * 65535 + 0.5).astype(np.uint16)
    if sample.min() == sample.max():
        raise damaged("all its values would look the same")
    odd = (
        modality and (modality.misread or modality.exceeds),
        voi and (voi.misread or voi.misfits),
    )
    return Display(65535 - sample if image.inverted else sample, 65535, any(odd))


def _identity(image: StoredImage, value: Float64Array) -> Display:
    white = 2**image.bits - 1
    sample = (value - value.min()).astype(image.dtype)
    return Display(image.dtype.type(white) - sample if image.inverted else sample, white)


def _rescaled(elements: Elements, value: Float64Array) -> Float64Array | None:
    """Return x by slope and intercept; None if the stored values mean themselves."""
    slope, intercept = elements.number("RescaleSlope"), elements.number("RescaleIntercept")
    slope = 1.0 if slope is None else slope
    intercept = 0.0 if intercept is None else intercept
    if slope == 0:
        raise damaged("RescaleSlope is 0")
    if (slope, intercept) == (1.0, 0.0):
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        x: Float64Array = slope * value + intercept
    if not np.isfinite(x).all():
        raise damaged("its rescaled values are no numbers")
    return x


def _looked_up(lut: _Lut) -> Shown:
    if not lut.greatest:
        raise damaged("all its values would look the same")
    most = lut.greatest if lut.misfits else 2**lut.bits - 1
    return lambda x: lut.entry(np.floor(x)) / most


def _window(elements: Elements) -> Shown | None:
    center, width = elements.number("WindowCenter"), elements.number("WindowWidth")
    if center is None and width is None:
        return None
    if center is None or width is None:
        raise damaged("half of its window is missing")
    function = elements.text("VOILUTFunction") or "LINEAR"
    if function not in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        raise unsupported(f"the DICOM image's VOILUTFunction {function} is not read")
    if width <= 0 or (function == "LINEAR" and width < 1):
        raise damaged(f"its window's width is {width:g}")
    if function == "SIGMOID":
        return lambda x: 1 / (1 + np.exp(-4 * (x - center) / width))
    if function == "LINEAR":
        return _linear(center - 0.5, width - 1)
    return _linear(center, width)


def _linear(middle: float, width: float) -> Shown:
    low, high = middle - width / 2, middle + width / 2

    def shown(x: Float64Array) -> Float64Array:
        y = np.where(x > high, 1.0, 0.0)
        sloped = (x > low) & (x <= high)
        y[sloped] = (x[sloped] - middle) / width + 0.5
        return y

    return shown


def _full_range(x: Float64Array) -> Shown:
    least, most = x.min(), x.max()
    if not least < most:
        raise damaged("all its values would look the same")
    return lambda x: (x - least) / (most - least)


@dataclass(frozen=True)
class _Lut:
    """A table; misread: its data or ``first`` are not what the descriptor says."""

    entries: Float64Array
    first: int
    bits: int
    misread: bool

    @property
    def greatest(self) -> float:
        return float(self.entries.max())

    @property
    def exceeds(self) -> bool:
        return bool(self.greatest > 2**self.bits - 1)

    @property
    def misfits(self) -> bool:
        return self.exceeds or self.greatest < 2 ** (self.bits - 1)

    def entry(self, x: Float64Array) -> Float64Array:
        """Return the entries of whole numbers."""
        index = np.clip(x - self.first, 0, len(self.entries) - 1)
        return self.entries[index.astype(np.int64)]


def _lut(elements: Elements, keyword: str, looked_up: Float64Array) -> _Lut | None:
    """Return the LUT of a sequence's first item; None if it has none."""
    item = elements.item(keyword)
    if item is None:
        return None
    order = ">" if elements.big_endian else "<"
    descriptor, data = item.element("LUTDescriptor"), item.raw("LUTData")
    numbers = (descriptor and descriptor.value) or b""
    if descriptor is None or len(numbers) != 6 or data is None:
        raise damaged("a LUT is incomplete")
    count, first, bits = np.frombuffer(numbers, order + "u2").tolist()
    if not 8 <= bits <= 16:
        raise unsupported(f"the DICOM image has a LUT of {bits} bits, 8 to 16 are read")
    count = count or 65536
    misread = False
    signed = descriptor.VR == "SS" or looked_up.min() < 0 or looked_up.max() < first
    if first >= 32768 and signed:
        first -= 65536
        misread = descriptor.VR not in (None, "SS")
    if len(data) == 2 * count:
        entries = np.frombuffer(data, order + "u2").astype(np.float64)
    elif len(data) == count + count % 2:
        entries = np.frombuffer(data, np.uint8, count).astype(np.float64)
        misread |= bits > 8
    else:
        raise damaged("a LUT is not as long as it says")
    return _Lut(entries, first, bits, misread)
