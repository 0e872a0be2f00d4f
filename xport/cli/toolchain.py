"""What `xport toolchain` accepts and does."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xport.errors import InputError

DESCRIPTION = """\
Install, list and remove toolchains: tools with packages of their own, which xport runs in an
interpreter of their own.

`tensorflow` is the paper's route, ONNX to TensorFlow to TensorFlow.js (Python 3.11, about 2 GB). It
is installed once for this user, from a lock with the hash of every file, into the user's cache, or
into the folder that XPORT_TOOLCHAINS names. Where this environment has the packages anyway, it is
used in its place; XPORT_TOOLCHAIN_TENSORFLOW names yet another interpreter that has them.
"""

EPILOG = """\
examples:
  xport toolchain list
  xport toolchain install tensorflow
  xport toolchain install tensorflow --python /usr/bin/python3.11
  xport toolchain remove tensorflow                 of every version, to free the room
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the parser of the command accept what it takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.add_argument("action", choices=tuple(ACTIONS), help="what to do")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the toolchain: tensorflow")
    parser.add_argument(
        "--python",
        type=Path,
        metavar="PATH",
        help="the Python to install it with; without it, one of its version is looked for",
    )


def manage(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Do what is asked.

    Returns:
        What is printed for a person, and as JSON.

    Raises:
        InputError: no toolchain is named, or one that there is not.
        UnavailableError: it cannot be installed or removed; see `toolchains.installing`.
    """
    if options.python is not None and options.action != "install":
        raise InputError("only `install` takes it", "--python")
    return ACTIONS[options.action](options)


def _list(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from xport.toolchains.known import TOOLCHAINS, toolchain_named
    from xport.toolchains.standing import standing_of

    chosen = [toolchain_named(options.name)] if options.name else list(TOOLCHAINS.values())
    standings = [standing_of(toolchain, closely=True) for toolchain in chosen]
    lines: list[str] = []
    for one in standings:
        lines.append(f"{one.name:<12} {one.line()}")
        lines += [f"{'':<12} {one.remedy}"] if one.remedy else []
        lines += [f"{'':<12} not in use: {folder}" for folder in one.old]
    return "\n".join(lines), {"toolchains": [one.model_dump(mode="json") for one in standings]}


def _install(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from xport.toolchains.installing import install
    from xport.toolchains.standing import standing_of

    toolchain = _named(options)
    python, there = install(toolchain, options.python)
    lines = [f"{toolchain.name} {'was there already' if there else 'is installed'}: {python}"]
    standing = standing_of(toolchain)
    if standing.python != str(python):
        lines.append(f"in use is another: {standing.line()}")
    return "\n".join(lines), {
        "toolchain": toolchain.name,
        "python": str(python),
        "new": not there,
        "in_use": standing.python,
    }


def _remove(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from xport.toolchains.installing import remove

    toolchain = _named(options)
    removed = [str(folder) for folder in remove(toolchain)]
    text = "\n".join(f"removed {folder}" for folder in removed)
    return text or f"{toolchain.name} is not installed", {
        "toolchain": toolchain.name,
        "removed": removed,
    }


def _named(options: argparse.Namespace) -> Any:
    from xport.toolchains.known import TOOLCHAINS, toolchain_named

    if options.name is None:
        raise InputError(
            "which toolchain?",
            f"toolchain {options.action}",
            f"name one of {', '.join(TOOLCHAINS)}",
        )
    return toolchain_named(options.name)


ACTIONS: dict[str, Callable[[argparse.Namespace], tuple[str, dict[str, Any]]]] = {
    "list": _list,
    "install": _install,
    "remove": _remove,
}
