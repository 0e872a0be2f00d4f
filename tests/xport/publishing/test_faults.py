"""Whatever ends a publisher, a channel points at a whole release, and the next one goes on."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock
import pytest

from tests.xport.publishing.conftest import FEW, NOW, Make, at, policy, terms
from xport.common import digests
from xport.errors import InputError, UnavailableError
from xport.publishing.documents import channel_path
from xport.publishing.stores import Overtaken
from xport.workflow import publishing
from xport.workflow.following import follow, releases
from xport.workflow.publishing import publish

NEXT = channel_path("next")
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
EVENTS = {"open", "os.rename", "os.link", "os.mkdir", "os.chmod", "shutil.copyfile"}
"""What changes a file system, as Python's audit hooks are told of it."""


def in_a_process(work: Callable[[], object]) -> int:
    """Do it in a process of its own; its exit code, negative where a signal ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(99)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def ended_at(place: int, target: Path, end: Callable[[], None]) -> list[int]:
    """Have this process end at an operation of this number in a folder; how many there were."""
    count = [0]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in EVENTS and any(
            str(one).startswith(str(target)) for one in arguments[:2] if isinstance(one, str | Path)
        ):
            count[0] += 1
            if count[0] - 1 == place:
                end()

    sys.addaudithook(hook)
    return count


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupted() -> None:
    raise KeyboardInterrupt


def full() -> None:
    raise FULL


@pytest.mark.parametrize("end", [killed, interrupted, full])
def test_whatever_ends_it_the_channel_is_whole_and_the_next_one_goes_on(
    end: Callable[[], None], make: Make, quick: Callable[..., Path], target: Path, seen: Path
) -> None:
    """At operations on the disk from the first to the last, and at each of the last ones."""
    old, new = (quick(make(f"1.{n}.0", n + 1)) for n in (0, 1))
    publish(old, str(target), "next", terms())
    start, told = (target.parent / name for name in ("start", "told"))
    shutil.copytree(target, start)

    def again(place: int) -> None:
        count = ended_at(place, target, end)
        try:
            publish(new, str(target), "next", terms())
        except KeyboardInterrupt:
            told.write_text("interrupted")
        except UnavailableError as error:
            told.write_text(str(error))
        else:
            told.write_text(f"operations {count[0]}")

    assert in_a_process(lambda: again(-1)) == 0
    total = int(told.read_text().removeprefix("operations "))
    assert total > 40
    reached, unheard = [], 0
    for place in (*range(0, total - 14, 4), *range(total - 14, total)):
        shutil.rmtree(target)
        shutil.rmtree(seen)
        shutil.copytree(start, target)
        told.unlink(missing_ok=True)
        code = in_a_process(lambda place=place: again(place))
        assert code == (-signal.SIGKILL if end is killed else 0)
        if end is full and told.read_text().startswith("operations"):
            unheard += 1  # a lock is tried again, and what tidies up need not work
            assert follow(str(target), "next", None, NOW).channel.release.version == "1.1.0"
        elif end is full:
            assert "No space left on device" in told.read_text()
        elif end is interrupted:
            assert told.read_text() == "interrupted"
        if end is not killed:
            left = {path.name for path in (target / ".xport").iterdir()}
            assert all(name == "lock" or name.startswith(".xport-") for name in left)
        channel = follow(str(target), "next", None, NOW).channel
        if end is killed or not told.read_text().startswith("operations"):
            reached.append(channel.release.version)
        bundle = old if channel.release.version == "1.0.0" else new
        assert digests.of_folder(target / channel.release.path) == digests.of_folder(bundle)
        done = publish(new, str(target), "next", terms(clock=at(seconds=1)))
        assert done.channel.release.version == "1.1.0"
        there = target / done.channel.release.path
        assert digests.of_folder(there) == digests.of_folder(new)
        assert done.sent is not None
        if place > total * 0.8:
            assert done.sent.there == len(FEW)
        assert releases(str(target), at=NOW).unfinished == ()
    assert unheard < len(reached) / 3
    assert sorted(reached) == reached  # once it is the new one, it stays
    assert {*reached} == {"1.0.0", "1.1.0"}


def test_a_disk_that_is_full_half_way_through_a_file(
    make: Make, quick: Callable[..., Path], target: Path
) -> None:
    bundle = quick(make("0.5.0"), (*FEW, "evidence.json"))
    said = target.parent / "said"
    largest = (bundle / "evidence.json").stat().st_size

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest // 2, largest // 2))
        try:
            publish(bundle, str(target), "next", terms())
        except UnavailableError as error:
            os.write(2, str(error).encode())
            said.write_text(str(error))

    assert in_a_process(limited) == 0
    assert "cannot write: File too large; free disk space" in said.read_text()
    assert ".xport" not in said.read_text()
    assert not (target / NEXT).exists()
    assert {path.name for path in (target / ".xport").iterdir()} <= {"lock"}
    done = publish(bundle, str(target), "next", terms())
    assert done.sent is not None
    assert (done.sent.there, done.sent.sent) == (1, 4)


def test_the_second_of_two_publishers_is_told(
    make: Make, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = publishing.send_release

    def slow(*arguments: Any) -> Any:
        sent = send(*arguments)
        monkeypatch.setattr(publishing, "send_release", send)
        publish(make("1.1.0", 2), str(target), "next", terms())
        return sent

    monkeypatch.setattr(publishing, "send_release", slow)
    with pytest.raises(Overtaken, match="somebody else changed it meanwhile") as said:
        publish(make("1.2.0", 3), str(target), "next", terms())
    assert said.value.exit_code == 3
    channel = follow(str(target), "next", None, NOW).channel
    assert (channel.sequence, channel.release.version) == (1, "1.1.0")
    done = publish(make("1.2.0", 3), str(target), "next", terms())
    assert done.sent is not None
    assert (done.sent.sent, done.channel.sequence) == (0, 2)


def test_of_publishers_at_once_as_many_win_as_the_channel_has_numbers(
    make: Make, quick: Callable[..., Path], target: Path, tmp_path: Path
) -> None:
    bundles = [quick(make(f"1.{number}.0", number)) for number in (1, 2, 3, 4)]
    children = []
    ready, go = os.pipe()
    for number, bundle in enumerate(bundles):
        child = os.fork()
        if child == 0:
            os.close(go)
            os.environ["XPORT_SEEN"] = str(tmp_path / f"machine {number}")
            os.read(ready, 1)  # until the parent lets go
            try:
                publish(bundle, str(target), "next", terms(allow_downgrade=True))
            except Overtaken:
                os._exit(3)
            except BaseException:
                traceback.print_exc()
                os._exit(99)
            os._exit(0)
        children.append(child)
    os.close(ready)
    os.close(go)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert {*codes} <= {0, 3}
    channel = follow(str(target), "next", None, NOW).channel
    assert channel.sequence == codes.count(0) >= 1
    assert len(channel.earlier) == channel.sequence - 1
    assert len(releases(str(target), at=NOW).entries) == 4
    there = target / channel.release.path
    (won,) = [bundle for bundle in bundles if channel.release.version in bundle.name]
    assert digests.of_folder(there) == digests.of_folder(won)


def test_what_an_ended_process_left_is_removed_after_a_day(make: Make, target: Path) -> None:
    policy(target)
    work = target / ".xport"
    work.mkdir()
    for name, age in (("old", 2 * 24 * 3600), ("new", 60)):
        (work / name).write_text("half")
        when = (work / name).stat().st_mtime - age
        os.utime(work / name, (when, when))
    publish(make(), str(target), "next", terms())
    assert {path.name for path in work.iterdir()} - {"lock"} == {"new"}


def test_a_file_system_without_links_or_locks_wants_a_single_publisher(
    make: Make, quick: Callable[..., Path], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = quick(make())

    def no_links(*paths: Any) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    def no_locks(self: Any) -> None:
        raise NotImplementedError("no flock here")

    for place, what, without in (
        (os, "link", no_links),
        (filelock.FileLock, "_acquire", no_locks),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(place, what, without)
            with pytest.raises(InputError, match="has no conditional writes"):
                publish(bundle, str(target), "next", terms())
            done = publish(bundle, str(target), "next", terms(single_publisher=True))
            assert done.channel.single_publisher
    assert not publish(bundle, str(target), "next", terms()).channel.single_publisher
