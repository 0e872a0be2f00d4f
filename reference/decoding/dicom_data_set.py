"""A DICOM file's elements: read by pydicom up to the pixels, with every length checked.

Twin: `engine/picture/decode/dicom_data_set.ts` and `engine/picture/decode/dicom_elements.ts`.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import data_element_generator, read_dataset

from reference.decoding.refusal import damaged
from reference.errors import ImageError
from reference.preprocess import picture

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"

MAX_READS = 200_000
"""A data set that takes more reads (one to three for each element) is refused."""

_PREAMBLE = 128
_PIXEL_DATA = 0x7FE00010
_ITEM = (0xFFFE, 0xE000)
_ITEM_TAG, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE0DD
_ITEM_END = b"\xfe\xff\x0d\xe0\0\0\0\0", b"\xff\xfe\xe0\x0d\0\0\0\0"
_UNDEFINED = 0xFFFFFFFF
_STRAY = "a mark of a sequence's items stands among its elements"

DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""A decimal number without spaces around it."""


@dataclass(frozen=True)
class Elements:
    """The elements of a data set, or of an item of a sequence, by their keywords.

    Values are taken from the bytes, never converted by guesses: what is no number of its kind
    is refused.
    """

    data: Dataset
    transfer_syntax: str

    @property
    def big_endian(self) -> bool:
        """Return whether numbers start with their highest byte."""
        return self.transfer_syntax == BIG_ENDIAN

    def integer(self, keyword: str) -> int | None:
        """Return an unsigned short; None if the element is absent or not two bytes long."""
        value = self.raw(keyword)
        if value is None or len(value) != 2:
            return None
        return int.from_bytes(value, "big" if self.big_endian else "little")

    def text(self, keyword: str) -> str:
        """Return the text of an element without spaces and NULs around it; empty if absent."""
        return (self.raw(keyword) or b"").decode("latin-1").strip(" \0")

    def number(self, keyword: str) -> float | None:
        """Return the first of an element's decimal numbers; None if it is absent or empty."""
        text = self.text(keyword)
        if not text:
            return None
        numbers = [part.strip(" \0") for part in text.split("\\")]
        for part in numbers:
            if not DECIMAL.fullmatch(part) or float(part) in (float("inf"), -float("inf")):
                raise damaged(f"its {keyword} {part!r} is no number")
        return float(numbers[0])

    def raw(self, keyword: str) -> bytes | None:
        """Return the bytes of an element; None if it is absent."""
        found = self.element(keyword)
        return None if found is None else found.value or b""

    def element(self, keyword: str) -> RawDataElement | None:
        """Return an element as it was read; None if it is absent, or a sequence."""
        tag = _tag(keyword)
        found = self.data.get_item(tag) if tag in self.data else None
        return found if isinstance(found, RawDataElement) else None

    def item(self, keyword: str) -> Elements | None:
        """Return the first item of a sequence; None if there is no sequence or no item in it."""
        tag = _tag(keyword)
        if tag not in self.data:
            return None
        found = self.data.get_item(tag)
        if isinstance(found, RawDataElement):
            return self._first_item(found.value or b"")
        # Of undefined length: pydicom has read it already.
        items = found.value if found and found.VR == "SQ" else None
        return Elements(items[0], self.transfer_syntax) if items else None

    def _first_item(self, value: bytes) -> Elements | None:
        """Read no more than the first item, since there may be millions."""
        if not value:
            return None
        if len(value) < 8:
            raise damaged("a sequence is malformed")
        group, element, length = struct.unpack_from(">HHI" if self.big_endian else "<HHI", value)
        whole = length == _UNDEFINED or 8 + length <= len(value)
        if (group, element) != _ITEM or not whole:
            raise damaged("a sequence is malformed")
        item = value[8:] if length == _UNDEFINED else value[8 : 8 + length]
        with _refused():
            return _Reading(item, 0).elements(self.transfer_syntax, lambda _: False)

    def __contains__(self, keyword: str) -> bool:
        return _tag(keyword) in self.data


def _tag(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    return tag


@dataclass(frozen=True)
class PixelData:
    """Where the pixels of a file are.

    Args:
        content: the file; where it was deflated, the data set that it held.
        start: where the value of Pixel Data starts.
        length: its length in bytes; None: in fragments.
        words: its value representation is OW, or follows from an implicit transfer syntax.
    """

    content: bytes
    start: int
    length: int | None
    words: bool


@dataclass(frozen=True)
class DicomFile:
    """The elements before the pixels, the pixels (None: there are none) and how they are coded."""

    elements: Elements
    pixels: PixelData | None
    transfer_syntax: str


def is_dicom(content: bytes) -> bool:
    """Tell whether bytes begin like a DICOM file, or like a data set without a file's header."""
    bare = content[:2] in (b"\2\0", b"\x08\0") and len(content) > _PREAMBLE + 4
    return content[_PREAMBLE : _PREAMBLE + 4] == b"DICM" or bare


def read_dicom(content: bytes) -> DicomFile:
    """Return the elements of a DICOM file up to its pixels; what follows them is not looked at.

    An end mark of a sequence or an item that ends none is passed over: some writers put one after
    an empty sequence that gives its length. What begins an item outside of sequences is refused.

    Without a file meta group, the data set is explicit little endian if its first element's
    fifth and sixth byte are capital letters, else implicit little endian.

    Raises:
        ImageError: the elements are cut off or malformed, their lengths exceed the file, there
            are too many, there is a file meta group without a transfer syntax, or a deflated data
            set is damaged or above ``MAX_BYTES``.
    """
    with _refused():
        return _read(content)


@contextmanager
def _refused() -> Iterator[None]:
    """Turn whatever pydicom raises over a damaged file into an ImageError, and warn of nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImageError:
        raise
    except Exception as error:
        raise damaged("its elements cannot be read") from error


def _read(content: bytes) -> DicomFile:
    start = _PREAMBLE + 4 if content[_PREAMBLE : _PREAMBLE + 4] == b"DICM" else 0
    if content[start : start + 2] != b"\2\0":
        letters = content[start + 4 : start + 6]
        explicit = len(letters) == 2 and letters.isalpha() and letters.isupper()
        return _data_set(content, start, EXPLICIT if explicit else IMPLICIT)
    meta = _Reading(content, start)
    elements = meta.elements(EXPLICIT, lambda tag: tag >> 16 != 2)
    transfer_syntax = elements.text("TransferSyntaxUID")
    if not transfer_syntax:
        raise damaged("it does not say how its pixels are coded")
    if transfer_syntax == DEFLATED:
        return _data_set(_inflated(content[meta.end :]), 0, DEFLATED)
    return _data_set(content, meta.end, transfer_syntax)


def _data_set(content: bytes, start: int, transfer_syntax: str) -> DicomFile:
    def stop(tag: int) -> bool:
        if tag == _ITEM_TAG:
            raise damaged(_STRAY)
        return tag >= _PIXEL_DATA and tag != _SEQUENCE_END

    reading = _Reading(content, start)
    elements = reading.elements(transfer_syntax, stop, _ITEM_END)
    return DicomFile(elements, reading.pixels, transfer_syntax)


def _inflated(content: bytes) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = stream.decompress(content, picture.MAX_BYTES + 1)
    except zlib.error as error:
        raise damaged("its deflated elements cannot be unpacked") from error
    # One zero may follow, so that the file's length is even.
    if not stream.eof or stream.unused_data not in (b"", b"\0"):
        raise damaged("its deflated elements are cut off or too long")
    return data


class _Reading(io.BytesIO):
    """The file as pydicom reads it, counting; each element's length is checked before its value."""

    def __init__(self, content: bytes, start: int) -> None:
        super().__init__(content)
        self.seek(start)
        self.end = start
        self.pixels: PixelData | None = None
        self._content, self._reads = content, 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads > MAX_READS:
            raise damaged("it has far too many elements")
        return super().read(size)

    def elements(
        self, transfer_syntax: str, stop: Callable[[int], bool], passed: tuple[bytes, ...] = ()
    ) -> Elements:
        """Read on up to an element for whose tag ``stop`` holds, or to Pixel Data.

        passed: marks at which pydicom ends, and that end nothing here.
        """
        implicit, big = transfer_syntax == IMPLICIT, transfer_syntax == BIG_ENDIAN
        letters = self._content[self.tell() + 4 : self.tell() + 6]
        # Otherwise pydicom would find out by itself how the elements are coded.
        if len(letters) == 2 and implicit == all(0x40 < byte < 0x5B for byte in letters):
            raise damaged("its elements are not coded as it says")

        def stop_when(tag: int, vr: str | None, length: int) -> bool:
            undefined, pixels = length == _UNDEFINED, tag == _PIXEL_DATA
            self.end = -1
            if stop(tag) and not pixels:
                return True
            if not undefined:
                self.end = self.tell() + length
                if self.end > len(self._content):
                    raise damaged("an element ends after the file")
            if pixels:
                size = None if undefined else length
                self.pixels = PixelData(self._content, self.tell(), size, vr == "OW")
                self.end = -1
            return pixels

        self.end = self.tell()
        data = read_dataset(self, implicit, not big, stop_when=stop_when)
        while self.end == self.tell() - 8 and self._content.startswith(passed, self.end):
            self.end = self.tell()
            more = data_element_generator(self, implicit, not big, stop_when=stop_when)
            data.update({element.tag: element for element in more})
        if passed and self.end == self.tell() - 8:  # an item's end with a value
            raise damaged(_STRAY)
        # pydicom reads the 8 bytes that delimit an item, and does not ask.
        if self.end not in (-1, self.tell(), self.tell() - 8):
            raise damaged("it ends within an element")
        self.end = self.tell()
        return Elements(data, transfer_syntax)
