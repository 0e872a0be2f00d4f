"""Toolchains are installed whole or not at all, from their lock, and found again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.xport.toolchains import tiny
from xport.errors import InputError, PackageMissing, UnavailableError
from xport.toolchains import cache, interpreters
from xport.toolchains.installing import install, remove
from xport.toolchains.standing import standing_of
from xport.toolchains.worker import Done, Worker

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def toolchains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where toolchains of this test go."""
    folder = tmp_path / "toolchains"
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(folder))
    return folder


def start(folder: Path) -> subprocess.Popen[str]:
    """Install the tiny one in a process of its own."""
    code = f"from tests.xport.toolchains import tiny; tiny.install_in({str(folder)!r})"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def folders(toolchains: Path) -> list[str]:
    return [path.name for path in toolchains.glob("*") if path.is_dir()]


def test_an_installed_one_is_found_used_listed_and_removed(
    tmp_path: Path, toolchains: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchain = tiny.locked(tmp_path / "lock")
    with pytest.raises(PackageMissing, match="run `xport toolchain install tiny`, or nothing else"):
        interpreters.interpreter_for(toolchain)
    python, there = install(toolchain)
    assert not there
    assert python.parent.parent == toolchains / f"tiny-{toolchain.digest[:16]}"
    assert interpreters.interpreter_for(toolchain).python == python
    versions = {tiny.DISTRIBUTION: "1.0"}
    assert interpreters.tool_versions(toolchain, [tiny.DISTRIBUTION]) == versions
    with pytest.raises(PackageMissing, match="numpy is not installed") as caught:
        interpreters.tool_versions(toolchain, [tiny.DISTRIBUTION, "numpy"])
    assert caught.value.where == str(python)
    with Worker(toolchain) as worker:
        worker.ask("check", Done)
        place = worker.ask("imports", tiny.Place, name="xport_tiny_thing")
    assert place.executable == str(python)
    stamp = cache.Stamp.read(python.parent.parent / cache.STAMP)
    assert (stamp.lock_sha256, stamp.packages) == (toolchain.digest, versions)
    assert install(toolchain) == (python, True)
    standing = standing_of(toolchain)
    assert (standing.found, standing.python, standing.old) == ("installed", str(python), ())

    monkeypatch.setenv(toolchain.variable, str(python))
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "nothing"))
    found = interpreters.interpreter_for(toolchain)
    assert (found.python, found.found) == (python, "XPORT_TOOLCHAIN_TINY")
    monkeypatch.delenv(toolchain.variable)
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(toolchains))

    python.unlink()  # as an upgrade of the system may do
    assert cache.installed(toolchain) is None
    toolchain.lock.write_text(f"{toolchain.lock.read_text()}# another\n")
    standing = standing_of(toolchain)
    assert standing.found == ""
    assert standing.old == (str(python.parent.parent),)
    assert remove(toolchain) == [python.parent.parent]
    assert folders(toolchains) == []
    assert remove(toolchain) == []


@pytest.mark.parametrize(
    ("spoiled", "content", "words"),
    [
        (True, "", "THESE PACKAGES DO NOT MATCH THE HASHES"),
        (False, "raise ImportError('made for another machine')", "made for another machine"),
        pytest.param(
            False,
            "import os, signal; os.kill(os.getpid(), signal.SIGILL)",
            "SIGILL",
            marks=pytest.mark.long,
        ),
    ],
    ids=["another hash", "raises when imported", "dies when imported"],
)
def test_what_cannot_be_installed_says_why_and_leaves_nothing(
    spoiled: bool, content: str, words: str, tmp_path: Path, toolchains: Path
) -> None:
    toolchain = tiny.locked(tmp_path / "lock", content=content, spoiled=spoiled)
    with pytest.raises(UnavailableError) as caught:
        install(toolchain)
    assert words in str(caught.value)
    assert caught.value.exit_code == 3
    assert folders(toolchains) == []


def wait_for_begun(toolchains: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not folders(toolchains):
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_interrupt_leaves_nothing(tmp_path: Path, toolchains: Path) -> None:
    process = start(tmp_path / "lock")
    wait_for_begun(toolchains, process)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in words
    assert folders(toolchains) == []


def test_what_was_killed_is_not_taken_for_whole_and_made_anew(
    tmp_path: Path, toolchains: Path
) -> None:
    process = start(tmp_path / "lock")
    wait_for_begun(toolchains, process)
    process.kill()
    process.communicate(timeout=60)
    toolchain = tiny.locked(tmp_path / "lock")
    assert len(folders(toolchains)) == 1
    assert cache.installed(toolchain) is None
    assert standing_of(toolchain).old == (str(cache.folder_of(toolchain)),)
    python, there = install(toolchain)  # what the killed one had started may still be at work
    assert not there
    assert interpreters.interpreter_for(toolchain).python == python
    assert install(toolchain) == (python, True)


def test_what_was_damaged_since_is_told_and_made_anew(tmp_path: Path) -> None:
    toolchain = tiny.locked(tmp_path / "lock")
    python, _ = install(toolchain)
    assert standing_of(toolchain, closely=True).found == "installed"
    (package,) = python.parent.parent.glob("lib/python3*/site-packages/xport_tiny_thing.py")
    package.unlink()
    with Worker(toolchain) as worker, pytest.raises(UnavailableError) as caught:
        worker.ask("check", Done)
    assert "its packages do not run: No module named 'xport_tiny_thing'" in caught.value.what
    assert "run `xport toolchain install tiny`" in caught.value.remedy
    standing = standing_of(toolchain, closely=True)
    assert (standing.found, standing.asked) == ("", False)
    assert "is not what was installed there" in standing.trouble
    assert "run `xport toolchain install tiny`" in standing.remedy
    assert install(toolchain) == (python, False)
    with Worker(toolchain) as worker:
        worker.ask("check", Done)
    assert not cache.is_damaged(toolchain)
    python.unlink()
    python.symlink_to("/bin/false")
    assert cache.is_damaged(toolchain)
    interpreters._asked.cache_clear()
    with pytest.raises(PackageMissing, match=r"does not run as a Python; run `xport toolchain"):
        interpreters.tool_versions(toolchain, [tiny.DISTRIBUTION])
    assert not standing_of(toolchain).asked


def test_files_that_went_or_changed_are_a_damage_and_compiled_ones_are_none(
    tmp_path: Path,
) -> None:
    toolchain = tiny.locked(tmp_path / "lock")
    python = cache.python_in(cache.folder_of(toolchain))
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    site = cache.folder_of(toolchain) / "lib" / "python3.11" / "site-packages"
    info = site / "xport_tiny_thing-1.0.dist-info"
    info.mkdir(parents=True)
    assert cache.is_damaged(toolchain)  # nothing is there
    module = site / "xport_tiny_thing.py"
    compiled = "__pycache__/xport_tiny_thing.cpython-311.pyc"
    record = f"{module.name},,10\n{info.name}/RECORD,,\n{compiled},,5\n"
    (info / "RECORD").write_text(record)
    module.write_text("VALUE = 7\n")
    assert not cache.is_damaged(toolchain)
    module.write_text("VALUE")
    assert cache.is_damaged(toolchain)
    module.unlink()
    assert cache.is_damaged(toolchain)
    module.write_text("VALUE = 7\n")
    assert not cache.is_damaged(toolchain)
    (info / "RECORD").write_text(record[:4])
    assert cache.is_damaged(toolchain)
    (info / "RECORD").write_text(record)
    toolchain.lock.write_text(f"{toolchain.lock.read_text()}another-thing==2.0\n")
    shutil.copytree(python.parent.parent, cache.folder_of(toolchain), symlinks=True)
    assert cache.is_damaged(toolchain)


def test_two_that_want_the_same_wait_for_one_another(tmp_path: Path) -> None:
    tiny.locked(tmp_path / "lock")
    both = [start(tmp_path / "lock") for _ in range(2)]
    said = [process.communicate(timeout=300)[0].strip() for process in both]
    assert sorted(said) == ["False", "True"]


def test_a_python_of_another_version_is_refused(tmp_path: Path) -> None:
    toolchain = replace(tiny.locked(tmp_path / "lock"), python="3.4")
    with pytest.raises(UnavailableError, match=r"is Python 3\.\d+; the lock of tiny is for"):
        install(toolchain, Path(sys.executable))
    with pytest.raises(UnavailableError, match="no-python: does not run as a Python"):
        install(toolchain, tmp_path / "no-python")
    with pytest.raises(UnavailableError, match=r"no Python 3\.4, .*--python /path/to/python3\.4"):
        install(toolchain)


def test_a_folder_that_cannot_be_one_is_named(tmp_path: Path, toolchains: Path) -> None:
    toolchains.write_text("")
    with pytest.raises(InputError, match="toolchains: cannot be used"):
        install(tiny.locked(tmp_path / "lock"))


def test_a_variable_that_names_no_such_interpreter_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchain = tiny.locked(tmp_path / "lock")
    monkeypatch.setenv(toolchain.variable, sys.executable)
    with pytest.raises(UnavailableError, match=f"TOOLCHAIN_TINY: .* lacks {tiny.DISTRIBUTION}"):
        interpreters.interpreter_for(toolchain)
    monkeypatch.setenv(toolchain.variable, "/no/python")
    with pytest.raises(UnavailableError, match="/no/python: does not run as a Python"):
        interpreters.interpreter_for(toolchain)
    assert standing_of(toolchain).asked


def test_the_cache_of_this_user_is_where_they_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cache.FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", "/some/cache")
    if sys.platform == "linux":
        assert cache.root() == Path("/some/cache/xport/toolchains")
    assert cache.root().name == "toolchains"
