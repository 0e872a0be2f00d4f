"""The built page with another version of TF.js: its packages found, or fetched, and built once.

The pages are built from this checkout's own sources with `build.mjs`, in a folder of its own where
TF.js's packages alone are other ones. No script of a package is run: npm packs, and Vite reads.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from browser_harness.serve.assets import PAGE_FOLDER, WEB, engine_version
from reference.document import folder_made_whole
from xport.common import digests
from xport.common.document import write_whole
from xport.errors import InputError, UnavailableError

SCOPE = "@tensorflow"
PACKAGES = (
    *("tfjs-core", "tfjs-converter"),
    *("tfjs-backend-cpu", "tfjs-backend-webgl", "tfjs-backend-wasm"),
)
FOLDER_VARIABLE = "XPORT_ENGINES"
BUILD, RECORD, PAGE = "build.json", "engine.json", "page"
UNBUILT = re.compile(r"(\.test\.ts|README\.md)$")
NAMED = re.compile(r"tfjs@(\d+\.\d+\.\d+(?:-[\w.]+)?)")
TAKEN = (
    "name a version, such as tfjs@4.21.0, a folder with TF.js's unpacked packages, or a page that "
    "another checkout built, its browser_harness/web/dist"
)
TIMEOUT_S = 600.0
TOLD = 12


@dataclass(frozen=True)
class Engine:
    """A built page, its version of TF.js by its own account, and what that was made from.

    `packages` are the SHA-256 of each package's files, empty of a page that was built elsewhere.
    """

    asked: str
    page: Path
    version: str
    packages: dict[str, str]


def root() -> Path:
    """The folder of all pages: `$XPORT_ENGINES`, or `engines` in this user's cache."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("xport") / "engines"


def engine_named(asked: str) -> Engine:
    """The page with an engine as a person names it: built if need be, and kept.

    Args:
        asked: `tfjs@VERSION`, a folder that holds TF.js's five packages unpacked (or has them in
            `node_modules` or `@tensorflow`), or that of a built page.

    Raises:
        InputError: it is none of these, npm knows no such version, or versions are mixed.
        UnavailableError: a tool or the page's sources are missing, or the page cannot be built.
    """
    named = NAMED.fullmatch(asked)
    if named is not None:
        return _fetched(asked, named[1])
    folder = Path(asked)
    if (folder / "runner.html").is_file():
        return Engine(asked, folder, engine_version(folder), {})
    packages = _packages_in(folder)
    if packages is None:
        raise InputError("this is no engine", asked, TAKEN)
    return _built(asked, packages, _version_of(packages, asked))


def _packages_in(folder: Path) -> Path | None:
    """The folder in which TF.js's packages lie side by side, or None."""
    for place in (folder, folder / SCOPE, folder / "node_modules" / SCOPE):
        if (place / PACKAGES[0] / "package.json").is_file():
            return place
    return None


def _version_of(packages: Path, asked: str) -> str:
    """The one version of all packages.

    Raises:
        InputError: one is missing or cannot be read, or they are of several versions.
    """
    versions = {}
    for name in PACKAGES:
        try:
            about = json.loads((packages / name / "package.json").read_bytes())
            versions[name] = str(about["version"])
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise InputError(f"it lacks {SCOPE}/{name}", asked, TAKEN) from error
    if len({*versions.values()}) > 1:
        told = ", ".join(f"{name} {version}" for name, version in versions.items())
        raise InputError(f"its packages are of several versions: {told}", asked, TAKEN)
    return versions[PACKAGES[0]]


def _fetched(asked: str, version: str) -> Engine:
    """The engine of a version, fetched by npm where it is not there yet."""
    place = root() / f"tfjs-{version}-{_sources_digest()[:12]}"
    kept = _kept(asked, place, version)
    if kept is not None:
        return kept
    with tempfile.TemporaryDirectory(prefix="xport-engine-") as temporary:
        folder = Path(temporary)
        specs = [f"{SCOPE}/{name}@{version}" for name in PACKAGES]
        said = _run(["npm", "pack", "--json", "--ignore-scripts", *specs], folder, asked)
        packages = folder / SCOPE
        for name, tarball in zip(PACKAGES, _tarballs(said, folder, asked), strict=True):
            with tarfile.open(tarball) as archive:
                archive.extractall(folder / "unpacked", filter="data")
            packages.mkdir(exist_ok=True)
            (folder / "unpacked" / "package").rename(packages / name)
        found = _version_of(packages, asked)
        if found != version:
            raise UnavailableError(f"npm gave TF.js {found}", asked, "ask again")
        return _built(asked, packages, version, place)


def _tarballs(said: str, folder: Path, asked: str) -> Iterator[Path]:
    """What npm packed, each with the bytes that its own listing names.

    Raises:
        UnavailableError: the listing is none, or the bytes are others.
    """
    try:
        listed = {str(one["name"]): one for one in json.loads(said)}
        for name in PACKAGES:
            one = listed[f"{SCOPE}/{name}"]
            path, wanted = folder / str(one["filename"]), str(one["integrity"])
            found = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
            if wanted != f"sha512-{found}":
                raise UnavailableError(f"npm's {name} has other bytes than it says", asked, "again")
            yield path
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UnavailableError(
            "npm did not say what it packed", asked, "take a newer npm"
        ) from error


def _built(asked: str, packages: Path, version: str, place: Path | None = None) -> Engine:
    """The page with these packages, from the cache or built."""
    made_of = {
        f"{SCOPE}/{name}": digests.of_listing(digests.of_folder(packages / name))
        for name in PACKAGES
    }
    if place is None:
        key = digests.of_json([made_of, _sources_digest()])
        place = root() / f"folder-{version}-{key[:12]}"
        kept = _kept(asked, place, version)
        if kept is not None:
            return kept
    try:
        shutil.rmtree(place, ignore_errors=True)  # what is left of a damaged one
        with tempfile.TemporaryDirectory(prefix="xport-page-") as temporary:
            workshop = Path(temporary)
            _lay_out(workshop, packages)
            with folder_made_whole(place) as staging:
                _run(["node", "build.mjs", str(staging / PAGE)], workshop, asked)
                record = {"version": version, "packages": made_of}
                write_whole(staging / RECORD, json.dumps(record, indent=2).encode())
    except OSError as error:
        raise UnavailableError(
            f"the page cannot be kept ({error.strerror})",
            str(place),
            f"free disk space, or name another folder in {FOLDER_VARIABLE}",
        ) from error
    return _require(_kept(asked, place, version), asked)


def _require(engine: Engine | None, asked: str) -> Engine:
    if engine is None:
        raise UnavailableError("the page that was built is not whole", asked, "try again")
    return engine


def _kept(asked: str, place: Path, version: str) -> Engine | None:
    """A page that was built before and is whole, or None."""
    try:
        packages = json.loads((place / RECORD).read_bytes())["packages"]
        files = json.loads((place / PAGE / BUILD).read_bytes())["files"]
        whole = all(digests.of_file(place / PAGE / name) == files[name] for name in files)
        if not whole or engine_version(place / PAGE) != version:
            return None
    except (OSError, ValueError, LookupError, TypeError, UnavailableError):
        return None
    return Engine(asked, place / PAGE, version, dict(packages))


def _sources() -> dict[str, str]:
    """SHA-256 of the page's sources by path, of what the build of the page here lists as sources.

    Raises:
        UnavailableError: there is no built page, or its sources or the tools that build it are not
            here: an installed xport has the page alone.
    """
    lacking = next(
        (name for name in ("build.mjs", "node_modules/vite") if not (WEB / name).exists()), None
    )
    if lacking is not None:
        raise UnavailableError(
            f"the page's sources and tools are not here ({lacking}): an installed xport has the "
            "built page alone",
            str(WEB),
            "run `make setup` in a checkout and requalify there, or name the page that it built, "
            "its browser_harness/web/dist",
        )
    try:
        listed = json.loads((PAGE_FOLDER / BUILD).read_bytes())["sources"]
        tops = sorted({str(name).partition("/")[0] for name in listed})
        files = [file for top in tops for file in (WEB / top, *sorted((WEB / top).rglob("*")))]
        names = [file.relative_to(WEB).as_posix() for file in files if file.is_file()]
        return {name: digests.of_file(WEB / name) for name in names if not UNBUILT.search(name)}
    except (OSError, ValueError, LookupError, AttributeError) as error:
        raise UnavailableError(
            "the page is not built", str(PAGE_FOLDER), "run `make setup`"
        ) from error


def _sources_digest() -> str:
    return digests.of_json(_sources())


def _lay_out(workshop: Path, packages: Path) -> None:
    """The page's sources, and its packages with TF.js's in the place of those that are pinned."""
    for name in _sources():
        (workshop / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(WEB / name, workshop / name)
    modules = workshop / "node_modules"
    modules.mkdir()
    for installed in (WEB / "node_modules").iterdir():
        if installed.name != SCOPE:
            (modules / installed.name).symlink_to(installed.resolve())
    for name in PACKAGES:
        shutil.copytree(packages / name, modules / SCOPE / name)


def _run(command: list[str], folder: Path, asked: str) -> str:
    """What a tool printed.

    Raises:
        InputError: npm knows no such version.
        UnavailableError: it is not installed, does not end, or fails.
    """
    tool = command[0]
    if shutil.which(tool) is None:
        raise UnavailableError(
            f"{tool} is not installed", asked, "install Node.js 20.19 or newer, with npm"
        )
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UnavailableError(f"{tool} did not end well ({error})", asked, "try again") from error
    if done.returncode == 0:
        return done.stdout
    if re.search(r"\b(E404|ETARGET)\b", done.stderr):
        raise InputError("npm knows no such version of TF.js", asked, TAKEN)
    what = "the page cannot be built with it" if tool == "node" else "npm cannot fetch it"
    words = [line for line in done.stderr.splitlines() if line.strip()]
    raise UnavailableError(
        what, asked, "take another version, or check the network", "\n".join(words[-TOLD:])
    )
