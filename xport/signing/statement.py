"""The evidence as an in-toto statement about every file of a bundle.

Sources: https://in-toto.io/Statement/v1 and https://in-toto.io/attestation/test-result/v0.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationError

from xport.common.document import Document, first_problem
from xport.formats.weights_manifest import inside
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.judgement.verdict import Check, Status
from xport.signing.envelope import Sha256
from xport.signing.places import ENVELOPE, refused

Result = Literal["PASSED", "WARNED"]
RESULTS: dict[Status, Result] = {
    Status.PASSED: "PASSED",
    Status.PASSED_WITH_WAIVERS: "WARNED",
    Status.WEAK_PASSED: "WARNED",
}
"""What in-toto calls the verdicts that can be bundled."""


class _Named(Document):
    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


class Digest(Document):
    """Of a file's bytes, lower-case hex."""

    sha256: Sha256


class Subject(Document):
    """A file that ships, by its path from the bundle's root."""

    name: Annotated[str, AfterValidator(inside)]
    digest: Digest


class About(Document):
    """What was tested, when it was judged (UTC, ISO 8601), and by which xport."""

    release: str
    version: str | None = None
    judged: str
    xport: str


class Configuration(Document):
    """Where all that the verdict rests on is found: the plan and the policy are in the evidence."""

    name: Literal["evidence.json"] = "evidence.json"
    digest: Digest
    annotations: About


class TestResult(_Named):
    """The predicate. `WARNED`: all checks passed, and the policy asks less than the floor.

    The tests are the evidence's checks; among the warned are those that failed where the policy
    lets them stand beside the verdict.
    """

    result: Result
    configuration: tuple[Configuration]
    passed: tuple[str, ...] = Field(
        validation_alias="passedTests", serialization_alias="passedTests"
    )
    warned: tuple[str, ...] = Field(
        validation_alias="warnedTests", serialization_alias="warnedTests"
    )
    failed: tuple[()] = Field(
        default=(), validation_alias="failedTests", serialization_alias="failedTests"
    )


class Statement(_Named):
    """An in-toto statement: files by digest, and what is said of all of them."""

    kind: Literal["https://in-toto.io/Statement/v1"] = Field(
        default="https://in-toto.io/Statement/v1",
        validation_alias="_type",
        serialization_alias="_type",
    )
    subject: tuple[Subject, ...] = Field(min_length=1)
    predicate_type: Literal["https://in-toto.io/attestation/test-result/v0.1"] = Field(
        default="https://in-toto.io/attestation/test-result/v0.1",
        validation_alias="predicateType",
        serialization_alias="predicateType",
    )
    predicate: TestResult

    def payload(self) -> bytes:
        """The bytes that are signed: compact JSON, in one order."""
        return self.model_dump_json(exclude_none=True).encode()

    def files(self) -> dict[str, str]:
        """The SHA-256 of every file, by path."""
        return {one.name: one.digest.sha256 for one in self.subject}


def statement_of(evidence: Evidence, files: Mapping[str, str], status: Status) -> Statement:
    """The statement about a bundle's files, given as SHA-256 by path, without signatures.

    `status` is the verdict as it is passed now, which may be weaker than the recorded one.
    """
    warned = dict.fromkeys(_told(c) for c in evidence.verdict.checks if c.status != "PASSED")
    passed = dict.fromkeys(_told(c) for c in evidence.verdict.checks if c.status == "PASSED")
    plan = evidence.plan
    about = About(
        release=plan.release, version=plan.version, judged=evidence.made, xport=evidence.xport
    )
    configuration = Configuration(digest=Digest(sha256=files[EVIDENCE]), annotations=about)
    return Statement(
        subject=tuple(
            Subject(name=name, digest=Digest(sha256=digest))
            for name, digest in sorted(files.items())
        ),
        predicate=TestResult(
            result=RESULTS[status],
            configuration=(configuration,),
            passed=tuple(name for name in passed if name not in warned),
            warned=tuple(warned),
        ),
    )


def read_statement(payload: bytes) -> Statement:
    """A statement out of its signed bytes.

    Raises:
        IntegrityError: it is none as xport writes one.
    """
    try:
        statement = Statement.model_validate_json(payload, by_alias=True, by_name=False)
    except ValidationError as error:
        raise refused(ENVELOPE, f"holds no such statement: {first_problem(error)}") from error
    if len(statement.files()) != len(statement.subject):
        raise refused(ENVELOPE, "names a file twice among its subjects")
    if statement.payload() != payload:
        raise refused(ENVELOPE, "its statement is not written as xport writes it")
    return statement


def statement_findings(
    statement: Statement, evidence: Evidence, files: Mapping[str, str]
) -> Iterator[str]:
    """Where a statement is not about these files, or says something else than the evidence."""
    yield from listing_findings(statement.files(), files, "signed")
    if EVIDENCE not in files or not evidence.verdict.status.all_passed:
        return  # others say so
    proved = statement_of(evidence, files, evidence.verdict.status).predicate
    said = statement.predicate
    if said.result == "PASSED" and proved.result != "PASSED":
        yield f"{ENVELOPE} says {said.result}, the evidence {evidence.verdict.status}"
    for key in ("configuration", "passed", "warned"):
        if getattr(said, key) != getattr(proved, key):
            yield f"{ENVELOPE}: {key} is not that of the evidence"


def listing_findings(
    signed: Mapping[str, str], found: Mapping[str, str], how: str
) -> Iterator[str]:
    """Files that are missing, extra or changed since they were signed, by name."""
    for name in sorted({*signed, *found}):
        if name not in found:
            yield f"file {name} was {how}, and is missing"
        elif name not in signed:
            yield f"file {name} was not {how}"
        elif signed[name] != found[name]:
            yield f"file {name} is not what was {how}"


def _told(check: Check) -> str:
    of = f" {check.output}" if check.output else ""
    return f"{check.model} {check.leg}{of}: {check.name}"
