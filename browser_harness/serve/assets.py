"""The built page: which files it has and where they are.

Twin: `kernels.mjs` and `engine/tfjs/registry.ts`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Set
from pathlib import Path

from xport.errors import UnavailableError

WEB = Path(__file__).parent.parent / "web"
PAGE_FOLDER = WEB / "dist"
PICTURE_FILES = (
    "picture.worker.js",
    "codec-jpeg.js",
    "codec-jpeg.wasm",
    "codec-jpeg-cmyk.wasm",
    "codec-jpeg-ls.js",
    "codec-jpeg-ls.wasm",
    "codec-jpeg-2000.js",
    "codec-jpeg-2000.wasm",
)
"""The worker that decodes pictures, and the codecs that it loads when a picture needs them."""

PAGE_FILES = (
    "runner.html",
    "runner.js",
    "witness.js",
    "engine.js",
    "engine.kernels.js",
    "engine.gradient.js",
    "tfjs-backend-wasm.wasm",
    "tfjs-backend-wasm-simd.wasm",
    "tfjs-backend-wasm-threaded-simd.wasm",
    *PICTURE_FILES,
)
OTHER_KERNELS = "engine.kernels.js"
"""What engine.js fetches when a model has an operator that is not among `OPERATORS`."""

ENGINE_LICENCES = "licenses/engine.md"
"""What is in engine.js, package by package, with versions and terms."""

OPERATORS = "engine-operators.json"
"""The operators of TF.js graphs that engine.js runs by itself, as the build lists them."""

APP_LISTING = "app-files.json"
"""What the deployed page consists of, as its build lists it: a JSON array of names."""

BENCH_FILES = ("bench.html", "bench.js", *PAGE_FILES[2:])
ONNX_RUNTIME_FILES = (
    "ort/ort.wasm.min.mjs",
    "ort/ort-wasm-simd-threaded.mjs",
    "ort/ort-wasm-simd-threaded.wasm",
)
"""onnxruntime-web, which only the page that `xport bench` drives loads."""


def page_files(folder: Path = PAGE_FOLDER, *, operators: Set[str] | None = None) -> dict[str, Path]:
    """The files of the page that CI drives, by name.

    Args:
        operators: of the TF.js graphs that run; kernels that they do not need are left out. None
            leaves out nothing.

    Raises:
        UnavailableError: the page has not been built.
    """
    return _needed(_existing(folder, PAGE_FILES), folder, operators)


def app_files(folder: Path = PAGE_FOLDER, *, operators: Set[str] | None = None) -> dict[str, Path]:
    """The files of the page that is deployed, by name; all else as in `page_files`."""
    return _needed(_existing(folder, _listed(folder, APP_LISTING)), folder, operators)


def engine_version(folder: Path = PAGE_FOLDER) -> str:
    """The version of TF.js in the built engine, as its build lists it among the licences.

    Raises:
        UnavailableError: the page has not been built, or its build does not say.
    """
    file = _existing(folder, (ENGINE_LICENCES,))[ENGINE_LICENCES]
    found = re.search(
        r"^## @tensorflow/tfjs-core - (\S+)", file.read_text(encoding="utf-8"), re.MULTILINE
    )
    if found is None:
        raise UnavailableError("names no version of TF.js", str(file), "build the page again")
    return found[1]


def bench_files(folder: Path = PAGE_FOLDER) -> dict[str, Path]:
    """The files of the page that `xport bench` drives, by name; errors as in `page_files`."""
    return _existing(folder, (*BENCH_FILES, *ONNX_RUNTIME_FILES))


def _needed(files: dict[str, Path], folder: Path, operators: Set[str] | None) -> dict[str, Path]:
    if operators is None or not operators <= set(_listed(folder, OPERATORS)):
        return files
    return {name: path for name, path in files.items() if name != OTHER_KERNELS}


def _listed(folder: Path, listing: str) -> tuple[str, ...]:
    file = _existing(folder, (listing,))[listing]
    return tuple(json.loads(file.read_text(encoding="utf-8")))


def _existing(folder: Path, names: tuple[str, ...]) -> dict[str, Path]:
    for name in names:
        if not (folder / name).is_file():
            raise UnavailableError(
                f"the built page lacks {name}",
                where=str(folder),
                remedy="run `make setup` in a checkout, or install xport-tfjs's wheel again",
            )
    return {name: folder / name for name in names}
