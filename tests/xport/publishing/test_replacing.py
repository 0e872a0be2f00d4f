"""A new key in an old one's place: who follows the old one is led to the new, and to no other."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.xport.publishing.conftest import NOW, Make, at, policy, terms
from tests.xport.signing.conftest import KeyPair, make_pair
from tests.xport.signing.forging import leaves, payload_of, with_other, with_payload
from xport.common import digests
from xport.errors import InputError, IntegrityError
from xport.publishing.replacements import PATH, Chain, lengthened, parse_chain
from xport.publishing.revocations import PATH as LIST
from xport.signing.keys import PrivateKey, read_private_key, read_public_key, shown
from xport.workflow import replacing
from xport.workflow.following import follow
from xport.workflow.publishing import publish, rollback
from xport.workflow.replacing import KeyFile, Replaced, replace_key
from xport.workflow.revoking import revoke


@pytest.fixture
def few(make: Make, quick: Callable[..., Path]) -> Make:
    """The same bundles with few files: these tests are of keys."""
    return lambda *which: quick(make(*which))


@pytest.fixture(scope="session")
def newer(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    """The key that takes the owner's place."""
    return make_pair(tmp_path_factory.mktemp("keys"), "newer")


@pytest.fixture
def signed(few: Make, target: Path, owner: KeyPair) -> Path:
    """A target with two signed channels and a list of one revoked release."""
    key = terms(key=owner.private)
    publish(few("1.0.0", 1), str(target), "next", key)
    revoke(str(target), "1.0.0", "as a test", key)
    for channel in ("next", "stable"):
        publish(few("1.1.0", 2), str(target), channel, key)
    return target


def replaced(target: Path, old: KeyPair, new: KeyPair, **more: Any) -> Replaced:
    return replace_key(
        str(target), KeyFile(old.private, str), KeyFile(new.private, str), terms(**more)
    )


def name(pair: KeyPair) -> str:
    return shown(read_public_key(pair.public, None).fingerprint)


def test_who_follows_the_old_key_is_led_to_the_new_one(
    signed: Path, owner: KeyPair, newer: KeyPair, stranger: KeyPair, few: Make
) -> None:
    done = replaced(signed, owner, newer)
    assert (done.old, done.new) == (name(owner), name(newer))
    assert [Path(path).name for path in done.signed] == [
        "next.json", "stable.json", "revocations.json",
    ]  # fmt: skip
    for key in (owner, newer):
        found = follow(str(signed), "stable", key.public, NOW)
        assert (found.key, found.channel.sequence) == (name(newer), 2)
        assert found.channel.expires > NOW
    with pytest.raises(IntegrityError, match="is signed with another key"):
        follow(str(signed), "stable", stranger.public, NOW)
    publish(few("1.2.0", 3), str(signed), "next", terms(key=newer.private))
    with pytest.raises(InputError, match=f"was replaced by {name(newer)}"):
        publish(few("1.3.0", 4), str(signed), "next", terms(key=owner.private))


def test_keys_replace_each_other_one_after_the_other(
    signed: Path, owner: KeyPair, newer: KeyPair, stranger: KeyPair, tmp_path: Path
) -> None:
    replaced(signed, owner, newer)
    third = make_pair(tmp_path, "third")
    with pytest.raises(InputError, match=f"was replaced by {name(newer)}"):
        replaced(signed, owner, third)
    with pytest.raises(InputError, match="is no key of this target"):
        replaced(signed, stranger, third)
    replaced(signed, newer, third)
    for key in (owner, newer, third):
        assert follow(str(signed), "next", key.public, NOW).key == name(third)
    for pair in ((third, owner), (third, newer), (third, third)):
        with pytest.raises(InputError, match="in a circle"):
            replaced(signed, *pair)


def test_a_channel_of_the_old_key_is_refused_from_then_on(
    signed: Path, owner: KeyPair, newer: KeyPair
) -> None:
    old = (signed / "channels/stable.json").read_bytes()
    replaced(signed, owner, newer)
    (signed / "channels/stable.json").write_bytes(old)
    with pytest.raises(IntegrityError, match="is signed with another key"):
        follow(str(signed), "stable", owner.public, NOW)
    (signed / PATH).unlink()
    with pytest.raises(IntegrityError, match="has seen number 1, and now there is no such file"):
        follow(str(signed), "stable", owner.public, NOW)


def test_what_ends_it_in_between_is_gone_on_with(
    signed: Path, owner: KeyPair, newer: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(replacing, "change_list", ended)
        with pytest.raises(KeyboardInterrupt):
            replaced(signed, owner, newer)
    done = replaced(signed, owner, newer)
    assert [Path(path).name for path in done.signed] == ["revocations.json"]
    assert follow(str(signed), "stable", owner.public, NOW).key == name(newer)
    assert replaced(signed, owner, newer).signed == ()


def test_nothing_is_replaced_where_something_is_of_another_key(
    signed: Path, owner: KeyPair, newer: KeyPair, stranger: KeyPair
) -> None:
    with pytest.raises(IntegrityError, match="is signed with another key"):
        replaced(signed, stranger, newer)
    assert not (signed / PATH).exists()


def test_nothing_is_replaced_where_nothing_is_signed(
    tmp_path: Path, owner: KeyPair, newer: KeyPair
) -> None:
    with pytest.raises(InputError, match="holds no channel and no list that is signed"):
        replaced(tmp_path / "mistyped", owner, newer)
    assert not (tmp_path / "mistyped").exists()


def test_a_policy_that_names_keys_is_to_be_changed(
    signed: Path, owner: KeyPair, newer: KeyPair
) -> None:
    policy = json.loads((signed / "xport-target.json").read_text())
    (signed / "xport-target.json").write_text(json.dumps(policy | {"keys": [name(owner)]}))
    (warning,) = replaced(signed, owner, newer).warnings
    assert f"put {name(newer)} in their place" in warning


def chain_of(*pairs: KeyPair, start: Chain | None = None) -> tuple[Chain, bytes]:
    """A chain of these keys, each signed by the one before, as somebody who has them writes it."""
    chain, content = start or Chain("keys.json"), b""
    for old, new in itertools.pairwise(pairs):
        signer = read_private_key(old.private, None, str)
        content = lengthened(chain, signer, read_public_key(new.public, None), NOW)
        chain = parse_chain(content, "keys.json", NOW)
    return chain, content


def broken(content: bytes) -> str:
    with pytest.raises(IntegrityError) as said:
        parse_chain(content, "keys.json", NOW)
    assert said.value.exit_code == 3
    return said.value.what


def written(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def test_every_field_of_a_statement_is_covered(owner: KeyPair, newer: KeyPair) -> None:
    document = json.loads(chain_of(owner, newer)[1])
    (envelope,) = document["replacements"]
    payload = payload_of(envelope)
    assert len(leaves(payload)) == 8
    for leaf in leaves(payload):
        forged = with_payload(envelope, with_other(payload, leaf))
        broken(written(document | {"replacements": [forged]}))


def test_a_forged_statement_is_refused(owner: KeyPair, newer: KeyPair, stranger: KeyPair) -> None:
    """Signed by a stranger in the old key's name, whichever of both it claims."""
    old, forger = (read_private_key(one.private, None, str) for one in (owner, stranger))
    for keyid in (old.public, forger.public):
        claims = PrivateKey(forger.path, old.public, forger.key, None)
        content = lengthened(Chain("keys.json"), claims, read_public_key(newer.public, None), NOW)
        document = json.loads(content)
        document["replacements"][0]["signatures"][0]["keyid"] = keyid.fingerprint
        said = broken(written(document))
        assert "its signature is not of" in said or "is signed with another key" in said


def test_a_chain_of_a_forgers_own_keys_leads_nobody(
    owner: KeyPair, newer: KeyPair, stranger: KeyPair
) -> None:
    chain, _ = chain_of(stranger, newer)
    assert [k.fingerprint for k in chain.since(read_public_key(owner.public, None))] == [
        read_public_key(owner.public, None).fingerprint
    ]


def test_a_broken_or_circular_chain_is_refused(
    owner: KeyPair, newer: KeyPair, stranger: KeyPair
) -> None:
    first, content = chain_of(owner, newer)
    good = json.loads(chain_of(owner, newer, stranger)[1])
    one, two = good["replacements"]
    assert "says that it is number 2" in broken(written(good | {"replacements": [two]}))
    assert "says that it is number 2" in broken(written(good | {"replacements": [two, one]}))
    assert "says that it is number 1" in broken(written(good | {"replacements": [one, one]}))
    apart = json.loads(lengthened(first, *_pair(stranger, owner), NOW))
    assert "statement 2 replaces sha256:" in broken(written(apart))
    back = json.loads(lengthened(first, *_pair(newer, owner), NOW))
    assert "in a circle" in broken(written(back))
    itself = lengthened(Chain("keys.json"), *_pair(owner, owner), NOW)
    assert "in a circle" in broken(itself)
    late = lengthened(Chain("keys.json"), *_pair(owner, newer), at(days=2)())
    assert "was written at" in broken(late)
    assert "is not written as xport writes it" in broken(content.replace(b"  ", b" ", 1))
    for damage in (b"", b"{}", b"[" * 9000, content[:-20]):
        assert "is no chain of keys" in broken(damage)


def _pair(old: KeyPair, new: KeyPair) -> tuple[PrivateKey, Any]:
    return read_private_key(old.private, None, str), read_public_key(new.public, None)


def test_the_list_keeps_its_releases(signed: Path, owner: KeyPair, newer: KeyPair) -> None:
    before = digests.of_file(signed / LIST)
    replaced(signed, owner, newer)
    assert digests.of_file(signed / LIST) != before
    listed = payload_of(json.loads((signed / LIST).read_text()))
    assert [one["version"] for one in listed["revoked"]] == ["1.0.0"]
    assert listed["sequence"] == 2


def test_a_bundle_of_the_old_key_may_still_be_pointed_at(
    make: Make, tmp_path: Path, owner: KeyPair, newer: KeyPair
) -> None:
    """A rollback goes to what the old key signed; nothing new of that is published."""
    target = tmp_path / "whole"
    policy(target, signature_required=True)
    for number in (1, 2):
        publish(
            make(f"1.{number}.0", number, True), str(target), "stable", terms(key=owner.private)
        )
    replaced(target, owner, newer)
    done = rollback(str(target), "stable", terms(key=newer.private))
    assert done.channel.release.version == "1.1.0"
    with pytest.raises(IntegrityError, match="is signed with another key"):
        publish(make("1.2.0", 2, True), str(target), "next", terms(key=newer.private))
