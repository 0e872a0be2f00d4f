"""What `xport sign`, `verify`, `requalify` and `serve` accept; nothing heavy is imported."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xport.fetching import PATIENCE

Command = Callable[[Any, str, str], argparse.ArgumentParser]

SIGN = (
    "Check a bundle and sign it: the evidence as a statement about every file, and all files in "
    "OpenSSF Model Signing's format. Two files are added in signature/, none is changed. An "
    "encrypted key's passphrase is asked for, or read from XPORT_KEY_PASSPHRASE. With --keyless, "
    "one file is added, the signature of all files by an identity."
)

REQUALIFY = (
    "Check a bundle, play the probes of its self-test in this browser, on the engine of this "
    "xport or on the one of --engine, and hold them to the release's bounds. The bundle stays as "
    "it is; the evidence names it. Its probes are fewer than those that it was verified on."
)


def add_bundles(commands: Any, command: Command) -> tuple[argparse.ArgumentParser, ...]:
    """Let the command line accept these four; their parsers, in this order."""
    sign = command(commands, "sign", "check a bundle and sign it")
    verify = command(commands, "verify", "check that a bundle is what was verified")
    serve = command(commands, "serve", "check a bundle and serve it on this machine")
    requalify = command(
        commands, "requalify", "play a bundle's probes in another browser or engine, for a verdict"
    )
    requalify.description = REQUALIFY
    requalify.add_argument("--out", type=Path, metavar="FILE", help="write the evidence, as JSON")
    requalify.add_argument(
        "--engine",
        metavar="ENGINE",
        help="another version of TF.js: tfjs@VERSION, which npm fetches, a folder with its "
        "unpacked packages, or a page that another checkout built; building needs a checkout and "
        "Node.js",
    )
    sign.description = SIGN
    who = sign.add_mutually_exclusive_group(required=True)
    who.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="private key on P-256, in PEM, that nobody else may read",
    )
    who.add_argument(
        "--keyless",
        action="store_true",
        help="sign through Sigstore's public services, as whom the CI platform or a provider in "
        "your browser says you are: wants a network, and that name stays in a public log for "
        "ever. Not tried by xport's authors with the live services",
    )
    for parser in (sign, requalify, serve):
        parser.add_argument("bundle", type=Path, help="folder of a bundle")
    verify.add_argument(
        "bundle",
        type=folder_or_address,
        help="folder of a bundle, or the https:// address of a published one: of its folder, or "
        "of a channel, such as https://host/channels/stable.json",
    )
    for parser in (sign, verify, requalify, serve):
        parser.add_argument(
            "--allow-unchecked",
            action="store_true",
            help="let a bundle of another version pass whose evidence, report or cards cannot be "
            "judged again here; what is not checked is said",
        )
    _add_demands(verify)
    serve.add_argument(
        "--site",
        type=Path,
        metavar="FILE",
        help="lay this site configuration beside the page, as site.json: one that `xport "
        "calibrate` wrote for this bundle",
    )
    serve.add_argument("--port", type=int, default=0, help="port; 0 (default) takes a free one")
    serve.add_argument(
        "--path", default="/", help="path to serve it under, such as /tools/xray/ (default /)"
    )
    return sign, verify, requalify, serve


def folder_or_address(text: str) -> Path | str:
    """A path, or an address as it was typed."""
    return text if "://" in text else Path(text)


def _add_demands(verify: argparse.ArgumentParser) -> None:
    verify.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="refuse a bundle that was not signed with this key, or changed since; the public key "
        "in PEM, from another place than the bundle",
    )
    verify.add_argument(
        "--identity",
        metavar="NAME",
        help="refuse a bundle that was not signed by this e-mail address or workflow through "
        "Sigstore, or changed since; no network is asked. Tried with stored signatures alone",
    )
    verify.add_argument(
        "--identity-provider",
        metavar="ISSUER",
        help="who must have vouched for --identity, such as https://accounts.google.com",
    )
    verify.add_argument(
        "--trust-root",
        type=Path,
        metavar="FILE",
        help="Sigstore's trusted_root.json to believe for --identity; by default the one that its "
        "package brought, or has fetched last",
    )
    verify.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="refuse a bundle whose evidence does not say PASSED under at least the [policy] of "
        "this TOML file, or the preset of this name: with exit code 1 where a number breaks it, 3 "
        "where something in it was not asked for",
    )
    verify.add_argument(
        "--revocations",
        type=Path,
        metavar="FILE",
        help="refuse a bundle that this list names, a target's revocations.json; at an address, "
        "the target's own list is read too",
    )
    verify.add_argument(
        "--allow-http", action="store_true", help="fetch from an address without encryption too"
    )
    verify.add_argument(
        "--timeout",
        type=float,
        default=PATIENCE,
        metavar="SECONDS",
        help="end fetching when no byte came for so long (default: %(default)g)",
    )
    verify.add_argument(
        "--expect", metavar="SHA256", help="refuse a bundle whose manifest.json has another SHA-256"
    )
