"""From the options of `xport bench`, `xport profile` and `xport targets` to a measurement."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from xport.benchmark import own, profile, side_by_side
from xport.benchmark.document import BenchResult
from xport.benchmark.side_by_side import COLD_ROUNDS, PROFILED_ROUNDS, ROUNDS, BenchOptions
from xport.recording.browser import BrowserOptions


def _bench(options: argparse.Namespace, browser: BrowserOptions) -> BenchResult:
    chosen = _of_models(options, ("webgl",) if options.cold else ("webgl", "wasm"))
    chosen |= {"gradient": options.gradient, "cold": options.cold}
    rounds = COLD_ROUNDS if options.cold else ROUNDS
    return side_by_side.bench(options.models, _chosen(options, browser, rounds, **chosen))


def _profile(options: argparse.Namespace, browser: BrowserOptions) -> BenchResult:
    chosen = _of_models(options, ("webgl", "wasm"))
    return profile.profile(options.models, _chosen(options, browser, PROFILED_ROUNDS, **chosen))


def _targets(options: argparse.Namespace, browser: BrowserOptions) -> BenchResult:
    return own.measure_targets(options.file, options.cache_dir, _chosen(options, browser, ROUNDS))


def _of_models(options: argparse.Namespace, backends: tuple[str, ...]) -> dict[str, Any]:
    """What is chosen where models are named; `backends` where none is."""
    return {
        "backends": tuple(options.backend or backends),
        "outputs": tuple(options.outputs),
        "stock_kernels": options.stock_kernels,
    }


def _chosen(
    options: argparse.Namespace, browser: BrowserOptions, rounds: int, **more: Any
) -> BenchOptions:
    """What every measurement chooses, and more; `rounds` where none are."""
    rounds = rounds if options.rounds is None else options.rounds
    return BenchOptions(rounds=rounds, seed=options.seed, browser=browser, **more)


MEASUREMENTS: dict[str, Callable[[argparse.Namespace, BrowserOptions], BenchResult]] = {
    "bench": _bench,
    "profile": _profile,
    "targets": _targets,
}
"""What each command measures.

They raise InputError where a model, a release or an option is wrong, and UnavailableError where
there is no browser.
"""
