"""What `xport bench`, `profile`, `targets` and `soak` accept; nothing heavy is imported."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

DEFAULT_TARGETS = Path("releases/full-width.toml")

Command = Callable[[Any, str, str], argparse.ArgumentParser]

BENCH_DESCRIPTION = """\
Time TF.js models and ONNX files (in onnxruntime-web, wasm, 1 thread) side by side.

All models share one page per backend and run in turn, round by round, so that whatever else the
machine does meets them alike: read the ratios. The first run is reported apart. Intervals are
95 % bootstrap intervals. A model whose shards are missing is run on random weights, and the
output says so. NaN and constant outputs are complaints, and the exit code is then 1.
"""

BENCH_EPILOG = """\
examples:
  xport bench build/demo/bundle#classifier model.onnx --backend wasm
  xport bench new=build/a old=build/b --rounds 40 --out build/compared
  xport bench new-model old-model --cold --backend webgl
  xport bench explained --outputs logits --backend wasm
"""

PROFILE_DESCRIPTION = """\
Time every kernel of TF.js models, in milliseconds, in warm forward runs.

Reported is the median over the rounds, the longest kernel first. A model whose outputs are NaN or
constant is refused: its times would say nothing.
"""

PROFILE_EPILOG = """\
examples:
  xport profile model --backend wasm --json
"""

TARGETS_DESCRIPTION = """\
Measure what the project promises of speed, memory and tf.grad, on a release file's classifier.

It is converted by both routes; what is run on which backend is fixed by the promises. A target
that is missed is exit code 1.
"""

TARGETS_EPILOG = """\
examples:
  xport targets --out build/bench
"""


SOAK_DESCRIPTION = """\
Push many images through one page of each TF.js model, and say what grew or changed.

Tensors and bytes in them must be the same after every image, the browser's memory must not grow,
and one image's outputs must be the same bits every time, the last time too. The page is the one
that verification drives, with the engine that ships. What is not so is exit code 1.
"""

SOAK_EPILOG = """\
examples:
  xport soak build/demo/bundle#classifier --images 500 --backend webgl
"""


def add_measuring(
    commands: Any, command: Command, cache_dir: Path
) -> tuple[argparse.ArgumentParser, ...]:
    """Add the commands that measure in a browser, and return their parsers.

    `cache_dir` is where converted artifacts usually are.
    """
    bench = command(commands, "bench", "time models side by side in a browser")
    _describe(bench, BENCH_DESCRIPTION, BENCH_EPILOG)
    _add_models(bench, " or ONNX file, NAME= before it to call it so; ratios refer to the first")
    bench.add_argument(
        "--gradient",
        action="store_true",
        help="also time tf.grad of the first logit of each TF.js model",
    )
    bench.add_argument(
        "--cold",
        action="store_true",
        help="a fresh browser with an empty shader cache for each model (WebGL)",
    )
    profile = command(commands, "profile", "time a model's kernels in a browser")
    _describe(profile, PROFILE_DESCRIPTION, PROFILE_EPILOG)
    _add_models(profile, ", NAME= before it to call it so")
    targets = command(commands, "targets", "measure the project's own promises of speed and memory")
    _describe(targets, TARGETS_DESCRIPTION, TARGETS_EPILOG)
    targets.add_argument(
        "file",
        nargs="?",
        type=Path,
        default=DEFAULT_TARGETS,
        help="release file in TOML that explains its classifier (default: %(default)s)",
    )
    targets.add_argument(
        "--cache-dir",
        type=Path,
        default=cache_dir,
        metavar="FOLDER",
        help="where converted artifacts are kept and found again (default: %(default)s)",
    )
    soak = command(commands, "soak", "push many images through one page, and see what grows")
    _describe(soak, SOAK_DESCRIPTION, SOAK_EPILOG)
    _add_models(soak, ", NAME= before it to call it so", measured=False)
    soak.add_argument(
        "--images", type=int, default=500, metavar="N", help="how many, 10 or more (default: 500)"
    )
    soak.add_argument("--seed", type=int, default=0, help="of the images (default: 0)")
    for parser, rounds in ((bench, "20; 5 if cold"), (profile, "5"), (targets, "20")):
        parser.add_argument(
            "--rounds", type=int, help=f"runs of each model, 2 or more (default: {rounds})"
        )
        parser.add_argument(
            "--seed", type=int, default=0, help="of inputs and bootstrap (default: 0)"
        )
        parser.add_argument(
            "--out", type=Path, metavar="FOLDER", help="write bench.json and bench.html here"
        )
    return bench, profile, targets, soak


def _describe(parser: argparse.ArgumentParser, description: str, epilog: str) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = description, epilog


def _add_models(parser: argparse.ArgumentParser, rest: str, *, measured: bool = True) -> None:
    """What models, and how they are run."""
    parser.add_argument(
        "models",
        nargs="+",
        metavar="MODEL",
        help=f"folder with model.json, bundle (FOLDER#MODEL where it has several){rest}",
    )
    parser.add_argument(
        "--backend",
        action="append",
        choices=("webgl", "wasm", "cpu"),
        help="TF.js backend; may be repeated (default: webgl and wasm)",
    )
    if not measured:
        return
    parser.add_argument(
        "--outputs", nargs="+", default=[], metavar="NAME", help="compute only these outputs"
    )
    parser.add_argument(
        "--stock-kernels",
        action="store_true",
        help="also time each TF.js model on TF.js's own kernels, without the engine's",
    )
