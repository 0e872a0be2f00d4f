"""Signing a bundle with a local key, or by an identity, once all of it was checked."""

from __future__ import annotations

from pathlib import Path

from xport.bundles.manifest import Manifest
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.signing.keyless import Identity
from xport.signing.keys import Passphrase, read_private_key
from xport.signing.publisher import require_declared
from xport.signing.writing import add_keyless_signature, add_signatures, require_unsigned
from xport.workflow.verification import checked_files, require_strong


def sign(
    bundle: Path,
    key: Path,
    passphrase: Passphrase,
    *,
    allow_weak: bool = False,
    allow_waivers: bool = False,
    allow_unchecked: bool = False,
) -> tuple[Manifest, str]:
    """Check a bundle and sign it; nothing in it is changed, two files are added.

    Args:
        bundle: its folder.
        key: a private key on P-256, in PEM, that its owner alone may read.
        passphrase: asked if the key is encrypted.
        allow_weak: sign a bundle whose policy asks less than the floor of every policy.
        allow_waivers: sign one of which something failed and is waived.
        allow_unchecked: sign one that another version of xport made, of which not all can be
            judged again.

    Returns:
        The manifest, and the fingerprint of the key.

    Raises:
        InputError: it is no bundle, signed already or weak; or the key is not fit, or not the one
            that the release names.
        IntegrityError: it is not what was verified.
        PackageMissing: the extra `sign` is not installed.
        UnavailableError: the place cannot be written.
    """
    private = read_private_key(key, bundle, passphrase)
    require_unsigned(bundle)
    manifest, files = checked_files(bundle, allow_unchecked=allow_unchecked)
    require_strong(manifest, bundle, allow_weak=allow_weak, allow_waivers=allow_waivers)
    evidence = Evidence.read(bundle / EVIDENCE)
    require_declared(evidence.plan.publisher, private.public, bundle)
    add_signatures(bundle, files, evidence, manifest.verdict, private)
    return manifest, private.public.fingerprint


def sign_keyless(
    bundle: Path,
    *,
    allow_weak: bool = False,
    allow_waivers: bool = False,
    allow_unchecked: bool = False,
) -> tuple[Manifest, Identity]:
    """Check a bundle and have Sigstore sign it as whoever sits here; one file is added.

    Arguments are as of `sign`. The identity is entered into a public log.

    Returns:
        The manifest, and the identity that the signature names.

    Raises:
        InputError: it is no bundle, signed already or weak, or the release names a key.
        IntegrityError: it is not what was verified.
        PackageMissing: the extra `sign` is not installed.
        UnavailableError: a service cannot be reached, nobody signed in, or the place cannot be
            written.
    """
    require_unsigned(bundle)
    manifest, files = checked_files(bundle, allow_unchecked=allow_unchecked)
    require_strong(manifest, bundle, allow_weak=allow_weak, allow_waivers=allow_waivers)
    require_declared(Evidence.read(bundle / EVIDENCE).plan.publisher, None, bundle)
    return manifest, add_keyless_signature(bundle, files)
