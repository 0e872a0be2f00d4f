"""Versions of the installed packages that a result depends on."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence

from xport.errors import UnavailableError


def tool_versions(packages: Sequence[str]) -> dict[str, str]:
    """Installed versions of the named distributions.

    Raises:
        UnavailableError: one is not installed.
    """
    versions = {}
    for package in packages:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError as error:
            raise UnavailableError(
                f"package {package} is not installed",
                "this environment",
                "run `make setup`, or `pip install 'xport-tfjs[tensorflow]'`",
            ) from error
    return versions
