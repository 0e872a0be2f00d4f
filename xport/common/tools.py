"""Versions of the installed packages that a result depends on, and what installs them."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence

from xport.errors import PackageMissing

DYNAMO = ("onnxscript",)


def tool_versions(packages: Sequence[str]) -> dict[str, str]:
    """Installed versions of the named distributions.

    Raises:
        PackageMissing: one is not installed.
    """
    versions = {}
    for package in packages:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError as error:
            raise PackageMissing(
                f"package {package} is not installed", "this environment", remedy_for(package)
            ) from error
    return versions


def remedy_for(package: str) -> str:
    """What brings a package that is not installed."""
    if package in DYNAMO:
        return "in an environment without TensorFlow, run `pip install 'xport-tfjs[dynamo]'`"
    return "run `make setup`, or `pip install xport-tfjs`"
