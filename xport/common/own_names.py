"""Whose `reports` it is: packages of this project's names are ours, whatever else lies around.

A folder that Python searches may have modules of the same names: the working folder comes first
for `python -m xport`, and a release's own modules are looked for beside its file.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
"""The folder that our packages lie in: a checkout, or an environment's packages."""

NAMES = ("xport", "reference", "reports", "browser_harness")


class _Ours:
    """Finds our own packages in their folder, before anything else is searched."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return PathFinder.find_spec(name, [str(ROOT)]) if name in NAMES else None


def keep() -> None:
    """From now on, in this process, import our packages from our folder.

    Raises:
        InputError: another module of such a name has been imported already.
    """
    for name in NAMES:
        place = getattr(sys.modules.get(name), "__file__", None)
        if place is not None and not Path(place).resolve().is_relative_to(ROOT):
            raise _refusal(
                f"a module {name!r} was imported that is not xport's",
                place,
                "import xport first, or give that module another name",
            )
    if _Ours not in sys.meta_path:
        sys.meta_path.insert(0, _Ours)


def _refusal(*words: str) -> Exception:
    """An InputError, whose own module must not be looked for before `keep` has been here."""
    sys.meta_path.insert(0, _Ours)
    try:
        from xport.errors import InputError
    finally:
        sys.meta_path.remove(_Ours)
    return InputError(*words)


def refuse_shadowed(module: str, key: str) -> None:
    """Refuse a module that somebody has in a searched folder, and that ours would stand in for.

    Args:
        module: a dotted name out of a release file.
        key: the release file's key, for the error.

    Raises:
        InputError: there is such a module; it is named.
    """
    top, *below = module.split(".")
    if top not in NAMES:
        return
    for folder in map(Path, sys.path):
        if folder.resolve() == ROOT:
            continue
        stem = folder.joinpath(top, *below)
        for file in (stem.with_suffix(".py"), stem / "__init__.py"):
            if file.is_file():
                raise _refusal(
                    f"{file} is never imported, for xport has a package {top!r} of its own",
                    key,
                    f"give {top!r} another name",
                )
