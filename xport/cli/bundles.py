"""What `xport verify` and `xport sign` do, and what is said of every bundle."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xport.errors import InputError

if TYPE_CHECKING:
    from browser_harness.serve.server import LoopbackServer
    from xport.bundles.manifest import Manifest
    from xport.workflow.receiving import Received

LONGEST = 86400.0
"""Seconds that somebody may wait for a byte."""
PASSPHRASE_VARIABLE = "XPORT_KEY_PASSPHRASE"


def page_facts(manifest: Manifest) -> tuple[dict[str, Any], list[str]]:
    """What the page makes of a bundle, for programs and for a person."""
    from reports.words import STATUS_WORDS, note
    from xport.judgement.verdict import Status
    from xport.plan.page_models import PageView

    view = PageView(manifest.unshown, manifest.publishable is True)
    facts = {
        "publishable": view.publishable,
        "unshown": view.unshown,
        "notes": [note.model_dump() for note in manifest.notes],
    }
    less = [] if manifest.verdict is Status.PASSED else [STATUS_WORDS[manifest.verdict]]
    return facts, [*less, *map(note, manifest.notes), *view.sentences()]


def verify(options: argparse.Namespace) -> tuple[int, str, dict[str, Any]]:
    """Check a bundle; the exit code, and what is told of it to a person and to programs."""
    from xport.signing.keyless import demanded_identity
    from xport.workflow.receiving import Demands, received

    demands = Demands(
        allow_unchecked=options.allow_unchecked,
        expect=options.expect,
        key=options.key,
        identity=demanded_identity(options.identity, options.identity_provider, options.trust_root),
        policy=options.policy,
        revocations=options.revocations,
        allow_http=options.allow_http,
        patience=options.timeout,
    )
    if not 0 < demands.patience <= LONGEST:
        raise InputError(
            f"{demands.patience:g} seconds is not between 0 and {LONGEST:g}", "--timeout"
        )
    with received(options.bundle, demands) as bundle:
        return _received(options, bundle)


def _received(options: argparse.Namespace, bundle: Received) -> tuple[int, str, dict[str, Any]]:
    from reports import words
    from reports.release.details import verdict_details
    from xport.bundles.checks import unchecked_of
    from xport.bundles.manifest import MANIFEST
    from xport.common.digests import of_file
    from xport.judgement.evidence import EVIDENCE, Evidence
    from xport.signing.keys import shown as key_shown

    manifest = bundle.manifest
    facts = {
        "release": manifest.release,
        "title": manifest.title,
        "version": manifest.version,
        "verdict": manifest.verdict,
        "files": len(manifest.files) + len(manifest.model_files()),
        "manifest_sha256": of_file(bundle.folder / MANIFEST),
    }
    signature, who, not_asked = _signature(bundle, options.key, options.identity)
    said = {name: value for name, value in facts.items() if value is not None} | {"signature": who}
    if (claim := manifest.publisher) is not None:
        said["claimed by"] = words.one_line(f"{claim.name}, key {key_shown(claim.fingerprint)}")
    shown, lines = page_facts(manifest)
    lines = [one for one in lines if one != words.STATUS_WORDS[manifest.verdict]]  # said above
    missing = unchecked_of(bundle.folder)
    text = [
        *(f"{name:<16} {value}" for name, value in said.items()),
        *map(words.printable, bundle.said),
        *lines,
        *(f"NOT CHECKED: {one}" for one in (*missing, *not_asked, *bundle.unchecked)),
        manifest.notice,
    ]
    code = manifest.verdict.code(allow_weak=options.allow_weak, allow_waivers=options.allow_waivers)
    if options.quiet:
        title = words.one_line(f"{manifest.title} ({manifest.release} {manifest.version or ''})")
        text = [f"{words.STATUS_WORDS[manifest.verdict]}  {title.replace(' )', ')')}"]
    evidence = Evidence.read(bundle.folder / EVIDENCE)
    details = verdict_details(evidence)
    details["digests"]["evidence"] = of_file(bundle.folder / EVIDENCE)
    more = {
        "exit_code": int(code),
        "findings": evidence.verdict.findings,
        "notice": manifest.notice,
        "unchecked": [*missing, *bundle.unchecked],
        "said": list(bundle.said),
        "signature": signature,
        "publisher": claim and claim.model_dump(mode="json"),
    }
    return code, "\n".join(text), details | facts | more | shown


def requalify(options: argparse.Namespace) -> tuple[int, str, dict[str, Any]]:
    """Play a bundle's probes in a browser; the exit code, and what is told of what came of it."""
    from xport.recording.browser import BrowserOptions
    from xport.workflow.requalification import Terms, requalify

    browser = BrowserOptions(options.browser, options.graphics, options.require_renderer)
    allowed = options.allow_unchecked, options.allow_weak, options.allow_waivers
    found = requalify(options.bundle, Terms(browser, options.engine, *allowed))
    if options.out:
        found.write(options.out)
    code = found.status.code(allow_weak=options.allow_weak, allow_waivers=options.allow_waivers)
    lines = found.lines() + ([f"evidence  {options.out}"] if options.out else [])
    value = found.model_dump(mode="json") | {"exit_code": int(code)}
    return code, "\n".join(lines[:1] if options.quiet else lines), value


def lay_beside(
    server: LoopbackServer, options: argparse.Namespace, manifest: Manifest
) -> list[str]:
    """Serve a site configuration beside a bundle's page, where one is given; what is said of it.

    Raises:
        InputError: it cannot be read.
        IntegrityError: it is not for this bundle, or sets what may not be set.
    """
    if options.site is None:
        return []
    from reports.words import printable
    from xport.signing.keys import shown
    from xport.site.configuration import SITE_FILE
    from xport.workflow.site_calibration import site_for

    found, content = site_for(options.bundle, manifest, options.site)
    server.publish(options.path + SITE_FILE, content)
    claim = f"claims the key {shown(found.fingerprint)}, not checked against a key"
    return [printable(f"site      {found.words()}, until {found.until}; {claim}")]


def _signature(
    bundle: Received, key: Path | None, identity: str | None
) -> tuple[dict[str, Any], str, list[str]]:
    """What is known of who signed a checked bundle: for programs, in words, and what is not."""
    from xport.signing.keys import shown
    from xport.signing.signatures import NOT_SIGNED, claimed_key, is_keyless

    if is_keyless(bundle.folder):
        return _keyless(bundle, identity)
    fingerprint = claimed_key(bundle.folder)
    facts = {
        "signed": fingerprint is not None,
        "checked": key is not None,
        "fingerprint": fingerprint and shown(fingerprint),
    }
    if fingerprint is None:
        return facts, NOT_SIGNED, []
    if key is not None:
        whose = bundle.signer.path if bundle.signer is not None else key
        return facts, f"signed with {whose}, {shown(fingerprint)}", []
    what = (
        "whether the signature is of that key: give --key FILE, the public key that its owner "
        "published elsewhere, with the package's extra: `pip install 'xport-tfjs[sign]'`"
    )
    return facts, f"claims the key {shown(fingerprint)}, not checked against a key", [what]


def _keyless(bundle: Received, identity: str | None) -> tuple[dict[str, Any], str, list[str]]:
    """The same of a bundle that is signed without a key.

    Raises:
        IntegrityError: its signature has no certificate that names an identity.
    """
    from reports.words import one_line
    from xport.errors import PackageMissing
    from xport.signing.keyless import claimed_identity
    from xport.signing.places import KEYLESS, read_signature_file

    told = {"signed": True, "checked": identity is not None, "fingerprint": None}
    if identity is not None:
        return told | {"identity": identity}, f"signed by {identity}, without a key", []
    what = (
        "by whom it is signed: without --identity nobody compared the certificate, and whoever "
        "made the file can have it name anybody; give --identity and --identity-provider, as its "
        "maker published them elsewhere"
    )
    try:
        found = claimed_identity(read_signature_file(bundle.folder, KEYLESS))
    except PackageMissing as error:
        said = "claims to be signed without a key; whom its certificate names is not read here"
        return told, said, [f"{what} ({error.remedy})"]
    claims = {"claimed_identity": found.name, "claimed_provider": found.provider}
    said = one_line(f"its certificate names {found.words()}; compared by nobody")
    return told | claims, said, [what]


def sign(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Check and sign a bundle; what is told of it to a person and to programs."""
    from xport.signing.keyless import UNTRIED
    from xport.signing.keys import shown
    from xport.signing.places import KEYED, KEYLESS
    from xport.workflow.signing import sign, sign_keyless

    allowed = {
        name: getattr(options, name) for name in ("allow_weak", "allow_waivers", "allow_unchecked")
    }
    if options.keyless:
        manifest, identity = sign_keyless(options.bundle, **allowed)
        names: tuple[str, ...] = (KEYLESS,)
        who: dict[str, Any] = {"identity": identity.name, "identity_provider": identity.provider}
        said = [f"signed by {identity.words()}", UNTRIED]
    else:
        asked = partial(passphrase, options.key)
        manifest, fingerprint = sign(options.bundle, options.key, asked, **allowed)
        names, who = KEYED, {"fingerprint": shown(fingerprint)}
        said = [f"signed with {shown(fingerprint)}"]
    added = [str(options.bundle / name) for name in names]
    facts = {"release": manifest.release, "verdict": manifest.verdict, "added": added}
    return "\n".join([*added, *said, manifest.notice]), facts | who | {"notice": manifest.notice}


def passphrase(key: Path) -> str:
    """The passphrase of an encrypted key, from the environment or from whoever sits there.

    Raises:
        InputError: there is neither.
    """
    found = os.environ.get(PASSPHRASE_VARIABLE)
    if found is None and sys.stdin is not None and sys.stdin.isatty():
        found = getpass.getpass(f"passphrase of {key}: ")
    if not found:
        raise InputError(
            "is encrypted, and no passphrase is given",
            str(key),
            f"set {PASSPHRASE_VARIABLE}, or type it at a terminal",
        )
    return found
