"""A site configuration may set gate thresholds and operating points alone, and is refused whole."""

from __future__ import annotations

import base64
import datetime
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from reference.decide.calibration import Calibration, NoOperatingPoint, OperatingPoint
from tests.xport.site.test_site import LABELS, WHERE, accepted, gate, manifest, release
from xport.bundles.manifest import Manifest
from xport.errors import InputError, IntegrityError
from xport.plan.site_bounds import SiteBounds
from xport.signing.keys import PrivateKey, read_private_key
from xport.site.bundled import Bundled
from xport.site.configuration import (
    PAYLOAD_TYPE,
    SiteConfiguration,
    configured,
    read_site,
    require_for,
    signed,
)
from xport.site.labels import Labels
from xport.site.summary import Asked, site_report

DIGEST = "0" * 64
TODAY = datetime.date(2026, 6, 15)
UNTIL = datetime.date(2026, 12, 31)
BOUNDS = SiteBounds(gate_thresholds={"l1": (0.1, 0.6)}, operating_points=(0.1, 0.9))


def key_in(folder: Path, name: str = "site.pem") -> PrivateKey:
    path = folder / name
    made = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return read_private_key(path, None, lambda: "")


@pytest.fixture
def key(tmp_path: Path) -> PrivateKey:
    return key_in(tmp_path)


def calibrated() -> Bundled:
    """A release whose first finding alone has an operating point."""
    counts = {"positives": 20, "negatives": 30, "unknown": 0}
    rates = {"true_positive_rate": 0.8, "false_positive_rate": 0.1}
    first = OperatingPoint(finding=LABELS[0], threshold=0.5, **rates, **counts)
    none = {**counts, "positives": 0, "reason": "no positive image"}
    points = (first, *(NoOperatingPoint(finding=name, **none) for name in LABELS[1:]))
    return replace(
        release(gate("l1", 0.5)), calibration=Calibration(dataset="phantoms", points=points)
    )


def configuration(key: PrivateKey) -> SiteConfiguration:
    """What forty images of a site suggest: a threshold, and a point of the first finding."""
    seen = [accepted(n, 0.2 + 0.01 * n) for n in range(40)]
    rows = {one.name: [float(n >= 20)] * len(LABELS) for n, one in enumerate(seen)}
    asked = Asked(labels=Labels(rows))  # type: ignore[arg-type]
    report = site_report((manifest(), DIGEST), calibrated(), seen, WHERE, asked)
    return configured(report, "Sample hospital", UNTIL, key)


def bounded(bounds: SiteBounds | None = BOUNDS) -> Manifest:
    return manifest().model_copy(update={"site": bounds})


def hold(found: SiteConfiguration, bounds: SiteBounds | None = BOUNDS) -> None:
    require_for(found, (bounded(bounds), DIGEST, calibrated()), TODAY, "site.json")


def test_what_is_suggested_is_set_by_name_and_said_in_words(key: PrivateKey) -> None:
    found = read_site(signed(configuration(key), key), "site.json")
    assert found.gate_thresholds == {"l1": pytest.approx(0.37)}
    assert found.operating_points == {LABELS[0]: pytest.approx(0.4)}
    assert found.fingerprint == key.public.fingerprint
    assert found.words().startswith("thresholds set by Sample hospital on ")
    assert found.words().endswith(", not part of the verified release")
    hold(found)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"manifest_sha256": "1" * 64}, "it is for the bundle 1111"),
        ({"until": datetime.date(2026, 6, 14)}, "it ended on 2026-06-14"),
        ({"gate_thresholds": {"l1": 0.61}}, "allows [0.1, 0.6]"),
        ({"gate_thresholds": {"ssim": 0.5}}, "does not let it be set"),
        ({"operating_points": {LABELS[0]: 0.05}}, "allows [0.1, 0.9]"),
        ({"operating_points": {LABELS[1]: 0.5}}, "no operating points of it"),
        ({"operating_points": {"Nothing": 0.5}}, "no operating points of it"),
    ],
    ids=lambda given: str(given)[:30],
)
def test_what_may_not_be_set_is_refused(
    key: PrivateKey, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(IntegrityError) as caught:
        hold(configuration(key).model_copy(update=changes))
    assert words in caught.value.what


def test_a_release_allows_none_or_some_keys(key: PrivateKey) -> None:
    found = configuration(key)
    with pytest.raises(IntegrityError, match="allows no site configuration"):
        hold(found, None)
    hold(found, BOUNDS.model_copy(update={"keys": (key.public.fingerprint,)}))
    with pytest.raises(IntegrityError, match="does not allow"):
        hold(found, BOUNDS.model_copy(update={"keys": ("a" * 64,)}))


def test_a_change_or_another_key_is_refused(key: PrivateKey, tmp_path: Path) -> None:
    envelope = json.loads(signed(configuration(key), key))
    payload = base64.b64decode(envelope["payload"]).replace(b"Sample", b"Simple")
    envelope["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(IntegrityError, match="signature is not of the key"):
        read_site((json.dumps(envelope, indent=2) + "\n").encode(), "site.json")
    other = key_in(tmp_path, "other.pem")
    with pytest.raises(IntegrityError, match="signature is not of the key"):
        read_site(signed(configuration(key), other), "site.json")


def test_any_other_key_of_the_document_is_refused(key: PrivateKey) -> None:
    from xport.publishing.signed_documents import signed_envelope

    class Wider(SiteConfiguration):
        models: str = "another"

    wider = Wider(**configuration(key).model_dump())
    with pytest.raises(IntegrityError, match="models"):
        read_site(signed_envelope(wider, key, PAYLOAD_TYPE).content(), "site.json")


def test_nothing_suggested_is_nothing_to_set(key: PrivateKey) -> None:
    report = site_report((manifest(), DIGEST), calibrated(), [accepted(1, 0.5)], WHERE, Asked())
    with pytest.raises(InputError, match="nothing to set"):
        configured(report, "Sample hospital", UNTIL, key)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"gate_thresholds": {"l1": (0.6, 0.1)}},
        {"gate_thresholds": {"l1": (0.1, float("inf"))}},
        {"operating_points": (0.0, 0.9)},
        {"operating_points": (0.1, 0.9), "keys": ("no fingerprint",)},
    ],
)
def test_bounds_that_bound_nothing_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"bounds|nothing may be set|operating points|pattern"):
        SiteBounds(**given)
