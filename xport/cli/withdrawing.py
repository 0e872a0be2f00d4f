"""What `xport revoke` and `replace-key` accept and do."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

TARGET = "a folder, or an address that fsspec knows, such as sftp://host/folder"
REVOKE = (
    "Put a release on a target's signed list of those that must not be used any more. Whoever "
    "verifies, publishes, promotes or lists it is told; no file of it is touched, no channel is "
    "moved; signed channels name the list's new number. NOT FOR MEDICAL USE."
)
REPLACE = (
    "Have a new key take an old one's place in a target, by a statement that the old one signs; "
    "channels and the list of revoked releases are signed anew. `xport verify ADDRESS --key OLD` "
    "follows it. Encrypted keys' passphrases are asked for, or read from XPORT_KEY_PASSPHRASE and, "
    "for the new key, XPORT_NEW_KEY_PASSPHRASE where that is set. NOT FOR MEDICAL USE."
)
COMMANDS = ("revoke", "replace-key")
NEW_PASSPHRASE_VARIABLE = "XPORT_NEW_KEY_PASSPHRASE"

Command = Callable[[Any, str, str], argparse.ArgumentParser]


def add_arguments(commands: Any, command: Command) -> None:
    """Let the command line accept these two."""
    revoke = command(commands, "revoke", "say that a published release must not be used any more")
    revoke.description = REVOKE
    replace = command(commands, "replace-key", "have a new key take an old one's place in a target")
    replace.description = REPLACE
    for parser in (revoke, replace):
        parser.add_argument("target", metavar="TARGET", help=TARGET)
        parser.add_argument(
            "--single-publisher",
            action="store_true",
            help="nobody else publishes to this target: for stores without conditional writes",
        )
    revoke.add_argument(
        "release",
        metavar="RELEASE",
        help="its version, its folder's name, or 8 digits or more of its manifest's SHA-256",
    )
    revoke.add_argument("--reason", required=True, metavar="TEXT", help="why, for all who read it")
    _add_key(revoke, "--key", "private key on P-256, in PEM, that signs the target's channels")
    _add_key(replace, "--old", "private key that signed so far")
    _add_key(replace, "--new", "private key that signs from now on")


def _add_key(parser: argparse.ArgumentParser, name: str, told: str) -> None:
    parser.add_argument(name, type=Path, required=True, metavar="KEY", help=told)


def run(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Carry one of these out; what is told of it to a person and to programs."""
    return _revoke(options) if options.command == "revoke" else _replace(options)


def _revoke(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from reports.words import printable
    from xport.cli.bundles import passphrase
    from xport.workflow.revoking import revoke
    from xport.workflow.targets import Publishing

    terms = Publishing(
        key=options.key,
        passphrase=lambda: passphrase(options.key),
        single_publisher=options.single_publisher,
    )
    done = revoke(options.target, options.release, options.reason, terms)
    one, number = done.release, done.found.seen.sequence
    name = f"{one.release} {one.version or ''}".rstrip()
    text = [
        f"{name} ({one.manifest_sha256[:16]}) is {one.words()}",
        f"{done.found.where}, number {number}, signed with {done.found.key}",
        *(f"NOT DONE: {warning}" for warning in done.warnings),
    ]
    facts = one.model_dump(mode="json") | {"file": done.found.where, "sequence": number}
    more = {"key": done.found.key, "not_done": list(done.warnings)}
    return "\n".join(map(printable, text)), facts | more


def _replace(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from reports.words import printable
    from xport.cli.bundles import passphrase
    from xport.workflow.replacing import KeyFile, replace_key
    from xport.workflow.targets import Publishing

    done = replace_key(
        options.target,
        KeyFile(options.old, lambda: passphrase(options.old)),
        KeyFile(
            options.new,
            lambda: os.environ.get(NEW_PASSPHRASE_VARIABLE) or passphrase(options.new),
        ),
        Publishing(single_publisher=options.single_publisher),
    )
    text = [
        f"{done.old} is replaced by {done.new}",
        done.where,
        *(f"signed anew: {path}" for path in done.signed),
        *(f"NOT DONE: {warning}" for warning in done.warnings),
    ]
    facts = {"old": done.old, "new": done.new, "file": done.where, "signed": list(done.signed)}
    return "\n".join(map(printable, text)), facts | {"not_done": list(done.warnings)}
