"""Versions of the installed packages that a result depends on, and what installs them."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
from collections.abc import Iterator, Sequence

from xport.errors import PackageMissing

BASE = (
    *("cyclonedx-python-lib", "filelock", "jinja2", "numpy", "onnx", "onnxruntime"),
    *("packageurl-python", "pillow", "platformdirs", "psutil", "pydantic", "rich"),
    *("safetensors", "tomlkit"),
)
EXTRAS: dict[str, tuple[str, ...]] = {
    "torch": ("torch",),
    "browser": ("playwright",),
    "dynamo": ("onnxscript",),
    "imaging": ("imagecodecs", "pydicom", "scikit-image", "simplejpeg"),
    "paper": ("matplotlib", "scikit-learn"),
    "publish": ("fsspec",),
    "s3": ("s3fs",),
    "sign": ("cryptography", "model-signing", "pyopenssl"),
    "train": ("lightning-fabric",),
    "zoo": ("timm", "transformers"),
}
"""What each extra of the installed package is for."""

MODULES = {
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "cyclonedx": "cyclonedx-python-lib",
    "lightning_fabric": "lightning-fabric",
    "model_signing": "model-signing",
    "packageurl": "packageurl-python",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
}
"""Modules that are not called what their packages are."""


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
            raise _missing(package) from error
    return versions


def remedy_for(package: str) -> str:
    """What brings a package that is not installed."""
    extra = next((name for name, packages in EXTRAS.items() if package in packages), None)
    wanted = f"'xport-tfjs[{extra}]'" if extra else "xport-tfjs"
    return f"run `pip install {wanted}`, or `make setup` in a checkout"


def require(*packages: str) -> None:
    """Check that what is about to be used is installed, without importing it.

    Raises:
        PackageMissing: one is not; it is named.
    """
    names = {package: module for module, package in MODULES.items()}
    for package in packages:
        if importlib.util.find_spec(names.get(package, package)) is None:
            raise _missing(package)


@contextlib.contextmanager
def missing_packages_named() -> Iterator[None]:
    """Say which package is missing, and what brings it, where an import fails.

    Raises:
        PackageMissing: an import has failed for want of one that belongs to us.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        package = MODULES.get(module, module)
        known = {*BASE, *(one for extra in EXTRAS.values() for one in extra)}
        if package not in known:
            raise
        raise _missing(package) from error


def _missing(package: str) -> PackageMissing:
    return PackageMissing(
        f"package {package} is not installed", "this environment", remedy_for(package)
    )
