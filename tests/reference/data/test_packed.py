"""CIFAR-100's binary version and MNIST's IDX files, whole, cut off and lying."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from reference.data import Reading, cifar100, mnist
from reference.data.packed import CIFAR_RECORD
from reference.errors import DataError, ImageError, MissingImageError
from tests.reference.data import published

IMAGES, LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def test_cifar_is_planar_and_becomes_grey_by_the_mean(tmp_path: Path) -> None:
    test = cifar100(published.write_cifar(tmp_path), "test")
    assert [item.labels for item in test.items] == [(0, 0), (1, 1), (2, 2), (3, 3)]
    expected = published.levels(2, (3, 32, 32)).astype(int).sum(axis=0) / 3 / 255
    np.testing.assert_array_equal(test.load(test.items[2]), expected)
    assert len({item.name for item in test.items}) == 4


@pytest.mark.parametrize("size", [0, 1, CIFAR_RECORD - 1, 2 * CIFAR_RECORD + 5])
def test_cifar_that_is_cut_off_is_refused(tmp_path: Path, size: int) -> None:
    path = published.write_cifar(tmp_path) / "cifar-100-binary" / "test.bin"
    path.write_bytes(published.cifar_bytes(3)[:size])
    with pytest.raises(DataError, match="no whole number") as caught:
        cifar100(tmp_path, "test")
    assert caught.value.where == str(path)


def test_cifar_class_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = published.write_cifar(tmp_path) / "cifar-100-binary" / "test.bin"
    content = bytearray(path.read_bytes())
    content[2 * CIFAR_RECORD] = 20
    path.write_bytes(content)
    with pytest.raises(DataError, match="image 2 is of class 20"):
        cifar100(tmp_path, "test")


def test_cifar_that_shrinks_or_goes_while_it_is_read_is_told(tmp_path: Path) -> None:
    test = cifar100(published.write_cifar(tmp_path), "test")
    path = tmp_path / "cifar-100-binary" / "test.bin"
    path.write_bytes(path.read_bytes()[: 3 * CIFAR_RECORD + 100])
    with pytest.raises(ImageError, match="ends before"):
        test.load(test.items[3])
    path.unlink()
    with pytest.raises(MissingImageError):
        test.load(test.items[0])


@pytest.mark.parametrize("packed", [False, True])
def test_mnist_is_read_plain_and_packed(tmp_path: Path, packed: bool) -> None:
    test = mnist(published.write_mnist(tmp_path, packed), "test")
    assert [item.labels for item in test.items] == [(0.0,), (1.0,), (2.0,)]
    found = [levels for _, levels in Reading(test)]
    np.testing.assert_array_equal(np.stack(found), published.levels(1, (3, 28, 28)) / 255)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no IDX file"),
        (b"\0\0\x08\x03\0\0", "no IDX file"),
        (published.mnist_files()[IMAGES][:-1], "the header claims 3x28x28"),
        (published.mnist_files()[IMAGES] + b"\0", "the header claims 3x28x28"),
        (published.mnist_files()[LABELS], "no IDX file"),
        (struct.pack(">IIII", 0x803, 0, 28, 28), "the header claims 0x28x28"),
        (struct.pack(">IIII", 0x803, *[2**32 - 1] * 3), "the header claims"),
        (struct.pack("<IIII", 0x803, 3, 28, 28) + bytes(3 * 28 * 28), "no IDX file"),
    ],
)
def test_idx_file_that_is_cut_off_or_lies_is_refused(
    tmp_path: Path, content: bytes, reason: str, packed: bool
) -> None:
    published.write_mnist(tmp_path, packed)
    path = tmp_path / (f"{IMAGES}.gz" if packed else IMAGES)
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DataError, match=reason) as caught:
        mnist(tmp_path, "test")
    assert caught.value.where == str(path)


def test_damaged_gzip_is_refused(tmp_path: Path) -> None:
    path = published.write_mnist(tmp_path, packed=True) / f"{IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match="gzip file is damaged"):
        mnist(tmp_path, "test")


def test_labels_that_do_not_fit_the_images_are_refused(tmp_path: Path) -> None:
    path = published.write_mnist(tmp_path) / LABELS
    path.write_bytes(published.idx(np.arange(2, dtype=np.uint8)))
    with pytest.raises(DataError, match="3 images and 2 labels"):
        mnist(tmp_path, "test")
    path.write_bytes(published.idx(np.array([1, 10, 2], dtype=np.uint8)))
    with pytest.raises(DataError, match="label 1 is 10, no digit"):
        mnist(tmp_path, "test")


def test_absent_files_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        mnist(tmp_path, "train")
    assert caught.value.where == str(tmp_path / "train-images-idx3-ubyte")
    with pytest.raises(DataError) as caught:
        cifar100(tmp_path, "train")
    assert caught.value.where == str(tmp_path / "train.bin")
