"""Finds a Chromium and decides how to launch it, so that WebGL is what was asked for."""

from __future__ import annotations

import ctypes.util
import os
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xport.errors import InputError, RunnerError, UnavailableError

BROWSER_VARIABLE = "XPORT_BROWSER"
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = (
    "run `playwright install chromium`, or "
    "`apt-get install chromium libegl1 libgles2 libgl1-mesa-dri`; "
    f"or name one in {BROWSER_VARIABLE}"
)
NO_SANDBOX_VARIABLE = "XPORT_NO_SANDBOX"
ALLOW_SANDBOX = (
    "this system does not let Chromium use its sandbox: allow unprivileged user namespaces, or set "
    f"{NO_SANDBOX_VARIABLE}=1 to do without (the browser opens only this project's own page)"
)
MESA_VENDOR_FILE = Path("/usr/share/glvnd/egl_vendor.d/50_mesa.json")

ALWAYS = (
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
EGL = ("--use-gl=angle", "--use-angle=gl-egl", "--ignore-gpu-blocklist")
SWIFTSHADER = (
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)
# Playwright passes this by itself; left in, a missing GPU would turn into SwiftShader silently.
NOT_BY_DEFAULT = "--enable-unsafe-swiftshader"


class Graphics(StrEnum):
    """Who draws WebGL. AUTO: a GPU if there is one, else llvmpipe, SwiftShader without Mesa."""

    AUTO = "auto"
    GPU = "gpu"
    LLVMPIPE = "llvmpipe"
    SWIFTSHADER = "swiftshader"


@dataclass(frozen=True)
class Launch:
    """How to start the browser: flags, extra environment variables, and who may draw WebGL."""

    accepts: frozenset[Graphics]
    flags: tuple[str, ...]
    variables: dict[str, str]


def find_browser(explicit: str | None, playwrights_own: Path) -> Path:
    """The browser to use: `explicit`, XPORT_BROWSER, Playwright's own, or one on PATH.

    Args:
        explicit: a path or command name, or None.
        playwrights_own: where Playwright would have installed its Chromium.

    Raises:
        UnavailableError: there is none, or the one named does not exist.
    """
    for named, by in (
        (explicit, "the caller"),
        (os.environ.get(BROWSER_VARIABLE), None),
    ):
        if named:
            found = shutil.which(named)
            if found is None:
                raise UnavailableError(
                    f"no such browser, named by {by or BROWSER_VARIABLE}",
                    where=named,
                    remedy=INSTALL,
                )
            return Path(found)
    if playwrights_own.is_file():
        return playwrights_own
    for name in ON_PATH:
        if found := shutil.which(name):
            return Path(found)
    raise UnavailableError("no Chromium found on this machine", remedy=INSTALL)


def installed_browser(explicit: str | None = None) -> Path:
    """`find_browser` with Playwright asked where its own Chromium would be.

    It is asked in a thread of its own: it refuses one in which an event loop runs.
    """
    from playwright.sync_api import sync_playwright

    def playwrights_own() -> Path:
        with sync_playwright() as playwright:
            return Path(playwright.chromium.executable_path)

    with ThreadPoolExecutor(1) as threads:
        return find_browser(explicit, threads.submit(playwrights_own).result())


def plan_launch(
    graphics: Graphics, *, shader_cache: Path, extra_flags: tuple[str, ...] = ()
) -> Launch:
    """Flags and variables for a graphics mode.

    Args:
        shader_cache: Mesa's shader cache; an empty folder makes a cold start.
        extra_flags: appended to the command line as they are.
    """
    resolved = _resolve(graphics)
    variables = {"MESA_SHADER_CACHE_DIR": str(shader_cache)}
    if resolved is Graphics.LLVMPIPE:
        variables["LIBGL_ALWAYS_SOFTWARE"] = "1"
        if MESA_VENDOR_FILE.is_file():
            variables["__EGL_VENDOR_LIBRARY_FILENAMES"] = str(MESA_VENDOR_FILE)
    if resolved is Graphics.SWIFTSHADER:
        flags: tuple[str, ...] = SWIFTSHADER
    elif sys.platform == "linux":
        flags = EGL
    else:
        flags = ("--ignore-gpu-blocklist",)
    accepts = {resolved}
    if graphics is Graphics.AUTO and resolved is Graphics.GPU:
        accepts.add(Graphics.LLVMPIPE)  # a render node is no promise of a driver
    sandbox = ("--no-sandbox",) if needs_no_sandbox() else ()
    return Launch(frozenset(accepts), (*ALWAYS, *sandbox, *flags, *extra_flags), variables)


def _resolve(graphics: Graphics) -> Graphics:
    """What AUTO means on this machine."""
    if graphics is not Graphics.AUTO:
        return graphics
    devices = [*Path("/dev/dri").glob("renderD*"), *Path("/dev").glob("nvidia[0-9]")]
    if sys.platform != "linux" or devices:
        return Graphics.GPU
    return Graphics.LLVMPIPE if ctypes.util.find_library("EGL") else Graphics.SWIFTSHADER


def needs_no_sandbox() -> bool:
    """Whether to run without Chromium's sandbox: as root, who cannot have it, or when told to."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return root or os.environ.get(NO_SANDBOX_VARIABLE) == "1"


def graphics_of(renderer: str) -> Graphics:
    """Which graphics a WebGL renderer string stands for."""
    if "llvmpipe" in renderer.lower():
        return Graphics.LLVMPIPE
    if "swiftshader" in renderer.lower():
        return Graphics.SWIFTSHADER
    return Graphics.GPU


def require_renderer(
    renderer: str | None, *, accepts: frozenset[Graphics], pattern: str | None
) -> Graphics:
    """Check that WebGL is drawn by what was asked for, and say what that is.

    Args:
        renderer: the unmasked WebGL renderer string.
        accepts: the modes that will do.
        pattern: a regular expression the renderer must contain, any case, or None.

    Raises:
        RunnerError: the renderer is unknown, of another kind, or does not match.
        InputError: the pattern is no regular expression.
    """
    if not renderer:
        raise RunnerError(
            "the browser does not say which renderer draws WebGL",
            remedy="use a browser that offers WEBGL_debug_renderer_info",
        )
    found = graphics_of(renderer)
    if found not in accepts:
        wanted = " or ".join(sorted(mode.value for mode in accepts))
        raise RunnerError(
            f"WebGL is drawn by {renderer!r}, and {wanted} was asked for",
            remedy="choose another graphics mode, or install its driver (libegl1 libgl1-mesa-dri)",
        )
    try:
        matches = pattern is None or re.search(pattern, renderer, re.IGNORECASE) is not None
    except re.error as error:
        raise InputError(
            f"not a regular expression: {error}", where=f"required renderer {pattern!r}"
        ) from error
    if not matches:
        raise RunnerError(
            f"WebGL is drawn by {renderer!r}, which does not match the required {pattern!r}",
            remedy="run on the machine that has that renderer, or require another",
        )
    return found
