"""A release that is taken back: refused and shown by everybody who reads its target's list."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.releases import html_releases, release_lines
from tests.xport.publishing.conftest import NOW, Make, at, terms
from tests.xport.signing.conftest import KeyPair
from tests.xport.signing.forging import leaves, payload_of, with_other, with_payload
from xport.common import digests
from xport.errors import InputError, IntegrityError, UnavailableError, XportError
from xport.publishing.channels import change_channel, find_channel
from xport.publishing.revocations import PATH, PAYLOAD_TYPE
from xport.publishing.stores import Overtaken, open_store
from xport.signing.keys import read_private_key, read_public_key
from xport.workflow import revoking
from xport.workflow.following import follow, releases
from xport.workflow.publishing import promote, publish, rollback
from xport.workflow.revoked_here import read_revocations
from xport.workflow.revoking import revoke

WHY = "finding 4 was trained on mislabelled images"


@pytest.fixture
def make(make: Make, quick: Callable[..., Path]) -> Make:
    """The same bundles with few files: these tests are of lists."""
    return lambda *which: quick(make(*which))


@pytest.fixture
def signed(make: Make, target: Path, owner: KeyPair) -> Path:
    """A target whose channel `stable` was at three releases, signed."""
    for number in (1, 2, 3):
        publish(make(f"1.{number}.0", number), str(target), "stable", terms(key=owner.private))
    return target


def test_a_revoked_release_is_refused_by_all_who_read_it(
    signed: Path, make: Make, owner: KeyPair
) -> None:
    key = terms(key=owner.private)
    done = revoke(str(signed), "1.3.0", WHY, key)
    assert done.release.words() == f"revoked since 2020-12-01 12:00 UTC: {WHY}"
    assert "channel stable is still at it" in done.warnings[0]
    for refused in (
        lambda: follow(str(signed), "stable", owner.public, NOW),
        lambda: follow(str(signed), "stable", None, NOW),
        lambda: promote("stable", "next", str(signed), key),
        lambda: publish(make("1.3.0", 3), str(signed), "stable", key),
    ):
        with pytest.raises(IntegrityError, match=f"is revoked since .* {WHY}") as said:
            refused()
        assert said.value.exit_code == 3
    assert not (signed / "channels" / "next.json").exists()


def test_rollback_passes_over_what_is_revoked_and_says_so(signed: Path, owner: KeyPair) -> None:
    key = terms(key=owner.private)
    revoke(str(signed), "1.3.0", WHY, key)
    revoke(str(signed), "1.2.0", WHY, key)
    done = rollback(str(signed), "stable", key)
    assert done.channel.release.version == "1.1.0"
    assert [w for w in done.warnings if w.startswith("going back to mini 1.2.0")]
    revoke(str(signed), "1.1.0", WHY, key)
    with pytest.raises(InputError, match=r"was at no release before mini 1\.1\.0"):
        rollback(str(signed), "stable", key)


def test_it_is_listed_as_revoked(signed: Path, owner: KeyPair) -> None:
    revoke(str(signed), "1.3.0", "<b>wrong</b>", terms(key=owner.private))
    listing = releases(str(signed), owner.public, NOW)
    lines = "\n".join(release_lines(listing))
    assert "NOT TO BE USED: is revoked since 2020-12-01 12:00 UTC: <b>wrong</b>" in lines
    assert "REVOKED: mini 1.3.0" in lines
    page = html_releases(listing, NOW)
    assert "revoked since 2020-12-01" in page
    assert "<b>wrong" not in page


def test_a_release_is_named_by_version_folder_or_digest(signed: Path, owner: KeyPair) -> None:
    key = terms(key=owner.private)
    entries = releases(str(signed), None, NOW).entries
    revoke(str(signed), entries[0].release.manifest_sha256[:8], WHY, key)
    revoke(str(signed), entries[1].release.path.split("/")[-1], WHY, key)
    done = revoke(str(signed), entries[2].release.manifest_sha256.upper(), WHY, key)
    assert done.found.seen.sequence == 3
    assert len({r.manifest_sha256 for r in done.found.revoked}) == 3
    with pytest.raises(InputError, match=f"is revoked since .* {WHY}"):
        revoke(str(signed), "1.1.0", WHY, key)
    for nothing in ("1.9.0", "1", "", entries[0].release.manifest_sha256[:7]):
        with pytest.raises(InputError, match="names no releases of it") as said:
            revoke(str(signed), nothing, WHY, key)
        assert "there are: mini 1.1.0" in str(said.value)


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 1001, "red \x1b[31m", "turned \u202e"])
def test_a_reason_is_wanted(signed: Path, owner: KeyPair, reason: str) -> None:
    with pytest.raises(InputError, match="--reason"):
        revoke(str(signed), "1.1.0", reason, terms(key=owner.private))


def test_nobody_else_revokes(signed: Path, owner: KeyPair, stranger: KeyPair) -> None:
    with pytest.raises(InputError, match="no key is given"):
        revoke(str(signed), "1.1.0", WHY, terms())
    revoke(str(signed), "1.1.0", WHY, terms(key=owner.private))
    before = (signed / PATH).read_bytes()
    with pytest.raises(IntegrityError, match="is signed with another key"):
        revoke(str(signed), "1.2.0", WHY, terms(key=stranger.private))
    with pytest.raises(IntegrityError, match="is signed with another key"):
        follow(str(signed), "stable", stranger.public, NOW)
    assert (signed / PATH).read_bytes() == before


def test_an_older_list_or_none_is_refused_by_who_has_seen_a_later_one(
    signed: Path, owner: KeyPair, seen: Path
) -> None:
    key = terms(key=owner.private)
    revoke(str(signed), "1.1.0", WHY, key)
    old = (signed / PATH).read_bytes()
    revoke(str(signed), "1.3.0", WHY, key)
    (signed / PATH).write_bytes(old)
    with pytest.raises(IntegrityError, match="has seen number 2, and now there is number 1"):
        releases(str(signed), owner.public, NOW)
    (signed / PATH).unlink()
    with pytest.raises(IntegrityError, match="has seen number 2, and now there is no such file"):
        follow(str(signed), "stable", owner.public, NOW)
    for path in seen.iterdir():
        path.unlink()
    # Who has seen nothing is told by the channel.
    with pytest.raises(IntegrityError, match=r"names number 2 of the list .*, and there is none"):
        follow(str(signed), "stable", owner.public, NOW)
    (signed / PATH).write_bytes(old)
    with pytest.raises(IntegrityError, match=r"names number 2 .*, and there is number 1") as said:
        follow(str(signed), "stable", None, NOW)
    assert "somebody withholds the newest list" in str(said.value)
    with pytest.raises(IntegrityError, match="names number 2"):
        rollback(str(signed), "stable", key)


def test_signed_channels_name_the_newest_list_and_those_of_earlier_versions_none(
    signed: Path, owner: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, private = terms(key=owner.private), read_private_key(owner.private, None, str)
    channel = signed / "channels" / "stable.json"
    found = find_channel(open_store(str(signed)), "stable")
    assert found.channel is not None
    assert found.channel.revocations == 0
    earlier = found.channel.model_copy(update={"revocations": None, "sequence": 4})
    assert b"revocations" not in earlier.payload()
    change_channel(open_store(str(signed)), found, earlier, private)
    assert follow(str(signed), "stable", owner.public, NOW).channel == earlier
    unwritable = "the channel cannot be written"

    def interrupted(*_: object) -> None:
        raise UnavailableError(unwritable, "channels")

    with monkeypatch.context() as patch:
        patch.setattr(revoking, "change_channel", interrupted)
        done = revoke(str(signed), "1.1.0", WHY, key)
    (left,) = done.warnings
    assert left.startswith("channel stable does not name the new list: ")
    assert unwritable in left
    assert follow(str(signed), "stable", owner.public, NOW).channel == earlier
    with pytest.raises(InputError, match="is revoked since"):  # which goes on where it was
        revoke(str(signed), "1.1.0", WHY, key)
    after = follow(str(signed), "stable", owner.public, NOW).channel
    assert (after.revocations, after.sequence) == (1, 5)
    assert (after.release, after.expires) == (earlier.release, earlier.expires)
    assert channel.stat().st_mode & 0o777 == 0o644
    assert promote("stable", "next", str(signed), key).channel.revocations == 1


def test_every_field_of_the_list_is_covered_by_its_signature(signed: Path, owner: KeyPair) -> None:
    revoke(str(signed), "1.1.0", WHY, terms(key=owner.private))
    envelope = json.loads((signed / PATH).read_text())
    assert envelope["payloadType"] == PAYLOAD_TYPE
    payload = payload_of(envelope)
    for leaf in leaves(payload):
        forged = with_payload(envelope, with_other(payload, leaf))
        (signed / PATH).write_text(json.dumps(forged, indent=2, ensure_ascii=False) + "\n")
        with pytest.raises(IntegrityError):
            follow(str(signed), "stable", owner.public, NOW)


DAMAGED = {
    "empty": b"",
    "other": b"{}",
    "deep": b"[" * 100_000,
    "a page": b"<html>",
    "long": b" " * 5_000_000,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_list_is_refused_by_readers_and_publishers(
    signed: Path, owner: KeyPair, damage: str
) -> None:
    (signed / PATH).write_bytes(DAMAGED[damage])
    for refused in (
        lambda: follow(str(signed), "stable", None, NOW),
        lambda: releases(str(signed), owner.public, NOW),
        lambda: rollback(str(signed), "stable", terms(key=owner.private)),
    ):
        with pytest.raises(XportError) as said:
            refused()
        assert said.value.exit_code == 3


def test_a_list_of_the_future_is_refused(signed: Path, owner: KeyPair) -> None:
    revoke(str(signed), "1.1.0", WHY, terms(key=owner.private, clock=at(days=2)))
    with pytest.raises(IntegrityError, match="a clock is wrong"):
        follow(str(signed), "stable", owner.public, NOW)


def test_one_of_two_who_revoke_at_once_is_told(
    signed: Path, owner: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, named = terms(key=owner.private), revoking._named

    def meanwhile(desk: revoking.Desk, release: str) -> object:
        monkeypatch.setattr(revoking, "_named", named)
        revoke(str(signed), "1.2.0", WHY, key)
        return named(desk, release)

    monkeypatch.setattr(revoking, "_named", meanwhile)
    with pytest.raises(Overtaken):
        revoke(str(signed), "1.1.0", WHY, key)
    (one,) = read_revocations(signed / PATH, None, NOW).revoked
    assert one.version == "1.2.0"


def test_a_release_that_is_revoked_while_it_is_promoted_is_not(
    signed: Path, owner: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xport.workflow import publishing

    key, gate = terms(key=owner.private), publishing.gates.require_newer

    def meanwhile(*arguments: object) -> None:
        revoke(str(signed), "1.3.0", WHY, key)
        gate(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing.gates, "require_newer", meanwhile)
    with pytest.raises(IntegrityError, match="is revoked since"):
        promote("stable", "next", str(signed), key)
    assert not (signed / "channels" / "next.json").exists()


def test_a_file_of_it_is_believed_by_key_and_number(
    signed: Path, owner: KeyPair, stranger: KeyPair, tmp_path: Path
) -> None:
    key = read_public_key(owner.public, None)
    for number in (1, 2):
        revoke(str(signed), f"1.{number}.0", WHY, terms(key=owner.private))
        (tmp_path / f"{number}.json").write_bytes((signed / PATH).read_bytes())
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    assert read_revocations(first, key, NOW).seen.sequence == 1
    found = read_revocations(second, key, NOW)
    assert found.of(found.revoked[1].manifest_sha256) == found.revoked[1]
    assert found.of(digests.of_bytes(b"")) is None
    with pytest.raises(IntegrityError, match="has seen number 2, and now there is number 1"):
        read_revocations(first, key, NOW)
    with pytest.raises(IntegrityError, match="is signed with another key"):
        read_revocations(second, read_public_key(stranger.public, None), NOW)
    with pytest.raises(InputError, match="name a target's revocations"):
        read_revocations(tmp_path / "none.json", None, NOW)
