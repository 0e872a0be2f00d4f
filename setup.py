"""Sees to it that a wheel and an sdist carry the built page; all else is in pyproject.toml.

Whoever installs has no Node, so the page is built beforehand, and none that is missing, incomplete
or of other sources is packaged. Uses the standard library and setuptools alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from setuptools.errors import SetupError

WEB = Path(__file__).resolve().parent / "browser_harness" / "web"
LISTING = "build.json"
LEFT_OUT = (".test.ts", "README.md")
REMEDY = "run `make setup`, or `npm ci && npm run build` in browser_harness/web, and try again"


def require_page(web: Path) -> None:
    """Check the built page against what its build wrote of it.

    Raises:
        SetupError: there is none, a file of it is missing or another, or a source is.
    """
    page = web / "dist"
    try:
        listing = json.loads((page / LISTING).read_text(encoding="utf-8"))
        files, sources = dict(listing["files"]), dict(listing["sources"])
    except (OSError, ValueError, KeyError, TypeError):
        raise SetupError(
            f"the web page has not been built: no {page / LISTING}; {REMEDY}"
        ) from None
    if changed := difference(files, digests(page, [path.name for path in page.iterdir()])):
        raise SetupError(f"the built web page is not whole: {page / changed}; {REMEDY}")
    if changed := difference(sources, digests(web, {name.partition("/")[0] for name in sources})):
        raise SetupError(f"the built web page is older than {web / changed}; {REMEDY}")


def digests(root: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of the files of that name, or in folders of that name, by their path from `root`.

    What the build's own list leaves out is left out here: that list, unit tests and a README.
    """
    found = [path for name in names for path in (root / name, *(root / name).rglob("*"))]
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if path.is_file() and not path.name.endswith(LEFT_OUT) and path != root / LISTING
    }


def difference(told: dict[str, str], found: dict[str, str]) -> str | None:
    """The first file that is missing, added or another."""
    differing = (name for name in told.keys() | found.keys() if told.get(name) != found.get(name))
    return min(differing, default=None)


class BuildPy(build_py):
    """Collects the packages; an editable install may come before the page."""

    def run(self) -> None:
        """Check the page first."""
        if not self.editable_mode:
            require_page(WEB)
        super().run()


class SDist(sdist):
    """Makes the source distribution, with the built page in it."""

    def run(self) -> None:
        """Check the page first."""
        require_page(WEB)
        super().run()


setup(cmdclass={"build_py": BuildPy, "sdist": SDist})
