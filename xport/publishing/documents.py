"""What lies in a target beside releases: its policy, its channels, and the index of releases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, cast, get_args
from urllib.parse import quote

from pydantic import AfterValidator, BeforeValidator, Field

from xport.bundles.manifest import NOTICE
from xport.common.document import Document
from xport.formats.weights_manifest import inside
from xport.judgement.verdict import Note, Status
from xport.publishing import LONGEST_DAYS
from xport.signing.envelope import Sha256

POLICY = "xport-target.json"
RELEASES = "releases"
CHANNELS = "channels"
ChannelName = Literal["next", "stable"]
NAMES = cast("tuple[ChannelName, ...]", get_args(ChannelName))
EARLIER = 20
"""How many releases a channel remembers, to go back to."""


def _as_utc(value: object) -> object:
    """A time as documents of this project have it: ISO 8601 with its offset, in UTC."""
    if isinstance(value, str):
        told = datetime.fromisoformat(value)
        if told.tzinfo is None:
            raise ValueError(f"{value!r} does not say its time zone")
        return told.astimezone(UTC)
    return value


Time = Annotated[datetime, BeforeValidator(_as_utc)]
Inside = Annotated[str, AfterValidator(inside)]
Fingerprint = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class TargetPolicy(Document):
    """What a target asks of all that is published to it: `xport-target.json`.

    Args:
        signature_required: bundle and channel must be signed with the publisher's key.
        keys: the fingerprints of those that may sign; any may where none is named.
        allow_weak: take WEAK_PASSED too.
        max_evidence_age_days: how old a release's evidence may be, in days.
    """

    schema_version: Literal[1] = 1
    signature_required: bool = False
    keys: tuple[Fingerprint, ...] = ()
    allow_weak: bool = False
    max_evidence_age_days: float | None = Field(default=None, gt=0, le=LONGEST_DAYS)


class Release(Document):
    """A release in a target: what it is, and its folder from the target's root.

    `judged` is when its evidence was passed, `manifest_sha256` names every file of it but the
    signatures.
    """

    release: str
    version: str | None
    manifest_sha256: Sha256
    path: Inside
    verdict: Status
    judged: Time

    def words(self) -> str:
        """Name, version and the beginning of the digest, for people."""
        version = f" {self.version}" if self.version else ""
        return f"{self.release}{version} ({self.manifest_sha256[:16]})"


class Channel(Document):
    """Which release a channel is at, and those it was at before, the latest first.

    `sequence` grows with every change. `expires` is when whoever reads it must no longer believe
    it. `single_publisher`: the store has no conditional writes, so that nothing but the publisher's
    word says that nobody else was writing. `revocations` is the number of the newest list of
    revoked releases, 0 where there was none; None where an earlier xport wrote the channel, which
    is read for ever.
    """

    schema_version: Literal[1] = 1
    channel: ChannelName
    sequence: int = Field(ge=1)
    release: Release
    earlier: tuple[Release, ...] = Field(default=(), max_length=EARLIER)
    written: Time
    expires: Time
    single_publisher: bool
    notice: str = NOTICE
    revocations: int | None = Field(default=None, ge=0)

    def payload(self) -> bytes:
        """The bytes that are signed: compact JSON, in one order; as it was, of an earlier one."""
        left_out = {"revocations"} if self.revocations is None else None
        return self.model_dump_json(exclude=left_out).encode()

    def expired(self, now: datetime) -> bool:
        """Whether its end has come."""
        return not now < self.expires


class OutputError(Document):
    """The largest distance from the reference of one output, over the legs that ship; which leg."""

    model: str
    output: str
    leg: str
    max_abs: float


class Speed(Document):
    """Seconds of one model on one backend: loading it warm, and the median of a run."""

    backend: str
    model: str
    load: float
    run: float


class Entry(Document):
    """A release in a target's index: figures from its evidence, as they were when it was published.

    It is written when every file of the release lies there, so a folder without one is unfinished.
    `key` is the fingerprint that the bundle's signature claims. `total_bytes` are of all `files`,
    `model_bytes` of the models alone.
    """

    schema_version: Literal[1] = 1
    release: Release
    title: str
    published: Time
    xport: str
    key: str | None
    files: int
    total_bytes: int
    model_bytes: int
    errors: tuple[OutputError, ...]
    speeds: tuple[Speed, ...]
    notes: tuple[Note, ...]
    notice: str = NOTICE

    def content(self) -> bytes:
        """The file's bytes."""
        return (self.model_dump_json(indent=2) + "\n").encode()


class Standing(Document):
    """A channel in a list, and why it must not be believed; no channel where none is there.

    `key` is the fingerprint that it claims.
    """

    name: ChannelName
    channel: Channel | None = None
    key: str | None = None
    problem: str | None = None


class Listing(Document):
    """What lies in a target: channels, releases as they were published, and unfinished folders.

    `checked`: channels were held to a key. `revoked` says of releases that are why, by the SHA-256
    of their manifests, whether they lie there or not.
    """

    target: str
    checked: bool
    channels: tuple[Standing, ...]
    entries: tuple[Entry, ...]
    unfinished: tuple[str, ...]
    revoked: dict[str, str] = Field(default_factory=dict)
    notice: str = NOTICE

    def at(self, entry: Entry) -> list[ChannelName]:
        """The channels that are at this release."""
        path = entry.release.path
        return [s.name for s in self.channels if s.channel and s.channel.release.path == path]


def channel_path(name: ChannelName) -> str:
    """Where a channel's file lies, from the target's root."""
    return f"{CHANNELS}/{name}.json"


def release_path(release: str, version: str | None, manifest_sha256: str) -> str:
    """The folder of a release, from the target's root."""
    words = (release, version or "unversioned", manifest_sha256[:16])
    return f"{RELEASES}/{'-'.join(quote(word, safe='+') for word in words)}"


def entry_path(path: str) -> str:
    """Where the entry of the release in this folder lies."""
    return f"{path}.json"


def now() -> datetime:
    """This machine's time in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def days(count: float) -> timedelta:
    """So many days."""
    return timedelta(days=count)
