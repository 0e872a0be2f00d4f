"""The options of the plug-in, and what they ask for; nothing heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OUT = Path("build/xport")
CACHE_DIR = Path("build/store")
GRAPHICS = ("auto", "gpu", "llvmpipe", "swiftshader")


@dataclass(frozen=True)
class Wanted:
    """What the options ask for; paths are absolute.

    `release` is the file to release into `run`; None where `run` was made before. `browser` are
    path, graphics and renderer as the command line has them.
    """

    release: Path | None
    run: Path
    cache_dir: Path
    images: tuple[Path, ...]
    browser: tuple[str | None, Any, str | None]
    allow_weak: bool
    allow_waivers: bool


def add_options(parser: pytest.Parser) -> None:
    """Add the options, named as those of `xport release`."""
    group = parser.getgroup("xport", "xport: a release of models to the browser, as tests")
    group.addoption(
        "--xport-release",
        type=Path,
        metavar="FILE",
        help="release what this file names, and collect a test for each model, leg and output",
    )
    group.addoption(
        "--xport-run",
        type=Path,
        metavar="RUN",
        help="the same tests of a run that was made before; nothing is run again",
    )
    group.addoption(
        "--xport-out",
        type=Path,
        metavar="FOLDER",
        help=f"folder of the run of --xport-release (default: {OUT.as_posix()})",
    )
    group.addoption(
        "--xport-cache-dir",
        type=Path,
        default=CACHE_DIR,
        metavar="FOLDER",
        help=f"where converted artifacts are kept (default: {CACHE_DIR.as_posix()})",
    )
    group.addoption(
        "--xport-images",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="also use every image in this folder as a probe; may be repeated",
    )
    group.addoption("--xport-browser", metavar="PATH", help="Chromium or Chrome to use")
    group.addoption(
        "--xport-graphics", choices=GRAPHICS, default="auto", help="who draws WebGL (default: auto)"
    )
    group.addoption(
        "--xport-require-renderer",
        metavar="REGEX",
        help="refuse any WebGL renderer whose name does not contain this",
    )
    group.addoption(
        "--xport-allow-weak",
        action="store_true",
        help="let WEAK_PASSED pass: a policy below the floor of every policy",
    )
    group.addoption(
        "--xport-allow-waivers",
        action="store_true",
        help="let PASSED_WITH_WAIVERS pass: what failed is waived by the policy",
    )


def wanted_of(config: pytest.Config) -> Wanted | None:
    """What the options ask for, None where that is nothing.

    Raises:
        UsageError: they contradict each other.
    """
    release, run, out = (config.getoption(f"xport_{name}") for name in ("release", "run", "out"))
    if release is None and run is None:
        return None
    if release is not None and run is not None:
        raise pytest.UsageError("--xport-release makes a run, --xport-run names one: give either")
    if run is not None and out is not None:
        raise pytest.UsageError("--xport-out is what --xport-release makes: leave it out")
    here = Path(config.invocation_params.dir)
    return Wanted(
        release=None if release is None else here / release,
        run=here / (run or out or OUT),
        cache_dir=here / config.getoption("xport_cache_dir"),
        images=tuple(here / folder for folder in config.getoption("xport_images")),
        browser=(
            config.getoption("xport_browser"),
            config.getoption("xport_graphics"),
            config.getoption("xport_require_renderer"),
        ),
        allow_weak=config.getoption("xport_allow_weak"),
        allow_waivers=config.getoption("xport_allow_waivers"),
    )
