"""An S3-compatible store: conditional writes, two publishers, cut connections, a full disk."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from tests.xport.publishing.conftest import NOW, Make, at, terms
from tests.xport.publishing.s3 import PACKAGES, Asked, Fault, Proxy, moto_server
from tests.xport.publishing.test_publish import run
from xport.common import digests
from xport.errors import InputError, IntegrityError, UnavailableError
from xport.publishing.documents import POLICY, channel_path
from xport.publishing.stores import Overtaken, open_store
from xport.workflow.following import follow, releases
from xport.workflow.publishing import publish

WEAK = b'{"schema_version": 1, "allow_weak": true}'
CHANNEL = channel_path("next")
CUTS = ("refused", "half sent", "unanswered", "half answered")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """The port of the store; its packages can be imported as long."""
    with moto_server() as port:
        sys.path.append(str(PACKAGES))
        yield port
        sys.path.remove(str(PACKAGES))


@pytest.fixture
def proxy(server: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Between publisher and store; nothing is sent a second time."""
    import s3fs

    between = Proxy(server)
    with between.serving() as address:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "user",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": address,
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
        s3fs.S3FileSystem.clear_instance_cache()
        yield between
        s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def fs(proxy: Proxy) -> Any:
    """The store itself."""
    return fsspec.filesystem("s3")


@pytest.fixture
def bucket(fs: Any, tmp_path: Path) -> str:
    """The address of an empty target that takes weak releases."""
    name = f"bucket-{digests.of_bytes(str(tmp_path).encode())[:12]}"
    fs.mkdir(name)
    fs.pipe_file(f"{name}/target/{POLICY}", WEAK)
    return f"s3://{name}/target"


def objects(fs: Any, target: str, path: str) -> dict[str, str]:
    """SHA-256 of what lies under a path of the target."""
    start = f"{target.removeprefix('s3://')}/{path}/"
    fs.invalidate_cache()
    return {
        name.removeprefix(start): digests.of_bytes(fs.cat_file(name)) for name in fs.find(start)
    }


def test_a_store_with_conditional_writes_wants_no_single_publisher(
    make: Make, quick: Callable[..., Path], bucket: str, fs: Any
) -> None:
    bundle = quick(make())
    done = publish(bundle, bucket, "next", terms())
    assert not done.channel.single_publisher
    assert objects(fs, bucket, done.channel.release.path) == digests.of_folder(bundle)
    assert objects(fs, bucket, ".xport") == {}
    again = publish(bundle, bucket, "next", terms(clock=at(seconds=1)))
    assert again.sent is not None
    assert (again.sent.sent, again.channel.sequence) == (0, 2)
    assert len(releases(bucket, at=NOW).entries) == 1


@pytest.mark.parametrize("what", ["takes every write", "knows no conditions"])
def test_one_that_does_not_heed_conditions_wants_a_single_publisher(
    make: Make, quick: Callable[..., Path], bucket: str, proxy: Proxy, what: str
) -> None:
    bundle = quick(make())
    if what == "takes every write":
        proxy.deaf = True
    else:
        proxy.fault = lambda asked: "NotImplemented 501" if ".xport/" in asked.path else None
    with pytest.raises(InputError, match="has no conditional writes") as said:
        publish(bundle, bucket, "next", terms())
    assert "--single-publisher" in said.value.remedy
    done = publish(bundle, bucket, "next", terms(single_publisher=True))
    assert done.channel.single_publisher


@pytest.mark.parametrize("first", [True, False])
def test_of_two_publishers_at_once_one_wins_and_the_other_is_told(
    make: Make,
    quick: Callable[..., Path],
    bucket: str,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    first: bool,
) -> None:
    """The other one publishes between the last look of the first and its write."""
    old, mine, other = (quick(make(f"1.{n}.0", n + 1)) for n in range(3))
    if not first:
        publish(old, bucket, "next", terms())

    def meanwhile(asked: Asked) -> None:
        if asked.writes(CHANNEL):
            proxy.fault = None
            monkeypatch.setenv("XPORT_SEEN", str(mine.parent / "another machine"))
            publish(other, bucket, "next", terms())

    proxy.fault = meanwhile
    with pytest.raises(Overtaken, match="somebody else changed it meanwhile") as said:
        publish(mine, bucket, "next", terms())
    assert said.value.exit_code == 3
    channel = follow(bucket, "next", None, NOW).channel
    assert channel.release.version == "1.2.0"
    assert channel.sequence == (1 if first else 2)


def failure_of(bundle: Path, target: str) -> UnavailableError | None:
    """What publishing fails with."""
    try:
        publish(bundle, target, "next", terms())
    except UnavailableError as error:
        return error
    return None


def cut_from(number: int, cut: str) -> Fault:
    """Cut the request of this number, and the same request whenever it is sent again."""
    what: list[tuple[str, str]] = []

    def fault(asked: Asked) -> str | None:
        if asked.number == number:
            what.append((asked.method, asked.path))
        return cut if (asked.method, asked.path) in what else None

    return fault


def test_a_connection_that_is_cut_in_any_phase_leaves_the_channel_at_a_whole_release(
    make: Make,
    quick: Callable[..., Path],
    bucket: str,
    fs: Any,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = (quick(make(f"1.{n}.0", n + 1)) for n in range(2))
    publish(old, bucket, "next", terms())
    root = bucket.removeprefix("s3://")
    start = {name: fs.cat_file(name) for name in fs.find(root)}
    before = proxy.count
    publish(new, bucket, "next", terms())
    total = proxy.count - before
    places = sorted({*range(0, total, max(1, total // 6)), *range(total - 5, total)})
    reached = []
    for turn, place in enumerate(places):
        fs.invalidate_cache()
        fs.rm(root, recursive=True)
        fs.pipe(start)
        monkeypatch.setenv("XPORT_SEEN", f"/proc/none/{place}")  # each is the first
        proxy.fault = cut_from(proxy.count + place, CUTS[turn % len(CUTS)])
        told = failure_of(new, bucket)
        proxy.fault = None
        channel = follow(bucket, "next", None, NOW).channel
        if told is not None:  # what tidies up may fail unseen
            assert "secret" not in str(told)
            assert len(str(told).splitlines()) == 1
            reached.append(channel.release.version)
        bundle = old if channel.release.version == "1.0.0" else new
        assert objects(fs, bucket, channel.release.path) == digests.of_folder(bundle)
        done = publish(new, bucket, "next", terms(clock=at(seconds=1)))
        assert objects(fs, bucket, done.channel.release.path) == digests.of_folder(new)
        assert releases(bucket, at=NOW).unfinished == ()
    assert len(reached) > len(places) - 3
    assert sorted(reached) == reached  # once it is the new one, it stays
    assert {*reached} == {"1.0.0", "1.1.0"}


def test_a_write_of_the_channel_whose_answer_was_lost_is_no_other_publishers(
    make: Make,
    quick: Callable[..., Path],
    bucket: str,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The store's client sends it again, and its own first write is what refuses the second."""
    import s3fs

    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    s3fs.S3FileSystem.clear_instance_cache()
    written: list[int] = []

    def lost(asked: Asked) -> str | None:
        if asked.writes(CHANNEL):
            written.append(asked.number)
        return "unanswered" if written == [asked.number] else None

    proxy.fault = lost
    done = publish(quick(make()), bucket, "next", terms())
    assert len(written) == 2
    assert follow(bucket, "next", None, NOW).channel == done.channel


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("XMinioStorageFull 507", "XMinioStorageFull"),
        ("QuotaExceeded 403", "QuotaExceeded"),
        ("RequestTimeTooSkewed 403", "RequestTimeTooSkewed"),
        ("AccessDenied 403", "AccessDenied"),
    ],
)
def test_what_a_store_refuses_is_told_and_the_channel_stays(
    make: Make, quick: Callable[..., Path], bucket: str, proxy: Proxy, answer: str, said: str
) -> None:
    """A full disk; a clock that is wrong by more than the store allows; no right to write."""
    old, new = (quick(make(f"1.{n}.0", n + 1)) for n in range(2))
    publish(old, bucket, "next", terms())
    proxy.fault = lambda asked: answer if asked.writes("app.css") else None
    with pytest.raises(UnavailableError, match=said) as told:
        publish(new, bucket, "next", terms())
    assert told.value.exit_code == 3
    proxy.fault = None
    assert follow(bucket, "next", None, NOW).channel.release.version == "1.0.0"
    assert publish(new, bucket, "next", terms()).channel.release.version == "1.1.0"


def test_a_publisher_whose_clock_is_behind_is_told(
    make: Make, quick: Callable[..., Path], bucket: str
) -> None:
    publish(quick(make()), bucket, "next", terms())
    with pytest.raises(IntegrityError, match=r"was written at .*, and it is .* here"):
        publish(quick(make("1.1.0", 2)), bucket, "next", terms(clock=at(days=-1)))
    assert follow(bucket, "next", None, NOW).channel.release.version == "1.0.0"


def test_without_the_package_for_s3_the_extra_is_named(
    make: Make, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "s3fs" else find(name)
    )
    words = ("--channel", "next", "--allow-unchecked")
    assert run("publish", make(), "s3://bucket/target", *words) == 3
    said = capsys.readouterr().err
    assert "package s3fs is not installed" in said
    assert "xport-tfjs[s3]" in said


def test_a_bucket_that_is_not_there_is_told(proxy: Proxy) -> None:
    with pytest.raises(UnavailableError, match="the store failed"):
        open_store("s3://no-such-bucket/target").conditional()
