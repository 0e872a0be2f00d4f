"""Targets that fsspec reaches: its own memory store, and the same with faults."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tests.xport.publishing.conftest import NOW, Make, terms
from tests.xport.publishing.test_publish import run
from xport.common import digests
from xport.errors import InputError, IntegrityError, UnavailableError
from xport.publishing.documents import POLICY
from xport.workflow import targets
from xport.workflow.following import follow, releases
from xport.workflow.publishing import promote, publish, rollback

ALONE = {"single_publisher": True}
TARGET = "faulty://store/target"
WEAK = b'{"allow_weak": true}'


class Faulty(MemoryFileSystem):  # type: ignore[misc]
    """Memory that fails at the operation of a number, having kept half, or alters what it takes."""

    protocol: ClassVar[str] = "faulty"  # type: ignore[assignment]
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    fails_at = -1
    count = 0
    alters = False
    deaf = False

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.replace("faulty://", "memory://")))

    def _tick(self, path: str, half: bytes | None = None) -> None:
        Faulty.count += 1
        if Faulty.count - 1 == Faulty.fails_at:
            if half is not None:
                super().pipe_file(path, half)
            raise ConnectionResetError("the connection to\nuser:secret was reset")

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **more: Any) -> Any:
        self._tick(path, value[: len(value) // 2])
        return super().pipe_file(path, value, mode, **more)

    def put_file(self, lpath: str, rpath: str, *rest: Any, **more: Any) -> None:
        content = Path(lpath).read_bytes()
        self._tick(rpath, content[: len(content) // 2])
        if Faulty.alters:
            content = content[:-1] + bytes([content[-1] ^ 1])
        super().pipe_file(rpath, content)

    def cp_file(self, path1: str, path2: str, **more: Any) -> None:
        self._tick(path2)
        if not (Faulty.deaf and "channels" in path2):
            super().cp_file(path1, path2, **more)

    def _rm(self, path: str) -> None:
        self._tick(path)
        super()._rm(path)

    def _open(self, path: str, mode: str = "rb", **more: Any) -> Any:
        if mode == "rb":
            self._tick(path)
        return super()._open(path, mode, **more)

    def find(self, path: str, **more: Any) -> Any:
        self._tick(path)
        return super().find(path, **more)


fsspec.register_implementation("faulty", Faulty, clobber=True)


@pytest.fixture(autouse=True)
def store() -> Iterator[MemoryFileSystem]:
    """An empty store whose target takes weak releases."""
    Faulty.store.clear()
    Faulty.pseudo_dirs[:] = [""]
    Faulty.fails_at, Faulty.count, Faulty.alters, Faulty.deaf = -1, 0, False, False
    fs = fsspec.filesystem("faulty")
    fs.makedirs("/store/target")
    MemoryFileSystem.pipe_file(fs, f"/store/target/{POLICY}", WEAK)
    yield fs
    Faulty.fails_at = -1


def objects(fs: MemoryFileSystem, path: str) -> dict[str, str]:
    """SHA-256 of what lies under a path of the target."""
    start = f"/store/target/{path}/"
    return {
        name.removeprefix(start): digests.of_bytes(fs.store[name].getvalue())
        for name in fs.store
        if name.startswith(start)
    }


def test_without_conditional_writes_it_wants_a_single_publisher(
    make: Make, store: MemoryFileSystem
) -> None:
    before = set(store.store)
    with pytest.raises(InputError, match="has no conditional writes that xport knows of") as said:
        publish(make(), TARGET, "next", terms())
    assert "--single-publisher" in said.value.remedy
    assert set(store.store) == before
    done = publish(make(), TARGET, "next", terms(**ALONE))
    assert done.channel.single_publisher
    for move in (
        lambda: promote("next", "stable", TARGET, terms()),
        lambda: rollback(TARGET, "next", terms()),
    ):
        with pytest.raises(InputError, match="--single-publisher"):
            move()


def test_fsspecs_own_memory_is_such_a_store(make: Make) -> None:
    fs = fsspec.filesystem("memory")
    try:
        fs.pipe_file(f"/somewhere/{POLICY}", WEAK)
        done = publish(make(), "memory://somewhere", "next", terms(**ALONE))
        assert done.sent is not None
        assert done.sent.sent == 78
        assert promote("next", "stable", "memory://somewhere", terms(**ALONE)).channel.sequence == 1
        assert len(releases("memory://somewhere", at=NOW).entries) == 1
    finally:
        fs.rm("/somewhere", recursive=True)


def test_every_object_lies_there_as_it_is_here(make: Make, store: MemoryFileSystem) -> None:
    done = publish(make(), TARGET, "next", terms(**ALONE))
    assert objects(store, done.channel.release.path) == digests.of_folder(make())
    again = publish(make(), TARGET, "next", terms(**ALONE))
    assert again.sent is not None
    assert (again.sent.sent, again.sent.there) == (0, 78)


def test_promote_and_rollback_check_what_lies_there(make: Make, store: MemoryFileSystem) -> None:
    for number in (1, 2):
        publish(make(f"1.{number}.0", number), TARGET, "next", terms(**ALONE))
    assert promote("next", "stable", TARGET, terms(**ALONE)).channel.release.version == "1.2.0"
    done = rollback(TARGET, "next", terms(**ALONE))
    assert done.channel.release.version == "1.1.0"
    path = f"/store/target/{done.channel.release.path}"
    MemoryFileSystem.pipe_file(store, f"{path}/engine.js", b"// of somebody else")
    with pytest.raises(IntegrityError, match=r"file engine\.js is changed") as said:
        promote("next", "stable", TARGET, terms(allow_downgrade=True, **ALONE))
    assert said.value.where == f"{TARGET}/{done.channel.release.path}"
    MemoryFileSystem.pipe_file(store, f"{path}/more.js", b"")
    with pytest.raises(IntegrityError, match=r"file more\.js is extra"):
        promote("next", "stable", TARGET, terms(allow_downgrade=True, **ALONE))


def test_a_connection_that_breaks_at_any_moment_leaves_the_channel_whole(
    make: Make, store: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, known = targets.checked, {}

    def once(desk: Any, bundle: Path, keys: Any = ()) -> Any:
        if bundle not in known:
            known[bundle] = check(desk, bundle)
        return known[bundle]

    monkeypatch.setattr(targets, "checked", once)
    old, new = make("1.0.0", 1), make("1.1.0", 2)
    first = publish(old, TARGET, "next", terms(**ALONE))
    start = {name: file.getvalue() for name, file in store.store.items()}
    Faulty.count = 0
    publish(new, TARGET, "next", terms(**ALONE))
    total, seen_before = Faulty.count, first.channel
    places = sorted({*range(0, total, max(1, total // 12)), *range(total - 14, total)})
    failed = 0
    for place in places:
        for name in [*store.store]:
            del store.store[name]
        for name, content in start.items():
            MemoryFileSystem.pipe_file(store, name, content)
        monkeypatch.setenv("XPORT_SEEN", f"/proc/none/{place}")  # each is the first
        Faulty.count, Faulty.fails_at = 0, place
        told = failure_of(new)
        if told is not None:  # what tidies up may fail unseen
            words = "the store failed: ConnectionResetError: the connection to user:secret was"
            assert words in str(told)
            assert "it goes on where it ended" in told.remedy
            assert len(str(told).splitlines()) == 1
            failed += 1
        Faulty.fails_at = -1
        channel = follow(TARGET, "next", None, NOW).channel
        bundle = old if channel.release == seen_before.release else new
        assert objects(store, channel.release.path) == digests.of_folder(bundle)
        done = publish(new, TARGET, "next", terms(**ALONE))
        assert objects(store, done.channel.release.path) == digests.of_folder(new)
    assert failed > len(places) / 2


def failure_of(bundle: Path) -> UnavailableError | None:
    """What publishing fails with."""
    try:
        publish(bundle, TARGET, "next", terms(**ALONE))
    except UnavailableError as error:
        return error
    return None


def test_a_store_that_alters_what_it_takes_is_caught(make: Make, store: MemoryFileSystem) -> None:
    Faulty.alters = True
    with pytest.raises(IntegrityError, match="the store holds other bytes than were sent"):
        publish(make(), TARGET, "next", terms(**ALONE))
    assert objects(store, "channels") == {}


def test_a_store_that_answers_with_what_it_held_before_is_told(
    make: Make, store: MemoryFileSystem
) -> None:
    publish(make("1.0.0", 1), TARGET, "next", terms(**ALONE))
    Faulty.deaf = True
    with pytest.raises(UnavailableError, match="holds something else than was just written"):
        publish(make("1.1.0", 2), TARGET, "next", terms(**ALONE))


def test_a_password_in_an_address_is_never_shown(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    for address in ("faulty://me:secret@store/target", "nothing://me:secret@host/x?token=secret"):
        for words in (("publish", make(), address, "--channel", "next"), ("releases", address)):
            run(*words)
            told = capsys.readouterr()
            assert "secret" not in told.out + told.err
            assert told.out + told.err


def test_without_fsspec_a_folder_is_published_to_and_a_store_is_not(
    make: Make, target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    for module in [one for one in sys.modules if one.partition(".")[0] == "fsspec"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name: None if name == "fsspec" else find(name),
    )
    words = ("--channel", "next", "--allow-unchecked")
    assert run("publish", make(), target, *words) == 0
    assert "fsspec" not in sys.modules
    capsys.readouterr()
    assert run("publish", make(), "memory://x", *words) == 3
    said = capsys.readouterr().err
    assert "package fsspec is not installed" in said
    assert "xport-tfjs[publish]" in said


def test_a_folder_may_be_an_address_too(make: Make, target: Path) -> None:
    done = publish(make(), f"file://{target}", "next", terms())
    assert not done.channel.single_publisher
    assert (target / "channels" / "next.json").is_file()
