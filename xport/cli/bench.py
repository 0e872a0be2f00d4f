"""From the options of `xport bench` to a measurement."""

from __future__ import annotations

import argparse

from xport.benchmark import own, profile, side_by_side
from xport.benchmark.document import BenchResult
from xport.benchmark.side_by_side import BenchOptions
from xport.cli.arguments import DEFAULT_STORE
from xport.errors import InputError
from xport.recording.browser import BrowserOptions


def measure(options: argparse.Namespace, browser: BrowserOptions) -> BenchResult:
    """Time what the command line names.

    Raises:
        InputError: an option would do nothing, or a model is not one.
        UnavailableError: there is no browser.
    """
    _refuse_ignored(options)
    chosen = _chosen(options, browser)
    if options.targets is not None:
        store = options.store or DEFAULT_STORE
        return own.measure_targets(options.targets, store, chosen)
    if not options.models:
        raise InputError("nothing to time", "MODEL", "name a model's folder or an ONNX file")
    timed = profile.profile if options.profile else side_by_side.bench
    return timed(options.models, chosen)


def _refuse_ignored(options: argparse.Namespace) -> None:
    """Refuse options that would do nothing.

    Raises:
        InputError: there is one; it is named.
    """
    if options.targets is None:
        if options.store is not None:
            raise InputError("only --targets converts anything", "--store", "leave it out")
        return
    if options.models:
        raise InputError("the targets are about the release's own models", options.models[0])
    for name in ("backend", "outputs", "gradient", "stock_kernels", "cold", "profile"):
        if getattr(options, name):
            flag = f"--{name.replace('_', '-')}"
            raise InputError("the targets fix what is run", flag, "leave it out")


def _chosen(options: argparse.Namespace, browser: BrowserOptions) -> BenchOptions:
    usual = (
        side_by_side.PROFILED_ROUNDS
        if options.profile
        else side_by_side.COLD_ROUNDS
        if options.cold
        else side_by_side.ROUNDS
    )
    return BenchOptions(
        backends=tuple(options.backend or (("webgl",) if options.cold else ("webgl", "wasm"))),
        rounds=usual if options.rounds is None else options.rounds,
        outputs=tuple(options.outputs),
        gradient=options.gradient,
        stock_kernels=options.stock_kernels,
        cold=options.cold,
        seed=options.seed,
        browser=browser,
    )
