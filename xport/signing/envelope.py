"""A DSSE envelope, read strictly, and the bytes that its signature is of.

Source: https://github.com/secure-systems-lab/dsse, protocol 1.0. Only what xport writes is
read: one signature, canonical base64, no other spaces or keys. So two readers cannot understand one
file in two ways.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationError

from xport.common.document import Document, first_problem
from xport.signing.places import refused

PAYLOAD_TYPE = "application/vnd.in-toto+json"
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class EnvelopeSignature(Document):
    """A signature in base64, and which key it claims: the SHA-256 of the public key, in DER."""

    keyid: Sha256
    sig: str


class Envelope(Document):
    """A payload in base64 and its signatures."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    payload: str
    payload_type: str = Field(
        default=PAYLOAD_TYPE, validation_alias="payloadType", serialization_alias="payloadType"
    )
    signatures: tuple[EnvelopeSignature, ...]

    def content(self) -> bytes:
        """The file's bytes."""
        return (self.model_dump_json(indent=2) + "\n").encode()


@dataclass(frozen=True)
class Signed:
    """A payload with the one signature of it; `keyid` is only a claim."""

    payload: bytes
    signature: bytes
    keyid: str


def pae(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """What is signed: DSSE's pre-authentication encoding of type and payload."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def envelope_of(signed: Signed, payload_type: str = PAYLOAD_TYPE) -> Envelope:
    """The envelope of a payload and its signature."""
    signature = EnvelopeSignature(keyid=signed.keyid, sig=_encoded(signed.signature))
    payload = _encoded(signed.payload)
    return Envelope(payload=payload, payload_type=payload_type, signatures=(signature,))


def read_envelope(content: bytes, name: str, payload_type: str = PAYLOAD_TYPE) -> Signed:
    """What an envelope of this content, called `name`, holds; nothing of it is checked by key.

    Raises:
        IntegrityError: it is no envelope as xport writes one.
    """
    try:
        envelope = Envelope.model_validate_json(content, by_alias=True, by_name=False)
    except ValidationError as error:
        raise refused(name, f"is no DSSE envelope: {first_problem(error)}") from error
    if envelope.payload_type != payload_type:
        raise refused(
            name, f"its payloadType is {envelope.payload_type[:100]!r}, not {payload_type!r}"
        )
    signed = only_signed(envelope.payload, [(s.keyid, s.sig) for s in envelope.signatures], name)
    if envelope.content() != content:
        raise refused(name, "is not written as xport writes it: keys twice, or other spaces")
    return signed


def only_signed(payload: str, signatures: list[tuple[str, str]], name: str) -> Signed:
    """The decoded payload with the only signature, out of key ids and signatures in base64.

    Raises:
        IntegrityError: there is none or another one, or the base64 is not canonical.
    """
    if len(signatures) != 1:
        raise refused(name, f"has {len(signatures)} signatures, one is wanted")
    keyid, signature = signatures[0]
    return Signed(_decoded(payload, "payload", name), _decoded(signature, "signature", name), keyid)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str, what: str, name: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        data = None
    if not data or _encoded(data) != text:
        raise refused(name, f"its {what} is not canonical base64")
    return data
