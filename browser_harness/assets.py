"""The built page: which files it has and where they are."""

from __future__ import annotations

import json
from collections.abc import Set
from pathlib import Path

from xport.errors import UnavailableError

PAGE_FOLDER = Path(__file__).parent / "web" / "dist"
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
    "engine.js",
    "tfjs-backend-wasm.wasm",
    "tfjs-backend-wasm-simd.wasm",
    "tfjs-backend-wasm-threaded-simd.wasm",
    *PICTURE_FILES,
)
ENGINE, LEAN_ENGINE = "engine.js", "lean/engine.js"
LEAN_OPERATORS = "lean/operators.json"
APP_LISTING = "app-files.json"
"""What the deployed page consists of, as its build lists it: a JSON array of names."""

BENCH_FILES = ("bench.html", "bench.js", *PAGE_FILES[2:])
ONNX_RUNTIME_FOLDER = Path(__file__).parent / "web" / "node_modules" / "onnxruntime-web" / "dist"
ONNX_RUNTIME_FILES = (
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
)


def page_files(folder: Path = PAGE_FOLDER, *, lean: bool = False) -> dict[str, Path]:
    """The files of the page that CI drives, by name.

    Args:
        lean: take the engine that has some operators' kernels only; see `lean_covers`.

    Raises:
        UnavailableError: the page has not been built.
    """
    return _existing(folder, PAGE_FILES) | (_existing_lean(folder) if lean else {})


def app_files(folder: Path = PAGE_FOLDER, *, lean: bool = False) -> dict[str, Path]:
    """The files of the page that is deployed, by name; all else as in `page_files`."""
    listing = _existing(folder, (APP_LISTING,))[APP_LISTING]
    files = _existing(folder, tuple(json.loads(listing.read_text(encoding="utf-8"))))
    return files | (_existing_lean(folder) if lean else {})


def lean_covers(operators: Set[str], folder: Path = PAGE_FOLDER) -> bool:
    """Whether the lean engine has kernels for these operators of TF.js graphs.

    Raises:
        UnavailableError: the page has not been built.
    """
    listing = _existing(folder, (LEAN_OPERATORS,))[LEAN_OPERATORS]
    return operators <= set(json.loads(listing.read_text(encoding="utf-8")))


def bench_files(folder: Path = PAGE_FOLDER) -> dict[str, Path]:
    """The files of the page that `xport bench` drives, by name; errors as in `page_files`."""
    return _existing(folder, BENCH_FILES)


def onnx_runtime_files(folder: Path = ONNX_RUNTIME_FOLDER) -> dict[str, Path]:
    """onnxruntime-web's files, by name: for measuring only, and no part of the built page.

    Raises:
        UnavailableError: the npm packages are not installed.
    """
    return _existing(folder, ONNX_RUNTIME_FILES)


def _existing_lean(folder: Path) -> dict[str, Path]:
    return {ENGINE: _existing(folder, (LEAN_ENGINE,))[LEAN_ENGINE]}


def _existing(folder: Path, names: tuple[str, ...]) -> dict[str, Path]:
    for name in names:
        if not (folder / name).is_file():
            raise UnavailableError(
                f"the built page lacks {name}",
                where=str(folder),
                remedy="run `npm ci && npm run build` in browser_harness/web",
            )
    return {name: folder / name for name in names}
