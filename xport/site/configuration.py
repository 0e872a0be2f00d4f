"""A site configuration: thresholds that a hospital sets, signed with its own key.

It is no part of the verified release: it is bound to the digest of a bundle's manifest, ends on a
day, and may set gate thresholds and operating points alone, within the bounds that the release
declares. Whoever reads one that breaks any of this refuses all of it.

Twin: `app/host/site.ts`.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from reference.decide.calibration import OperatingPoint
from reference.decide.owned import Sha256
from xport.bundles.manifest import NOTICE, Manifest
from xport.common.document import Document
from xport.errors import InputError, IntegrityError
from xport.plan.site_bounds import SiteBounds
from xport.publishing.signed_documents import read_signed, signed_envelope
from xport.signing.envelope import Signed, pae
from xport.signing.keys import PrivateKey, shown
from xport.site.bundled import Bundled
from xport.site.document import SiteReport

PAYLOAD_TYPE = "application/vnd.xport.site+json"
SITE_FILE = "site.json"
LONGEST_NAME = 80
REMEDY = "remove it, and run `xport calibrate` with --site again"


def _printable(text: str) -> str:
    """A name that moves no cursor and turns no line around: it is shown wherever results are."""
    if not text.isprintable() or text != text.strip():
        raise ValueError("holds characters that cannot be printed, or spaces around it")
    return text


Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_printable)]


class SiteConfiguration(Document):
    """What a hospital sets.

    Args:
        site: who sets it, in their own words: a claim, like the key.
        made: the day.
        until: the last day on which it holds (UTC).
        manifest_sha256: of the bundle that it is for, and of no other.
        public_key: the key that it is signed with, as SubjectPublicKeyInfo in DER, in base64.
        gate_thresholds: by the name of the score.
        operating_points: by finding.
    """

    schema_version: Literal[1] = 1
    site: Name
    made: datetime.date
    until: datetime.date
    manifest_sha256: Sha256
    public_key: str
    gate_thresholds: dict[str, Annotated[float, Field(allow_inf_nan=False)]]
    operating_points: dict[str, Annotated[float, Field(gt=0, lt=1)]]
    notice: str = NOTICE

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key, as which it is known."""
        return hashlib.sha256(base64.b64decode(self.public_key)).hexdigest()

    def words(self) -> str:
        """What is said wherever results are."""
        return (
            f"thresholds set by {self.site} on {self.made.isoformat()}, not part of the verified "
            "release"
        )


def configured(
    report: SiteReport, name: str, until: datetime.date, key: PrivateKey
) -> SiteConfiguration:
    """Return the suggested thresholds of a report as a configuration; not signed yet.

    Raises:
        InputError: nothing is suggested.
    """
    gate = {one.name: one.suggested.threshold for one in report.conditions if one.suggested}
    points = {
        one.finding: one.suggested.threshold
        for one in report.findings
        if one.suggested and one.release  # a finding without a point of the release gets none
    }
    if not gate and not points:
        raise InputError(
            "no threshold is suggested, so there is nothing to set",
            "--site",
            "give more images, or labels",
        )
    made = datetime.datetime.fromisoformat(report.made).date()
    return SiteConfiguration(
        site=name,
        made=made,
        until=until,
        manifest_sha256=report.manifest_sha256,
        public_key=base64.b64encode(_der(key)).decode(),
        gate_thresholds=gate,
        operating_points=points,
    )


def signed(configuration: SiteConfiguration, key: PrivateKey) -> bytes:
    """Return the file of a configuration, signed."""
    return signed_envelope(configuration, key, PAYLOAD_TYPE).content()


def read_site(content: bytes, where: str) -> SiteConfiguration:
    """Return a configuration out of its file, whose signature is of the key that it holds.

    Whose key that is, nobody knows from the file.

    Raises:
        IntegrityError: it is none as xport writes one, or its signature is not of its key.
    """
    found, envelope = read_signed(content, where, SiteConfiguration, PAYLOAD_TYPE)
    if not _is_signed(found, envelope):
        raise IntegrityError("its signature is not of the key that it names", where, REMEDY)
    return found


def require_for(
    found: SiteConfiguration,
    bundle: tuple[Manifest, str, Bundled],
    today: datetime.date,
    where: str,
) -> None:
    """Hold a configuration to the bundle, with its manifest's SHA-256, and to the day.

    Raises:
        IntegrityError: the release allows none; it is of another bundle or has ended; it sets what
            does not exist, what may not be set or what lies beyond the bounds; or another key
            signed it than the release allows. All that is wrong is named.
    """
    manifest, digest, release = bundle
    findings = list(_findings(found, manifest.site, (digest, release), today))
    if findings:
        others = "\n".join(f"also: {one}" for one in findings[1:])
        raise IntegrityError(findings[0], where, REMEDY, others)


def _findings(
    found: SiteConfiguration,
    bounds: SiteBounds | None,
    bundle: tuple[str, Bundled],
    today: datetime.date,
) -> Iterator[str]:
    digest, release = bundle
    if bounds is None:
        yield "the release allows no site configuration"
        return
    if found.manifest_sha256 != digest:
        yield f"it is for the bundle {found.manifest_sha256}, this is {digest}"
    if found.until < today:
        yield f"it ended on {found.until.isoformat()}"
    if bounds.keys and found.fingerprint not in bounds.keys:
        yield f"it is signed with {shown(found.fingerprint)}, which the release does not allow"
    scores = {one.name for one in release.conditions}
    for name, value in found.gate_thresholds.items():
        yield from _beyond(f"gate threshold {name}", value, bounds.gate_thresholds.get(name))
        if name not in scores:
            yield f"gate threshold {name}: the release's gate has no such score"
    points = release.calibration.points if release.calibration else ()
    findings = {one.finding for one in points if isinstance(one, OperatingPoint)}
    for name, value in found.operating_points.items():
        yield from _beyond(f"operating point of {name}", value, bounds.operating_points)
        if name not in findings:
            yield f"operating point of {name}: the release has no operating points of it"


def _beyond(what: str, value: float, bounds: tuple[float, float] | None) -> Iterator[str]:
    if bounds is None:
        yield f"{what}: the release does not let it be set"
    elif not bounds[0] <= value <= bounds[1]:
        yield f"{what} is {value!r}, the release allows [{bounds[0]!r}, {bounds[1]!r}]"


def _der(key: PrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _is_signed(found: SiteConfiguration, envelope: Signed) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        der = base64.b64decode(found.public_key, validate=True)
        key = load_der_public_key(der)
    except ValueError:
        return False
    if not isinstance(key, ec.EllipticCurvePublicKey) or found.fingerprint != envelope.keyid:
        return False
    if not isinstance(key.curve, ec.SECP256R1):
        return False
    try:
        data = pae(envelope.payload, PAYLOAD_TYPE)
        key.verify(envelope.signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
