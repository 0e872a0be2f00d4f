"""What this machine can run, and the command that brings what is missing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator

import psutil

from xport.common.callables import BUILT_FOR_TORCH, other_build
from xport.common.document import Document
from xport.common.tools import BASE, EXTRAS, missing_packages_named, remedy_for
from xport.errors import XportError
from xport.recording.browser import BrowserOptions
from xport.toolchains.known import TOOLCHAINS
from xport.toolchains.standing import standing_of

PACKAGES = {"base": BASE} | {name: EXTRAS[name] for name in ("torch", "browser", "imaging")}
OPTIONAL = {
    "dynamo exporter": EXTRAS["dynamo"],
    "paper": EXTRAS["paper"],
    "publish": EXTRAS["publish"],
    "sign": EXTRAS["sign"],
    "train": EXTRAS["train"],
}
"""What the default exporter and the commands of a release do not need."""
IMPORT_SECONDS = 120
NEEDED_GIB = 6.0
NEEDED_DISK_GIB = 2.0


class Diagnosis(Document):
    """One thing that was looked at: what was found, and the remedy if it is not good.

    What is `optional` need not be there: only a release that asks for it cannot be run.
    """

    name: str
    ok: bool
    found: str
    remedy: str = ""
    optional: bool = False


def examine(options: BrowserOptions) -> list[Diagnosis]:
    """Look at Python, packages, toolchains, memory, disk, the built page, and the browsers."""
    return [
        Diagnosis(name="python", ok=True, found=platform.python_version()),
        *_packages(),
        *built_for_torch(),
        *_toolchains(),
        *_room(),
        *_browser(options),
        _second_browser(),
    ]


def _packages() -> Iterator[Diagnosis]:
    for group, packages in (PACKAGES | OPTIONAL).items():
        versions, missing = [], []
        for package in packages:
            try:
                versions.append(f"{package} {importlib.metadata.version(package)}")
            except importlib.metadata.PackageNotFoundError:
                missing.append(package)
        yield Diagnosis(
            name=f"packages: {group}",
            ok=not missing,
            found=f"not available, lacks {', '.join(missing)}" if missing else ", ".join(versions),
            remedy=remedy_for(missing[0]) if missing else "",
            optional=group in OPTIONAL,
        )


def built_for_torch() -> Iterator[Diagnosis]:
    """Whether what was compiled for torch, and factories may import, fits the torch that is here.

    Each is imported in a process of its own, where it cannot disturb this one.
    """
    for package in BUILT_FOR_TORCH:
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
        program = [sys.executable, "-c", f"import {package}"]
        done = subprocess.run(program, capture_output=True, text=True, timeout=IMPORT_SECONDS)
        said = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        fits = done.returncode == 0
        yield Diagnosis(
            name=f"package: {package}",
            ok=fits,
            found=version if fits else f"{version} cannot be imported: {said}",
            remedy="" if fits else other_build(ImportError(said)),
            optional=True,
        )


def _toolchains() -> Iterator[Diagnosis]:
    """Each in its own interpreter; the direct route to TF.js needs none."""
    for toolchain in TOOLCHAINS.values():
        standing = standing_of(toolchain, closely=True)
        yield Diagnosis(
            name=f"toolchain: {toolchain.name}",
            ok=bool(standing.found),
            found=standing.line(),
            remedy=standing.remedy,
            optional=not standing.asked,
        )


def _room() -> Iterator[Diagnosis]:
    memory = psutil.virtual_memory().total / 2**30
    yield Diagnosis(
        name="memory",
        ok=memory >= NEEDED_GIB,
        found=f"{memory:.1f} GiB, {os.cpu_count()} cores",
        remedy="" if memory >= NEEDED_GIB else f"conversion needs about {NEEDED_GIB:.0f} GiB",
    )
    disk = shutil.disk_usage(".").free / 2**30
    yield Diagnosis(
        name="disk",
        ok=disk >= NEEDED_DISK_GIB,
        found=f"{disk:.1f} GiB free",
        remedy="" if disk >= NEEDED_DISK_GIB else f"free {NEEDED_DISK_GIB:.0f} GiB",
    )


def _second_browser() -> Diagnosis:
    """WebKitGTK, which tests alone want; it is not started."""
    from browser_harness.drive.webkit import INSTALL, missing_of_webkit

    absent = missing_of_webkit()
    return Diagnosis(
        name="second browser: WebKitGTK",
        ok=not absent,
        found=f"not available, lacks {', '.join(absent)}" if absent else "installed",
        remedy=INSTALL if absent else "",
        optional=True,
    )


def _browser(options: BrowserOptions) -> Iterator[Diagnosis]:
    from browser_harness.serve.assets import app_files, page_files

    try:
        found = f"{len(page_files() | app_files())} files"
        yield Diagnosis(name="built page", ok=True, found=found)
    except XportError as error:
        yield Diagnosis(name="built page", ok=False, found=error.what, remedy="run `make setup`")
        return
    from browser_harness.launch.browsers import Graphics
    from browser_harness.launch.settings import BrowserSettings

    try:
        with missing_packages_named():
            from browser_harness.measure.probe import probe_browser
    except XportError as error:
        yield Diagnosis(name="browser", ok=False, found=error.what, remedy=error.remedy)
        return
    settings = BrowserSettings(
        graphics=Graphics(options.graphics),
        browser=options.browser,
        require_renderer=options.require_renderer,
        timeout_s=60,
    )
    for backend, web in probe_browser(settings).items():
        if isinstance(web, str):
            yield Diagnosis(name=f"browser: {backend}", ok=False, found=web)
            continue
        drawn = f", {web.renderer}" if web.renderer else ""
        threads = f", {web.wasm_threads} threads" if web.wasm_threads else ""
        yield Diagnosis(
            name=f"browser: {backend}",
            ok=True,
            found=f"{web.browser} {web.version}, {web.mantissa_bits} mantissa bits{drawn}{threads}",
        )
