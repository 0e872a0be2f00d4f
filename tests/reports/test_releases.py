"""The releases of a target, as lines and as a page: every text shown and none obeyed."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from reports.releases import html_releases, release_lines
from xport.judgement.verdict import Status
from xport.publishing.documents import (
    Channel,
    Entry,
    Listing,
    OutputError,
    Release,
    Speed,
    Standing,
    release_path,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def release(number: int, name: str = "chest") -> Release:
    digest = f"{number:064x}"
    return Release(
        release=name,
        version=f"1.{number}.0",
        manifest_sha256=digest,
        path=release_path(name, f"1.{number}.0", digest),
        verdict=Status.WEAK_PASSED if number == 2 else Status.PASSED,
        judged=NOON,
    )


def entry(number: int, error: float, name: str = "chest") -> Entry:
    return Entry(
        release=release(number, name),
        title="Chest",
        published=NOON + timedelta(days=number),
        xport="0.1.0",
        key=None,
        files=3,
        total_bytes=3 * 2**20,
        model_bytes=2**20,
        errors=(
            OutputError(model="classifier", output="logits", leg="tfjs/webgl", max_abs=1e-6),
            OutputError(model="classifier", output="cam", leg="tfjs/wasm", max_abs=error),
        ),
        speeds=(
            Speed(backend="webgl", model="classifier", load=0.2, run=0.05),
            Speed(backend="webgl", model="autoencoder", load=0.2, run=0.012),
            Speed(backend="wasm", model="classifier", load=0.2, run=9.0),
        ),
        notes=(),
    )


def listing(*entries: Entry, problem: str | None = None) -> Listing:
    channel = Channel(
        channel="stable",
        sequence=7,
        release=entries[-1].release,
        earlier=(),
        written=NOON,
        expires=NOON + timedelta(days=90),
        single_publisher=True,
    )
    standings = (Standing(name="next"), Standing(name="stable", channel=channel, problem=problem))
    return Listing(
        target="sftp://host/site",
        checked=False,
        channels=standings,
        entries=entries,
        unfinished=("releases/chest-2.0.0-half",),
    )


def test_lines_have_a_row_for_each_release() -> None:
    lines = release_lines(listing(entry(1, 2e-6), entry(2, math.nan)))
    assert lines[0] == "next: no such channel"
    assert lines[1].startswith("stable: chest 1.2.0 (0000000000000000), number 7, until 2026-04-01")
    assert "not signed: whoever wrote it is unknown" in lines[1]
    assert "on the publisher's word that nobody else publishes" in lines[1]
    first, second = (line.split("  ") for line in lines if line.startswith("chest"))
    assert "2e-6 classifier cam" in [cell.strip() for cell in first]
    assert "50 ms classifier webgl" in [cell.strip() for cell in first]
    assert "NaN classifier cam" in [cell.strip() for cell in second]
    assert (first[-1].strip(), second[-1].strip()) == ("50 ms classifier webgl", "stable")
    assert lines[-2:] == ["UNFINISHED: releases/chest-2.0.0-half", "NOT FOR MEDICAL USE"]


def test_a_channel_that_must_not_be_believed_says_so_in_both() -> None:
    told = listing(entry(1, 1e-6), problem="expired at noon")
    assert "NOT TO BE USED: expired at noon" in "\n".join(release_lines(told))
    assert "NOT TO BE USED: expired at noon" in html_releases(told, NOON)


def test_the_page_shows_the_trend_of_more_than_one_release() -> None:
    one = html_releases(listing(entry(1, 2e-6)), NOON)
    two = html_releases(listing(entry(1, 2e-6), entry(2, 4e-6)), NOON)
    assert one.count("<svg") == 0
    assert two.count("<svg") == 6  # sizes, two errors, three times
    assert 'aria-label="Largest error of classifier cam: 1.1.0 2e-6; 1.2.0 4e-6"' in two
    assert two.index("1.2.0") < two.index("1.1.0")
    assert "<strong>NOT FOR MEDICAL USE</strong>" in two
    assert "WEAK_PASSED" in two


def test_names_are_text_and_nothing_else() -> None:
    hostile = entry(1, 1e-6, "<script>alert(1)</script>\x1b[31m")
    page = html_releases(listing(hostile, hostile), NOON)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page + "\n".join(release_lines(listing(hostile)))


def test_nothing_published_is_said() -> None:
    empty = Listing(
        target="site", checked=False, channels=(Standing(name="next"),), entries=(), unfinished=()
    )
    assert release_lines(empty) == ["next: no such channel", "no release", "NOT FOR MEDICAL USE"]
    assert "No release." in html_releases(empty, NOON)
