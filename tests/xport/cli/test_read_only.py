"""Where this user may not write, every command that writes says so, and those that read go on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import mini
from tests.conftest import ROOT
from tests.xport.signing.conftest import make_pair
from xport.common import digests

ORDINARY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]
"""Root without what lets it write everywhere."""


def as_ordinary_user(*arguments: object) -> subprocess.CompletedProcess[str]:
    rights = ORDINARY if os.geteuid() == 0 else []
    return subprocess.run(
        [*rights, sys.executable, "-m", "xport", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture
def read_only(run_copy: Path) -> Iterator[Path]:
    """The miniature run in folders that nobody may write."""
    folders = [run_copy, *(path for path in run_copy.rglob("*") if path.is_dir())]
    files = [path for path in run_copy.rglob("*") if path.is_file()]
    for path in (*files, *folders):
        path.chmod(0o444 if path.is_file() else 0o555)
    yield run_copy
    for folder in folders:
        folder.chmod(0o755)


COMMANDS = {
    "release": "release RELEASE --out RUN --cache-dir STORE",
    "convert": "convert RELEASE --out RUN --cache-dir STORE",
    "convert, a new folder": "convert RELEASE --out RUN/new --cache-dir STORE",
    "convert, the store": "convert RELEASE --out OUT --cache-dir RUN/new",
    "record": "record RUN",
    "judge": "judge RUN",
    "judge, another policy": "judge RUN --policy POLICY",
    "report": "report RUN",
    "bundle": "bundle RUN",
    "sign": "sign RUN/bundle --key KEY",
    "publish": "publish RUN/bundle RUN/site --channel next",
    "diff": "diff RUN/bundle RUN --html RUN/new.html",
    "bench": "bench RUN/bundle#classifier --backend cpu --out RUN/new",
    "profile": "profile RUN/bundle#classifier --backend cpu --out RUN/new",
    "targets": "targets RELEASE --cache-dir STORE --out RUN/new",
    "paper": "paper roc --data packaged:digits --out RUN/new",
    "phantoms": "phantoms mura RUN/new --patients 5 --size 64",
    "migrate": "migrate OLD --out RUN/new.toml",
}
"""Every command that writes; RUN cannot be written."""


def arguments(command: str, run: Path, place: Path) -> list[str]:
    """A command's words, with the paths that they stand for."""
    mini.write(mini.only_classifier(), place / "RELEASE")
    mini.write({"schema_version": 2, "policy": mini.policy()}, place / "POLICY")
    (place / "OLD").write_text("[policy]\nmin_probes = 1\n")
    here = {name: str(place / name) for name in ("RELEASE", "POLICY", "OLD", "STORE", "OUT")}
    words = here | {"RUN": str(run), "KEY": str(make_pair(place, "my").private)}
    return [re.sub("|".join(words), lambda m: words[m[0]], word) for word in command.split()]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_writes_is_exit_code_3(name: str, read_only: Path, tmp_path: Path) -> None:
    before = digests.of_folder(read_only)
    done = as_ordinary_user(*arguments(COMMANDS[name], read_only, tmp_path))
    assert done.returncode == 3, done.stderr
    assert f"xport: {read_only}" in done.stderr
    assert "Permission denied; choose a place that you may use" in done.stderr
    assert "unexpected" not in done.stderr
    assert "Traceback" not in done.stderr
    assert digests.of_folder(read_only) == before


def test_a_command_that_reads_needs_no_right_to_write(read_only: Path) -> None:
    done = as_ordinary_user("verify", read_only / "bundle")
    assert done.returncode == 0, done.stderr


def test_what_may_not_be_read_is_named(run_copy: Path) -> None:
    (run_copy / "plan.json").chmod(0)
    done = as_ordinary_user("judge", run_copy)
    assert done.returncode == 2
    assert f"{run_copy}/plan.json: cannot read Plan: Permission denied" in done.stderr


def test_a_disk_that_is_mounted_read_only(run_copy: Path) -> None:
    command = f"""
        mount --bind {run_copy} {run_copy} && mount -o remount,ro,bind {run_copy} &&
        {sys.executable} -m xport judge {run_copy}
    """
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 3, done.stderr
    assert f"xport: {run_copy}" in done.stderr
    assert "Read-only file system; choose a place" in done.stderr
