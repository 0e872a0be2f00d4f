"""What `xport debug` accepts and does."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xport.errors import ExitCode, InputError

if TYPE_CHECKING:
    from xport.recording.browser import BrowserOptions

DESCRIPTION = """\
Find the first node at which a leg departs from what it was made from.

RUN is the folder of a run that was judged. Every node of the leg is compared with the reference,
on the probe on which the output is worst: first as the whole model runs, then fed with the
reference's inputs, so that a node's own error is told from what it inherits. The first node over
tolerance is said with both tensors and the attribute or weight that differs. A page, a document
and the node as a model of its own are written beside the run; RUN may be that model's folder too,
which is then run again. NOT FOR MEDICAL USE.
"""

EPILOG = """\
The exit code is 1 where a node is over tolerance, by itself or in the running model, and 0 where
none is. Without --leg, --model and --output the worst of the verdict is looked at.

examples:
  xport debug build/demo
  xport debug build/demo --leg onnx --output probabilities --out build/debug --json
"""
MIB = 2**20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the parser of the command accept what it takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.add_argument(
        "run_folder", type=Path, metavar="RUN", help="folder of a run, or of a minimal model"
    )
    parser.add_argument("--leg", metavar="LEG", help="such as onnx or tfjs/webgl")
    parser.add_argument("--output", metavar="NAME", help="an output of the model")
    parser.add_argument("--model", metavar="ID", help="a model of the release")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where to write instead of the run's folder"
    )
    parser.add_argument(
        "--memory",
        type=int,
        default=128,
        metavar="MIB",
        help="tensors that one pass may hold; where that takes many passes, nodes are found by "
        "halving (default: %(default)s)",
    )


def debug(options: argparse.Namespace, browser: BrowserOptions) -> tuple[int, str, dict[str, Any]]:
    """Search, or run a minimal model again; the exit code, and what to print.

    Raises:
        XportError: as `xport.workflow.debugging.debug` and `reproduce`.
    """
    from reports.divergence.lines import divergence_lines
    from xport.divergence.reproducer import is_reproducer, lines
    from xport.workflow.debugging import Asked, reproduce
    from xport.workflow.debugging import debug as examine

    if options.memory < 1:
        raise InputError(f"{options.memory} is not at least 1", "--memory")
    if is_reproducer(options.run_folder):
        done = reproduce(options.run_folder, browser)
        code = ExitCode.FAILED if done.over else ExitCode.PASSED
        return code, "\n".join(lines(done)), done.model_dump(mode="json")
    asked = Asked(options.leg, options.output, options.model, options.memory * MIB)
    found = examine(options.run_folder, asked, options.out, browser)
    code = ExitCode.FAILED if found.over else ExitCode.PASSED
    said = divergence_lines(found)
    text = "\n".join(said[:1] if options.quiet else said)
    return code, text, found.model_dump(mode="json")
