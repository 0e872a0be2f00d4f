"""A Sigstore of our own: an authority, logs and a trust root in memory; nothing asks a network.

What it signs is what the public services would hand out: a certificate for ten minutes with an
identity, its provider and a log's promise, and the entry of a transparency log with its proof.

Sources: Sigstore's bundle format 0.3, RFC 6962 (promises and trees), https://c2sp.org/signed-note.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from google.protobuf import json_format

from xport.signing.envelope import PAYLOAD_TYPE, pae

ISSUER = ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
PROMISES = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LOG = "log.example"
USAGES = ("key_encipherment", "data_encipherment", "key_agreement", "content_commitment")


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def log_id(key: ec.EllipticCurvePrivateKey) -> bytes:
    return hashlib.sha256(der(key)).digest()


def signed(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(SHA256()))


@dataclass
class PrivateSigstore:
    """An authority, a log of its certificates and a log of signatures."""

    authority: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    certificates: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    signatures: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    root: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        builder = self._certificate(_name("authority"), self.authority, timedelta(days=3650))
        self.root = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self.authority, SHA256())
        )

    def bundle(self, payload: bytes, identity: str, provider: str) -> dict[str, Any]:
        """A statement signed by an identity, as the file that model_signing writes."""
        key = new_key()
        certificate = self._leaf(key, identity, provider)
        signature = signed(key, pae(payload))
        return {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": {"rawBytes": b64(certificate.public_bytes(Encoding.DER))},
                "tlogEntries": [self._entry(payload, signature, certificate)],
                "timestampVerificationData": {"rfc3161Timestamps": []},
            },
            "dsseEnvelope": {
                "payload": b64(payload),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": b64(signature), "keyid": ""}],
            },
        }

    def trust_root(self, path: Path) -> Path:
        """Write what to believe into a file."""
        since = {"start": "2020-01-01T00:00:00Z"}
        logs = [
            {
                "baseUrl": f"https://{LOG}",
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": b64(der(key)),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": since,
                },
                "logId": {"keyId": b64(log_id(key))},
            }
            for key in (self.signatures, self.certificates)
        ]
        authority = {
            "subject": {"organization": "ours", "commonName": "authority"},
            "uri": "https://authority.example",
            "certChain": {
                "certificates": [{"rawBytes": b64(self.root.public_bytes(Encoding.DER))}]
            },
            "validFor": since,
        }
        document = {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": logs[:1],
            "certificateAuthorities": [authority],
            "ctlogs": logs[1:],
            "timestampAuthorities": [],
        }
        path.write_text(json.dumps(document))
        return path

    def _certificate(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
    ) -> x509.CertificateBuilder:
        own, of_authority = key.public_key(), self.authority.public_key()
        return (
            x509.CertificateBuilder(_name("authority"), subject, own, 17, WHEN, WHEN + lasts)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(of_authority), critical=False
            )
        )

    def _leaf(
        self, key: ec.EllipticCurvePrivateKey, identity: str, provider: str
    ) -> x509.Certificate:
        """The certificate of an identity; the log's promise is of all of it but itself."""
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
        names = x509.SubjectAlternativeName([x509.RFC822Name(identity)])
        builder = (
            self._certificate(x509.Name([]), key, timedelta(minutes=10))
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(usage, critical=False)
            .add_extension(names, critical=True)
            .add_extension(x509.UnrecognizedExtension(ISSUER, provider.encode()), critical=False)
        )
        told = builder.sign(self.authority, SHA256()).tbs_certificate_bytes
        promise = x509.UnrecognizedExtension(PROMISES, self._promise(told))
        return builder.add_extension(promise, critical=False).sign(self.authority, SHA256())

    def _promise(self, certificate: bytes) -> bytes:
        """A list of one promise to log a certificate, in DER (RFC 6962, 3.2 and 3.3)."""
        at = int(WHEN.timestamp() * 1000)
        entry = log_id(self.authority) + len(certificate).to_bytes(3, "big") + certificate
        signature = signed(self.certificates, struct.pack("!BBQH", 0, 0, at, 1) + entry + b"\0\0")
        promise = (
            b"\0" + log_id(self.certificates) + struct.pack("!QHBBH", at, 0, 4, 3, len(signature))
        ) + signature
        listed = struct.pack("!HH", len(promise) + 2, len(promise)) + promise
        return (
            b"\x04"
            + (bytes([len(listed)]) if len(listed) < 128 else b"\x81" + bytes([len(listed)]))
            + listed
        )

    def _entry(
        self, payload: bytes, signature: bytes, certificate: x509.Certificate
    ) -> dict[str, Any]:
        """The only entry of a transparency log, which the log's tree and its promise name."""
        pem = certificate.public_bytes(Encoding.PEM)
        digest = hashlib.sha256(payload).hexdigest()
        spec = {
            "envelopeHash": {"algorithm": "sha256", "value": digest},
            "payloadHash": {"algorithm": "sha256", "value": digest},
            "signatures": [{"signature": b64(signature), "verifier": b64(pem)}],
        }
        body = rfc8785.dumps({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})
        top, key, at = hashlib.sha256(b"\0" + body).digest(), self.signatures, int(WHEN.timestamp())
        note = f"{LOG}\n1\n{b64(top)}\n"
        line = b64(log_id(key)[:4] + signed(key, note.encode()))
        promised = {
            "body": b64(body),
            "integratedTime": at,
            "logID": log_id(key).hex(),
            "logIndex": 0,
        }
        return {
            "logIndex": "0",
            "logId": {"keyId": b64(log_id(key))},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(at),
            "inclusionPromise": {"signedEntryTimestamp": b64(signed(key, rfc8785.dumps(promised)))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": b64(top),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{note}\n— {LOG} {line}\n"},
            },
            "canonicalizedBody": b64(body),
        }


@dataclass(frozen=True)
class SignsAs:
    """What stands for model_signing's signer: the private Sigstore, whoever sits there."""

    sigstore: PrivateSigstore
    identity: str
    provider: str

    def __call__(self, **_: object) -> SignsAs:
        return self

    def sign(self, payload: Any) -> SignsAs.Written:
        """The signature of a manifest's statement."""
        statement = json_format.MessageToJson(payload.statement.pb).encode()
        return self.Written(self.sigstore.bundle(statement, self.identity, self.provider))

    @dataclass(frozen=True)
    class Written:
        """A signature, to be written."""

        document: dict[str, Any]

        def write(self, path: Path) -> None:
            path.write_text(json.dumps(self.document))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
        **dict.fromkeys(USAGES, False),
    )
