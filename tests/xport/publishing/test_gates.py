"""What is not published: by verdict, signature, age, version and name."""

from __future__ import annotations

import itertools
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.xport.publishing.conftest import NOW, Make, at, policy, terms
from tests.xport.signing.conftest import KeyPair, sign_small
from xport.errors import DocumentError, InputError, IntegrityError
from xport.judgement.verdict import Status
from xport.publishing import gates
from xport.publishing.channels import Found
from xport.publishing.documents import POLICY, Channel, Release, TargetPolicy, release_path
from xport.publishing.versions import is_older
from xport.signing.keys import read_public_key, shown
from xport.workflow.following import releases
from xport.workflow.publishing import promote, publish, rollback

DIGEST = "0" * 64


def release(version: str | None, day: int = 1, name: str = "mini") -> Release:
    return Release(
        release=name,
        version=version,
        manifest_sha256=DIGEST,
        path=release_path(name, version, DIGEST),
        verdict=Status.PASSED,
        judged=NOW + timedelta(days=day),
    )


ORDERED = (
    *("0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"),
    *("1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2", "1.10.0", "v2", "10", "2020.11.3"),
)
"""As Semantic Versioning, 11, and calendars have them."""


def test_versions_are_in_order() -> None:
    for (low, one), (high, other) in itertools.combinations(enumerate(ORDERED), 2):
        assert low < high
        assert is_older(release(one, 9), release(other, 1)), (one, other)
        assert not is_older(release(other, 1), release(one, 9)), (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [(None, None), ("1.0.0", None), ("1.0.0", "1.0.0"), ("1.2", "1.2.0"), ("a", "b"), ("b", "1")],
)
def test_where_versions_say_nothing_the_time_of_judging_does(
    one: str | None, other: str | None
) -> None:
    assert is_older(release(one, 1), release(other, 2))
    assert not is_older(release(one, 2), release(other, 1))
    assert not is_older(release(one, 1), release(other, 1))


@pytest.mark.parametrize("name", ["mini", "../up", "a/b", "ü", "c:\\d", ".."])
def test_a_folders_name_stays_in_the_target(name: str) -> None:
    path = release_path(name, "../1", DIGEST)
    assert path.count("/") == 1
    assert path.startswith("releases/")
    assert not path.startswith("releases/..-") or path != "releases/.."


def test_an_older_release_takes_a_newer_ones_place_only_where_allowed(
    make: Make, target: Path
) -> None:
    publish(make("1.10.0", 1), str(target), "stable", terms())
    publish(make("1.9.0", 2), str(target), "next", terms())
    before = (target / "channels/stable.json").read_bytes()
    with pytest.raises(InputError, match=r"mini 1\.9\.0 .* is older"):
        publish(make("1.9.0", 2), str(target), "stable", terms())
    with pytest.raises(InputError, match="--allow-downgrade"):
        promote("next", "stable", str(target), terms())
    assert (target / "channels/stable.json").read_bytes() == before
    done = promote("next", "stable", str(target), terms(allow_downgrade=True))
    assert done.channel.release.version == "1.9.0"
    with pytest.raises(InputError, match="is older"):
        publish(make("1.9.0", 1), str(target), "stable", terms())


def test_a_weak_verdict_is_refused_unless_the_target_takes_it(make: Make, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the verdict is WEAK_PASSED; only PASSED") as said:
        publish(make(), str(tmp_path / "new"), "next", terms())
    assert said.value.exit_code == 2
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("status", [Status.FAILED, Status.NOT_RUN])
def test_what_did_not_pass_is_refused_whatever_the_target_allows(status: Status) -> None:
    with pytest.raises(InputError, match=f"the verdict is {status}"):
        gates.require_verdict(TargetPolicy(allow_weak=True), status, "bundle")
    gates.require_verdict(TargetPolicy(), Status.PASSED, "bundle")


def test_a_target_that_grew_stricter_is_obeyed_by_promote_and_rollback(
    make: Make, target: Path
) -> None:
    publish(make("1.0.0"), str(target), "next", terms())
    publish(make("1.1.0", 2), str(target), "next", terms())
    (target / POLICY).unlink()
    for move in (
        lambda: promote("next", "stable", str(target), terms()),
        lambda: rollback(str(target), "next", terms()),
    ):
        with pytest.raises(InputError, match="the verdict is WEAK_PASSED"):
            move()


def test_what_is_not_signed_is_refused_where_that_is_demanded(
    make: Make, target: Path, owner: KeyPair, stranger: KeyPair
) -> None:
    policy(target, signature_required=True)
    with pytest.raises(InputError, match="wants everything signed"):
        publish(make(signed=True), str(target), "next", terms())
    with pytest.raises(InputError, match="is not signed, and the target wants it signed"):
        publish(make(), str(target), "next", terms(key=owner.private))
    with pytest.raises(IntegrityError, match="is signed with another key"):
        publish(make(signed=True), str(target), "next", terms(key=stranger.private))
    assert not (target / "releases").exists()
    publish(make(signed=True), str(target), "next", terms(key=owner.private))
    with pytest.raises(InputError, match="wants everything signed"):
        promote("next", "stable", str(target), terms())
    done = promote("next", "stable", str(target), terms(key=owner.private))
    assert done.key == shown(read_public_key(owner.public, None).fingerprint)
    (entry,) = releases(str(target), at=NOW).entries
    assert entry.key == done.key


def test_only_the_keys_that_a_target_names_may_sign(
    make: Make, target: Path, owner: KeyPair, stranger: KeyPair
) -> None:
    policy(target, keys=[shown(read_public_key(owner.public, None).fingerprint)])
    for key in (None, stranger.private):
        with pytest.raises(InputError, match=r"wants everything signed|does not take the key"):
            publish(make(signed=True), str(target), "next", terms(key=key))
    publish(make(signed=True), str(target), "next", terms(key=owner.private))


def test_signing_what_is_published_already_adds_its_signature(
    make: Make, target: Path, owner: KeyPair, tmp_path: Path
) -> None:
    publish(make(), str(target), "next", terms())
    done = publish(make(signed=True), str(target), "next", terms(key=owner.private))
    assert done.sent is not None
    assert (done.sent.sent, done.sent.there) == (2, 78)

    again = Path(shutil.copytree(make(), tmp_path / "again"))
    sign_small(again, owner)
    with pytest.raises(InputError, match="published already, with another signature"):
        publish(again, str(target), "next", terms(key=owner.private))
    with pytest.raises(IntegrityError, match=r"signature/.* lies there and is not of the release"):
        publish(make(), str(target), "next", terms(key=owner.private))


def test_old_evidence_is_refused(make: Make, target: Path) -> None:
    month = terms(max_age_days=30)
    assert publish(make(day=1), str(target), "next", month).channel.sequence == 1
    late = terms(max_age_days=30, clock=at(seconds=1))
    with pytest.raises(InputError, match="must be judged since 2020-11-01T12:00:01"):
        publish(make(day=1), str(target), "next", late)
    with pytest.raises(InputError, match="must be judged since"):
        promote("next", "stable", str(target), late)
    policy(target, max_evidence_age_days=7.0)
    with pytest.raises(InputError, match="must be judged since 2020-11-24"):
        publish(make(day=1), str(target), "next", month)
    assert publish(make(day=25), str(target), "next", month).channel.sequence == 2


def test_going_back_to_old_evidence_is_what_rollback_is_for(make: Make, target: Path) -> None:
    publish(make("1.0.0", 1), str(target), "stable", terms())
    publish(make("1.1.0", 29), str(target), "stable", terms())
    policy(target, max_evidence_age_days=7.0)
    assert rollback(str(target), "stable", terms()).channel.release.version == "1.0.0"


def test_a_target_holds_one_release() -> None:
    channel = Channel(
        channel="next",
        sequence=1,
        release=release("1.0.0", name="chest"),
        written=NOW,
        expires=NOW + timedelta(days=1),
        single_publisher=False,
    )
    found = Found("next.json", b"", channel, None)
    with pytest.raises(InputError, match="is a channel of release chest, not of mini"):
        gates.require_newer(gates.Demands(TargetPolicy()), release("2.0.0"), found)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"schema_version": 2}',
        '{"signature_requierd": true}',
        '{"max_evidence_age_days": 0}',
        '{"max_evidence_age_days": "inf"}',
        '{"keys": ["sha256:short"]}',
    ],
)
def test_a_policy_that_cannot_be_read_is_not_guessed(
    content: str, make: Make, target: Path
) -> None:
    (target / POLICY).write_text(content)
    with pytest.raises(DocumentError, match="is no policy of a target"):
        publish(make(), str(target), "next", terms())
    assert not (target / "releases").exists()


def test_a_policys_keys_are_those_that_are_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "publishing.md").read_text()
    for name in TargetPolicy.model_fields:
        assert f"`{name}`" in page
    assert json.loads(TargetPolicy().model_dump_json())["signature_required"] is False
