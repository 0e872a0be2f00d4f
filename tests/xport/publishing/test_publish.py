"""From a bundle to a target that is a folder: what lies there, and what is told."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

import xport
from tests.xport.publishing.conftest import NOW, Make, at, policy, terms
from tests.xport.signing.conftest import KeyPair, openssl
from xport.cli.main import main
from xport.common import digests
from xport.errors import InputError, IntegrityError
from xport.publishing.documents import Channel, channel_path
from xport.workflow.following import follow, releases
from xport.workflow.publishing import promote, publish, rollback
from xport.workflow.verification import verify

ALLOWED = "--allow-unchecked"


def run(*arguments: object) -> object:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as end:
        main([*map(str, arguments)])
    return end.value.code


def channel(target: Path, name: str = "next") -> Channel:
    """An unsigned channel of a folder."""
    return Channel.model_validate_json((target / "channels" / f"{name}.json").read_bytes())


def test_a_release_lies_whole_in_a_folder_of_its_own(make: Make, target: Path) -> None:
    bundle = make()
    done = publish(bundle, str(target), "next", terms())
    digest = digests.of_file(bundle / "manifest.json")
    there = target / done.channel.release.path
    assert there == target / "releases" / f"mini-1.0.0-{digest[:16]}"
    assert digests.of_folder(there) == digests.of_folder(bundle)
    assert verify(there, allow_unchecked=True).version == "1.0.0"
    assert done.sent is not None
    assert (done.sent.sent, done.sent.there) == (78, 0)
    names = {path.name for path in target.iterdir()}
    assert names == {"xport-target.json", "releases", "channels", ".xport"}
    assert sorted(path.name for path in (target / ".xport").iterdir()) in ([], ["lock"])


def test_the_channel_says_what_whoever_follows_it_needs(make: Make, target: Path) -> None:
    publish(make(), str(target), "next", terms(valid_days=30))
    said = json.loads((target / "channels/next.json").read_text())
    assert said["notice"] == "NOT FOR MEDICAL USE"
    assert (said["channel"], said["sequence"], said["single_publisher"]) == ("next", 1, False)
    assert (said["written"], said["expires"]) == ("2020-12-01T12:00:00Z", "2020-12-31T12:00:00Z")
    assert said["earlier"] == []
    release = said["release"]
    assert (release["release"], release["version"]) == ("mini", "1.0.0")
    assert release["manifest_sha256"] == digests.of_file(make() / "manifest.json")
    assert (target / release["path"] / "manifest.json").is_file()


def test_everyone_can_read_it_whatever_the_umask(make: Make, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        target = tmp_path / "served"
        policy(target)
        target.chmod(0o755)
        publish(make(), str(target), "next", terms())
    finally:
        os.umask(before)
    modes = {
        stat.S_IMODE(path.stat().st_mode)
        for path in target.rglob("*")
        if path.name not in ("lock", "xport-target.json")
    }
    assert modes == {0o755, 0o644}


def test_what_lies_there_is_not_sent_again(make: Make, target: Path) -> None:
    first = publish(make(), str(target), "next", terms())
    there = target / first.channel.release.path
    before = {path: path.stat().st_ino for path in there.rglob("*")}
    again = publish(make(), str(target), "stable", terms())
    assert again.sent is not None
    assert (again.sent.sent, again.sent.there) == (0, 78)
    assert {path: path.stat().st_ino for path in there.rglob("*")} == before


def test_publishing_again_makes_the_channel_valid_anew(make: Make, target: Path) -> None:
    publish(make(), str(target), "next", terms())
    done = publish(make(), str(target), "next", terms(clock=at(days=100)))
    assert (done.channel.sequence, done.channel.earlier) == (2, ())
    assert done.channel.expires > NOW


def test_what_is_damaged_there_is_put_right(make: Make, target: Path) -> None:
    there = target / publish(make(), str(target), "next", terms()).channel.release.path
    (there / "app.css").write_text("damaged")
    (there / "app.js").unlink()
    (there / "app.js").symlink_to(make() / "app.js")
    with pytest.raises(IntegrityError, match="link stands for a file"):
        promote("next", "stable", str(target), terms())
    done = publish(make(), str(target), "next", terms())
    assert done.sent is not None
    assert done.sent.sent == 2
    assert digests.of_folder(there) == digests.of_folder(make())
    assert not (there / "app.js").is_symlink()


def test_something_else_in_a_release_is_named(make: Make, target: Path) -> None:
    there = target / publish(make(), str(target), "next", terms()).channel.release.path
    (there / "more.js").write_text("")
    with pytest.raises(IntegrityError, match=r"file more\.js lies there and is not of the release"):
        publish(make(), str(target), "next", terms())


def test_a_link_in_the_place_of_a_folder_is_named(make: Make, target: Path, tmp_path: Path) -> None:
    there = target / publish(make(), str(target), "next", terms()).channel.release.path
    (there / "models").rename(tmp_path / "models")
    (there / "models").symlink_to(tmp_path / "models")
    with pytest.raises(IntegrityError, match="file models lies there and is not of the release"):
        publish(make(), str(target), "next", terms())


def test_old_shards_stay(make: Make, target: Path) -> None:
    first = publish(make("1.0.0"), str(target), "stable", terms())
    second = publish(make("1.1.0", 2), str(target), "stable", terms())
    assert second.channel.earlier == (first.channel.release,)
    assert verify(target / first.channel.release.path, allow_unchecked=True).version == "1.0.0"


def test_promote_points_at_the_same_release(make: Make, target: Path) -> None:
    publish(make("1.0.0"), str(target), "stable", terms())
    first = publish(make("1.1.0", 2), str(target), "next", terms())
    done = promote("next", "stable", str(target), terms())
    assert done.channel.release == first.channel.release
    assert (done.channel.channel, done.channel.sequence) == ("stable", 2)
    assert channel(target).sequence == 1
    with pytest.raises(InputError, match="is the channel itself"):
        promote("next", "next", str(target), terms())


def test_promote_checks_every_byte_that_lies_there(make: Make, target: Path) -> None:
    there = target / publish(make(), str(target), "next", terms()).channel.release.path
    (there / "engine.js").write_text("// of somebody else\n")
    with pytest.raises(IntegrityError, match=r"file engine\.js is changed"):
        promote("next", "stable", str(target), terms())
    (there / "manifest.json").write_text("{}")
    with pytest.raises(IntegrityError, match="is not what the channel names"):
        promote("next", "stable", str(target), terms())
    assert not (target / "channels/stable.json").exists()


def test_rollback_goes_back_one_by_one(make: Make, target: Path) -> None:
    for number in (1, 2, 3):
        publish(make(f"1.{number}.0", number), str(target), "stable", terms())
    seen = []
    for _ in range(2):
        seen.append(rollback(str(target), "stable", terms()).channel)
    assert [(one.sequence, one.release.version) for one in seen] == [(4, "1.2.0"), (5, "1.1.0")]
    with pytest.raises(InputError, match=r"at no release before mini 1\.1\.0"):
        rollback(str(target), "stable", terms())
    with pytest.raises(InputError, match="there is no such channel"):
        rollback(str(target), "next", terms())


def test_rollback_to_what_is_damaged_is_refused(make: Make, target: Path) -> None:
    first = publish(make("1.0.0"), str(target), "stable", terms())
    publish(make("1.1.0", 2), str(target), "stable", terms())
    (target / first.channel.release.path / "sw.js").unlink()
    before = channel(target, "stable")
    with pytest.raises(IntegrityError, match=r"file sw\.js is missing"):
        rollback(str(target), "stable", terms())
    assert channel(target, "stable") == before


def test_a_target_in_the_bundle_is_refused(make: Make, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(make(), tmp_path / "bundle"))
    with pytest.raises(InputError, match="lies in the bundle"):
        publish(bundle, str(bundle / "site"), "next", terms())
    assert digests.of_folder(bundle) == digests.of_folder(make())


def test_a_bundle_that_is_not_whole_is_not_published(
    make: Make, target: Path, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(make(), tmp_path / "bundle"))
    (bundle / "app.css").write_text("body {}")
    with pytest.raises(IntegrityError, match=r"file app\.css is changed"):
        publish(bundle, str(target), "next", terms())
    assert not (target / "releases").exists()


def test_the_list_has_channels_releases_and_their_figures(make: Make, target: Path) -> None:
    publish(make("1.0.0"), str(target), "stable", terms())
    publish(make("1.1.0", 2), str(target), "next", terms(clock=at(hours=1)))
    (target / "releases/mini-2.0.0-half").mkdir()
    (target / "releases/mini-2.0.0-half/app.js").write_text("")
    listing = releases(str(target), at=NOW)
    assert [one.release.version for one in listing.entries] == ["1.0.0", "1.1.0"]
    assert [listing.at(one) for one in listing.entries] == [["stable"], ["next"]]
    assert listing.unfinished == ("releases/mini-2.0.0-half",)
    entry = listing.entries[0]
    assert entry.total_bytes == sum(p.stat().st_size for p in make().rglob("*") if p.is_file())
    assert 0 < entry.model_bytes < entry.total_bytes
    assert {one.model for one in entry.errors} == {"classifier", "autoencoder", "explanation"}
    assert [one for one in entry.errors if not 0 < one.max_abs < 1] == []
    assert [one for one in entry.errors if not one.leg.startswith("tfjs/")] == []
    assert {one.backend for one in entry.speeds} == {"webgl", "wasm"}
    assert all(one.run > 0 for one in entry.speeds)


def test_the_command_line_tells_people_and_programs(
    make: Make, target: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (target, "--channel", "next", ALLOWED)
    assert run("publish", make("1.0.0"), *words) == 0
    told = capsys.readouterr().out
    assert "channel          next, number 1" in told
    assert "signature        not signed: whoever wrote it is unknown" in told
    assert "files            78 sent, 0 were there" in told
    assert told.endswith("NOT FOR MEDICAL USE\n")
    assert run("publish", make("1.1.0", 2), *words, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["sequence"], facts["release"]["version"], facts["sent"]) == (2, "1.1.0", 78)
    assert run("promote", "next", "stable", target, ALLOWED) == 0
    assert run("rollback", target, "--channel", "next", ALLOWED) == 0
    capsys.readouterr()
    page = tmp_path / "index.html"
    assert run("releases", target, "--html", page) == 0
    told = capsys.readouterr().out
    assert "next: mini 1.0.0 (" in told
    assert "stable: mini 1.1.0 (" in told
    (row,) = [line for line in told.splitlines() if line.startswith("mini 1.1.0")]
    assert "WEAK_PASSED" in row
    assert row.endswith("stable")
    assert "NOT FOR MEDICAL USE" in told
    text = page.read_text()
    assert "<strong>NOT FOR MEDICAL USE</strong>" in text
    assert text.count("<svg") > 5
    assert "<script" not in text
    assert run("releases", target, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["entries"]) == 2
    assert run("releases", target, "--channel", "stable", "--json") == 0
    assert json.loads(capsys.readouterr().out)["release"]["version"] == "1.1.0"


def test_python_publishes_too(make: Make, target: Path, owner: KeyPair) -> None:
    with pytest.raises(InputError, match="'latest' is no channel"):
        xport.publish(make(), target, "latest")  # type: ignore[arg-type]
    with pytest.raises(IntegrityError, match="not checked, the evidence was judged by rules 1"):
        xport.publish(make(), target, "stable", key=owner.private)
    assert not (target / "channels").exists()
    done = xport.publish(make(), target, "stable", key=owner.private, allow_unchecked=True)
    assert (done.channel.channel, done.channel.sequence, done.warnings) == ("stable", 1, ())
    assert done.key is not None


def test_mistakes_are_one_line_and_exit_code_2(
    make: Make, target: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--channel", "next", ALLOWED)
    (tmp_path / "file").write_text("")
    for arguments, said in (
        ((make(), target, *words, "--valid-days", 0), "is not between 0 and 3650"),
        ((make(), target, *words, "--valid-days", "nan"), "is not between 0 and 3650"),
        ((make(), target, *words, "--max-age-days", "inf"), "is not between 0 and 3650"),
        ((make(), "", *words), "name a folder or an address"),
        ((make(), "nothing://there", *words), "fsspec knows no such store"),
        ((make(), "simplecache::memory://x", *words), "is a chain of addresses"),
        ((tmp_path / "none", target, *words), "cannot read Manifest"),
        ((make(), tmp_path / "file", *words), "a folder is wanted"),
    ):
        assert run("publish", *arguments) == 2, said
        told = capsys.readouterr().err
        assert said in told
        assert len(told.splitlines()) == 1
    assert run("releases", tmp_path / "none") == 2
    assert run("releases", target, "--channel", "next") == 2
    assert run("releases", target, "--channel", "next", "--html", tmp_path / "page") == 2
    assert not (target / "channels").exists()


def test_a_signed_channel_is_verified_by_openssl_alone(
    make: Make, target: Path, owner: KeyPair, tmp_path: Path
) -> None:
    policy(target, signature_required=True)
    publish(make(signed=True), str(target), "stable", terms(key=owner.private))
    from xport.signing.envelope import pae, read_envelope

    kind = "application/vnd.xport.channel+json"
    content = (target / channel_path("stable")).read_bytes()
    signed = read_envelope(content, "stable", kind)
    (tmp_path / "pae").write_bytes(pae(signed.payload, kind))
    (tmp_path / "sig").write_bytes(signed.signature)
    told = openssl(
        *("dgst", "-sha256", "-verify", owner.public),
        *("-signature", tmp_path / "sig", tmp_path / "pae"),
    )
    assert told == "Verified OK\n"
    done = follow(str(target), "stable", owner.public, NOW)
    assert done.channel.release.version == "1.0.0"


def test_a_signature_is_said_to_be_of_a_key_only_where_it_was_held_to_one(
    make: Make, target: Path, owner: KeyPair, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--channel", "stable", "--key", owner.private, ALLOWED)
    assert run("publish", make(), target, *words) == 0
    assert "signature        signed with sha256:" in capsys.readouterr().out
    assert run("releases", target, "--channel", "stable") == 0
    assert "signature        claims the key sha256:" in capsys.readouterr().out
    assert run("releases", target, "--channel", "stable", "--key", owner.public) == 0
    assert "signature        signed with sha256:" in capsys.readouterr().out
