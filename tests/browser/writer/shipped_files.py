"""ONNX files that come in well-known packages.

`python -m tests.browser.writer.shipped_files FOLDER`, with the unpacked packages in FOLDER (`pip
download --no-deps`, then unzip): each file is converted as it is for three shapes, or three inputs
where it has one shape, run on wasm and held to ONNX Runtime. A line says whether it was converted,
whether it is right, by how much it is off, and how many seconds each took. Exit code 1 if one that
is there was not converted or is wrong.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from xport.common.arrays import Array
from xport.conversion.onnx_files import settled
from xport.conversion.stages.tfjs_from_onnx import write_tfjs
from xport.errors import XportError
from xport.formats.artifact import Signature

RIGHT = 1e-4
"""Of the largest number of an output."""
PACKAGES = "basic-pitch ddddocr magika nudenet rapidocr-onnxruntime silero-vad"
Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Shipped:
    """A file: where in its package, the shapes that it is tried with, and inputs made constants.

    `within` is what a quantised graph is off by, whose roundings depend on the last bit of a sum.
    """

    place: str
    shapes: tuple[Shapes, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    within: float = RIGHT


def _each(name: str, *shapes: tuple[int, ...]) -> tuple[Shapes, ...]:
    return tuple({name: shape} for shape in shapes)


def _speech(*sizes: tuple[int, int]) -> tuple[Shapes, ...]:
    return tuple({"input": (batch, n), "state": (2, batch, 128)} for batch, n in sizes)


_LINES = _each("input1", (1, 1, 64, 96), (1, 1, 64, 160), (1, 1, 64, 233))
_PICTURES = ((1, 3, 64, 64), (1, 3, 96, 64), (2, 3, 64, 96))
_ROWS = ((1, 3, 48, 96), (1, 3, 48, 160), (2, 3, 48, 96))
_BATCHES = ((1, 576), (2, 576), (3, 576))
_SPEECH = "silero_vad/data/silero_vad"
FILES = (
    Shipped("basic_pitch/saved_models/icassp_2022/nmp.onnx",
            _each("serving_default_input_2:0", *((n, 43844, 1) for n in (1, 2, 3)))),
    Shipped("ddddocr/common.onnx", _LINES),
    Shipped("ddddocr/common_old.onnx", _LINES, within=1e-2),
    Shipped("ddddocr/common_det.onnx", ({}, {}, {})),
    Shipped("magika/models/standard_v3_3/model.onnx",
            _each("bytes", *((n, 2048) for n in (1, 2, 3)))),
    Shipped("nudenet/320n.onnx", _each("images", *_PICTURES)),
    Shipped("rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx", _each("x", *_PICTURES)),
    Shipped("rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx", _each("x", *_ROWS)),
    Shipped("rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
            _each("x", (1, 3, 48, 192), (2, 3, 48, 192), (1, 3, 48, 96))),
    Shipped(f"{_SPEECH}.onnx", _speech((1, 576), (2, 576), (1, 512)), {"sr": 16000}),
    Shipped(f"{_SPEECH}_16k_op15.onnx", _speech(*_BATCHES)),
    Shipped(f"{_SPEECH}_16k_sequence.onnx", _each("input", (1, 576), (4, 576), (9, 576))),
    Shipped(f"{_SPEECH}_half.onnx", _speech(*_BATCHES)),
    Shipped(f"{_SPEECH}_op18_ifless.onnx", _speech(*_BATCHES)),
    Shipped(f"{_SPEECH}_openvino_16k.onnx", ({}, {}, {})),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """What became of a file."""

    name: str
    tried: int
    problem: str = ""
    error: float = 0.0
    converting: float = 0.0
    running: float = 0.0

    def __str__(self) -> str:
        said = self.problem or f"right, off by {self.error:.1e} of its range"
        times = f"converted in {self.converting:.1f} s, run in {self.running:.1f} s"
        return f"{self.name}: {self.tried} shapes, {said}; {times}"


def main() -> int:
    """Try every file that is in the folder."""
    there = found(Path(sys.argv[1]))
    bad = 0
    for line in tried(there):
        bad += bool(line.problem)
        print(line, flush=True)
    print(f"{len(there) - bad} of {len(there)} right; not there: {len(FILES) - len(there)}")
    return int(bool(bad))


def found(folder: Path) -> dict[Path, Shipped]:
    """The files that are somewhere in a folder."""
    paths = sorted(folder.rglob("*.onnx"))
    return {
        path: one for one in FILES for path in paths if path.as_posix().endswith(f"/{one.place}")
    }


def tried(files: Mapping[Path, Shipped]) -> Iterator[Line]:
    """Convert each file for each of its shapes, run it in a browser and compare."""
    settings = BrowserSettings(backend="wasm", threads=1, timeout_s=120.0)
    with BrowserSession([], settings) as browser:
        for path, shipped in files.items():
            yield _tried(browser, path, shipped)


def _tried(browser: BrowserSession, path: Path, shipped: Shipped) -> Line:
    worst, converting, running = 0.0, 0.0, 0.0
    rng = np.random.default_rng(0)
    for number, shapes in enumerate(shipped.shapes):
        with tempfile.TemporaryDirectory() as name:
            folder, start = Path(name), time.monotonic()
            try:
                signature = settled(path, shapes, folder / "model.onnx", shipped.values)
                (folder / "tfjs").mkdir()
                write_tfjs(folder / "model.onnx", folder / "tfjs")
            except XportError as error:
                return Line(shipped.place, number + 1, f"not converted: {error}")
            converting += time.monotonic() - start
            inputs = _inputs(signature, rng)
            expected = _said(folder / "model.onnx", inputs)
            start = time.monotonic()
            browser.reopen([ModelSource("model", folder / "tfjs", signature)])
            outputs = browser.run("model", inputs).outputs
            running += time.monotonic() - start
            worst = max(worst, *(_off(outputs[one], value) for one, value in expected.items()))
    problem = "" if worst <= shipped.within else f"WRONG: off by {worst:.1e} of its range"
    return Line(shipped.place, len(shipped.shapes), problem, worst, converting, running)


def _inputs(signature: Signature, rng: np.random.Generator) -> dict[str, Array]:
    """Noise; bytes where integers are wanted, and a sampling rate that speech models know."""
    made: dict[str, Array] = {}
    for spec in signature.inputs:
        if spec.dtype == "int32":
            rate = spec.name == "sr"
            whole = np.full(spec.shape, 16000) if rate else rng.integers(0, 257, spec.shape)
            made[spec.name] = whole.astype(np.int32)
        else:
            made[spec.name] = rng.uniform(-1, 1, spec.shape).astype(np.float32)
    return made


def _said(path: Path, inputs: dict[str, Array]) -> dict[str, Array]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


def _off(found: Array, expected: Array) -> float:
    """The largest difference by the largest number; infinite where shapes or NaN differ."""
    if found.shape != expected.shape or not np.isfinite(found).all():
        return float("inf")
    scale = max(float(np.abs(expected).max()), 1e-3)
    return float(np.abs(found - expected.astype(np.float64)).max()) / scale


if __name__ == "__main__":
    sys.exit(main())
