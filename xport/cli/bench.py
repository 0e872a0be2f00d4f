"""From the options of `xport bench`, `xport profile` and `xport targets` to a measurement."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from xport.benchmark import own, profile, side_by_side
from xport.benchmark.document import BenchResult
from xport.benchmark.side_by_side import BenchOptions
from xport.recording.browser import BrowserOptions


def _bench(options: argparse.Namespace, browser: BrowserOptions) -> BenchResult:
    usual = side_by_side.COLD_ROUNDS if options.cold else side_by_side.ROUNDS
    chosen = BenchOptions(
        backends=tuple(options.backend or (("webgl",) if options.cold else ("webgl", "wasm"))),
        rounds=usual if options.rounds is None else options.rounds,
        outputs=tuple(options.outputs),
        gradient=options.gradient,
        stock_kernels=options.stock_kernels,
        cold=options.cold,
        seed=options.seed,
        browser=browser,
    )
    return side_by_side.bench(options.models, chosen)


def _profile(options: argparse.Namespace, browser: BrowserOptions) -> BenchResult:
    chosen = BenchOptions(
        backends=tuple(options.backend or ("webgl", "wasm")),
        rounds=side_by_side.PROFILED_ROUNDS if options.rounds is None else options.rounds,
        outputs=tuple(options.outputs),
        stock_kernels=options.stock_kernels,
        seed=options.seed,
        browser=browser,
    )
    return profile.profile(options.models, chosen)


def _targets(options: argparse.Namespace, browser: BrowserOptions) -> BenchResult:
    chosen = BenchOptions(
        rounds=side_by_side.ROUNDS if options.rounds is None else options.rounds,
        seed=options.seed,
        browser=browser,
    )
    return own.measure_targets(options.file, options.store, chosen)


MEASUREMENTS: dict[str, Callable[[argparse.Namespace, BrowserOptions], BenchResult]] = {
    "bench": _bench,
    "profile": _profile,
    "targets": _targets,
}
"""What each command measures.

They raise InputError where a model, a release or an option is wrong, and UnavailableError where
there is no browser.
"""
