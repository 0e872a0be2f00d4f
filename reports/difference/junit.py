"""The difference for build servers: a case for each limit, and for what is told."""

from __future__ import annotations

from collections.abc import Iterator

from reports.difference import figures
from reports.junit import Case, Suite, document
from xport.difference.difference import Difference


def difference_junit(difference: Difference) -> str:
    """A suite of the limits, and one that tells what changed.

    A broken limit is a `<failure>`; one that could not be judged an `<error>`, because a skipped
    test counts as success.
    """
    after = difference.changes.after
    name = (
        f"{figures.release_words(after)} against {figures.release_words(difference.changes.before)}"
    )
    suites = [
        Suite("limits", list(_limits(difference)), _properties(difference)),
        Suite("changes", list(_told(difference))),
    ]
    return document(name, suites)


def _limits(difference: Difference) -> Iterator[Case]:
    for check in difference.checks:
        yield Case(check.model, check.name, check.status, check.message, said=check.message)
    if not difference.checks:
        yield Case("xport", "no limit was asked for", said=figures.headline(difference))


def _told(difference: Difference) -> Iterator[Case]:
    """What changed, as passing cases with their numbers: limits alone can fail."""
    for one in difference.changes.decisions:
        said = [figures.counted(one), *map(figures.flip_words, one.flips)]
        said += map(figures.calibrated_words, one.calibrated)
        yield Case(one.model, f"decisions · {one.leg} · {one.basis}", said="\n".join(said))
    for labelled in difference.changes.labelled:
        said = [
            f"{finding.finding}: {figures.auc_words(finding)}; {finding.flips} of "
            f"{finding.decisions} decisions flip"
            for finding in labelled.findings
        ]
        yield Case(labelled.model, f"labelled · {labelled.dataset}", said="\n".join(said))
    for error in difference.errors:
        name = f"error · {error.leg} · {error.output}"
        yield Case(error.model, name, said=figures.error(error))
    for size in difference.changes.sizes:
        said = [figures.bytes_of(size), f"nodes {figures.nodes_of(size)}"]
        yield Case(size.model, "size", said="; ".join(said))
    for pair in difference.changes.speeds:
        yield Case(pair.model, f"time in turn · {pair.leg}", said=figures.in_turn_words(pair))
    for check in difference.checks_changed:
        before, after = map(figures.status_word, (check.before, check.after))
        name = f"check {check.kind} · {check.leg} · {check.output or ''} · {check.name}"
        yield Case(check.model, name, said=figures.between(before, after))
    sentences = [*difference.told, *(f"NOT COMPARED: {one}" for one in difference.changes.untold)]
    yield Case("xport", "told", said="\n".join(sentences))


def _properties(difference: Difference) -> Iterator[tuple[str, str]]:
    yield "notice", difference.notice
    yield "status", str(difference.status or "no limits")
    for key, one in (("before", difference.changes.before), ("after", difference.changes.after)):
        yield f"{key}.release", figures.release_words(one)
        yield f"{key}.evidence_sha256", one.evidence_sha256 or ""
