"""Every mutation of the table is rejected, with the finding that a person needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.saboteurs.bench import Bench, Held
from tests.saboteurs.table import Mutation, document, families

EVERY = [(family, mutation) for family, found in families().items() for mutation in found]


@pytest.mark.spread
@pytest.mark.parametrize(
    "mutation", [m for _, m in EVERY], ids=[f"{f}: {m.name}" for f, m in EVERY]
)
def test_is_rejected(mutation: Mutation, bench: Bench) -> None:
    found = mutation.attempt(bench)
    assert found.outcome == mutation.outcome, found.words
    assert mutation.said in found.words


def test_what_is_not_spoilt_passes(bench: Bench, tmp_path: Path) -> None:
    def nothing(_: object) -> None:
        """Leave all as it is."""

    def leave(_: Held) -> None:
        """Leave the run as it is."""

    assert bench.judged(leave).outcome == "PASSED"
    assert bench.verified(nothing).outcome == "PASSED"
    assert bench.exported("classifier", nothing).outcome == "PASSED"


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    names = [mutation.name for _, mutation in EVERY]
    assert len(names) >= 80
    assert len(set(names)) == len(names)
    assert all(mutation.what.endswith(".") and mutation.said for _, mutation in EVERY)


def test_the_page_of_the_documentation_is_up_to_date() -> None:
    path = ROOT / "docs" / "saboteurs.md"
    assert path.read_text(encoding="utf-8") == document(), "run `make goldens`"
