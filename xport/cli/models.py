"""What `xport init`, `xport check` and `xport convert` do; the last with an ONNX file, too."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from xport.errors import ExitCode, InputError
from xport.library.checking import Checked, check
from xport.library.converting import convert
from xport.library.costs import Cost
from xport.library.starting import init, noise
from xport.recording.browser import BrowserOptions
from xport.workflow import commands

DTYPES = {"float32": "float32", "int32": "int32", "int64": "int32", "bool": "bool"}
_INPUT = re.compile(r"(?:([^=]+)=)?(\d+(?:,\d+)*)(?::(\w+))?")

Shape = tuple[str | None, tuple[int, ...], str]
"""Name or None, shape, dtype."""


Done = tuple[int, str, dict[str, Any]]
"""Exit code, what a person is told, what a program is told."""


def convert_release(options: argparse.Namespace) -> Done:
    """Convert a release's models, or an ONNX file.

    Raises:
        XportError: as `xport.workflow.commands.convert`; or as `convert_file`.
    """
    if options.file.suffix == ".onnx":
        return convert_file(options)
    if options.inputs:
        raise InputError("a release file says its shapes itself", "--input", "leave it out")
    if options.arguments:
        raise InputError("a release file says them itself", "--argument", "leave it out")
    plan = commands.convert(
        options.file,
        options.out,
        cache_dir=options.cache_dir,
        images=options.images,
        allow_weak=options.allow_weak,
    )
    artifacts = {
        f"{model.id}/{name}": str(artifact.path)
        for model in plan.models
        for name, artifact in model.artifacts.items()
    }
    text = "\n".join(f"{name:<24} {path}" for name, path in artifacts.items())
    missing = [route.model_dump() for route in plan.missing_routes]
    summary = {"plan": plan.digest(), "artifacts": artifacts, "missing_routes": missing}
    return ExitCode.PASSED, text, summary


def convert_file(options: argparse.Namespace) -> Done:
    """Convert an ONNX file into a folder that TF.js loads.

    Raises:
        XportError: as `xport.convert`.
    """
    if options.images:
        raise InputError("an ONNX file is converted, not tried", "--images", "leave it out")
    shapes = {}
    for name, shape, _ in shapes_of(options.inputs):
        if name is None:
            raise InputError("names no input", "--input", "write NAME=1,3,224,224")
        shapes[name] = shape
    values = _arguments(options.arguments)
    made = convert(options.file, shapes or None, out=options.out, arguments=values)
    signature = made.signature
    facts = {
        "model": str(made.folder / "model.json"),
        "inputs": [str(spec) for spec in signature.inputs],
        "outputs": [str(spec) for spec in signature.outputs],
        "files": len(made.files),
        "bytes": made.bytes,
        "verified": False,
    }
    lines = [
        f"model    {facts['model']}",
        *(f"input    {spec}" for spec in signature.inputs),
        *(f"output   {spec}" for spec in signature.outputs),
        f"size     {made.bytes / 1e6:.2f} MB in {len(made.files)} files",
        "not verified: no browser has run it",
    ]
    return ExitCode.PASSED, "\n".join(lines), facts


def begin(options: argparse.Namespace) -> Done:
    """Write a release file.

    Raises:
        XportError: as `xport.init`.
    """
    shapes = shapes_of(options.inputs)
    of_file = options.factory.endswith(".onnx")
    if not shapes and not of_file:
        raise InputError("the shapes of the inputs are wanted", "--input", "write 1,3,224,224")
    if of_file and not all(name for name, _, _ in shapes):
        raise InputError("names no input", "--input", "write NAME=1,3,224,224")
    if any(name for name, _, _ in shapes) and not all(name for name, _, _ in shapes):
        raise InputError("some are named and some are not", "--input", "name every one, or none")
    path = init(
        options.factory,
        noise(shapes) if shapes else None,
        out=options.out,
        arguments=_arguments(options.arguments),
        checkpoint=options.checkpoint,
        title=options.title,
        preset=options.preset,
        overwrite=options.force,
    )
    after = f"xport check {path}"
    return ExitCode.PASSED, f"{path}\nnext: {after}", {"release": str(path), "next": after}


def examine(options: argparse.Namespace) -> Done:
    """Look at a release file; errors as in `xport.check`."""
    browser = BrowserOptions(options.browser, options.graphics, options.require_renderer)
    checked = check(options.file, options=browser)
    return checked.exit_code, checked_lines(checked), checked.model_dump(mode="json")


def checked_lines(checked: Checked) -> str:
    """What was found, for a person: what is not good first."""
    order = ("wrong", "missing", "optional", "ok")
    findings = sorted(checked.findings, key=lambda finding: order.index(finding.state))
    lines = []
    for one in findings:
        lines.append(
            f"{one.state.upper() if one.state != 'ok' else 'ok':<9} {one.name:<32} {one.found}"
        )
        if one.remedy:
            lines.append(f"{'':<9} {one.remedy}")
    return "\n".join([*lines, "", *_cost_lines(checked)])


def _cost_lines(checked: Checked) -> Iterator[str]:
    for cost in checked.costs:
        yield _cost_line(cost)
    if checked.images:
        yield f"preprocessing: {checked.images} image files by {checked.pipelines} pipelines"


def _cost_line(cost: Cost) -> str:
    return (
        f"{cost.model}: {cost.stages} conversions; {cost.legs} legs ({cost.browser_legs} in a "
        f"browser) on {cost.probes} probes, {cost.passes} forward passes"
    )


def shapes_of(texts: Sequence[str]) -> list[Shape]:
    """`[NAME=]1,3,224,224[:DTYPE]` of every input.

    Raises:
        InputError: one is no shape, or of a dtype that no model has.
    """
    found = []
    for text in texts:
        match = _INPUT.fullmatch(text)
        name, sizes, dtype = match.groups() if match else (None, "0", None)
        shape = tuple(map(int, sizes.split(",")))
        if min(shape) < 1 or (dtype or "float32") not in DTYPES:
            raise InputError(
                f"{text!r} is no shape",
                "--input",
                f"write 1,3,224,224 or NAME=1,8:int32; dtypes are {', '.join(DTYPES)}",
            )
        found.append((name, shape, DTYPES[dtype or "float32"]))
    return found


def _arguments(texts: Sequence[str]) -> dict[str, Any]:
    """Arguments by name; what is not JSON is text.

    Raises:
        InputError: one has no name.
    """
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise InputError(f"{text!r} has no name", "--argument", "write NAME=VALUE")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


COMMANDS: dict[str, Callable[[argparse.Namespace], Done]] = {
    "init": begin,
    "check": examine,
    "convert": convert_release,
}
