"""Damages valid files at random and decodes them: `python -m tests.images.fuzz png 1000 seed`.

Every result must be a picture that keeps its own promises or an ImageError, in bounded time and
memory. A process of its own, because a decoder that crashes would end the tests with it.
"""

from __future__ import annotations

import re
import resource
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from reference.decoding import decode
from reference.errors import ImageError
from reference.preprocess import picture
from tests.images.corpus import corpus
from tests.images.png_files import SIGNATURE, chunk

PIXELS = 1_000_000
"""The limit of pixels while fuzzing, so that what a file makes grow shows in the memory."""

SECONDS, MEGABYTES = 2.0, 120
"""The most that one file may take, and that all of them may add to the process."""

Damage = Callable[[bytes, bytes, np.random.Generator], bytes]


def flipped(content: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    """Return the bytes with one to four of them changed."""
    found = bytearray(content)
    for place in rng.integers(len(content), size=rng.integers(1, 5)):
        found[place] = rng.integers(256)
    return bytes(found)


def header_flipped(content: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Return the bytes with some of the first 400 changed."""
    return flipped(content[:400], other, rng) + content[400:]


def cut(content: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    """Return the first of the bytes."""
    return content[: rng.integers(len(content))]


def removed(content: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    """Return the bytes without a run of them."""
    start, end = sorted(rng.integers(len(content), size=2))
    return content[:start] + content[min(end, start + 40) :]


def repeated(content: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    """Return the bytes with a run of them twice or more often."""
    start, end = sorted(rng.integers(len(content), size=2))
    return content[:end] + content[start:end] * int(rng.integers(1, 4)) + content[end:]


def spliced(content: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Return the beginning of one file and the end of another."""
    return content[: rng.integers(len(content))] + other[rng.integers(len(other)) :]


def inflated(content: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    """Return the bytes with a number of two or four bytes made great, as sizes are."""
    start, size = int(rng.integers(min(len(content), 1000))), int(rng.choice([2, 4]))
    great = rng.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\xff\xff", b"\x07\xd0\0\0"])
    return content[:start] + bytes(great)[:size] + content[start + size :]


def sound_chunks(content: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Return a PNG with damage in one chunk, whose checksum is right again."""
    if not content.startswith(SIGNATURE):
        return header_flipped(content, other, rng)
    chunks = list(_chunks(content))
    which = int(rng.integers(len(chunks)))
    kind, data = chunks[which]
    damage = (flipped, cut, repeated, inflated)[rng.integers(4)]
    if kind == b"IDAT" and rng.random() < 0.7:
        try:
            data = zlib.compress(damage(zlib.decompress(data), b"", rng))
        except zlib.error:  # one of several pieces
            data = damage(data, b"", rng)
    elif data:
        data = damage(data, b"", rng)
    chunks[which] = kind, data
    return SIGNATURE + b"".join(chunk(*pair) for pair in chunks)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while content[at + 4 : at + 8] != b"IEND":
        size = int.from_bytes(content[at : at + 4], "big")
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        at += 12 + size
    yield b"IEND", b""


DAMAGES: tuple[Damage, ...] = (
    flipped, header_flipped, cut, removed, repeated, spliced, inflated, sound_chunks,
)  # fmt: skip


def damaged_files(kind: str, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield damaged files of a format, each with a name that tells how it was made."""
    rng = np.random.default_rng(seed)
    files = [(name, content) for name, content in corpus().items() if name.startswith(kind)]
    for number in range(count):
        name, content = files[rng.integers(len(files))]
        _, other = files[rng.integers(len(files))]
        damage = DAMAGES[number % len(DAMAGES)]
        yield f"{name} {damage.__name__} {number}", damage(content, other, rng)


def check(content: bytes) -> str:
    """Decode; return "read" or "refused".

    Raises:
        AssertionError: the picture is none.
    """
    try:
        found = decode(content)
    except ImageError as error:
        return "refused" if error.what and error.remedy else "refused without words"
    height, width, channels = found.samples.shape
    assert 0 < height * width <= PIXELS
    assert channels in (1, 3)
    assert found.samples.dtype in (np.uint8, np.uint16)
    assert int(found.samples.max()) <= found.white
    assert 1 <= found.orientation <= 8
    return "read"


def _peak() -> float:
    """Return the most memory that this process has held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the process that started this one
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main(kind: str, count: int, seed: int) -> None:
    """Print how many files were read and refused; the name of the file that breaks a promise."""
    picture.MAX_PIXELS = PIXELS
    for content in corpus().values():
        decode(content)  # what libraries allocate once
    before, counts, slowest = _peak(), Counter[str](), 0.0
    for name, content in damaged_files(kind, count, seed):
        start = time.perf_counter()
        try:
            counts[check(content)] += 1
        except BaseException:
            print(f"broken by: {name}", flush=True)
            raise
        slowest = max(slowest, time.perf_counter() - start)
        assert slowest < SECONDS, f"{name} takes {slowest:.1f} s"
        assert _peak() - before < MEGABYTES, f"{name} makes memory grow by {_peak() - before} MB"
    print(f"{counts['read']} read, {counts['refused']} refused, slowest {slowest:.2f} s,", end=" ")
    print(f"{_peak() - before:.0f} MB more")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
