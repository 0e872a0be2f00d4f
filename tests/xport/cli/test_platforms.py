"""What only POSIX has is taken away, and Debian's browsers are: all else works."""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import browser_harness
import reference
import reports
import xport as package
from tests import mini
from tests.conftest import ROOT

ELSEWHERE = """
import asyncio, concurrent.futures, filelock, os, psutil, select, selectors, signal, subprocess, sys
import multiprocessing.connection, multiprocessing.popen_spawn_posix, tempfile
import multiprocessing.resource_tracker as tracker

for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
for name in ("fork", "forkpty", "geteuid", "getpgid", "killpg", "setsid"):
    delattr(os, name)
for name in ("pthread_sigmask", "SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGPIPE"):
    delattr(signal, name)
del select.poll
tracker._HAVE_SIGMASK = False
"""
"""Imported first are modules of the standard library, filelock and psutil: Windows has others."""

EVERY_MODULE = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """The variables of a process without any of that, and of those that it starts."""
    (tmp_path / "sitecustomize.py").write_text(ELSEWHERE)
    path = f"{tmp_path}{os.pathsep}{ROOT}"
    return os.environ | {"PYTHONPATH": path, "PATH": "", "XPORT_BROWSER": "none: not here"}


def run(elsewhere: dict[str, str], *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=ROOT,
        env=elsewhere,
        capture_output=True,
        text=True,
        timeout=400,
    )


def test_it_is_away(elsewhere: dict[str, str]) -> None:
    for code in ("import fcntl", "import resource", "import os; os.fork"):
        assert run(elsewhere, "-c", code).returncode == 1


def test_every_module_is_imported(elsewhere: dict[str, str]) -> None:
    names = [
        one.name
        for root in (package, reference, reports, browser_harness)
        for one in pkgutil.walk_packages(root.__path__, f"{root.__name__}.")
        if not one.name.endswith(".__main__")
    ]
    assert len(names) > 300
    done = run(elsewhere, "-c", EVERY_MODULE, *names)
    assert done.returncode == 0, done.stderr


def test_a_release_is_converted(elsewhere: dict[str, str], tmp_path: Path) -> None:
    content = mini.only_classifier() | {"routes": {"direct": {}}}
    file = mini.write(content, tmp_path / "release.toml")
    cache = tmp_path / "store"
    done = run(
        elsewhere, "-m", "xport", "convert", file, "--out", tmp_path / "run", "--cache-dir", cache
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "plan.json").is_file()


def test_what_cannot_work_is_refused_by_name(elsewhere: dict[str, str]) -> None:
    done = run(elsewhere, "-m", "xport", "toolchain", "install", "tensorflow")
    assert done.returncode == 3, done.stderr
    assert "toolchain tensorflow: cannot be installed on this system" in done.stderr


def test_a_run_is_judged_reported_and_verified(elsewhere: dict[str, str], run_copy: Path) -> None:
    for words in (("judge", run_copy), ("report", run_copy), ("bundle", run_copy)):
        done = run(elsewhere, "-m", "xport", *words)
        assert done.returncode == 0, done.stderr
    assert run(elsewhere, "-m", "xport", "verify", run_copy / "bundle").returncode == 0


@pytest.mark.long
def test_what_needs_a_browser_says_so(elsewhere: dict[str, str], run_copy: Path) -> None:
    cache = run_copy / "cache"
    done = run(elsewhere, "-m", "xport", "record", run_copy, "--cache-dir", cache)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
