"""The command line: one command per step of the workflow; the only place that exits."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from xport.cli.arguments import make_parser
from xport.cli.ending import ended, only_the_document, output_errors, write_output
from xport.common import progress
from xport.common.tools import require
from xport.errors import ExitCode, InputError

if TYPE_CHECKING:
    from xport.judgement.evidence import Evidence
    from xport.recording.browser import BrowserOptions


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = argparse.Namespace(json=False, quiet=False)
    sys.exit(ended(options, lambda: _run(options, arguments)))


def _run(options: argparse.Namespace, arguments: Sequence[str] | None) -> int:
    """Read the arguments into `options` and carry the command out; its exit code."""
    for argument in sys.argv[1:] if arguments is None else arguments:
        _require_text(argument)
    with output_errors():
        try:
            make_parser().parse_args(arguments, options)
        except SystemExit as end:  # the parser has printed its help, or what is wrong
            return int(end.code or ExitCode.PASSED)
    require(*NEEDED.get(options.command, ()))
    from xport.common.displays import display_for

    with only_the_document(options.json), progress.shown(display_for(quiet=options.quiet)):
        return COMMANDS[options.command](options)


def _require_text(argument: str) -> None:
    """Refuse what no document and no tool can hold as a file's name."""
    if "\0" in argument:  # a shell cannot give one, a program can
        raise InputError("holds a NUL character", repr(argument), "no path has one")
    if any("\udc80" <= character <= "\udcff" for character in argument):
        raise InputError("is not UTF-8", repr(argument), "give the file or folder another name")


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _browser_options(options: argparse.Namespace) -> BrowserOptions:
    from xport.recording.browser import BrowserOptions

    return BrowserOptions(options.browser, options.graphics, options.require_renderer)


def _verdict(options: argparse.Namespace, evidence: Evidence, out: Path) -> int:
    """Print the verdict and where things lie; the exit code that stands for it."""
    from xport.cli.verdicts import verdict_told

    code, text, value = verdict_told(options, evidence, out)
    _say(options, text, value)
    return code


def _say(options: argparse.Namespace, text: str, value: dict[str, Any]) -> None:
    write_output(json.dumps(value, indent=2, allow_nan=False) if options.json else text)


def _print(options: argparse.Namespace, text: str, value: dict[str, Any]) -> int:
    """Print what a command did, unless that is to be quiet."""
    if options.json or not options.quiet:
        _say(options, text, value)
    return ExitCode.PASSED


def _release(options: argparse.Namespace) -> int:
    from xport.workflow import commands

    start = time.monotonic()
    evidence = commands.release(
        options.file,
        options.out,
        cache_dir=options.cache_dir,
        images=options.images,
        options=_browser_options(options),
        allow_weak=options.allow_weak,
        allow_waivers=options.allow_waivers,
        fresh=options.fresh,
    )
    code = _verdict(options, evidence, options.out)
    if not options.json and not options.quiet:
        write_output(f"whole time {time.monotonic() - start:.0f} s")
    return code


def _demo(options: argparse.Namespace) -> int:
    from reference.defaults import PHANTOMS, RELEASE

    options.file = PHANTOMS if options.phantoms else RELEASE
    return _release(options)


def _models(options: argparse.Namespace) -> int:
    from xport.cli import models

    code, text, value = models.COMMANDS[options.command](options)
    _print(options, text, value)
    return code


def _migrate(options: argparse.Namespace) -> int:
    from xport.cli.migrate import migrate_files

    return _print(options, *migrate_files(options))


def _toolchain(options: argparse.Namespace) -> int:
    from xport.cli.toolchain import manage

    return _print(options, *manage(options))


def _diff(options: argparse.Namespace) -> int:
    from reports.difference.summary import difference_lines
    from xport.cli.diff import difference

    code, compared = difference(options, _browser_options(options))
    found = compared.difference
    lines = difference_lines(found)
    if options.json:
        write_output(found.model_dump_json(indent=2))
    else:
        write_output("\n".join(lines[:1] if options.quiet else lines))
    return code


def _debug(options: argparse.Namespace) -> int:
    from xport.cli.debug import debug

    code, text, value = debug(options, _browser_options(options))
    _say(options, text, value)
    return code


def _record(options: argparse.Namespace) -> int:
    from xport.workflow import commands

    recordings = commands.record(
        options.run_folder,
        _browser_options(options),
        cache_dir=options.cache_dir,
        fresh=options.fresh,
    )
    failed = {f"{r.model}/{r.leg}": r.failure for r in recordings if r.failure}
    reused = sum(r.reused_from is not None for r in recordings)
    text = f"{len(recordings) - len(failed)} of {len(recordings)} legs recorded"
    told = {"recorded": len(recordings) - len(failed), "reused": reused, "failed": failed}
    _print(options, f"{text}, {reused} of them in an earlier run" if reused else text, told)
    return ExitCode.COULD_NOT_RUN if failed else ExitCode.PASSED


def _judge(options: argparse.Namespace) -> int:
    from xport.release_file.file import read_policy
    from xport.workflow import commands

    if options.policy is None:
        return _verdict(options, commands.judge(options.run_folder), options.run_folder)
    evidence, judgement = commands.judge_under(options.run_folder, *read_policy(options.policy))
    return _verdict(options, evidence, judgement.root)


def _report(options: argparse.Namespace) -> int:
    from xport.workflow import commands
    from xport.workflow.run_folder import RunFolder

    html, junit = commands.report(options.run_folder)
    summary = RunFolder(options.run_folder).summary_path
    made = {"report": str(html), "junit": str(junit), "summary": str(summary)}
    if not options.markdown:
        return _print(options, "\n".join(made.values()), made)
    _say(options, summary.read_text(encoding="utf-8").rstrip("\n"), made)
    return ExitCode.PASSED


def _bundle(options: argparse.Namespace) -> int:
    from xport.bundles.manifest import MANIFEST, Manifest
    from xport.cli.bundles import page_facts
    from xport.workflow import commands

    folder = commands.bundle(
        options.run_folder, allow_weak=options.allow_weak, allow_waivers=options.allow_waivers
    )
    manifest = Manifest.read(folder / MANIFEST)
    shown, lines = page_facts(manifest)
    facts = {"bundle": str(folder), "verdict": manifest.verdict, **shown}
    return _print(options, "\n".join([str(folder), *lines]), facts)


def _verify(options: argparse.Namespace) -> int:
    from xport.cli import bundles

    code, text, value = bundles.verify(options)
    _say(options, text, value)
    return code


def _requalify(options: argparse.Namespace) -> int:
    from xport.cli import bundles

    code, text, value = bundles.requalify(options)
    _say(options, text, value)
    return code


def _calibrate(options: argparse.Namespace) -> int:
    from xport.cli.calibrate import calibrate

    return _print(options, *calibrate(options, _browser_options(options)))


def _sign(options: argparse.Namespace) -> int:
    from xport.cli import bundles

    return _print(options, *bundles.sign(options))


def _publishing(options: argparse.Namespace) -> int:
    from xport.cli.publishing import run

    return _print(options, *run(options))


def _serve(options: argparse.Namespace) -> int:
    from browser_harness.serve.server import serve_bundle
    from xport.bundles.checks import unchecked_of
    from xport.cli import bundles
    from xport.cli.bundles import page_facts
    from xport.workflow.verification import checked_files

    if not 0 <= options.port <= 65535:
        raise InputError(f"port {options.port} is not between 0 and 65535", "--port")
    allowed = options.allow_unchecked
    manifest, checked = checked_files(options.bundle, allow_unchecked=allowed)
    server = serve_bundle(
        options.bundle, options.port, options.path, manifest.wasm_threads, checked
    )
    site = bundles.lay_beside(server, options, manifest)
    url = server.url if options.path == "/" else server.url + options.path
    shown, lines = page_facts(manifest)
    missing = unchecked_of(options.bundle)
    text = [
        f"serving {options.bundle} at {url} (Ctrl-C ends it)",
        *lines,
        *site,
        *(f"NOT CHECKED: {one}" for one in missing),
        manifest.notice,
    ]
    with contextlib.suppress(KeyboardInterrupt):  # whoever reads the line may end it at once
        _print(options, "\n".join(text), {"url": url, "unchecked": missing, **shown})
        server.serve_forever()
    return ExitCode.PASSED


def _doctor(options: argparse.Namespace) -> int:
    from xport.cli.doctor import examine

    findings = examine(_browser_options(options))
    text = "\n".join(
        f"{'ok' if f.ok else 'optional' if f.optional else 'MISSING':<9} {f.name:<26} {f.found}"
        + (f"\n          {f.remedy}" if f.remedy else "")
        for f in findings
    )
    _print(options, text, {"findings": [f.model_dump() for f in findings]})
    good = all(f.ok or f.optional for f in findings)
    return ExitCode.PASSED if good else ExitCode.COULD_NOT_RUN


def _measure(options: argparse.Namespace) -> int:
    from reference.document import readable_folder
    from reports.bench.page import bench_lines, html_bench
    from xport.cli.bench import MEASUREMENTS
    from xport.common.document import write_whole
    from xport.conversion.store import require_writable

    if options.out:
        require_writable(options.out)
    result = MEASUREMENTS[options.command](options, _browser_options(options))
    if options.out:
        readable_folder(options.out)
        result.write(options.out / "bench.json")
        write_whole(options.out / "bench.html", html_bench(result).encode())
    lines = "\n".join(bench_lines(result))
    write_output(result.model_dump_json(indent=2) if options.json else lines)
    return ExitCode.PASSED if result.passed else ExitCode.FAILED


def _soak(options: argparse.Namespace) -> int:
    from xport.benchmark.soak import soak, soak_lines

    backends = tuple(options.backend or ("webgl", "wasm"))
    result = soak(options.models, backends, options.images, options.seed, _browser_options(options))
    _print(options, "\n".join(soak_lines(result)), result.model_dump(mode="json"))
    return ExitCode.PASSED if result.passed else ExitCode.FAILED


def _paper(options: argparse.Namespace) -> int:
    from xport.cli import paper

    summary = paper.tables_and_figures(options)
    return _print(options, "\n".join(paper.lines(summary)), summary)


def _phantoms(options: argparse.Namespace) -> int:
    from xport.cli import paper

    summary = paper.phantoms(options)
    done = "written" if summary["new"] else "were there already"
    text = f"{summary['images']:,} images {done}: {summary['folder']}"
    return _print(options, "\n".join([text, *summary["notices"]]), summary)


DRIVING = (
    *("release", "demo", "record", "bench", "profile", "targets", "soak", "requalify"),
    "calibrate",
)
NEEDED = dict.fromkeys(DRIVING, ("playwright",))
"""Packages without which a command could only fail late."""

COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "init": _models,
    "check": _models,
    "convert": _models,
    "record": _record,
    "judge": _judge,
    "report": _report,
    "bundle": _bundle,
    "release": _release,
    "demo": _demo,
    "sign": _sign,
    "verify": _verify,
    "requalify": _requalify,
    "calibrate": _calibrate,
    "publish": _publishing,
    "promote": _publishing,
    "rollback": _publishing,
    "releases": _publishing,
    "revoke": _publishing,
    "replace-key": _publishing,
    "serve": _serve,
    "doctor": _doctor,
    "bench": _measure,
    "profile": _measure,
    "targets": _measure,
    "soak": _soak,
    "paper": _paper,
    "phantoms": _phantoms,
    "diff": _diff,
    "debug": _debug,
    "migrate": _migrate,
    "toolchain": _toolchain,
}
