"""What the command line accepts; no command runs here, and nothing heavy is imported."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from xport.cli import calibrate, debug, diff, migrate, publishing, toolchain
from xport.cli.bench_arguments import add_measuring
from xport.cli.bundles_arguments import add_bundles
from xport.cli.models_arguments import add_models, describe_convert
from xport.cli.paper_arguments import add_paper
from xport.cli.parsers import CommandParser, Parser, PrintPasses
from xport.common.version import __version__

DEFAULT_RELEASE = Path("release.toml")
DEFAULT_CACHE_DIR = Path("build/store")
DEMO_FOLDER = Path("build/demo")

VERDICT_ALONE = "print nothing but the verdict's line"
NOTHING_BUT_ERRORS = "print nothing but errors"

DESCRIPTION = """\
Take a PyTorch model to the browser and prove that it still says the same there.

xport converts a model from ONNX to TensorFlow.js, by its own writer and through TensorFlow, runs
every leg on the same probes (the last ones in a real browser), compares it with PyTorch and passes
a verdict.
"""

EPILOG = """\
examples:
  xport demo                                    the default release, from convert to bundle
  xport init my_package.models:build --input 1,3,224,224 --out new.toml
                                                write a release file that runs as it stands
  xport check release.toml                      what is wrong or missing, and what a run costs
  xport convert model.onnx --out build/model    an ONNX file to TF.js, without a release file
  xport release --out build/demo                convert, record, judge, report and bundle
  xport release --out build/rays --images rays  the same, also on every image in a folder
  xport judge build/demo --policy strict.toml   judge stored recordings under another policy
  xport verify build/demo/bundle                check every byte before it is deployed
  xport serve build/demo/bundle                 open the bundle in a browser
  xport diff published build/demo               what a new release changes, decisions too
  xport migrate release.toml                    turn a file of version 1 into version 2
  xport doctor                                  what this machine can run, and what is missing
  xport toolchain install tensorflow            what the paper's route needs, apart from the rest

exit codes: 0 verdict PASSED (or the command did its work; WEAK_PASSED with --allow-weak,
              PASSED_WITH_WAIVERS with --allow-waivers),
            1 verdict FAILED,
            2 usage or bad input, a policy below the floor without --allow-weak,
              PASSED_WITH_WAIVERS without --allow-waivers,
            3 could not run,
            141 whoever reads the output closed it, as head does

NOT FOR MEDICAL USE.
"""


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; `command` is the name of the one chosen."""
    parser = Parser(
        prog="xport",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"xport {__version__}")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=CommandParser
    )
    _add_browser_options(add_models(commands, _command, DEFAULT_RELEASE))
    _add_making(commands)
    _add_judging(commands)
    _add_serving(commands)
    _add_calibrate(commands)
    publishing.add_arguments(commands, _command)
    comparing = _command(commands, "diff", "say what a new release changes against an old")
    diff.add_arguments(comparing)
    _add_browser_options(comparing)
    _add_quiet(comparing, "print nothing but the outcome's line")
    searching = _command(commands, "debug", "find the first node at which a leg departs")
    debug.add_arguments(searching)
    _add_quiet(searching, "print nothing but the outcome's line")
    _add_browser_options(searching)
    for measuring in add_measuring(commands, _command, DEFAULT_CACHE_DIR):
        _add_browser_options(measuring)
    add_paper(commands, _command)
    migrate.add_arguments(
        _command(commands, "migrate", "turn files of version 1 into version 2, in place")
    )
    toolchain.add_arguments(
        _command(commands, "toolchain", "install, list and remove tools such as TensorFlow")
    )
    return parser


def _add_making(commands: Any) -> None:
    release = _command(commands, "release", "convert, record, judge, report and bundle")
    demo = _add_demo(commands)
    convert = _command(commands, "convert", "convert a release's models, or one ONNX file")
    release_help = "release file in TOML (default: %(default)s)"
    help_of = {release: release_help, convert: f"{release_help}, or an ONNX file"}
    for parser in (release, convert):
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            default=DEFAULT_RELEASE,
            help=help_of[parser],
        )
        parser.add_argument(
            "--out", type=Path, required=True, metavar="FOLDER", help="folder of this run"
        )
    for parser in (release, demo):
        _add_quiet(parser, VERDICT_ALONE)
        _add_allow_waivers(parser, "bundle, and end with 0 for,")
    _add_quiet(convert, NOTHING_BUT_ERRORS)
    for parser in (release, demo, convert):
        _add_cache_dir(parser, "converted artifacts" + " and recordings" * (parser is not convert))
        parser.add_argument(
            "--images",
            type=Path,
            action="append",
            default=[],
            metavar="FOLDER",
            help="also use every image in this folder as a probe; may be repeated",
        )
        _add_allow_weak(parser, "convert and, if all checks pass, bundle")
    describe_convert(convert)
    convert.add_argument(
        "--print-passes",
        action=PrintPasses,
        nargs=0,
        help="list the passes of the direct route in order, and convert nothing",
    )
    record = _command(commands, "record", "run every leg of a converted release")
    _add_quiet(record, NOTHING_BUT_ERRORS)
    record.add_argument("run_folder", type=Path, metavar="RUN", help="folder of a run")
    _add_cache_dir(record, "recordings")
    for parser in (release, demo, record):
        parser.add_argument(
            "--fresh",
            action="store_true",
            help="record everything, also what did not change since an earlier run",
        )
        _add_browser_options(parser)


def _add_cache_dir(parser: argparse.ArgumentParser, kept: str) -> None:
    parser.add_argument(
        "--cache-dir",
        type=Path,
        default=DEFAULT_CACHE_DIR,
        metavar="FOLDER",
        help=f"where {kept} are kept and found again (default: %(default)s)",
    )


def _add_demo(commands: Any) -> argparse.ArgumentParser:
    demo = _command(commands, "demo", "release the models that come with xport")
    demo.description = (
        "Release the models that come with xport, which were trained on real films: what `xport "
        "release` does with a file of your own."
    )
    demo.add_argument(
        "--phantoms",
        action="store_true",
        help="release those that were trained on drawn chests instead, which show no person",
    )
    demo.add_argument(
        "--out",
        type=Path,
        default=DEMO_FOLDER,
        metavar="FOLDER",
        help="folder of this run (default: %(default)s)",
    )
    return demo


def _add_judging(commands: Any) -> None:
    judge = _command(commands, "judge", "compare recordings and pass a verdict")
    judge.description = (
        "Compare recordings and pass a verdict. Report and bundle of the verdict before are "
        "removed; a judgement under --policy leaves them alone and lies beside them, in "
        "RUN/judgements."
    )
    judge.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="judge under the [policy] of this TOML file, or the preset of this name, instead of "
        "the release's; the result lies in RUN/judgements, beside the release's own verdict, which "
        "stays as it is",
    )
    report = _command(commands, "report", "write report.html, junit.xml and summary.md")
    report.add_argument(
        "--markdown",
        action="store_true",
        help="print summary.md, the verdict in short for the summary of a CI job, and no paths",
    )
    bundle = _command(commands, "bundle", "make the deployable bundle of a PASSED run")
    _add_allow_weak(judge, "end with 0 for")
    _add_allow_weak(bundle, "bundle")
    _add_allow_waivers(judge, "end with 0 for")
    _add_allow_waivers(bundle, "bundle")
    _add_quiet(judge, VERDICT_ALONE)
    _add_quiet(report, NOTHING_BUT_ERRORS)
    _add_quiet(bundle, NOTHING_BUT_ERRORS)
    for parser in (judge, report, bundle):
        parser.add_argument("run_folder", type=Path, metavar="RUN", help="folder of a run")


def _add_serving(commands: Any) -> None:
    sign, verify, requalify, _ = add_bundles(commands, _command)
    _add_browser_options(requalify)
    _add_allow_weak(requalify, "play, and end with 0 for,")
    _add_allow_waivers(requalify, "play, and end with 0 for,")
    _add_quiet(requalify, VERDICT_ALONE)
    _add_allow_weak(sign, "sign")
    _add_allow_weak(verify, "end with 0 for")
    _add_allow_waivers(sign, "sign")
    _add_allow_waivers(verify, "end with 0 for")
    _add_quiet(verify, VERDICT_ALONE)
    doctor = _command(commands, "doctor", "say what this machine can run and what is missing")
    _add_browser_options(doctor)


def _add_calibrate(commands: Any) -> None:
    parser = _command(commands, "calibrate", "say what a bundle makes of a hospital's own images")
    calibrate.add_arguments(parser)
    _add_browser_options(parser)
    _add_allow_weak(parser, "take")
    _add_allow_waivers(parser, "take")
    _add_quiet(parser, NOTHING_BUT_ERRORS)


def _command(commands: Any, name: str, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + "."
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=name)
    return parser


def _add_quiet(parser: argparse.ArgumentParser, says: str) -> None:
    parser.add_argument("--quiet", action="store_true", help=f"no progress; {says}")


def _add_allow_weak(parser: argparse.ArgumentParser, does: str) -> None:
    parser.add_argument(
        "--allow-weak",
        action="store_true",
        help=f"{does} what asks less than the floor of every policy; its verdict is WEAK_PASSED",
    )


def _add_allow_waivers(parser: argparse.ArgumentParser, does: str) -> None:
    parser.add_argument(
        "--allow-waivers",
        action="store_true",
        help=f"{does} what failed only in what the policy waives; its verdict is "
        "PASSED_WITH_WAIVERS",
    )


def _add_browser_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--browser", metavar="PATH", help="Chromium or Chrome to use")
    parser.add_argument(
        "--graphics",
        choices=("auto", "gpu", "llvmpipe", "swiftshader"),
        default="auto",
        help="who draws WebGL; auto takes a GPU if there is one, else llvmpipe",
    )
    parser.add_argument(
        "--require-renderer",
        metavar="REGEX",
        help="refuse any WebGL renderer whose name does not contain this",
    )
