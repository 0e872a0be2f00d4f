"""A benchmark's result, made up."""

from __future__ import annotations

import numpy as np

from xport.benchmark import (
    BenchResult,
    KernelRow,
    Measured,
    ProfileResult,
    Target,
    backend_result,
)
from xport.gradient_agreement import agreement
from xport.targets import judged


def measured(name: str, seconds: float, *complaints: str) -> Measured:
    """Four rounds of the same length; a first run of three times it."""
    return Measured(
        name=name,
        engine="tfjs",
        stock_kernels=False,
        load=0.5,
        warm_up=0.0,
        longest_block=0.0,
        programs=None,
        first=3 * seconds,
        starts=(3 * seconds,),
        seconds=(seconds,) * 4,
        peak_mib=None,
        complaints=complaints,
    )


def result(*contestants: Measured) -> BenchResult:
    """One backend, one profile and one target that is missed."""
    about = {
        "backend": "wasm",
        "cold": False,
        "renderer": None,
        "browser": "chromium 1",
        "wasm_threads": 1,
        "peak_mib": 100.0,
    }
    kernels = tuple(KernelRow(kernel=f"K{i}", calls=1, milliseconds=20.0 - i) for i in range(15))
    profile = ProfileResult(
        name="one", backend="cpu", method="kernels are synchronous", runs=5,
        total_milliseconds=200, kernels=kernels,
    )  # fmt: skip
    target = Target(name="speed", unit="times", bound=0.5, sense="at most", because="<quick>")
    return BenchResult(
        xport="0.1.0",
        made="2026-01-01T00:00:00+00:00",
        seed=0,
        rounds=4,
        machine="test",
        processors=2,
        files={"one": {"model.json": "0" * 64}},
        notes=("RANDOM WEIGHTS: <folder>",),
        backends=(backend_result(contestants, 0, about),),
        profiles=(profile,),
        gradients=(agreement("one", "wasm", _gradients(1.0), _gradients(1.01)),),
        targets=(judged(target, 0.75),),
    )


def _gradients(factor: float) -> dict[str, np.ndarray]:
    return {"chest, <class>": factor * np.linspace(-1, 1, 12, dtype=np.float32)}
