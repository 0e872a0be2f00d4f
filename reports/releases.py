"""A target's releases: lines for a terminal, and a page with the trend of their figures.

The figures are those that each release was published with, from its evidence.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from markupsafe import Markup

from reports import words
from reports.page import environment
from reports.svg import clip, drawing, line, node, text
from xport.publishing.documents import Channel, Entry, Listing, Standing

UNSIGNED = "not signed: whoever wrote it is unknown"
ALONE = "on the publisher's word that nobody else publishes: the store has no conditional writes"
HEADER = (
    *("RELEASE", "MANIFEST", "VERDICT", "JUDGED", "MODELS", "LARGEST ERROR", "SLOWEST RUN", "AT"),
)
WIDTH, HEIGHT = 420.0, 150.0
LEFT, RIGHT, TOP, FLOOR = 16.0, 404.0, 40.0, 118.0


@dataclass(frozen=True)
class Row:
    """An entry in words."""

    name: str
    digest: str
    verdict: str
    judged: str
    size: str
    error: str
    speed: str
    channels: str

    def cells(self) -> tuple[str, ...]:
        """What a terminal's row holds."""
        return tuple(words.one_line(str(value)) for value in vars(self).values())


def channel_lines(channel: Channel, key: str | None, *, checked: bool = False) -> list[str]:
    """A channel for a terminal; `checked`: its signature was held to a key."""
    release = channel.release
    claims = "signed with" if checked else "claims the key"
    facts = {
        "channel": f"{channel.channel}, number {channel.sequence}",
        "release": release.words(),
        "verdict": release.verdict,
        "judged": when(release.judged),
        "path": release.path,
        "manifest_sha256": release.manifest_sha256,
        "before": release_names(channel),
        "expires": when(channel.expires),
        "signature": UNSIGNED if key is None else f"{claims} {key}",
    }
    lines = [f"{name:<16} {words.printable(str(value))}" for name, value in facts.items()]
    return [*lines, *([f"{'publisher':<16} {ALONE}"] if channel.single_publisher else [])]


def release_lines(listing: Listing) -> list[str]:
    """A target for a terminal: channels, a row for each release, the newest last."""
    lines = [standing_words(one, checked=listing.checked) for one in listing.channels]
    if listing.entries:
        table = [HEADER, *(row(listing, entry).cells() for entry in listing.entries)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines.append("")
        for cells in table:
            padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
    else:
        lines.append("no release")
    lines += [f"REVOKED: {one}" for one in revoked_words(listing)]
    lines += [f"UNFINISHED: {words.one_line(path)}" for path in listing.unfinished]
    return [*lines, listing.notice]


def html_releases(listing: Listing, made: datetime) -> str:
    """A target as one self-contained page: channels, releases, and how their figures went on."""
    return (
        environment()
        .get_template("releases.html")
        .render(
            listing=listing,
            made=when(made),
            when=when,
            channels=[standing_words(one, checked=listing.checked) for one in listing.channels],
            revoked=revoked_words(listing),
            rows=[(one, row(listing, one)) for one in reversed(listing.entries)],
            charts=list(charts(listing.entries)),
        )
    )


def standing_words(standing: Standing, *, checked: bool) -> str:
    """A channel of a list in one line."""
    channel = standing.channel
    if channel is None:
        return f"{standing.name}: {standing.problem or 'no such channel'}"
    signed = UNSIGNED
    if standing.key is not None:
        signed = f"{'signed with' if checked and not standing.problem else 'claims'} {standing.key}"
    said = (
        f"{standing.name}: {channel.release.words()}, number {channel.sequence}, until "
        f"{when(channel.expires)}, {signed}"
    )
    if channel.single_publisher:
        said += f"; {ALONE}"
    return words.one_line(
        f"{said}; NOT TO BE USED: {standing.problem}" if standing.problem else said
    )


def revoked_words(listing: Listing) -> list[str]:
    """The releases that must not be used, each in one line."""
    names = {e.release.manifest_sha256: e.release.words() for e in listing.entries}
    return [
        words.one_line(f"{names.get(digest, digest[:16])} is {why}")
        for digest, why in listing.revoked.items()
    ]


def release_names(channel: Channel) -> str:
    """The releases that a channel was at before, the latest first."""
    return ", ".join(one.words() for one in channel.earlier) or "none"


def when(time: datetime) -> str:
    """A time for people, in UTC."""
    return f"{time:%Y-%m-%d %H:%M} UTC"


def row(listing: Listing, entry: Entry) -> Row:
    """An entry in words: the largest error of all outputs, the slowest model of one backend."""
    release = entry.release
    worst = max(entry.errors, key=lambda one: _rank(one.max_abs), default=None)
    backend = entry.speeds[0].backend if entry.speeds else None
    slow = max(
        (one for one in entry.speeds if one.backend == backend),
        key=lambda one: one.run,
        default=None,
    )
    return Row(
        name=words.one_line(f"{release.release} {release.version or ''}".rstrip()),
        digest=release.manifest_sha256[:16],
        verdict=words.STATUS_WORDS[release.verdict],
        judged=when(release.judged),
        size=words.mebibytes(entry.model_bytes / 2**20),
        error=f"{words.error(worst.max_abs)} {worst.model} {worst.output}" if worst else "none",
        speed=f"{words.seconds(slow.run)} {slow.model} {slow.backend}" if slow else "none",
        channels=", ".join(listing.at(entry)),
    )


def charts(entries: Sequence[Entry]) -> Iterator[Markup]:
    """How sizes, errors and times went on, in the order of publishing; nothing of one release."""
    if len(entries) < 2:
        return
    names = [entry.release.version or entry.release.manifest_sha256[:8] for entry in entries]
    sizes = [entry.model_bytes / 2**20 for entry in entries]
    yield trend("Models that ship", names, sizes, words.mebibytes)
    for model, output in dict.fromkeys((e.model, e.output) for n in entries for e in n.errors):
        found = [
            next((e.max_abs for e in n.errors if (e.model, e.output) == (model, output)), None)
            for n in entries
        ]
        yield trend(f"Largest error of {model} {output}", names, found, words.error)
    for model, backend in dict.fromkeys((s.model, s.backend) for n in entries for s in n.speeds):
        times = [
            next((s.run for s in n.speeds if (s.model, s.backend) == (model, backend)), None)
            for n in entries
        ]
        yield trend(f"A run of {model} on {backend}", names, times, words.seconds)


def trend(
    title: str,
    names: Sequence[str],
    values: Sequence[float | None],
    told: Callable[[float], str],
) -> Markup:
    """Points over releases, from 0 up, the first and last named; none where nothing is known."""
    known = [v for v in values if v is not None and math.isfinite(v)]
    top = max(known, default=0.0) or 1.0
    step = (RIGHT - LEFT) / max(1, len(values) - 1)
    places = [
        (LEFT + index * step, FLOOR - (FLOOR - TOP) * value / top)
        for index, value in enumerate(values)
        if value is not None and math.isfinite(value)
    ]
    children: list[Element] = [
        text(LEFT, 16, clip(title, 60), "label"),
        line(LEFT, FLOOR, RIGHT, FLOOR, "axis"),
        text(LEFT, FLOOR + 18, clip(names[0], 24), "label"),
        text(RIGHT, FLOOR + 18, clip(names[-1], 24), "label", "end"),
    ]
    children += [line(*before, *after, "axis") for before, after in itertools.pairwise(places)]
    children += [node("circle", cx=x, cy=y, r=3.0) for x, y in places]
    said = [words.MISSING if v is None else told(v) for v in values]
    children.append(text(RIGHT, 16, said[-1], "label", "end"))
    meaning = "; ".join(f"{name} {value}" for name, value in zip(names, said, strict=True))
    return drawing(WIDTH, HEIGHT, f"{title}: {meaning}", *children)


def _rank(value: float) -> float:
    return math.inf if math.isnan(value) else value
