"""docs/publishing.md: every command on it is run, on a bundle that PASSED, with real openssl."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.examples import blocks
from tests.kept import MiniRun
from xport.publishing.channels import change_channel, find_channel
from xport.publishing.stores import open_store
from xport.signing.keys import read_private_key, read_public_key, shown

PAGE = ROOT / "docs" / "publishing.md"
COMMANDS = blocks(PAGE, "sh")
BUNDLE = Path("build/my/bundle")
HOST = "https://tool.example.org"
"""Whose target is this one, in the page's words."""
CHECKED = "verify build/my/bundle --key"
"""In the command that checks the bundle by key."""
REFUSED = "--revocations"
"""In the command that ends with 3: its release is revoked."""
PASSPHRASE = "words that nobody guesses"
PROGRAMS = {"xport": "xport", "model_signing": "model_signing"}
"""What is installed beside Python, and the module that it runs."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing of it."""

    def log_message(self, *arguments: object) -> None:
        pass


@dataclass(frozen=True)
class Desk:
    """A folder in which somebody types what the page says."""

    folder: Path

    def types(self, command: str) -> subprocess.CompletedProcess[str]:
        if HOST not in command:
            return self.typed(command)
        with self.host() as address:
            return self.typed(command.replace(HOST, address).rstrip() + " --allow-http")

    @contextlib.contextmanager
    def host(self) -> Iterator[str]:
        """The target, served; its address."""
        handler = functools.partial(Quiet, directory=str(self.folder / "site"))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}"
            finally:
                server.shutdown()
                thread.join()

    def typed(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.folder,
            env=os.environ
            | {
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "XPORT_KEY_PASSPHRASE": PASSPHRASE,
                "XPORT_SEEN": str(self.folder / "seen"),
            },
            capture_output=True,
            text=True,
            timeout=120,
        )

    def step(self, words: str) -> subprocess.CompletedProcess[str]:
        """The one command of the page with these words in it."""
        (found,) = [command for command in COMMANDS if words in command]
        return self.types(found)


@pytest.fixture(scope="module")
def followed(
    mini_run: MiniRun, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, list[subprocess.CompletedProcess[str]]]:
    """The page, followed from its first command to its last."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(mini_run.folder / "bundle", folder / BUNDLE)
    (folder / "bin").mkdir()
    for name, module in PROGRAMS.items():
        program = folder / "bin" / name
        paths = shlex.quote(os.pathsep.join([str(ROOT), *filter(None, sys.path)]))
        program.write_text(
            f'#!/bin/sh\nPYTHONPATH={paths} exec {shlex.quote(sys.executable)} -m {module} "$@"\n'
        )
        program.chmod(0o755)
    desk = Desk(folder)
    return desk, [desk.types(command) for command in COMMANDS]


@pytest.fixture
def desk(followed: tuple[Desk, list[subprocess.CompletedProcess[str]]], tmp_path: Path) -> Desk:
    """A copy of the folder after all commands, to spoil."""
    return Desk(Path(shutil.copytree(followed[0].folder, tmp_path / "desk")))


def test_every_command_works(
    followed: tuple[Desk, list[subprocess.CompletedProcess[str]]],
) -> None:
    desk, done = followed
    assert len(done) == 17
    for command, result in zip(COMMANDS, done, strict=True):
        code = 3 if REFUSED in command else 0
        assert result.returncode == code, command + result.stdout + result.stderr
    _, told, signed, verified, model, statement, files, more, *others = (one.stdout for one in done)
    key = read_public_key(desk.folder / "release.pub", desk.folder / BUNDLE)
    assert told.split()[0] == key.fingerprint
    assert f"signed with {shown(key.fingerprint)}" in signed
    assert f"signature        signed with release.pub, {shown(key.fingerprint)}" in verified
    assert "Verification succeeded" in model
    assert "Verified OK" in statement
    assert files == '"result":"PASSED"\n'
    assert more == ""
    _, published, promoted, listed, channel, received, revoked, _, replaced = others
    assert f"signature        signed with {shown(key.fingerprint)}" in published
    assert "channel          stable, number 1" in promoted
    assert "next: mini (" in listed
    assert "NOT TO BE USED" not in listed
    assert (desk.folder / "releases.html").read_text().count("<svg") == 0  # one release, no trend
    assert channel == "Verified OK\n"
    assert "channel stable, number 1, until " in received
    assert f"signed with release.pub, {shown(key.fingerprint)}" in received
    assert "is revoked since " in revoked
    assert "NOT DONE: channel stable is still at it" in revoked
    refusal = done[-2].stderr
    assert "a finding was trained on wrong labels" in refusal
    assert f"{shown(key.fingerprint)} is replaced by sha256:" in replaced
    assert replaced.count("signed anew: ") == 3


def test_who_receives_it_is_told_of_what_was_revoked_and_replaced(desk: Desk) -> None:
    done = desk.step(HOST)
    assert done.returncode == 3
    assert "is revoked since " in done.stderr  # by a list that the new key signed
    (desk.folder / "site" / "revocations.json").unlink()
    done = desk.step(HOST)
    assert done.returncode == 3
    assert "of the list of revoked releases, and there is none; somebody withholds" in done.stderr
    store = open_store(str(desk.folder / "site"))
    found = find_channel(store, "stable")
    assert found.channel is not None
    of_earlier = {"sequence": found.sequence + 1, "revocations": None}
    key = read_private_key(desk.folder / "next.key", None, lambda: PASSPHRASE)
    change_channel(store, found, found.channel.model_copy(update=of_earlier), key)
    done = desk.step(HOST)
    assert done.returncode == 0
    assert "the channel names no list of revoked releases: an earlier xport wrote it" in done.stdout
    assert " was replaced, by sha256:" in done.stdout
    assert "the bundle was signed before that" in done.stdout


def test_the_list_of_files_is_of_all_but_the_signatures(desk: Desk) -> None:
    listed = (desk.folder / "SHA256SUMS").read_text().splitlines()
    bundle = desk.folder / BUNDLE
    files = [path for path in bundle.rglob("*") if path.is_file()]
    assert len(listed) == len(files) - 2


def test_a_changed_file_is_seen(desk: Desk) -> None:
    (desk.folder / BUNDLE / "app.js").write_text("// of somebody else\n")
    done = desk.step("sha256sum --strict")
    assert done.returncode != 0
    assert "app.js: FAILED" in done.stdout
    assert desk.step("model_signing verify").returncode != 0
    assert desk.step(CHECKED).returncode == 3


def test_a_missing_file_is_seen(desk: Desk) -> None:
    (desk.folder / BUNDLE / "app.css").unlink()
    done = desk.step("sha256sum --strict")
    assert done.returncode != 0
    assert "app.css: FAILED open or read" in done.stdout


def test_an_added_file_is_seen(desk: Desk) -> None:
    (desk.folder / BUNDLE / "more.js").write_text("")
    assert desk.step("sha256sum --strict").returncode == 0
    done = desk.step("| diff - found.txt")
    assert (done.returncode, "> more.js" in done.stdout) == (1, True)


def test_a_statement_of_somebody_else_is_seen(desk: Desk) -> None:
    envelope = desk.folder / BUNDLE / "signature" / "evidence.dsse.json"
    text = envelope.read_text()
    payload = re.search(r'"payload": "(.*)"', text)
    assert payload is not None
    envelope.write_text(text.replace(payload[1], payload[1].replace("A", "B", 1)))
    done = desk.step("statement.pae")
    assert done.returncode != 0
    assert "Verification failure" in done.stdout
    assert desk.step(CHECKED).returncode == 3


def test_another_key_is_seen(desk: Desk) -> None:
    for command in COMMANDS[:2]:
        (desk.folder / "release.key").unlink(missing_ok=True)
        assert desk.types(command).returncode == 0
    for words in ("statement.pae", "model_signing verify", CHECKED):
        assert desk.step(words).returncode != 0


def test_nobody_is_promised_more_than_a_signature_can_say() -> None:
    for page in (PAGE, ROOT / "SECURITY.md"):
        text = " ".join(page.read_text().split())
        assert "forger who can replace the page can make it say anything" in text
        assert "trust is decided outside" in text or "That is decided outside" in text
        assert "genuine" not in text.lower()
