"""A document of a target that is always signed: read strictly, held to a key, written at once."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from xport.common.document import Document, first_problem
from xport.errors import IntegrityError, UnavailableError
from xport.publishing.channels import CLOCK, REMEDY, SKEW
from xport.publishing.stores import Store
from xport.signing.envelope import Envelope, Signed, envelope_of, pae, read_envelope
from xport.signing.keys import PrivateKey, PublicKey, shown

D = TypeVar("D", bound=Document)


def read_signed(content: bytes, where: str, kind: type[D], payload_type: str) -> tuple[D, Signed]:
    """A document out of its signed file; nothing of it is checked by key.

    Raises:
        IntegrityError: it is none as xport writes one.
    """
    try:
        signed = read_envelope(content, where, payload_type)
    except IntegrityError as error:
        raise IntegrityError(error.what, where, REMEDY) from error
    try:
        document = kind.model_validate_json(signed.payload)
    except ValidationError as error:
        what = f"holds no {kind.__name__.lower()}: {first_problem(error)}"
        raise IntegrityError(what, where, REMEDY) from error
    if document.model_dump_json().encode() != signed.payload:
        raise IntegrityError("is not written as xport writes it", where, REMEDY)
    return document, signed


def require_signed_with(signed: Signed, key: PublicKey, payload_type: str, where: str) -> None:
    """Hold a signed document to a key.

    Raises:
        IntegrityError: it claims another key, or the signature is not this one's.
    """
    if signed.keyid != key.fingerprint:
        raise IntegrityError(
            f"is signed with another key: it claims {shown(signed.keyid)}, {key.path} is "
            f"{shown(key.fingerprint)}",
            where,
            "it is not from the owner of this key: do not believe it, and ask them",
        )
    if not key.verifies(signed.signature, pae(signed.payload, payload_type)):
        raise IntegrityError(f"its signature is not of {key.path}", where, REMEDY)


def require_past(written: datetime, now: datetime, where: str) -> None:
    """Refuse what was written in the future.

    Raises:
        IntegrityError: it was, by this machine's clock.
    """
    if written > now + SKEW:
        what = f"was written at {written.isoformat()}, and it is {now.isoformat()} here"
        raise IntegrityError(what, where, CLOCK)


def signed_envelope(document: Document, key: PrivateKey, payload_type: str) -> Envelope:
    """A document in its envelope, signed."""
    payload = document.model_dump_json().encode()
    signature = key.sign(pae(payload, payload_type))
    return envelope_of(Signed(payload, signature, key.public.fingerprint), payload_type)


def put(store: Store, path: str, content: bytes, before: bytes | None) -> None:
    """Put a file in the place of what was read before, and read it back.

    Raises:
        Overtaken: somebody else has changed it since; it stays as it is.
        UnavailableError: what is read back is not what was written.
    """
    store.replace(path, content, before)
    if store.read(path) != content:
        raise UnavailableError(
            "holds something else than was just written: somebody else changed it, or the store "
            "answers with what it held before",
            f"{store.shown}/{path}",
            "run the command again if it is still wanted",
        )
