"""How it stands with a toolchain on this machine: where it runs, or what brings it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from xport.common.document import Document
from xport.errors import PackageMissing, UnavailableError
from xport.toolchains import cache
from xport.toolchains.interpreters import INSTALLED, interpreter_for, tool_versions
from xport.toolchains.toolchain import Toolchain


class Standing(Document):
    """Where a toolchain runs, or why it does not and what brings it.

    `found` is "this environment", "installed" or the variable that names the interpreter; empty if
    there is none. `asked` says that a variable names one, so that its absence is an error. `old`
    are environments of other locks, and unfinished ones, which nothing uses.
    """

    name: str
    title: str
    found: str = ""
    python: str = ""
    packages: dict[str, str] = Field(default_factory=dict)
    trouble: str = ""
    remedy: str = ""
    asked: bool = False
    old: tuple[str, ...] = ()

    def line(self) -> str:
        """What was found, in one line."""
        versions = ", ".join(f"{name} {version}" for name, version in self.packages.items())
        return f"{versions}; {self.found}, {self.python}" if self.found else self.trouble


def standing_of(
    toolchain: Toolchain, packages: Sequence[str] = (), *, closely: bool = False
) -> Standing:
    """Look; nothing heavy is imported. Versions are told of `packages`, or of the toolchain's.

    Args:
        closely: whether to look at every file of an installed one too, which takes seconds.
    """
    nothing = Standing(name=toolchain.name, title=toolchain.title, old=_old(toolchain))
    try:
        interpreter = interpreter_for(toolchain)
        if closely and interpreter.found == INSTALLED:
            _require_undamaged(toolchain)
        versions = tool_versions(toolchain, packages or toolchain.packages)
    except PackageMissing as error:
        told: dict[str, Any] = {"trouble": error.what, "remedy": error.remedy}
    except UnavailableError as error:
        trouble = f"{error.where}: {error.what}"
        told = {"trouble": trouble, "remedy": error.remedy, "asked": True}
    else:
        python = str(interpreter.python)
        told = {"found": interpreter.found, "python": python, "packages": versions}
    return nothing.model_copy(update=told)


def _require_undamaged(toolchain: Toolchain) -> None:
    if cache.is_damaged(toolchain):
        folder = cache.folder_of(toolchain)
        raise PackageMissing(
            f"{folder} is not what was installed there", toolchain.name, toolchain.remedy
        )


def _old(toolchain: Toolchain) -> tuple[str, ...]:
    """Folders that nothing uses."""
    whole = cache.folder_of(toolchain) if cache.installed(toolchain) else None
    return tuple(str(folder) for folder in cache.every_folder(toolchain) if folder != whole)
