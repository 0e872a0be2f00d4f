"""Bundles and run folders of earlier versions are read, or refused by their version."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from xport.bundles.checks import verify_bundle
from xport.bundles.manifest import MANIFEST
from xport.errors import IntegrityError, XportError
from xport.judgement.verdict import Status
from xport.workflow import commands

FORMATS = Path(__file__).parent


def unpacked(name: str, folder: Path) -> Path:
    """One of the archives, unpacked in `folder`."""
    with tarfile.open(FORMATS / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / name.partition("-")[0]


@pytest.fixture
def bundle_3(tmp_path: Path) -> Path:
    """The bundle of manifest version 3."""
    return unpacked("bundle-3", tmp_path)


@pytest.fixture
def run_1(tmp_path: Path) -> Path:
    """The run folder of plan version 1."""
    return unpacked("run-1", tmp_path)


def test_verify_reads_a_bundle_of_manifest_version_3(bundle_3: Path) -> None:
    manifest = verify_bundle(bundle_3)
    assert (manifest.schema_version, manifest.release, manifest.verdict) == (3, "mini", "PASSED")
    assert set(manifest.models) == {"classifier", "autoencoder", "explanation"}


def test_verify_still_sees_what_was_changed_in_a_bundle_of_manifest_version_3(
    bundle_3: Path,
) -> None:
    weights = next((bundle_3 / "models" / "classifier").glob("*.bin"))
    content = bytearray(weights.read_bytes())
    content[0] ^= 1
    weights.write_bytes(content)
    with pytest.raises(IntegrityError, match=weights.name):
        verify_bundle(bundle_3)


def test_a_manifest_of_a_later_version_is_refused_by_it(bundle_3: Path) -> None:
    manifest = json.loads((bundle_3 / MANIFEST).read_text())
    (bundle_3 / MANIFEST).write_text(json.dumps(manifest | {"schema_version": 99}))
    with pytest.raises(XportError, match="schema_version"):
        verify_bundle(bundle_3)


def test_report_reads_a_run_of_version_1(run_1: Path) -> None:
    for name in ("report.html", "junit.xml"):
        (run_1 / name).unlink()
    html, junit = commands.report(run_1)
    assert "PASSED" in html.read_text()
    assert "NOT FOR MEDICAL USE" in html.read_text()
    assert "classifier" in junit.read_text()
    assert "<failure" not in junit.read_text()


def test_judging_a_run_of_version_1_again_gives_the_same_verdict(run_1: Path) -> None:
    before = json.loads((run_1 / "evidence.json").read_text())["verdict"]
    evidence = commands.judge(run_1)
    assert evidence.verdict.status is Status.PASSED
    assert json.loads(evidence.verdict.model_dump_json()) == before
