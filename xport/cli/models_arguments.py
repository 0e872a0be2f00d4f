"""What `xport init`, `xport check` and `xport convert` accept; nothing heavy is imported."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xport.cli.parsers import PrintSchema

Command = Callable[[Any, str, str], argparse.ArgumentParser]

INIT_DESCRIPTION = """\
Write a release file for a model: it runs as it stands, and comments say what is yours to decide.

The module is built, run on noise of the inputs' shapes and exported, which gives the signature; an
ONNX file has one. The tolerances are ten times the rounding that is measured on the release's own
probes, before any browser runs: PyTorch float32 against its float64 and against ONNX Runtime; of an
ONNX file, ONNX Runtime without its optimisations against itself with all of them. An operator that
the direct writer does not take ends it with exit code 3; one that onnx-tf does not take is said.
"""

INIT_EPILOG = """\
examples:
  xport init my_package.models:build --input 1,3,224,224 --out new.toml
  xport init my_package.models:build --input image=1,3,224,224 --argument num_classes=3 \\
      --checkpoint weights.safetensors --out new.toml --force
  xport init model.onnx --out onnx.toml
"""

CHECK_DESCRIPTION = """\
Say what is wrong with a release file, what is missing on this machine, and what a run will cost.

Nothing is converted, no code that the file names is run and no browser is started. Of an ONNX file
the operators that the direct writer or onnx-tf does not take are named, each with its node; of a
module `xport init` names them, which exports it. The exit code is 2 where something is wrong, 3
where something is missing here.
"""

CHECK_EPILOG = """\
examples:
  xport check release.toml
  xport check release.toml --json
  xport check --print-schema                    what may stand in a release file
"""

CONVERT_DESCRIPTION = """\
Convert every model of a release and fix the probes; or convert one ONNX file to TF.js.

Of an ONNX file the direct writer makes a folder of model.json and its shards, which TF.js loads.
It refuses by name what it cannot translate exactly. Nothing is verified then.
"""

CONVERT_EPILOG = """\
examples:
  xport convert release.toml --out build/demo
  xport convert model.onnx --out build/model
  xport convert model.onnx --out build/model --input image=1,3,64,64   (where it is left open)
"""

INPUT_HELP = (
    "shape of an input, NAME= before it and :DTYPE behind it where needed (float32, int32, bool; "
    "int64 is int32 in a browser); once for each"
)


def add_models(commands: Any, command: Command, release: Path) -> argparse.ArgumentParser:
    """Add `init` and `check`; the parser of `check`, which looks for a browser."""
    init = command(commands, "init", "write a release file for a model, measured and runnable")
    _describe(init, INIT_DESCRIPTION, INIT_EPILOG)
    init.add_argument(
        "factory",
        metavar="MODEL",
        help="what builds the nn.Module, as module:name; an ONNX file; hf:FOLDER, as transformers "
        "writes it; or timm:NAME, with its weights as --checkpoint",
    )
    _add_input(init)
    init.add_argument(
        "--out",
        type=Path,
        default=release,
        metavar="FILE",
        help="release file to write (default: %(default)s)",
    )
    _add_argument(init)
    init.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="weights; else the factory's own"
    )
    init.add_argument(
        "--title", help="what people read of the model (default: its class, or the file's name)"
    )
    init.add_argument(
        "--preset",
        metavar="NAME",
        help="a policy that comes with xport, in the place of measured tolerances: strict-float32, "
        "mobile-float16 or quantised",
    )
    init.add_argument("--force", action="store_true", help="replace a file that is there")
    check = command(commands, "check", "say what is wrong or missing, and what a run costs")
    _describe(check, CHECK_DESCRIPTION, CHECK_EPILOG)
    check.add_argument(
        "file",
        nargs="?",
        type=Path,
        default=release,
        help="release file in TOML (default: %(default)s)",
    )
    check.add_argument(
        "--print-schema",
        action=PrintSchema,
        nargs=0,
        help="print the JSON schema of release files, and check nothing",
    )
    return check


def describe_convert(parser: argparse.ArgumentParser) -> None:
    """Say what `convert` does, and let it take the shapes of an ONNX file."""
    _describe(parser, CONVERT_DESCRIPTION, CONVERT_EPILOG)
    _add_input(parser)
    _add_argument(parser)


def _add_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--argument",
        dest="arguments",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="argument of the factory, as JSON or text; of an ONNX file, an input that is to be a "
        "constant; may be repeated",
    )


def _add_input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--input",
        "--shape",
        dest="inputs",
        action="append",
        default=[],
        metavar="[NAME=]SHAPE",
        help=INPUT_HELP,
    )


def _describe(parser: argparse.ArgumentParser, description: str, epilog: str) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = description, epilog
