"""The whole rule before the classifier, measured on held-out films: what refuses, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from reference.data import Dataset
from reference.data.films import DRAWINGS, OTHERS
from reference.decide.gate import Gated
from reference.decide.intervals import wilson
from reference.decide.rule import (
    REASON_BY_VIEW,
    Condition,
    Rule,
    Ruling,
)
from reference.document import Document
from reference.training.rule_fitting import Networks, chunks
from reference.training.view_figures import Change, HeldOut, ViewRow, held_out

Tell = Callable[[str], None]


class RuleRow(ViewRow):
    """One folder, or one change of all its images, under the whole rule.

    ``called`` counts the refused by the reason that is told.

    Args:
        failed: how many each condition refuses, as the first that does not hold.
    """

    failed: dict[str, int]


class RuleTable(Document):
    """What the whole rule does on images that neither training nor thresholds saw."""

    schema_version: Literal[1] = 1
    conditions: tuple[Condition, ...]
    rows: tuple[RuleRow, ...] = Field(min_length=1)

    def markdown(self) -> str:
        """Return the table for readers."""
        lines = [
            "| images | shall be | goal | reached, with 95 % interval | named right | refused by "
            "| |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        for row in self.rows:
            named = row.named.words() if row.named else ""
            failed = ", ".join(f"{name}: {count:,}" for name, count in row.failed.items())
            lines.append(
                f"| {row.name} | {row.goal} | {100 * row.wanted:g} % | {row.reached.words()} | "
                f"{named} | {failed} | {'' if row.met else '**missed**'} |"
            )
        return "\n".join(lines) + "\n"

    def gated(self) -> tuple[Gated, tuple[Gated, ...]]:
        """Return how many frontal films in all are refused, and how many of each other folder."""
        fronts = [row.reached for row in self.rows if row.goal == "accepted"]
        whole = sum(one.of for one in fronts)
        inside = Gated(
            dataset="frontal chest films held out",
            images=whole,
            refused=whole - sum(one.count for one in fronts),
        )
        outside = tuple(
            Gated(dataset=row.name, images=row.reached.of, refused=row.reached.count)
            for row in self.rows
            if row.name in (*OTHERS, DRAWINGS)
        )
        return inside, outside


def rulings(
    rule: Rule, networks: Networks, dataset: Dataset, change: Change | None = None
) -> list[Ruling]:
    """Return what a rule says of each image; the autoencoder sees those that pass until then."""
    found = list[Ruling]()
    for images in chunks(dataset, change):
        scores = networks.seen(images)
        first = [rule.decide(one) for one in scores]
        waiting = [place for place, one in enumerate(first) if _waits(rule, one)]
        rebuilt = networks.rebuilt([images[place] for place in waiting])
        for place, more in zip(waiting, rebuilt, strict=True):
            first[place] = rule.decide(scores[place] | more)
        found += first
    return found


def rule_row(rule: Rule, held: HeldOut, found: Sequence[Ruling]) -> RuleRow:
    """Return what became of images."""
    refused = [one for one in found if not one.accepted]
    reasons = Counter(str(one.reason) for one in refused)
    names = [f"{one.score} {one.comparison}" for one in rule.conditions]
    failed = Counter(one.failed for one in refused)
    view = held.name.rpartition(", ")[2]
    named = REASON_BY_VIEW.get(view) if held.goal == "refused" else None
    reached = len(found) - len(refused) if held.goal == "accepted" else len(refused)
    return RuleRow(
        name=held.name,
        goal=held.goal,
        wanted=held.wanted,
        reached=wilson(reached, len(found)),
        named=wilson(reasons[named], len(found)) if named else None,
        called=dict(sorted(reasons.items())),
        failed={names[place]: failed[place] for place in range(len(names)) if failed[place]},
    )


def rule_table(
    rule: Rule, networks: Networks, root: Path, of_each: int, tell: Tell = print
) -> RuleTable:
    """Measure a rule on everything in a folder of films that nothing of it was fixed on.

    Args:
        rule: the conditions.
        networks: whose scores they hold to thresholds.
        root: the folder of films.
        of_each: how many pages, blanks and images of noise are drawn.
        tell: is told each row.

    Raises:
        DataError: a folder is absent; the remedy says what belongs into it.
        CheckpointError: the rule names other weights.
    """
    networks.require_of(rule)
    rows = []
    for held in held_out(root, of_each):
        rows.append(rule_row(rule, held, rulings(rule, networks, held.dataset, held.change)))
        tell(f"{held.name}: {held.goal} {rows[-1].reached.words()}")
    return RuleTable(conditions=rule.conditions, rows=tuple(rows))


def _waits(rule: Rule, ruling: Ruling) -> bool:
    """Whether a score of the autoencoder, which is not there yet, decides."""
    return ruling.failed is not None and rule.conditions[ruling.failed].kind == "autoencoder"
