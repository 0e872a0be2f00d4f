"""The miniature release is made once for the same code, and kept for later runs and processes.

Its key is the digest of everything that decides it: this project's code, the built page, the
miniature's definition, every installed package's version, the browser. What was changed since it
was made is made anew.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from filelock import FileLock

from browser_harness.launch.browsers import find_browser
from tests import mini
from xport.common import digests
from xport.errors import UnavailableError
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.workflow import commands

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "tests"
PACKAGES = ("xport", "reference", "browser_harness", "reports")
NOT_READ = {"node_modules", "__pycache__"}
LISTING = "listing.json"
KEPT = 3
"""States of the code whose release is kept: another process may still test an older one."""


@dataclass(frozen=True)
class MiniRun:
    """The run folder of the miniature release, its release file, its store and its evidence.

    Nobody changes the run: it serves other processes and later runs too.
    """

    folder: Path
    release_file: Path
    store: Path
    evidence: Evidence


def mini_run() -> MiniRun:
    """The miniature release, released: both models, all three backends."""
    place = mini_place()
    run = place / "run"
    with FileLock(place.with_suffix(".lock")):
        release_file = mini.write(mini.release(), place / "release.toml")
        if not _is_whole(place):
            (place / LISTING).unlink(missing_ok=True)
            shutil.rmtree(run, ignore_errors=True)
            commands.release(release_file, run, cache_dir=place / "store", fresh=True)
            (place / LISTING).write_text(json.dumps(digests.of_folder(run)))
    return MiniRun(run, release_file, place / "store", Evidence.read(run / EVIDENCE))


def mini_place() -> Path:
    """The folder of this code's miniature release, which also has the store of the tests."""
    place = FOLDER / _key()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(FOLDER / "all.lock"):
        place.mkdir(exist_ok=True)
        os.utime(place)
        newest = sorted(FOLDER.glob("*/"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in newest[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
    return place


def _is_whole(place: Path) -> bool:
    """Whether the run was made to its end, and is what it was then."""
    try:
        listing = json.loads((place / LISTING).read_text())
    except (OSError, ValueError):
        return False
    return bool(listing) and listing == digests.of_folder(place / "run")


def _key() -> str:
    named = {
        "files": {path.relative_to(ROOT).as_posix(): digests.of_file(path) for path in _sources()},
        # A set: where the checkout is on the path twice, it is found twice.
        "packages": sorted({f"{d.name} {d.version}" for d in metadata.distributions()}),
        "browser": _browser(),
    }
    return digests.of_json(named)[:16]


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        for folder, inner, names in os.walk(ROOT / package):
            inner[:] = sorted(set(inner) - NOT_READ)
            yield from (Path(folder) / name for name in sorted(names))
    yield ROOT / "tests" / "mini.py"


def _browser() -> str:
    """The version of this machine's browser; nothing where Playwright's, a package's, is used."""
    try:
        command = [str(find_browser(None, Path())), "--version"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    except (UnavailableError, OSError):
        return ""
