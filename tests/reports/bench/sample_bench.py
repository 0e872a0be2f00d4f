"""A benchmark's result, made up."""

from __future__ import annotations

import numpy as np

from xport.benchmark.document import (
    BenchResult,
    Interval,
    KernelRow,
    LargePicture,
    Measured,
    PictureResult,
    PictureRow,
    ProfileResult,
    Target,
    backend_result,
    draws_for,
)
from xport.benchmark.gradient_agreement import agreement
from xport.benchmark.targets import judged


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
    target = Target(name="speed", unit="times", bound=0.5, sense="at most", rationale="<quick>")
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
        pictures=pictures(0.03),
        targets=(judged(target, 0.75),),
    )


def pictures(
    exact: float, *complaints: str, block: float = 0.01, page_mib: float = 500.0
) -> PictureResult:
    """The exact path in so many seconds, the canvas in 20 ms; one large file."""
    of_canvas = (0.02,) * 4
    draws = draws_for(4, 0)

    def row(pipeline: str, seconds: float) -> PictureRow:
        times = (seconds,) * 4
        return PictureRow(
            picture="PNG, 8 bits",
            pipeline=pipeline,
            bytes=2**19,
            seconds=times,
            starts=(0.1, 0.3, 0.2) if pipeline == "exact" else (),
            blocks=(0.005, block),
            median=Interval.of_median(times, draws),
            ratio=Interval.of_ratio(times, of_canvas, draws),
            complaints=complaints if pipeline == "exact" else (),
        )

    large = LargePicture(
        name="JPEG-LS", bytes=2**25, seconds=1.0, page_mib=page_mib, complaints=complaints
    )
    rows = (row("exact", exact), row("canvas", 0.02))
    return PictureResult(browser="chromium 1", rows=rows, large=(large,))


def _gradients(factor: float) -> dict[str, np.ndarray]:
    return {"chest, <class>": factor * np.linspace(-1, 1, 12, dtype=np.float32)}
