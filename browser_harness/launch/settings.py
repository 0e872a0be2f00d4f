"""How to run models in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from browser_harness.launch.browsers import Graphics
from browser_harness.serve.assets import PAGE_FOLDER


@dataclass(frozen=True)
class BrowserSettings:
    """How to run models in a browser.

    Attributes:
        backend: `webgl`, `wasm` or `cpu`; anything else that TF.js might start is an error.
        threads: wasm threads, asserted; None leaves the choice to TF.js.
        graphics: who draws WebGL.
        browser: path or name of a browser; None searches.
        shader_cache: folder for Mesa's shaders; None makes a fresh one, hence a cold start.
        timeout_s: the longest that any one step may take.
        require_renderer: regular expression that the WebGL renderer must contain.
        extra_flags: more browser flags.
        tfjs_flags: TF.js environment flags, set before the backend starts.
        hardware_concurrency: logical processors that the page is told of; None for the truth.
        allow_reduced_precision: accept less than float32, to simulate a phone.
        stock_kernels: run TF.js's own kernels even where the engine has faster ones, to compare.
        bench: open the page that measures, with onnxruntime-web beside it.
        operators: of the models' graphs; kernels that they do not need are not served. None serves
            all, as the page that measures does.
        page_folder: the built page.
    """

    backend: str = "webgl"
    threads: int | None = None
    graphics: Graphics = Graphics.AUTO
    browser: str | None = None
    shader_cache: Path | None = None
    timeout_s: float = 300.0
    require_renderer: str | None = None
    extra_flags: tuple[str, ...] = ()
    tfjs_flags: tuple[tuple[str, bool | int], ...] = ()
    hardware_concurrency: int | None = None
    allow_reduced_precision: bool = False
    stock_kernels: bool = False
    bench: bool = False
    operators: frozenset[str] | None = None
    page_folder: Path = PAGE_FOLDER
