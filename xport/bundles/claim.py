"""Who claims the release of a bundle, with the key that its run was told of."""

from __future__ import annotations

from pathlib import Path

from xport.bundles.manifest import Claim, DataFile
from xport.common import digests
from xport.judgement.evidence import Evidence
from xport.plan.publisher import PUBLISHER_KEY


def claim_of(evidence: Evidence) -> Claim | None:
    """Who claims the release, as a manifest says it; None where its run was told of nobody."""
    publisher = evidence.plan.publisher
    if publisher is None:
        return None
    data = publisher.pem.encode()
    key = DataFile(path=PUBLISHER_KEY, sha256=digests.of_bytes(data), bytes=len(data))
    return Claim(
        name=publisher.name, fingerprint=publisher.fingerprint, judged=evidence.made, key=key
    )


def write_claim(folder: Path, evidence: Evidence) -> Claim | None:
    """The same, with the key written into the bundle at `folder`."""
    if (publisher := evidence.plan.publisher) is not None:
        (folder / PUBLISHER_KEY).write_bytes(publisher.pem.encode())
    return claim_of(evidence)
