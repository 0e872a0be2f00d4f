"""Which packages' code is in the page, as the page's own terms name them: `licenses/*`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NPM = re.compile(
    r"^(?:## |[^\n@#]*: )(?P<name>(?:@[\w.-]+/)?[\w.-]+) - (?P<version>\d[\w.+-]*)"
    r" \((?P<licence>[^,()\n]+)",
    re.MULTILINE,
)
"""A heading of a script's terms, or a codec's line: name, version and licence of a package."""

COMPILED = re.compile(r"^(?P<name>\w[\w.-]*) \((?P<licence>[^()\n]+)\)$", re.MULTILINE)
"""A library that WebAssembly was compiled from or with; no version is told."""


@dataclass(frozen=True)
class PagePackage:
    """A package that ships in the page; without a version, one that is not npm's."""

    name: str
    version: str | None
    licence: str


def page_packages(terms: Iterable[str]) -> list[PagePackage]:
    """The packages that these terms name, each once, by name."""
    found = {package for text in terms for package in _named(text)}
    return sorted(found, key=lambda one: (one.name, one.version or "", one.licence))


def _named(text: str) -> Iterator[PagePackage]:
    for one in NPM.finditer(text):
        yield PagePackage(one["name"], one["version"], one["licence"].strip())
    for one in COMPILED.finditer(text):
        yield PagePackage(one["name"], None, one["licence"].strip())
