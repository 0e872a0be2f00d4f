"""Which of two releases is the newer one.

By Semantic Versioning (https://semver.org/, 11) where both versions can be read so, with any number
of numbers; else, and where they are equal, by when their evidence was judged.
"""

from __future__ import annotations

import re

from xport.publishing.documents import Release

_VERSION = re.compile(r"^v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$", re.ASCII)

Part = tuple[int, int, str]
Order = tuple[tuple[int, ...], tuple[int, tuple[Part, ...]]]


def is_older(one: Release, other: Release) -> bool:
    """Whether `one` is older than `other`."""
    mine, theirs = _order(one.version), _order(other.version)
    if mine is not None and theirs is not None and mine != theirs:
        return mine < theirs
    return one.judged < other.judged


def _order(version: str | None) -> Order | None:
    """What versions are compared by; None of what is no such version."""
    found = _VERSION.match(version or "")
    if found is None:
        return None
    numbers = [int(number) for number in found[1].split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:  # 1.2 and 1.2.0 are one version
        numbers.pop()
    if found[2] is None:
        return tuple(numbers), (1, ())  # a version comes after its own pre-releases
    return tuple(numbers), (0, tuple(_part(word) for word in found[2].split(".")))


def _part(word: str) -> Part:
    """A part of a pre-release: numbers come before words."""
    number = word.isascii() and word.isdigit()
    return (0, int(word), "") if number else (1, 0, word)
