"""Environments of the sample release's legs."""

from __future__ import annotations

from tests.reports.release.sample_plan import sha
from xport.exchange.recording import Environment, WebEnvironment
from xport.exchange.witness import Witness, WitnessedModule
from xport.judgement.witness_checks import WASM_INTERFACES, WEBGL_INTERFACES
from xport.plan.plan import Leg, PlannedModel

BINARY = "tfjs-backend-wasm-simd.wasm"


def witness(*, webgl: bool, runs: int = 100) -> Witness:
    """What the witness saw of a leg of the sample, of more runs than it has probes."""
    module = WitnessedModule(sha256=sha(BINARY), simd=True, threads=False)
    return Witness(
        watched=(*WEBGL_INTERFACES, *WASM_INTERFACES),
        foreign=(),
        replaced=(),
        draws=100 * runs if webgl else 0,
        submits=0,
        programs=40 if webgl else 0,
        reads=runs if webgl else 0,
        pipelines=0,
        instantiations=0 if webgl else 1,
        modules=() if webgl else (module,),
        workers=0,
        runs=runs,
        idle=0 if webgl else runs,
    )


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
            files={
                "engine.js": sha("engine"),
                "index.html": sha("page"),
                "witness.js": sha("witness"),
                BINARY: sha(BINARY),
            },
            witness=witness(webgl=webgl),
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
