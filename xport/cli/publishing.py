"""What `xport publish`, `promote`, `rollback` and `releases` accept and do."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xport.cli import withdrawing
from xport.errors import InputError
from xport.publishing import LONGEST_DAYS, VALID_DAYS

if TYPE_CHECKING:
    from xport.workflow.targets import Published, Publishing

CHANNELS = ("next", "stable")
TARGET = "a folder, or an address that fsspec knows, such as sftp://host/folder"
LASTING = (
    "A release lies in a folder of its own that never changes, and old ones stay. A channel is one "
    "small file, changed last and at once. NOT FOR MEDICAL USE."
)
PUBLISH = (
    "Check a bundle, send it to a target, read every file back, and have a channel point at it. "
    f"{LASTING} Refused: a verdict that is not PASSED, an older release over a newer one, and what "
    "the target's xport-target.json refuses."
)
PROMOTE = f"Have a channel point at the release of another, once that is checked. {LASTING}"
ROLLBACK = f"Have a channel point at the release before, once that is checked. {LASTING}"
RELEASES = (
    "List a target's channels and releases, with the figures that they were published with; with "
    "--channel, what one channel points at, refused where it must not be believed. NOT FOR MEDICAL "
    "USE."
)

Command = Callable[[Any, str, str], argparse.ArgumentParser]


def add_arguments(commands: Any, command: Command) -> None:
    """Let the command line accept these four, and what takes back what they did."""
    publish = command(commands, "publish", "send a bundle to a target and point a channel at it")
    publish.description = PUBLISH
    publish.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of a bundle")
    promote = command(commands, "promote", "point a channel at the release of another")
    promote.description = PROMOTE
    promote.add_argument("source", choices=CHANNELS, help="the channel whose release is meant")
    promote.add_argument("to", choices=CHANNELS, help="the channel that is changed")
    rollback = command(commands, "rollback", "point a channel at the release that it was at before")
    rollback.description = ROLLBACK
    releases = command(commands, "releases", "list a target's channels and releases")
    releases.description = RELEASES
    withdrawing.add_arguments(commands, command)
    for parser in (publish, promote, rollback, releases):
        parser.add_argument("target", metavar="TARGET", help=TARGET)
    for parser in (publish, rollback):
        parser.add_argument("--channel", choices=CHANNELS, required=True, help="which channel")
    for parser in (publish, promote, rollback):
        _add_terms(parser)
    for parser in (publish, promote):
        parser.add_argument(
            "--max-age-days",
            type=float,
            metavar="DAYS",
            help="refuse evidence that was judged longer ago; the target may ask for less",
        )
        parser.add_argument(
            "--allow-downgrade",
            action="store_true",
            help="let an older release take the place of a newer one",
        )
    releases.add_argument("--channel", choices=CHANNELS, help="only this channel, as one reads it")
    releases.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="refuse channels that were not signed with this public key, from another place",
    )
    releases.add_argument("--html", type=Path, metavar="FILE", help="also write a page for people")


def _add_terms(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="private key on P-256, in PEM, that signs the channel; a signed bundle must be of it",
    )
    parser.add_argument(
        "--valid-days",
        type=float,
        default=VALID_DAYS,
        metavar="DAYS",
        help=f"how long the channel may be believed, at most {LONGEST_DAYS:g} (default: "
        "%(default)g)",
    )
    parser.add_argument(
        "--allow-unchecked",
        action="store_true",
        help="take a bundle of another version that cannot be judged again here",
    )
    parser.add_argument(
        "--single-publisher",
        action="store_true",
        help="nobody else publishes to this target: for stores without conditional writes",
    )


def run(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Carry one of these out; what is told of it to a person and to programs."""
    if options.command in withdrawing.COMMANDS:
        return withdrawing.run(options)
    if options.command == "releases":
        return _releases(options)
    from xport.workflow import publishing

    terms = _terms(options)
    if options.command == "publish":
        done = publishing.publish(options.bundle, options.target, options.channel, terms)
    elif options.command == "promote":
        done = publishing.promote(options.source, options.to, options.target, terms)
    else:
        done = publishing.rollback(options.target, options.channel, terms)
    return _told(done)


def _terms(options: argparse.Namespace) -> Publishing:
    from xport.cli.bundles import passphrase
    from xport.workflow.targets import Publishing

    return Publishing(
        key=options.key,
        passphrase=lambda: passphrase(options.key),
        valid_days=options.valid_days,
        max_age_days=getattr(options, "max_age_days", None),
        allow_downgrade=getattr(options, "allow_downgrade", False),
        allow_unchecked=options.allow_unchecked,
        single_publisher=options.single_publisher,
    )


def _told(done: Published, *, checked: bool = True) -> tuple[str, dict[str, Any]]:
    from reports.releases import channel_lines

    channel = done.channel
    facts = channel.model_dump(mode="json") | {"file": done.where, "key": done.key}
    if done.sent is not None:
        facts |= {"sent": done.sent.sent, "there": done.sent.there}
    text = [*channel_lines(channel, done.key, checked=checked), f"{'file':<16} {done.where}"]
    if done.sent is not None:
        text.append(f"{'files':<16} {done.sent.sent} sent, {done.sent.there} were there")
    text += [f"NOT DONE: {one}" for one in done.warnings]
    return "\n".join([*text, channel.notice]), facts | {"not_done": list(done.warnings)}


def _releases(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from reports.releases import html_releases, release_lines
    from xport.common.document import write_whole
    from xport.publishing.documents import now
    from xport.workflow import following

    if options.channel is not None:
        if options.html:
            raise InputError(
                "is of all releases, not of a channel", "--html", "leave --channel out"
            )
        done = following.follow(options.target, options.channel, options.key)
        return _told(done, checked=options.key is not None)
    listing = following.releases(options.target, options.key)
    if options.html:
        write_whole(options.html, html_releases(listing, now()).encode())
    return "\n".join(release_lines(listing)), listing.model_dump(mode="json")
