"""Data sets that are one binary file: CIFAR-100 (binary version) and MNIST (IDX)."""

from __future__ import annotations

import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from reference.data.dataset import Dataset, Item, require_folder
from reference.data.pixels import Float64Array, grey_from_rgb
from reference.errors import DataError, ImageError, MissingImageError

PackedSplit = Literal["train", "test"]

CIFAR_RECORD = 2 + 3 * 32 * 32
"""Bytes of an image: coarse class, fine class, then 32 x 32 red, green and blue planes."""

IDX_LIMIT = 256 * 1024**2
"""An IDX file above this is refused; MNIST's largest has 47 MB."""

_IDX_NAME = {"train": "train", "test": "t10k"}
_AGAIN = "download the set again"


def cifar100(root: Path, split: PackedSplit) -> Dataset:
    """Return CIFAR-100, the binary version; labels are the numbers of coarse and fine class.

    Reads ``{split}.bin`` in ``root`` or in ``root/cifar-100-binary``, one record at a time.

    Raises:
        DataError: the file is absent, cut off, or names a class that CIFAR-100 has not.
    """
    require_folder(root, "give the folder cifar-100-binary")
    inner = root / "cifar-100-binary"
    path = (inner if inner.is_dir() else root) / f"{split}.bin"
    size = _size(path)
    count, rest = divmod(size, CIFAR_RECORD)
    if rest or not count:
        raise DataError(
            f"{size:,} bytes are no whole number of {CIFAR_RECORD}-byte images", str(path), _AGAIN
        )
    records = np.memmap(path, np.uint8, "r", shape=(count, CIFAR_RECORD))
    classes = np.array(records[:, :2])
    wrong = np.flatnonzero((classes[:, 0] >= 20) | (classes[:, 1] >= 100))
    if wrong.size:
        coarse, fine = classes[wrong[0]]
        raise DataError(
            f"image {wrong[0]} is of class {coarse} and {fine}; there are 20 and 100",
            str(path),
            _AGAIN,
        )
    items = _numbered(split, classes.astype(np.float64))
    labels = ("coarse class", "fine class")
    return Dataset(f"CIFAR-100 ({split})", labels, items, CifarImages(path))


def mnist(root: Path, split: PackedSplit) -> Dataset:
    """Return MNIST; the one label is the digit.

    Reads ``{train,t10k}-images-idx3-ubyte`` and ``-labels-idx1-ubyte`` in ``root``, or the same
    with ``.gz``, as published; those are held in memory unpacked.

    Raises:
        DataError: a file is absent, cut off or not IDX, the two do not fit, or a label is no digit.
    """
    require_folder(root, "give the folder of the IDX files")
    images = _idx(_plain_or_packed(root / f"{_IDX_NAME[split]}-images-idx3-ubyte"), 3)
    labels = _idx(_plain_or_packed(root / f"{_IDX_NAME[split]}-labels-idx1-ubyte"), 1)
    digits = np.array(labels.values)
    if len(digits) != len(images.values):
        raise DataError(
            f"there are {len(images.values):,} images and {len(digits):,} labels",
            str(labels.path),
            _AGAIN,
        )
    if digits.max(initial=0) > 9:
        at = int(np.argmax(digits > 9))
        raise DataError(f"label {at} is {digits[at]}, no digit", str(labels.path), _AGAIN)
    items = _numbered(split, digits.astype(np.float64)[:, None])
    return Dataset(f"MNIST ({split})", ("digit",), items, images)


def _numbered(split: str, labels: Float64Array) -> tuple[Item, ...]:
    """Name images by their place; each is a "patient" of its own."""
    known: dict[tuple[float, ...], tuple[float, ...]] = {}
    items = []
    for index, row in enumerate(labels):
        values = tuple(map(float, row))
        name = f"{split}-{index:05d}"
        items.append(Item(name, name, "", known.setdefault(values, values)))
    return tuple(items)


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise DataError(f"the file cannot be read ({error.strerror})", str(path), _AGAIN) from error


@dataclass(frozen=True)
class CifarImages:
    """The images of one binary file of CIFAR, read where they lie."""

    path: Path

    def load(self, name: str) -> Float64Array:
        """Return (32, 32) grey levels.

        Raises:
            MissingImageError: the file is gone.
            ImageError: the file ends before the image does.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(_number(name) * CIFAR_RECORD + 2)
                content = file.read(CIFAR_RECORD - 2)
        except OSError as error:
            raise MissingImageError(
                f"the file cannot be read ({error.strerror})", str(self.path), _AGAIN
            ) from error
        if len(content) != CIFAR_RECORD - 2:
            raise ImageError("the file ends before the image does", str(self.path), _AGAIN)
        planes = np.frombuffer(content, np.uint8).reshape(3, 32, 32)
        return grey_from_rgb(np.moveaxis(planes, 0, -1))


@dataclass(frozen=True)
class IdxFile:
    """Bytes of an IDX file in their shape; mapped from disk unless the file is packed."""

    path: Path
    values: npt.NDArray[np.uint8]

    def load(self, name: str) -> Float64Array:
        """Return (H, W) grey levels."""
        return np.array(self.values[_number(name)]) / 255.0


def _plain_or_packed(path: Path) -> Path:
    packed = path.with_name(f"{path.name}.gz")
    return path if path.is_file() or not packed.is_file() else packed


def _idx(path: Path, axes: int) -> IdxFile:
    """Read a big-endian IDX file of bytes: magic 0x800 + axes, the length of each axis, values."""
    size = _size(path)
    if size > IDX_LIMIT:
        raise DataError(
            f"the file has {size:,} bytes, the limit is {IDX_LIMIT:,}", str(path), _AGAIN
        )
    head = 4 * (1 + axes)
    content = _unpacked(path) if path.suffix == ".gz" else _mapped(path)
    if len(content) < head or int.from_bytes(content[:4].tobytes(), "big") != 0x800 + axes:
        raise DataError(f"this is no IDX file of bytes with {axes} axes", str(path), _AGAIN)
    shape = tuple(map(int, np.frombuffer(content[4:head].tobytes(), ">u4")))
    expected = head + math.prod(shape)  # Python's integers do not overflow
    if not all(shape) or expected != len(content):
        raise DataError(
            f"the header claims {'x'.join(map(str, shape))} bytes, the file has "
            f"{len(content) - head:,}",
            str(path),
            _AGAIN,
        )
    return IdxFile(path, content[head:].reshape(shape))


def _mapped(path: Path) -> npt.NDArray[np.uint8]:
    # An empty file cannot be mapped.
    return np.memmap(path, np.uint8, "r") if _size(path) else np.zeros(0, np.uint8)


def _unpacked(path: Path) -> npt.NDArray[np.uint8]:
    try:
        with gzip.open(path) as file:
            content = file.read(IDX_LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"the gzip file is damaged ({error})", str(path), _AGAIN) from error
    if len(content) > IDX_LIMIT:
        raise DataError(f"unpacked it has more than {IDX_LIMIT:,} bytes", str(path), _AGAIN)
    return np.frombuffer(content, np.uint8)
