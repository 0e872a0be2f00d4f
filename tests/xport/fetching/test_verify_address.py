"""`xport verify ADDRESS`: what lies on a host is verified as a local bundle is."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import xport
from tests.xport.fetching.conftest import Host, send
from tests.xport.signing.conftest import KeyPair, make_pair
from xport.errors import InputError, IntegrityError, VerdictError, XportError
from xport.publishing.documents import now
from xport.publishing.revocations import PATH as LIST
from xport.publishing.seen import FOLDER_VARIABLE
from xport.workflow.publishing import publish
from xport.workflow.receiving import Demands, Received, received
from xport.workflow.replacing import KeyFile, replace_key
from xport.workflow.revoking import revoke
from xport.workflow.targets import Publishing

CHANNEL = "/channels/stable.json"


def demands(**more: Any) -> Demands:
    """The bundle here is of earlier rules, and the host speaks without encryption."""
    return Demands(**{"allow_unchecked": True, "allow_http": True, "patience": 5.0} | more)


def fetched(address: str, **more: Any) -> Received:
    with received(address, demands(**more)) as got:
        assert (got.folder / "manifest.json").is_file()
    assert not got.folder.exists()
    return got


def refused(address: str, kind: type[XportError] = IntegrityError, **more: Any) -> str:
    with nothing_left(), pytest.raises(kind) as said, received(address, demands(**more)):
        pass
    assert tempfile.gettempdir() not in str(said.value)
    return str(said.value)


@contextmanager
def nothing_left() -> Iterator[None]:
    yield
    assert not [*Path(tempfile.gettempdir()).iterdir()]


def release(site: Path) -> str:
    """The path of the only release's folder."""
    (path,) = [one for one in (site / "releases").iterdir() if one.is_dir()]
    return f"/releases/{path.name}"


def test_a_channel_is_followed_to_its_release(host: Host, owner: KeyPair) -> None:
    got = fetched(host.address + CHANNEL, key=owner.public)
    assert got.manifest.release == "mini"
    assert got.said[0].startswith("channel stable, number 1, until ")
    assert "the target has no list of revoked releases" in got.said
    assert got.signer is not None
    assert host.asked[0].endswith("keys.json")


@pytest.mark.parametrize("end", ["", "/", "/manifest.json", "/index.html"])
def test_a_releases_folder_is_verified_too(host: Host, owner: KeyPair, end: str) -> None:
    got = fetched(host.address + release(host.folder) + end, key=owner.public)
    assert got.unchecked == ("files beside those that the manifest names: no host lists them",)


def test_a_folder_in_no_target_says_what_is_not_known(host: Host, published: Path) -> None:
    (host.folder / release(host.folder)[1:]).rename(host.folder / "tool")
    got = fetched(f"{host.address}/tool")
    assert "whether it is revoked: the address lies in no target" in got.unchecked[1]
    assert got.signer is None


def test_missing_and_changed_files_are_named(host: Host) -> None:
    folder = host.folder / release(host.folder)[1:]
    (folder / "app.css").unlink()
    (folder / "app.js").write_text("// of somebody else\n")
    same = (folder / "icon.svg").read_bytes()
    (folder / "icon.svg").write_bytes(same[:-1] + b"!")
    said = refused(host.address + CHANNEL)
    assert "file app.css is missing" in said
    assert "file app.js is changed: the host has 20 bytes" in said
    assert "also: file icon.svg is changed\n" in said + "\n"


def test_a_file_that_was_signed_and_is_no_longer_listed_is_named(
    host: Host, owner: KeyPair
) -> None:
    folder = host.folder / release(host.folder)[1:]
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["files"]["app.css"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    said = refused(host.address + release(host.folder), key=owner.public)
    assert "file app.css was signed, and is missing" in said
    assert "its manifest has the SHA-256" in refused(host.address + CHANNEL, key=owner.public)


def test_another_key_is_refused(host: Host, stranger: KeyPair) -> None:
    assert "is signed with another key" in refused(host.address + CHANNEL, key=stranger.public)
    said = refused(host.address + release(host.folder), key=stranger.public)
    assert "is signed with another key" in said


def unsigned(host: Host) -> str:
    folder = host.folder / release(host.folder)[1:]
    for path in (folder / "signature").iterdir():
        path.unlink()
    (folder / "signature").rmdir()
    return host.address + release(host.folder)


def test_an_unsigned_bundle_is_whole_and_of_nobody(host: Host, owner: KeyPair) -> None:
    address = unsigned(host)
    fetched(address)
    assert "not signed: whoever made this bundle is unknown" in refused(address, key=owner.public)


PAGE = b"<!doctype html><title>app</title>"


def test_a_host_of_a_single_page_has_no_signature(host: Host, owner: KeyPair) -> None:
    address = unsigned(host)
    for name in ("evidence.dsse.json", "model.sig", "revocations.json", "keys.json"):
        host.answers[name] = lambda request: send(request, PAGE, kind="text/html")
    got = fetched(address)
    told = [one for one in got.said if "it counts as absent" in one]
    assert [one.split()[3] for one in told] == [
        "signature/evidence.dsse.json",
        "signature/model.sig",
    ]
    assert "the host answers revocations.json with a page: the file counts as absent" in got.said
    assert "not signed" in refused(address, key=owner.public)


def test_a_signature_that_is_damaged_is_not_absent(host: Host) -> None:
    host.answers["evidence.dsse.json"] = lambda request: send(request, b'{"payload": ""}')
    assert "is no DSSE envelope" in refused(host.address + CHANNEL)


def test_a_page_in_the_place_of_a_manifest_is_no_bundle(host: Host) -> None:
    host.answers["manifest.json"] = lambda request: send(request, PAGE, kind="text/html")
    said = refused(host.address + release(host.folder), InputError)
    assert "is no bundle's: a page stands in its place" in said
    host.answers.clear()
    assert "is no bundle's: there is none" in refused(f"{host.address}/nowhere", InputError)
    assert "there is no such channel" in refused(f"{host.address}/channels/next.json", InputError)


def test_an_expired_channel_and_an_older_one_are_refused(host: Host, owner: KeyPair) -> None:
    later = now() + timedelta(days=91)
    said = refused(host.address + CHANNEL, key=owner.public, clock=lambda: later)
    assert "expired at" in said
    old = (host.folder / CHANNEL[1:]).read_bytes()
    bundle = host.folder / release(host.folder)[1:]
    publish(bundle, str(host.folder), "next", Publishing(key=owner.private, allow_unchecked=True))
    moved = host.folder / "channels"
    fetched(host.address + CHANNEL, key=owner.public)
    terms = Publishing(key=owner.private, allow_unchecked=True)
    publish(bundle, str(host.folder), "stable", terms)
    fetched(host.address + CHANNEL, key=owner.public)
    (moved / "stable.json").write_bytes(old)
    said = refused(host.address + CHANNEL, key=owner.public)
    assert "this machine has seen number 2, and now there is number 1" in said
    (moved / "stable.json").write_bytes(old.replace(b"A", b"B", 1))
    assert refused(host.address + CHANNEL, key=owner.public)


def test_a_revoked_release_is_refused(
    host: Host, owner: KeyPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched(host.address + CHANNEL, key=owner.public)
    digest = release(host.folder).split("-")[-1]
    revoke(str(host.folder), digest, "it was wrong", Publishing(key=owner.private))
    content = (host.folder / LIST).read_bytes()
    for address in (host.address + CHANNEL, host.address + release(host.folder)):
        for key in (owner.public, None):
            assert "is revoked since" in refused(address, key=key)
            assert "it was wrong" in refused(address, key=key)
    (host.folder / LIST).unlink()
    said = refused(host.address + CHANNEL, key=owner.public)
    assert "has seen number 1, and now there is no such file" in said
    with monkeypatch.context() as patch:  # of somebody who has seen nothing
        patch.setenv(FOLDER_VARIABLE, str(tmp_path / "others"))
        for address in (host.address + CHANNEL, host.address + release(host.folder)):
            for key in (owner.public, None):
                said = refused(address, key=key)
                assert "names number 1 of the list of revoked releases, and there is none" in said
    (tmp_path / "list.json").write_bytes(content)
    (host.folder / release(host.folder)[1:]).rename(host.folder / "tool")
    said = refused(f"{host.address}/tool", revocations=tmp_path / "list.json")
    assert "is revoked since" in said


def test_the_chain_of_keys_is_followed_from_the_old_one(
    host: Host, owner: KeyPair, stranger: KeyPair, tmp_path: Path
) -> None:
    newer = make_pair(tmp_path, "newer")
    site = str(host.folder)
    replace_key(site, KeyFile(owner.private, str), KeyFile(newer.private, str), Publishing())
    got = fetched(host.address + CHANNEL, key=owner.public)
    assert [one for one in got.said if one.endswith("the bundle was signed before that")]
    assert [one for one in got.said if one.startswith("the key sha256:")]
    said = refused(host.address + CHANNEL, key=newer.public)
    assert "is signed with another key" in said  # the bundle: a new key vouches for nothing older
    (host.folder / "keys.json").write_text("{}")
    assert "is no chain of keys" in refused(host.address + CHANNEL, key=owner.public)
    (host.folder / "keys.json").unlink()
    assert "now there is no such file" in refused(host.address + CHANNEL, key=owner.public)


def test_a_policy_and_a_digest_are_held_to(host: Host, tmp_path: Path) -> None:
    file = tmp_path / "strict.toml"
    file.write_text(
        "schema_version = 2\n[policy]\nmin_probes = 1000\nmin_images = 1\n[[policy.tolerances]]\n"
        'model = "classifier"\noutput = "logits"\nmax_abs = 1\nrationale = "nothing to speak of"\n'
    )
    said = refused(host.address + CHANNEL, VerdictError, policy=file)
    assert "policy.min_probes: 1000 is demanded" in said
    assert "expected is" in refused(host.address + CHANNEL, expect="0" * 64)


def test_python_verifies_an_address_too(host: Host, owner: KeyPair) -> None:
    given: dict[str, Any] = {"allow_unchecked": True, "allow_http": True, "key": owner.public}
    manifest = xport.verify(host.address + CHANNEL, allow_weak=True, **given)
    assert manifest.release == "mini"
    with nothing_left(), pytest.raises(InputError, match="the verdict is WEAK_PASSED") as said:
        xport.verify(host.address + CHANNEL, **given)
    assert said.value.where == host.address + CHANNEL


def test_a_bundle_that_lies_here_is_held_to_a_list(site: Path, owner: KeyPair) -> None:
    folder = site / release(site)[1:]
    revoke(str(site), folder.name, "it was wrong", Publishing(key=owner.private))
    found = json.loads((site / LIST).read_text())
    demanded = demands(revocations=site / LIST, key=owner.public)
    with pytest.raises(IntegrityError, match=r"is revoked since .* it was wrong"):
        held(folder, demanded)
    (site / LIST).write_text(json.dumps(found | {"more": 1}))
    with pytest.raises(IntegrityError, match="is no DSSE envelope"):
        held(folder, demanded)


def held(folder: Path, demanded: Demands) -> None:
    with received(folder, demanded):
        pass
