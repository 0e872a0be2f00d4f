"""The verdict for the summary of a CI job, and as a program reads it."""

from __future__ import annotations

import json
import re

import pytest

from reports.release.details import plain, verdict_details
from reports.release.markdown import summary_markdown
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import SampleRelease
from xport.judgement.evidence import Evidence

EVERY = ("passing", "weak", "waived", "failing", "incomplete")


@pytest.mark.parametrize(
    ("sample", "head", "command"),
    [
        ("passing", "## ✓ PASSED: Chest X-ray tool", "xport verify 'my run/bundle'"),
        ("weak", "## ! WEAK\\_PASSED: Chest X-ray tool", "xport bundle 'my run' --allow-weak"),
        ("waived", "## ! PASSED WITH WAIVERS: ", "xport bundle 'my run' --allow-waivers"),
        ("failing", "## ✗ FAILED: ", "xport debug 'my run' --leg savedmodel"),
        ("incomplete", "## ? NOT RUN: ", "xport doctor && xport record 'my run'"),
    ],
)
def test_it_begins_with_the_verdict_and_ends_with_what_is_next(
    sample: str, head: str, command: str, request: pytest.FixtureRequest
) -> None:
    text = summary_markdown(request.getfixturevalue(sample), "my run")
    assert text.replace("WEAK_", "WEAK\\_").startswith(head)
    last = text.rstrip().splitlines()[-3:]
    assert (last[0], last[2]) == ("```sh", "```")
    assert last[1].startswith(command)
    assert "NOT FOR MEDICAL USE" in text


@pytest.mark.parametrize("sample", EVERY)
def test_every_table_has_cells_for_its_columns(sample: str, request: pytest.FixtureRequest) -> None:
    text = summary_markdown(request.getfixturevalue(sample), "run").replace("\\|", "")
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_worst_checks_come_first(failing: Evidence) -> None:
    lines = summary_markdown(failing, "run").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("| Model"))
    assert "| NaN | 2e-4 | NaN | FAILED |" in lines[start + 2]
    assert "| 0.971 |" in lines[start + 3]
    assert "**Worst check:** classifier/savedmodel probabilities, within tolerance of torch" in (
        "\n".join(lines)
    )


def test_names_are_no_markup() -> None:
    title = "<b>`x`</b> | [a](b) *c*\n## PASSED"
    text = summary_markdown(make_evidence(SampleRelease(title=title)), "run")
    head = text.splitlines()[0]
    assert "&lt;b>\\`x\\`&lt;/b> \\| \\[a\\](b) \\*c\\* ## PASSED" in head
    assert text.count("\n## ") == 0


@pytest.mark.parametrize("sample", EVERY)
def test_details_are_valid_json(sample: str, request: pytest.FixtureRequest) -> None:
    evidence = request.getfixturevalue(sample)
    details = json.loads(json.dumps(verdict_details(evidence), allow_nan=False))
    counts = details["checks"]
    assert counts["total"] == len(evidence.verdict.checks)
    assert counts["total"] == sum(count for name, count in counts.items() if name != "total")
    assert details["verdict"] == evidence.verdict.status
    assert details["release"] == "chest-demo"
    assert {*details["digests"]["artifacts"]} == {"classifier", "autoencoder"}


def test_the_worst_share_is_told_with_its_place(passing: Evidence, failing: Evidence) -> None:
    worst = verdict_details(passing)["worst"]
    where = (worst["model"], worst["leg"], worst["output"], worst["probe"])
    assert where == ("classifier", "tfjs/webgl", "probabilities", "probe-04")
    assert worst["share"] == pytest.approx(worst["measured"] / worst["allowed"])
    assert verdict_details(failing)["worst"]["share"] == "NaN"


def test_what_is_waived_is_counted_apart(waived: Evidence) -> None:
    counts = verdict_details(waived)["checks"]
    assert (counts["waived"], counts["failed"]) == (3, 0)


def test_numbers_that_are_none_are_words() -> None:
    told = plain({"a": [float("nan"), float("inf")], "b": (-float("inf"), 1.5)})
    assert told == {"a": ["NaN", "Infinity"], "b": ["-Infinity", 1.5]}
