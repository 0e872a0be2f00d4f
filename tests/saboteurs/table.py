"""The mutations by name: what each is, what must be said of it, and which command is tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.saboteurs.bench import Bench
from tests.saboteurs.said import Said

Command = Literal["convert", "judge", "verify", "verify --policy", "verify ADDRESS"]
Outcome = Literal[
    "FAILED",
    "NOT_RUN",
    "WEAK_PASSED",
    "refused, exit code 1",
    "refused, exit code 2",
    "refused, exit code 3",
]


@dataclass(frozen=True)
class Mutation:
    """One way to go wrong, or to cheat.

    Args:
        name: by which it is called.
        what: it is, one paragraph.
        tried: the command that must reject it.
        outcome: what becomes of it.
        said: words of the finding that a person needs.
        attempt: spoils and tries.
    """

    name: str
    what: str
    tried: Command
    outcome: Outcome
    said: str
    attempt: Callable[[Bench], Said]


def families() -> dict[str, list[Mutation]]:
    """All mutations, by family, in the order of the document."""
    from tests.saboteurs.mutations import (
        bundles,
        documents,
        evidence,
        floor,
        kinds,
        numbers,
        preprocessing,
        receiving,
        releases,
        runs,
        structure,
        waivers,
        weights,
        witness,
    )

    return {
        "Weights": weights.MUTATIONS,
        "Structure": structure.MUTATIONS,
        "Numbers": numbers.MUTATIONS,
        "Runs": runs.MUTATIONS,
        "What ran": witness.MUTATIONS,
        "Preprocessing": preprocessing.MUTATIONS,
        "Documents of weights": documents.MUTATIONS,
        "Evidence": evidence.MUTATIONS,
        "Bundle": [*bundles.MUTATIONS, *kinds.MUTATIONS],
        "Receiving": receiving.MUTATIONS,
        "Release files": releases.MUTATIONS,
        "Policy floor": floor.MUTATIONS,
        "Waivers": waivers.MUTATIONS,
    }


def document() -> str:
    """The table as a page of the documentation."""
    every = families()
    count = sum(map(len, every.values()))
    lines = ["# Saboteurs", "", INTRODUCTION.format(count=count)]
    for family, mutations in every.items():
        lines += ["", f"## {family}", "", "| name | what it is | tried | outcome | what is said |"]
        lines += ["|---|---|---|---|---|", *map(_row, mutations)]
    return "\n".join(lines) + "\n"


INTRODUCTION = """\
Written by `make goldens` from `tests/saboteurs`. Each row is a mutation of a release that passes,
{count} in all; CI tries every one, and asks for the outcome and for the words. They run on the
miniature release, from its stored recordings where they can: `judge` looks at the spoilt run,
`verify` at the spoilt bundle, at sound evidence under another policy, and at a sound bundle on a
host that lies. Beside them stand the broken converters and pages of
`test_sabotage.py` and `test_preprocessing.py`, which are converted and recorded in a browser."""


def _row(mutation: Mutation) -> str:
    cells = (mutation.name, mutation.what, mutation.tried, mutation.outcome, mutation.said)
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


BAR = "\\|"
"""An upright bar within a cell."""
