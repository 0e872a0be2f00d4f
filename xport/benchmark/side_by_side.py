"""Measuring models side by side in a browser: `xport bench`."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xport.benchmark.document import (
    BackendResult,
    BenchResult,
    Engine,
    Measured,
    backend_result,
)
from xport.benchmark.models import NamedModel, inputs_for, read_models
from xport.common import progress
from xport.common.version import __version__
from xport.errors import InputError
from xport.recording.browser import BrowserOptions

if TYPE_CHECKING:
    from browser_harness.drive.models import ModelSource
    from browser_harness.launch.settings import BrowserSettings
    from browser_harness.measure.bench import BenchSession, Contestant, ContestReply

LOGITS = "logits"
ROUNDS, COLD_ROUNDS, PROFILED_ROUNDS = 20, 5, 5
WASM_THREADS = 1
TIMEOUT_S = 600.0
_ENGINES: dict[str, Engine] = {
    "forward": "tfjs",
    "gradient": "tfjs, tf.grad",
    "onnx": "onnxruntime-web",
}


@dataclass(frozen=True)
class BenchOptions:
    """How to measure.

    Attributes:
        backends: `webgl`, `wasm`, `cpu`; one page session each.
        rounds: how often each contestant runs after its first run; at least 2.
        outputs: the outputs to compute; none for all.
        gradient: time each TF.js model's `tf.grad` of its first logit beside it.
        stock_kernels: time each TF.js model on TF.js's own kernels beside it.
        cold: a fresh browser with an empty shader cache for each contestant, `cold_starts` times.
        seed: of inputs, made-up weights and bootstrap.
        wasm_threads: for TF.js on wasm, asserted; onnxruntime-web has one.
        browser: which browser, and who draws its WebGL.
    """

    backends: tuple[str, ...] = ("webgl", "wasm")
    rounds: int = ROUNDS
    outputs: tuple[str, ...] = ()
    gradient: bool = False
    stock_kernels: bool = False
    cold: bool = False
    cold_starts: int = 1
    seed: int = 0
    wasm_threads: int = WASM_THREADS
    browser: BrowserOptions = field(default_factory=BrowserOptions)

    def __post_init__(self) -> None:
        """Check rounds and seed, and that WebGL is there to start cold.

        Raises:
            InputError: there are too few rounds, the seed is negative, or a cold start is wanted of
                something else than WebGL.
        """
        if self.seed < 0:
            raise InputError(f"{self.seed} is negative", "--seed", "take 0 or a larger one")
        if self.rounds < 2:
            raise InputError("a median needs 2 rounds or more", "--rounds")
        if self.cold and set(self.backends) != {"webgl"}:
            raise InputError(
                "only WebGL has a shader cache", "--cold", "add --backend webgl, and no other"
            )


def bench(named: Sequence[str], options: BenchOptions) -> BenchResult:
    """Measure the models side by side, and the first one's ratio to each.

    Raises:
        InputError: a model or option is wrong; it is named.
        UnavailableError: there is no browser, or onnxruntime-web is not installed.
        RunnerError: the browser could not run a contestant; there is no partial result.
    """
    with tempfile.TemporaryDirectory(prefix="xport-bench-") as scratch:
        models = read_models(named, Path(scratch), options.seed)
        for note in (note for model in models for note in model.notes):
            progress.say(note)
        contestants = [one for model in models for one in contestants_of(model, options)]
        backends = [measure(contestants, backend, options) for backend in options.backends]
        return result_of(models, options, backends=tuple(backends))


def contestants_of(model: NamedModel, options: BenchOptions) -> Iterator[Contestant]:
    """What one named model enters with: itself, and its variants as the options want them."""
    forward = forward_of(model, options)
    yield forward
    if model.is_onnx:
        return
    if options.stock_kernels:
        yield replace(forward, id=f"{model.name}.stock", stock_kernels=True)
    if options.gradient:
        if LOGITS not in {spec.name for spec in model.signature.outputs}:
            raise InputError(
                f"has no output {LOGITS!r} to differentiate", model.given or str(model.path)
            )
        yield replace(forward, id=f"{model.name}.grad", differentiate=LOGITS, outputs=None)


def forward_of(model: NamedModel, options: BenchOptions) -> Contestant:
    """A named model run forward.

    Raises:
        InputError: it lacks one of the outputs asked for.
    """
    from browser_harness.measure.bench import Contestant

    absent = set(options.outputs) - {spec.name for spec in model.signature.outputs}
    if absent:
        raise InputError(
            f"has no output {', '.join(sorted(absent))}", model.given or str(model.path)
        )
    source = model.path if model.is_onnx else source_of(model)
    inputs = inputs_for(model.signature, options.seed)
    return Contestant(model.name, source, model.signature, inputs, options.outputs or None)


def source_of(model: NamedModel) -> ModelSource:
    """The files of a TF.js model, and no other that lies beside them."""
    from browser_harness.drive.models import ModelSource
    from browser_harness.drive.wire import FileDigest

    files = {
        name: FileDigest(sha256=digest, bytes=(model.path / name).stat().st_size)
        for name, digest in model.files().items()
    }
    return ModelSource(model.name, model.path, model.signature, files)


def measure(
    contestants: Sequence[Contestant], backend: str, options: BenchOptions
) -> BackendResult:
    """All contestants on one backend; errors as in `bench`."""
    if options.cold:
        return _cold(contestants, backend, options)
    with (
        tempfile.TemporaryDirectory(prefix="xport-shaders-") as shaders,
        session_of(contestants, settings_for(backend, options, Path(shaders))) as session,
        progress.step(f"bench {backend}", options.rounds + 1),
    ):
        starts = {one.id: _start(session, one) for one in contestants}
        progress.advance("first runs")
        seconds: dict[str, list[float]] = {one.id: [] for one in contestants}
        complaints = {name: set(start.complaints) for name, start in starts.items()}
        for _ in range(options.rounds):
            for one in contestants:
                reply = session.contest(one)
                seconds[one.id].append(reply.seconds)
                complaints[one.id].update(complaints_about(reply))
            progress.advance()
        measured = [
            starts[name].model_copy(
                update={
                    "seconds": tuple(times),
                    "complaints": tuple(sorted(complaints[name])),
                }
            )
            for name, times in seconds.items()
        ]
        about = about_session(session)
    return backend_result(
        measured, options.seed, {**about, "peak_mib": session.session.peak_mib, "cold": False}
    )


def _cold(contestants: Sequence[Contestant], backend: str, options: BenchOptions) -> BackendResult:
    """Each contestant in a fresh browser with an empty shader cache, in turn, then steady."""
    found: dict[str, list[Measured]] = {one.id: [] for one in contestants}
    about: dict[str, object] = {}
    with progress.step(f"bench {backend}, cold", len(contestants) * options.cold_starts):
        for _ in range(options.cold_starts):
            for one in contestants:
                with session_of([one], settings_for(backend, options, None)) as session:
                    start = _start(session, one)
                    replies = [session.contest(one) for _ in range(options.rounds)]
                    about = about_session(session)
                complaints = {*start.complaints, *(c for r in replies for c in complaints_about(r))}
                update = {
                    "seconds": tuple(reply.seconds for reply in replies),
                    "peak_mib": session.session.peak_mib,
                    "complaints": tuple(sorted(complaints)),
                }
                found[one.id].append(start.model_copy(update=update))
                progress.advance(f"{one.id} {start.start:.1f} s")
    measured = [_together(starts) for starts in found.values()]
    peak = max(one.peak_mib or 0.0 for one in measured)
    return backend_result(measured, options.seed, {**about, "peak_mib": peak, "cold": True})


def _together(starts: Sequence[Measured]) -> Measured:
    """Several cold starts of one contestant as one."""
    return starts[-1].model_copy(
        update={
            "starts": tuple(one.start for one in starts),
            "seconds": tuple(seconds for one in starts for seconds in one.seconds),
            "peak_mib": max(one.peak_mib or 0.0 for one in starts),
            "complaints": tuple(sorted({c for one in starts for c in one.complaints})),
        }
    )


def _start(session: BenchSession, one: Contestant) -> Measured:
    """Warm the contestant up, unless it is to run as TF.js does by itself, and run it once."""
    warm = None if one.stock_kernels else session.prepare(one)
    reply = session.contest(one)
    warm_up = warm.seconds if warm else 0.0
    return Measured(
        name=one.id,
        engine=_ENGINES[one.kind],
        stock_kernels=one.stock_kernels,
        load=session.load_seconds(one),
        warm_up=warm_up,
        longest_block=warm.longest_block if warm else reply.seconds,
        programs=warm.programs if warm else None,
        first=reply.seconds,
        starts=(warm_up + reply.seconds,),
        seconds=(),
        peak_mib=None,
        complaints=tuple(sorted(complaints_about(reply))),
    )


def complaints_about(reply: ContestReply) -> Iterator[str]:
    """What is wrong with the outputs of one run; such a run's time says nothing."""
    if not reply.outputs:
        yield "gave no output"
    for output in reply.outputs:
        if output.not_finite:
            yield f"output {output.name} holds NaN or infinity"
        elif output.constant:
            yield f"output {output.name} is one and the same value everywhere"


def session_of(contestants: Sequence[Contestant], settings: BrowserSettings) -> BenchSession:
    """One page for all contestants."""
    from browser_harness.measure.bench import BenchSession

    return BenchSession(tuple(contestants), settings)


def settings_for(backend: str, options: BenchOptions, shader_cache: Path | None) -> BrowserSettings:
    """The browser for one backend; without a shader cache the start is a cold one."""
    from browser_harness.launch.browsers import Graphics
    from browser_harness.launch.settings import BrowserSettings

    return BrowserSettings(
        backend=backend,
        threads=options.wasm_threads if backend == "wasm" else None,
        graphics=Graphics(options.browser.graphics),
        browser=options.browser.browser,
        shader_cache=shader_cache,
        timeout_s=TIMEOUT_S,
        require_renderer=options.browser.require_renderer,
        bench=True,
    )


def about_session(session: BenchSession) -> dict[str, object]:
    """Where contestants ran."""
    found = session.session.environment()
    return {
        "backend": found.backend,
        "renderer": found.renderer,
        "browser": f"{found.browser} {found.version}",
        "wasm_threads": found.wasm_threads,
    }


def result_of(models: Sequence[NamedModel], options: BenchOptions, **found: object) -> BenchResult:
    """The result with what it was measured on."""
    return BenchResult.model_validate(
        {
            "xport": __version__,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "seed": options.seed,
            "rounds": options.rounds,
            "machine": platform.platform(),
            "processors": os.cpu_count() or 0,
            "files": {model.name: model.files() for model in models},
            "notes": tuple(note for model in models for note in model.notes),
            **found,
        }
    )
