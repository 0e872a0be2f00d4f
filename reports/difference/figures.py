"""Numbers of a difference in words: from before to now, flips, intervals."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from reports import words
from xport.comparison.change import (
    CalibratedChange,
    ChangedDecision,
    DecisionsChange,
    LabelledFinding,
    ReleaseIdentity,
    SizeChange,
)
from xport.comparison.paired_speed import SpeedPair
from xport.difference.difference import CheckChange, Difference, ErrorChange, SpeedChange
from xport.judgement.verdict import Status

ARROW = "\N{RIGHTWARDS ARROW}"
NOT_INTERLEAVED = (
    "recorded apart, on whatever else the machines did then, not interleaved: no verdict follows; "
    "--max-slowdown runs both in turn"
)


def release_words(one: ReleaseIdentity) -> str:
    """A release by name and version, and what of it was compared."""
    version = f" {one.version}" if one.version else ""
    return f"{one.release}{version}, from a {one.held}"


def between(before: str, after: str) -> str:
    """From one to the other, or once where they are the same."""
    return after if before == after else f"{before} {ARROW} {after}"


def status_word(status: Status | None) -> str:
    """A check's outcome, or that it is not there."""
    return words.STATUS_WORDS[status] if status else "not there"


def place(change: CheckChange) -> str:
    """Model, leg and output."""
    return f"{change.model}/{change.leg}" + (f" {change.output}" if change.output else "")


def error(change: ErrorChange) -> str:
    """The largest difference from the reference."""
    return between(words.error(change.max_abs_before), words.error(change.max_abs_after))


def ratio(before: float | None, after: float | None) -> str:
    """How many times what it was."""
    if before is None or after is None or not before > 0:
        return words.NOTHING
    return words.times(after / before)


def bytes_of(size: SizeChange) -> str:
    """What ships of a model."""
    return between(f"{size.bytes_before:,}", f"{size.bytes_after:,}") + " bytes"


def nodes_of(size: SizeChange) -> str:
    """The nodes of its graph, or that they are not known."""
    before, after = (
        "not known" if one is None else f"{one:,}" for one in (size.nodes_before, size.nodes_after)
    )
    return between(before, after)


def seconds_of(speed: SpeedChange) -> str:
    """Median seconds of a probe."""
    return between(words.seconds(speed.before), words.seconds(speed.after))


def in_turn_words(pair: SpeedPair) -> str:
    """Times that were taken in turn: both medians, their ratio and its interval."""
    ratio = pair.ratio()
    if pair.failure is not None:
        return f"could not be run in turn: {pair.failure}"
    if ratio is None:
        return "the same files" if not pair.seconds_before else "the times are no times"
    medians = (statistics.median(one) for one in (pair.seconds_before, pair.seconds_after))
    return (
        f"{between(*map(words.seconds, medians))}, {ratio.estimate:.3f} times (95 % "
        f"{ratio.low:.3f} to {ratio.high:.3f}), {pair.rounds} rounds in turn"
    )


def counted(one: DecisionsChange) -> str:
    """How many of how many decisions flip, and on how many images of how many."""
    shared = f"{one.shared} shared {one.basis} ({one.images_before} before, {one.images_after} now)"
    if not one.decisions:
        return f"no decision was compared on {shared}"
    return f"{len(one.flips)} of {one.decisions} decisions flip on {shared}"


def flip_words(flip: ChangedDecision) -> str:
    """A finding's value before and now, each with its threshold."""
    thresholds = between(words.short(flip.threshold_before), words.short(flip.threshold_after))
    return (
        f"{flip.image}: {flip.label} {value(flip.before)} {ARROW} {value(flip.after)} "
        f"(threshold {thresholds})"
    )


def value(number: float) -> str:
    """A value that decides, with four digits."""
    return f"{number:.4g}" if number == number else "NaN"


def calibrated_words(change: CalibratedChange) -> str:
    """How far a finding's calibrated probability moved."""
    if change.max == 0:
        return f"{change.finding}: not moved at all, on {change.images} images"
    return (
        f"{change.finding}: by {words.short(change.max)} at most, {words.short(change.mean)} in "
        f"the mean, on {change.images} images"
    )


def worst_calibrated(one: DecisionsChange) -> CalibratedChange | None:
    """The finding that moved most; NaN is more than any number."""
    return max(one.calibrated, key=lambda c: (c.max != c.max, c.max), default=None)


def auc_words(finding: LabelledFinding) -> str:
    """AUC before and now, the change and its interval."""
    if finding.auc_before is None or finding.auc_after is None or finding.auc_change is None:
        return "no AUC, for want of positive or negative images"
    return (
        f"{finding.auc_before:.4f} {ARROW} {finding.auc_after:.4f}, {finding.auc_change:+.4f} "
        f"(95 % {finding.low:+.4f} to {finding.high:+.4f})"
    )


def headline(difference: Difference) -> str:
    """The outcome in one sentence."""
    flips = sum(len(one.flips) for one in difference.changes.decisions)
    if difference.status is None:
        return f"No limit was asked for. Of what was compared, {flips} decisions flip, leg by leg."
    if difference.status is Status.PASSED:
        return "Every limit is kept."
    broken = [check for check in difference.checks if check.status is Status.FAILED]
    if broken:
        return f"{len(broken)} of {len(difference.checks)} limits are broken."
    lacking = [check for check in difference.checks if check.status is Status.NOT_RUN]
    return f"{len(lacking)} of {len(difference.checks)} limits could not be judged."


def limits_first(difference: Difference) -> Iterator[str]:
    """Every limit's outcome, what is broken first."""
    order = (Status.FAILED, Status.NOT_RUN, Status.PASSED)
    for check in sorted(difference.checks, key=lambda one: order.index(one.status)):
        yield f"{words.STATUS_WORDS[check.status]}  {check.model}, {check.name}: {check.message}"
