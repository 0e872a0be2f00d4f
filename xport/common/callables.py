"""Callables named in a release file as `module:name`, and the source code they stand for."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from xport.common import digests, own_names
from xport.common.raised import named
from xport.common.tools import missing_packages_named, tool_versions
from xport.errors import InputError, XportError

BUILT_FOR_TORCH = ("torchvision", "torchaudio")
"""Packages that hold operators compiled for one version and one kind of torch."""


def resolve(name: str, *, key: str) -> Callable[..., Any]:
    """Import what `module:callable` names.

    Args:
        key: the release file's key, for the error.

    Raises:
        InputError: the module cannot be imported, has no such callable, or is one in whose place
            ours would be imported.
        PackageMissing: it needs one of our own packages, which is not installed.
    """
    module_name, _, attribute = name.partition(":")
    own_names.refuse_shadowed(module_name, key)
    try:
        with missing_packages_named():
            found = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError) as error:
        raise InputError(
            f"cannot import {name}: {error}",
            key,
            other_build(error)
            or "name a callable as module:name that is importable from the working folder",
        ) from error
    except (XportError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # a module runs when it is imported
        raise InputError(
            f"cannot import {name}: the module raised {named(error)}",
            key,
            other_build(error) or "mend the module",
        ) from error
    if not callable(found):
        raise InputError(f"{name} is not callable", key)
    return found  # type: ignore[no-any-return]  # checked just above


_OTHER_BUILD = re.compile(
    r"operator (?P<operator>\w+)::\w+ does not exist|undefined symbol: \w*(c10|torch|at)\w*"
    r"|(?P<library>torch\w+)/\S+\.so"
)


def other_build(error: BaseException) -> str:
    """What helps where a package was compiled for another build of torch; empty for other errors.

    Such a package, torchvision most often, imports torch and finds that what it registers there is
    missing: a build for CUDA beside a torch for the CPU, or for another version of it.
    """
    found = _OTHER_BUILD.search(str(error))
    if found is None:
        return ""
    named = found["operator"] or found["library"]
    package = named if named in BUILT_FOR_TORCH else "torchvision, or what else was built for torch"
    torch = tool_versions(("torch",))["torch"]
    return (
        f"install the build of {package} that belongs to torch {torch}: both from the same place, "
        "both for the CPU or both for the same CUDA"
    )


def source_digest(name: str, *, key: str) -> str:
    """Digest of the code behind `module:callable`, without running it.

    A module in a package counts with every Python file of its top-level package, so that an
    edit to any of them is another model; a module outside any package counts alone.

    Raises:
        InputError: there is no such module, or one of ours would be imported in its place.
    """
    module = name.partition(":")[0]
    own_names.refuse_shadowed(module, key)
    spec = _spec_of(module)
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        raise InputError(
            f"there is no module {module!r}",
            key,
            "check the name, or run from the folder it lies in",
        )
    origin = Path(spec.origin)
    if spec.submodule_search_locations is None:
        return digests.of_file(origin)
    return _digest_of_code(origin.parent)


def _spec_of(module: str) -> ModuleSpec | None:
    """Where a module's top-level package lies, or what comes first in a folder without __init__.py.

    Nothing is imported on the way, as `importlib.util.find_spec` does with what stands above.
    """
    top, *below = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    for part in below:
        if spec is None or spec.origin is not None:
            break
        # By its last name alone: with a dotted one Python would look at the imported parent.
        spec = PathFinder.find_spec(part, list(spec.submodule_search_locations or ()))
    return spec


def package_digest(package: ModuleType) -> str:
    """Digest of every Python file of an imported package."""
    return _digest_of_code(Path(next(iter(package.__path__))))


def _digest_of_code(folder: Path) -> str:
    return digests.of_listing(
        {p.relative_to(folder).as_posix(): digests.of_file(p) for p in folder.rglob("*.py")}
    )


def search_in(folder: Path) -> None:
    """Make modules in `folder` importable by name, as Python does for a script's folder.

    Our own packages stay ours.

    Raises:
        InputError: another module of their names has been imported already.
    """
    own_names.keep()
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
