"""Hostile envelopes and signatures: each is refused in a line, with a key and without."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.xport.signing.conftest import KeyPair
from tests.xport.signing.forging import payload_of, with_payload, write_envelope, write_model
from xport.errors import IntegrityError
from xport.signing.envelope import pae
from xport.signing.keys import read_private_key, read_public_key
from xport.signing.places import ENVELOPE, MODEL_SIGNATURE
from xport.signing.signatures import claimed_key, require_signed_by
from xport.workflow.verification import verify

Spoil = Callable[[Any], Any]


def refused(folder: Path, owner: KeyPair) -> str:
    """What is said with a key; a line of its own, and the same without one."""
    with pytest.raises(IntegrityError) as said:
        require_signed_by(folder, read_public_key(owner.public, folder))
    assert said.value.exit_code == 3
    text = str(said.value)
    assert len(text.splitlines()) == 1
    assert len(text) < 700
    return text


def first_signature(envelope: Any, **changes: str) -> Any:
    (signature,) = envelope["signatures"]
    return envelope | {"signatures": [signature | changes]}


def other_spaces(text: str) -> str:
    """Base64 that is decoded to the same bytes and is written otherwise."""
    return text[:8] + "\n" + text[8:]


def loose_end(text: str) -> str:
    """Base64 with other bits behind its last byte, which some readers ignore."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bare = text.rstrip("=")
    last = digits[digits.index(bare[-1]) ^ 1]
    return bare[:-1] + last + "=" * (len(text) - len(bare))


ENVELOPES: dict[str, tuple[Spoil, str]] = {
    "another type": (
        lambda e: e | {"payloadType": "application/json"},
        "its payloadType is 'application/json', not 'application/vnd.in-toto+json'",
    ),
    "a long type": (lambda e: e | {"payloadType": "x" * 10_000}, "its payloadType is"),
    "no signature": (lambda e: e | {"signatures": []}, "has 0 signatures, one is wanted"),
    "two signatures": (
        lambda e: e | {"signatures": e["signatures"] * 2},
        "has 2 signatures, one is wanted",
    ),
    "a thousand": (lambda e: e | {"signatures": e["signatures"] * 1000}, "has 1000 signatures"),
    "no payload": (lambda e: e | {"payload": ""}, "its payload is not canonical base64"),
    "spaces in the payload": (
        lambda e: e | {"payload": other_spaces(e["payload"])},
        "its payload is not canonical base64",
    ),
    "base64 for addresses": (
        lambda e: first_signature(e, sig="-_" + e["signatures"][0]["sig"][2:]),
        "its signature is not canonical base64",
    ),
    "no padding": (
        lambda e: first_signature(e, sig=e["signatures"][0]["sig"].rstrip("=") + "A"),
        "its signature",
    ),
    "no text": (lambda e: e | {"payload": "ÿ" + e["payload"]}, "its payload is not canonical"),
    "no key": (lambda e: first_signature(e, keyid=""), "is no DSSE envelope: signatures.0.keyid"),
    "words for a key": (
        lambda e: first_signature(e, keyid="\x1b[31mtrust me\n"),
        "is no DSSE envelope: signatures.0.keyid",
    ),
    "more keys": (lambda e: e | {"note": "x"}, "is no DSSE envelope: note"),
    "a list": (lambda e: [e], "is no DSSE envelope"),
    "a number": (lambda e: e | {"payload": 7}, "is no DSSE envelope: payload"),
    "signed by nobody": (lambda e: first_signature(e, sig="MAA="), "its signature is not of"),
}


@pytest.mark.parametrize("case", ENVELOPES)
def test_a_hostile_envelope_is_refused(case: str, signed: Path, owner: KeyPair) -> None:
    spoil, words = ENVELOPES[case]
    write_envelope(signed, spoil(json.loads((signed / ENVELOPE).read_text())))
    said = refused(signed, owner)
    assert said.startswith(f"{ENVELOPE}: {words}")
    assert "\x1b" not in said


@pytest.mark.parametrize("case", ["another type", "two signatures", "no payload", "no key"])
def test_it_is_refused_without_a_key_too(case: str, signed: Path) -> None:
    spoil, words = ENVELOPES[case]
    write_envelope(signed, spoil(json.loads((signed / ENVELOPE).read_text())))
    with pytest.raises(IntegrityError, match=f"{ENVELOPE}: {words[:20]}"):
        verify(signed, allow_unchecked=True)
    with pytest.raises(IntegrityError):
        claimed_key(signed)


def test_base64_with_a_loose_end_is_refused(signed: Path, owner: KeyPair) -> None:
    envelope = json.loads((signed / ENVELOPE).read_text())
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    for longer in range(3):  # one of these lengths has a loose end
        text = base64.b64encode(signature + b"\0" * longer).decode()
        if text.endswith("="):
            write_envelope(signed, first_signature(envelope, sig=loose_end(text)))
            assert "its signature is not canonical base64" in refused(signed, owner)


RAW: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing": (lambda c: b"", "is no DSSE envelope"),
    "no JSON": (lambda c: b"\0" + c, "is no DSSE envelope"),
    "half": (lambda c: c[: len(c) // 2], "is no DSSE envelope"),
    "deep": (lambda c: b"[" * 100_000, "is no DSSE envelope"),
    "huge": (lambda c: c + b" " * 2**24, "is longer than 16,777,216 bytes"),
    "more spaces": (lambda c: c + b"\n", "is not written as xport writes it"),
    "a key twice": (
        lambda c: c.replace(b'"payloadType"', b'"payloadType": "text/plain",\n  "payloadType"'),
        "is not written as xport writes it",
    ),
    "UTF-16": (lambda c: c.decode().encode("utf-16"), "is no DSSE envelope"),
}


@pytest.mark.parametrize("case", RAW)
def test_an_envelope_of_other_bytes_is_refused(case: str, signed: Path, owner: KeyPair) -> None:
    spoil, words = RAW[case]
    (signed / ENVELOPE).write_bytes(spoil((signed / ENVELOPE).read_bytes()))
    assert f"{ENVELOPE}: {words}" in refused(signed, owner)


STATEMENTS: dict[str, tuple[Spoil, str]] = {
    "subjects twice": (
        lambda s: s | {"subject": [*s["subject"], s["subject"][0]]},
        "names a file twice among its subjects",
    ),
    "no subjects": (lambda s: s | {"subject": []}, "holds no such statement: subject"),
    "a way out": (
        lambda s: s | {"subject": [s["subject"][0] | {"name": "../../secret"}]},
        "holds no such statement: subject.0.name",
    ),
    "another predicate": (
        lambda s: s | {"predicateType": "https://slsa.dev/provenance/v1"},
        "holds no such statement: predicateType",
    ),
    "another statement": (
        lambda s: s | {"_type": "https://in-toto.io/Statement/v0.1"},
        "holds no such statement: _type",
    ),
    "a digest in capitals": (
        lambda s: s | {"subject": [{"name": "a", "digest": {"sha256": "A" * 64}}]},
        "holds no such statement: subject.0.digest.sha256",
    ),
    "another digest": (
        lambda s: s | {"subject": [{"name": "a", "digest": {"sha1": "a" * 40}}]},
        "holds no such statement: subject.0.digest.sha256",
    ),
    "failed": (
        lambda s: s | {"predicate": s["predicate"] | {"result": "FAILED"}},
        "holds no such statement: predicate.result",
    ),
    "failed tests": (
        lambda s: s | {"predicate": s["predicate"] | {"failedTests": ["one"]}},
        "holds no such statement: predicate.failedTests",
    ),
    "more": (lambda s: s | {"note": "x"}, "holds no such statement: note"),
}


@pytest.mark.parametrize("case", STATEMENTS)
def test_a_hostile_statement_is_refused_although_the_key_signed_it(
    case: str, signed: Path, owner: KeyPair
) -> None:
    spoil, words = STATEMENTS[case]
    sign_statement(signed, owner, spoil)
    assert f"{ENVELOPE}: {words}" in refused(signed, owner)


SAID: dict[str, tuple[Spoil, str]] = {
    "another release": (
        lambda s: _configured(s, annotations=_about(s) | {"release": "another"}),
        "configuration is not that of the evidence",
    ),
    "another evidence": (
        lambda s: _configured(s, digest={"sha256": "0" * 64}),
        "configuration is not that of the evidence",
    ),
    "fewer tests": (
        lambda s: s | {"predicate": s["predicate"] | {"passedTests": ["all"]}},
        "passed is not that of the evidence",
    ),
    "warned tests": (
        lambda s: s | {"predicate": s["predicate"] | {"warnedTests": ["one"]}},
        "warned is not that of the evidence",
    ),
}


def _about(statement: Any) -> Any:
    return statement["predicate"]["configuration"][0]["annotations"]


def _configured(statement: Any, **changes: Any) -> Any:
    (configuration,) = statement["predicate"]["configuration"]
    predicate = statement["predicate"] | {"configuration": [configuration | changes]}
    return statement | {"predicate": predicate}


@pytest.mark.parametrize("case", SAID)
def test_a_statement_that_the_evidence_does_not_bear_is_refused(
    case: str, signed: Path, owner: KeyPair
) -> None:
    spoil, words = SAID[case]
    sign_statement(signed, owner, spoil)
    for key in (None, owner.public):
        with pytest.raises(IntegrityError, match=words):
            verify(signed, allow_unchecked=True, key=key)


def sign_statement(folder: Path, owner: KeyPair, spoil: Spoil) -> None:
    """Have the owner's key sign another statement."""
    envelope = json.loads((folder / ENVELOPE).read_text())
    envelope = with_payload(envelope, spoil(payload_of(envelope)))
    key = read_private_key(owner.private, folder, str)
    signature = key.sign(pae(base64.b64decode(envelope["payload"])))
    sig = base64.b64encode(signature).decode()
    write_envelope(folder, first_signature(envelope, sig=sig))


def _dsse(model: Any, **changes: Any) -> Any:
    return model | {"dsseEnvelope": model["dsseEnvelope"] | changes}


MODELS: dict[str, tuple[Spoil, str]] = {
    "another type": (
        lambda m: _dsse(m, payloadType="text/plain"),
        "its payloadType is 'text/plain'",
    ),
    "two signatures": (
        lambda m: _dsse(m, signatures=m["dsseEnvelope"]["signatures"] * 2),
        "has 2 signatures, one is wanted",
    ),
    "a certificate": (
        lambda m: m | {"verificationMaterial": {"certificate": {"rawBytes": "AAAA"}}},
        "is no signature: verificationMaterial",
    ),
    "another bundle": (
        lambda m: m | {"mediaType": "application/vnd.dev.sigstore.bundle.v0.1+json"},
        "is no signature: mediaType",
    ),
    "nothing": (lambda m: {}, "is no signature: mediaType"),
    "not base64": (lambda m: _dsse(m, payload="?"), "its payload is not canonical base64"),
}


@pytest.mark.parametrize("case", MODELS)
def test_a_hostile_signature_of_all_files_is_refused(
    case: str, signed: Path, owner: KeyPair
) -> None:
    spoil, words = MODELS[case]
    write_model(signed, spoil(json.loads((signed / MODEL_SIGNATURE).read_text())))
    assert f"{MODEL_SIGNATURE}: {words}" in refused(signed, owner)


def test_a_signature_that_leaves_files_out_is_refused(signed: Path, owner: KeyPair) -> None:
    model = json.loads((signed / MODEL_SIGNATURE).read_text())
    envelope = model["dsseEnvelope"]
    statement = payload_of(envelope)
    statement["predicate"]["serialization"]["ignore_paths"] += ["app.js"]
    statement["predicate"]["resources"] = [
        one for one in statement["predicate"]["resources"] if one["name"] != "app.js"
    ]
    write_model(signed, model | {"dsseEnvelope": with_payload(envelope, statement)})
    said = refused(signed, owner)
    assert f"{MODEL_SIGNATURE}: leaves out other files than the signatures" in said


def test_a_pipe_in_the_place_of_an_envelope_is_refused_at_once(
    signed: Path, owner: KeyPair
) -> None:
    (signed / ENVELOPE).unlink()
    os.mkfifo(signed / ENVELOPE)
    assert f"{ENVELOPE}: is no file" in refused(signed, owner)


def test_pae_is_that_of_the_protocol() -> None:
    """Source: the example of DSSE's protocol, with in-toto's payload type."""
    assert pae(b"hello world") == b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"
