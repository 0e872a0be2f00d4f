"""Damage anywhere in a published file is read as something, or refused; never another error."""

from __future__ import annotations

import gzip
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.data import Dataset, cifar100, mnist, mura, nih, padchest
from reference.errors import DataError
from tests.reference.data import published

Open = Callable[[Path], Dataset]

SETS: dict[str, tuple[Callable[[Path], Path], str, Open]] = {
    "nih table": (published.write_nih, "Data_Entry_2017_v2020.csv", lambda r: nih(r, "test")),
    "nih list": (published.write_nih, "test_list.txt", lambda r: nih(r, "test")),
    "padchest": (published.write_padchest, published.PADCHEST_TABLE, padchest),
    "padchest.gz": (
        lambda root: published.write_padchest(root, packed=True),
        f"{published.PADCHEST_TABLE}.gz",
        padchest,
    ),
    "mura list": (
        lambda root: published.write_mura(root, listed=True),
        "MURA-v1.1/train_image_paths.csv",
        lambda r: mura(r, "train"),
    ),
    "cifar": (
        published.write_cifar,
        "cifar-100-binary/test.bin",
        lambda r: cifar100(r, "test"),
    ),
    "mnist": (published.write_mnist, "t10k-images-idx3-ubyte", lambda r: mnist(r, "test")),
    "mnist.gz": (
        lambda root: published.write_mnist(root, packed=True),
        "t10k-labels-idx1-ubyte.gz",
        lambda r: mnist(r, "test"),
    ),
}
PATCHES = [b"", b"..", b"/", b'"', b"\0", b"\xff", b"\r", b"\n", b",", b"|", b"[", b"'", b"\\"]


@pytest.mark.fuzz
@pytest.mark.parametrize("name", SETS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    place=st.floats(0, 1),
    dropped=st.integers(0, 40),
    patch=st.sampled_from(PATCHES) | st.binary(max_size=5),
)
def test_damage_is_read_or_refused(
    tmp_path: Path, name: str, place: float, dropped: int, patch: bytes
) -> None:
    write, file, open_set = SETS[name]
    path = tmp_path / file
    if not path.exists():
        write(tmp_path)
        path.with_name("whole").write_bytes(path.read_bytes())
    whole = path.with_name("whole").read_bytes()
    start = int(place * len(whole))
    path.write_bytes(whole[:start] + patch + whole[start + dropped :])
    dataset = _opened(open_set, tmp_path)
    if isinstance(dataset, DataError):
        assert dataset.where
        assert dataset.remedy
        return
    assert len(dataset) >= 1
    for item in dataset.items:
        assert ".." not in re.split(r"[/\\]", item.name)
        assert len(item.labels) == len(dataset.labels)


def _opened(open_set: Open, root: Path) -> Dataset | DataError:
    try:
        return open_set(root)
    except DataError as error:
        return error


def test_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    published.write_padchest(tmp_path, packed=True)
    path = tmp_path / f"{published.PADCHEST_TABLE}.gz"
    path.write_bytes(gzip.compress(published.padchest_table().encode() + b"x" * 50_000_000))
    tracemalloc.start()
    with pytest.raises(DataError, match="more than 1,000,000 characters") as caught:
        padchest(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000
    assert caught.value.where == f"{path}:7"


def test_gzip_bomb_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference.data.packed.IDX_LIMIT", 10_000)
    published.write_mnist(tmp_path, packed=True)
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(1_000_000)))
    with pytest.raises(DataError, match="unpacked it has more than"):
        mnist(tmp_path, "test")
