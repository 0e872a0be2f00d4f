"""Small bundles in several versions, keys, and a memory of channels for each test alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.xport.signing.conftest import KeyPair, sign_small
from xport.common import digests
from xport.publishing.documents import POLICY
from xport.workflow import targets
from xport.workflow.targets import Publishing

NOW = datetime(2020, 12, 1, 12, tzinfo=UTC)
Make = Callable[..., Path]


def at(**later: float) -> Callable[[], datetime]:
    """A clock that has stopped so much later than noon."""
    return lambda: NOW + timedelta(**later)


def terms(**more: Any) -> Publishing:
    """How these bundles are published: they are of earlier rules."""
    return Publishing(**{"allow_unchecked": True, "clock": at()} | more)


def policy(target: Path, **asked: Any) -> None:
    """Have a target ask for this; the bundles here are weak."""
    target.mkdir(exist_ok=True)
    (target / POLICY).write_text(json.dumps({"schema_version": 1, "allow_weak": True} | asked))


@pytest.fixture(autouse=True)
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is remembered what was seen."""
    monkeypatch.setenv("XPORT_SEEN", str(tmp_path / "seen"))
    return tmp_path / "seen"


@pytest.fixture(scope="session")
def make(plain_bundle: Path, owner: KeyPair, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes the small bundle of a version and a day of judging, signed or not; each once."""
    folder = tmp_path_factory.mktemp("bundles")

    def made(version: str | None = "1.0.0", day: int = 1, signed: bool = False) -> Path:
        bundle = folder / f"{version}-{day}-{signed}"
        if not bundle.exists():
            shutil.copytree(plain_bundle, bundle)
            judged_on(bundle, version, day)
            if signed:
                sign_small(bundle, owner)
        return bundle

    return made


def judged_on(bundle: Path, version: str | None, day: int) -> None:
    """Have a bundle be of a version and judged on that day of November 2020, consistently."""
    path = bundle / "evidence.json"
    evidence = json.loads(path.read_text())
    evidence["made"] = f"2020-11-{day:02}T12:00:00+00:00"
    evidence["plan"]["version"] = version
    path.write_text(json.dumps(evidence))
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["version"] = version
    entry = manifest["files"]["evidence.json"]
    entry |= {"sha256": digests.of_file(path), "bytes": path.stat().st_size}
    (bundle / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An empty target that takes weak releases."""
    policy(tmp_path / "target")
    return tmp_path / "target"


FEW = (
    *("manifest.json", "app.css", "models/classifier/model.json"),
    "models/classifier/preprocess.json",
)
_CHECKED: dict[str, Any] = {}
"""What was found of each bundle, by the SHA-256 of its manifest."""


@pytest.fixture
def quick(target: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Checks each bundle once, and hands on a few of its files: for what comes after the check."""
    check = targets.checked

    def checked(desk: Any, bundle: Path, keys: Any = ()) -> Any:
        return _CHECKED[digests.of_file(bundle / "manifest.json")]

    def few(bundle: Path, names: tuple[str, ...] = FEW) -> Path:
        small = target.parent / bundle.name
        for name in names:
            (small / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(bundle / name, small / name)
        known = digests.of_file(bundle / "manifest.json")
        if known not in _CHECKED:
            _CHECKED[known] = check(targets.open_desk(str(target), terms()), bundle)
        manifest, evidence, files = _CHECKED[known]
        _CHECKED[known] = manifest, evidence, {name: files[name] for name in names}
        return small

    monkeypatch.setattr(targets, "checked", checked)
    return few
