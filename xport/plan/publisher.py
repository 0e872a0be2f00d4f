"""`[publisher]`: who is going to sign a release, and with which key, said before the run."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Self

from pydantic import model_validator

from reference.decide.owned import Sha256
from reference.terms import Line
from xport.common.document import Document

PUBLISHER_KEY = "publisher.pub"
"""Where a bundle has the public key of whoever claims it."""

_PEM = re.compile(
    r"-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=\n]{1,1000})\n-----END PUBLIC KEY-----\n"
)


class Publisher(Document):
    """Who claims a release, by name, and the public key that its bundle is to be signed with.

    Args:
        name: as people know it.
        fingerprint: the SHA-256 of the key in DER.
        pem: the key, as its file in the bundle holds it.
    """

    name: Line
    fingerprint: Sha256
    pem: str

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if fingerprint_in(self.pem) != self.fingerprint:
            raise ValueError("pem: is not the public key of the fingerprint")
        return self


def fingerprint_in(pem: str) -> str | None:
    """The SHA-256 of what one block of PEM holds in DER; None where it is no public key in PEM."""
    found = _PEM.fullmatch(pem)
    if found is None:
        return None
    try:
        data = base64.b64decode(found[1].replace("\n", ""), validate=True)
    except binascii.Error:
        return None
    return hashlib.sha256(data).hexdigest()
