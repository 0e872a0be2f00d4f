"""A channel's file: read strictly, held to a key, a time and a number."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.xport.publishing.conftest import NOW, Make, at, policy, terms
from tests.xport.signing.conftest import KeyPair
from tests.xport.signing.forging import leaves, payload_of, with_other, with_payload
from xport.errors import InputError, IntegrityError, XportError
from xport.publishing.channels import PAYLOAD_TYPE
from xport.publishing.documents import channel_path
from xport.signing.keys import read_public_key, shown
from xport.workflow.following import follow, releases
from xport.workflow.publishing import promote, publish, rollback

STABLE = channel_path("stable")


@pytest.fixture
def make(make: Make, quick: Callable[..., Path]) -> Make:
    """The same bundles with few files: these tests are of channels."""
    return lambda *which: quick(make(*which))


@pytest.fixture
def signed(make: Make, target: Path, owner: KeyPair) -> Path:
    """A target with a signed channel at its second release."""
    for number in (1, 2):
        publish(make(f"1.{number}.0", number), str(target), "stable", terms(key=owner.private))
    return target


def refused(target: Path, key: Path | None, **later: float) -> str:
    """What whoever follows the channel is told."""
    with pytest.raises(IntegrityError) as said:
        follow(str(target), "stable", key, at(**later)())
    assert said.value.exit_code == 3
    assert len(str(said.value).splitlines()) == 1
    return str(said.value)


def test_it_is_signed_with_the_publishers_key(signed: Path, owner: KeyPair) -> None:
    done = follow(str(signed), "stable", owner.public, NOW)
    assert done.key == shown(read_public_key(owner.public, None).fingerprint)
    assert json.loads((signed / STABLE).read_text())["payloadType"] == PAYLOAD_TYPE
    listing = releases(str(signed), owner.public, NOW)
    assert [(one.name, one.problem) for one in listing.channels] == [
        ("next", None),
        ("stable", None),
    ]


def test_another_key_or_none_is_refused(signed: Path, make: Make, stranger: KeyPair) -> None:
    before = (signed / STABLE).read_bytes()
    assert "is signed with another key: it claims sha256:" in refused(signed, stranger.public)
    bundle = make("1.3.0", 3)
    with pytest.raises(IntegrityError, match="a key is not replaced by another one's word"):
        publish(bundle, str(signed), "stable", terms(key=stranger.private))
    with pytest.raises(InputError, match="and would be without a signature"):
        publish(bundle, str(signed), "stable", terms())
    with pytest.raises(InputError, match="and would be without a signature"):
        rollback(str(signed), "stable", terms())
    assert (signed / STABLE).read_bytes() == before


def test_an_unsigned_channel_is_refused_by_whoever_has_a_key(
    make: Make, target: Path, owner: KeyPair
) -> None:
    publish(make(), str(target), "stable", terms())
    assert "is not signed: whoever wrote it is unknown" in refused(target, owner.public)
    assert follow(str(target), "stable", None, NOW).key is None
    (stable,) = [c for c in releases(str(target), owner.public, NOW).channels if c.name == "stable"]
    assert stable.problem == "is not signed: whoever wrote it is unknown"


def test_every_field_of_a_signed_channel_is_covered(signed: Path, owner: KeyPair) -> None:
    envelope = json.loads((signed / STABLE).read_text())
    payload = payload_of(envelope)
    fields = leaves(payload)
    assert len(fields) > 15
    for leaf in fields:
        forged = with_payload(envelope, with_other(payload, leaf))
        text = json.dumps(forged, indent=2, ensure_ascii=False) + "\n"
        (signed / STABLE).write_text(text)
        refused(signed, owner.public)


Spoil = Callable[[str], str]
SPOILS: dict[str, tuple[Spoil, str]] = {
    "cut": (lambda text: text[:-20], "is no channel"),
    "empty": (lambda text: "", "is no channel"),
    "no document": (lambda text: "[" * 100_000, "is no channel"),
    "other spaces": (lambda text: text.replace(",", ", ", 1), "is not written as xport writes it"),
    "a key twice": (
        lambda text: text.replace('"sequence":1', '"sequence":1,"sequence":1'),
        "is not written as xport writes it",
    ),
    "another channel": (lambda text: text.replace('"stable"', '"next"'), "of channel next"),
    "a later version": (lambda text: text.replace('version":1', 'version":2', 1), "schema_version"),
    "a path that leads out": (
        lambda text: text.replace('"path":"releases/', '"path":"../'),
        "release.path",
    ),
    "number 0": (lambda text: text.replace('"sequence":1', '"sequence":0'), "sequence"),
    "a time of no zone": (lambda text: text.replace('00Z","single', '00","single'), "expires"),
    "more": (lambda text: text.replace("{", '{"more":1,', 1), "more"),
    "too long": (lambda text: text + " " * 5_000_000, "is longer than"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_damaged_channel_is_refused_by_readers_and_publishers(
    spoil: str, make: Make, target: Path
) -> None:
    publish(make(), str(target), "stable", terms())
    path, (change, said) = target / STABLE, SPOILS[spoil]
    text = change(path.read_text())
    assert text != path.read_text()
    path.write_text(text)
    assert said in refused(target, None)
    for move in (
        lambda: publish(make("1.1.0", 2), str(target), "stable", terms()),
        lambda: rollback(str(target), "stable", terms()),
        lambda: promote("stable", "next", str(target), terms()),
    ):
        with pytest.raises(XportError, match=said):
            move()
    assert path.read_text() == text
    (stable,) = [one for one in releases(str(target), at=NOW).channels if one.name == "stable"]
    assert said in (stable.problem or "")


def test_an_expired_channel_is_refused_and_can_be_renewed(
    signed: Path, make: Make, owner: KeyPair
) -> None:
    assert follow(str(signed), "stable", owner.public, at(days=89)()).channel.sequence == 2
    assert "expired at 2021-03-01T12:00:00+00:00" in refused(signed, owner.public, days=90)
    late = terms(key=owner.private, clock=at(days=90))
    with pytest.raises(IntegrityError, match="expired at"):
        promote("stable", "next", str(signed), late)
    assert not (signed / channel_path("next")).exists()
    publish(make("1.2.0", 2), str(signed), "stable", late)
    assert follow(str(signed), "stable", owner.public, at(days=91)()).channel.sequence == 3


def test_an_older_channel_file_that_is_put_back_is_refused(
    signed: Path, make: Make, owner: KeyPair
) -> None:
    old = (signed / STABLE).read_bytes()
    publish(make("1.3.0", 3), str(signed), "stable", terms(key=owner.private))
    (signed / STABLE).write_bytes(old)
    said = refused(signed, owner.public)
    assert "this machine has seen number 3, and now there is number 2" in said
    with pytest.raises(IntegrityError, match="has seen number 3"):
        publish(make("1.4.0", 4), str(signed), "stable", terms(key=owner.private))
    (signed / STABLE).unlink()
    with pytest.raises(IntegrityError, match="now there is no channel"):
        publish(make("1.4.0", 4), str(signed), "stable", terms(key=owner.private))


def test_whoever_follows_it_with_a_key_remembers_it_too(
    signed: Path, make: Make, owner: KeyPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (signed / STABLE).read_bytes()
    publish(make("1.3.0", 3), str(signed), "stable", terms(key=owner.private))
    monkeypatch.setenv("XPORT_SEEN", str(tmp_path / "reader"))
    follow(str(signed), "stable", owner.public, NOW)
    (signed / STABLE).write_bytes(old)
    assert "has seen number 3" in refused(signed, owner.public)


def test_two_channels_of_one_number_are_told(
    make: Make, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(make("1.0.0"), str(target), "stable", terms())
    (target / STABLE).unlink()
    monkeypatch.setenv("XPORT_SEEN", str(tmp_path / "another machine"))
    publish(make("1.1.0", 2), str(target), "stable", terms())
    monkeypatch.setenv("XPORT_SEEN", str(tmp_path / "seen"))
    assert "has seen number 1, and now there is another number 1" in refused(target, None)


def test_what_was_seen_and_cannot_be_read_is_not_guessed(
    make: Make, target: Path, seen: Path
) -> None:
    publish(make(), str(target), "stable", terms())
    (remembered,) = seen.iterdir()
    assert json.loads(remembered.read_text())["sequence"] == 1
    remembered.write_text("{}")
    with pytest.raises(InputError, match="does not say what was seen"):
        publish(make("1.1.0", 2), str(target), "stable", terms())


def test_what_cannot_be_remembered_is_told_and_published_all_the_same(
    make: Make, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XPORT_SEEN", "/proc/no such folder")
    done = publish(make(), str(target), "stable", terms())
    (warning,) = done.warnings
    assert "number 1 of channel stable could not be remembered here" in warning
    assert (target / STABLE).is_file()


@pytest.mark.parametrize(("later", "allowed"), [(4 * 60, True), (6 * 60, False)])
def test_a_channel_of_the_future_means_a_wrong_clock(
    later: float, allowed: bool, make: Make, target: Path
) -> None:
    publish(make(), str(target), "stable", terms(clock=at(seconds=later)))
    if allowed:
        assert follow(str(target), "stable", None, NOW).channel.sequence == 1
        publish(make("1.1.0", 2), str(target), "stable", terms())
        return
    assert "a clock is wrong" in refused(target, None)
    with pytest.raises(IntegrityError, match="a clock is wrong"):
        publish(make("1.1.0", 2), str(target), "stable", terms())


def test_a_clock_before_the_evidence_is_wrong(make: Make, target: Path) -> None:
    early = terms(clock=lambda: NOW - timedelta(days=365 * 50))
    with pytest.raises(IntegrityError, match="a clock is wrong: set this machine's"):
        publish(make(), str(target), "stable", early)
    assert not (target / "releases").exists()


def test_only_so_many_earlier_releases_are_kept(
    make: Make, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xport.workflow.publishing.EARLIER", 2)
    for number in range(1, 5):
        publish(make(f"1.{number}.0", number), str(target), "stable", terms())
    channel = follow(str(target), "stable", None, NOW).channel
    assert [one.version for one in channel.earlier] == ["1.3.0", "1.2.0"]


def test_keys_that_lie_in_the_target_are_refused(make: Make, target: Path, owner: KeyPair) -> None:
    inner: Any = target / "release.key"
    inner.write_bytes(owner.private.read_bytes())
    inner.chmod(0o600)
    with pytest.raises(InputError, match="lies in the target: a private key would be published"):
        publish(make(), str(target), "stable", terms(key=inner))
    policy(target)
    assert not (target / STABLE).exists()
