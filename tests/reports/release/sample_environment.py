"""Environments of the sample release's legs."""

from __future__ import annotations

from tests.reports.release.sample_plan import sha
from xport.exchange.recording import Environment, WebEnvironment
from xport.plan.plan import Leg, PlannedModel


def environment(model: PlannedModel, leg: Leg, *, half: bool = False) -> Environment:
    """Where a leg of the sample ran."""
    web = None
    if leg.backend is not None:
        webgl = leg.backend == "webgl"
        web = WebEnvironment(
            browser="Chromium",
            version="140.0.7339.16",
            user_agent="Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0",
            launch_flags=("--headless=new", "--use-angle=swiftshader"),
            requested_backend=leg.backend,
            backend=leg.backend,
            tfjs="4.22.0",
            renderer="ANGLE (SwiftShader driver)" if webgl else None,
            vendor="Google Inc." if webgl else None,
            webgl=2 if webgl else None,
            max_texture_size=8192 if webgl else None,
            render_float32=True if webgl else None,
            mantissa_bits=10 if half else 23,
            wasm_simd=None if webgl else True,
            wasm_threads=None if webgl else 1,
            requested_threads=None if webgl else 1,
            hardware_concurrency=8,
            cross_origin_isolated=True,
            files={"engine.js": sha("engine"), "index.html": sha("page")},
            graphics="swiftshader" if webgl else None,
            model_files={
                f"{model.id}/{name}": digest
                for name, digest in model.artifacts[leg.artifact].files.items()
            },
        )
    return Environment(
        runner="TfjsRunner" if web else f"{leg.artifact}-runner",
        platform="Linux-6.1-x86_64",
        tools={"playwright": "1.55.0"} if web else {str(leg.artifact): "2.9.1"},
        threads=None if web else 8,
        web=web,
    )
