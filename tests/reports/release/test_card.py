"""A checkpoint's card as a page: all that it says, without script or network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reference.terms import Terms
from reports.release.card import html_card
from tests.reports.parsed import Page

DEFAULTS = Path(__file__).parents[3] / "reference" / "defaults"
NAMES = ("classifier", "ali", "l2")


def card_of(name: str) -> dict[str, Any]:
    """The content of a default checkpoint's card."""
    card: dict[str, Any] = json.loads((DEFAULTS / name / "card.json").read_text())
    return card


@pytest.mark.parametrize("name", NAMES)
def test_says_what_the_card_says(name: str) -> None:
    card = card_of(name)
    page = Page(html_card("Model of the release", card))
    wanted = [
        "Model of the release",
        card["title"],
        "NOT FOR MEDICAL USE",
        card["weights"]["sha256"],
        card["weights"]["factory"],
        *card["notes"],
        *card["provenance"]["data"],
        *(stage["recipe"]["name"] for stage in card["provenance"]["stages"]),
        *(table["dataset"] for table in card["tables"]),
        *(row["finding"] for table in card["tables"] for row in table["rows"]),
    ]
    for words in wanted:
        assert " ".join(words.split()) in page.text
    for other in card["gate"]["out_of_distribution"] if card["gate"] else ():
        assert f"{other['dataset']} {other['refused']:,} {other['images']:,}" in page.text
    assert "Licence Apache-2.0" in page.text
    assert "Procedural phantoms of this project Apache-2.0 drawn from seeds" in page.text


def test_licences_that_nobody_stated_are_not_left_out() -> None:
    page = Page(html_card("Model", card_of("l2"), Terms()))
    assert "Licence not stated" in page.text
    assert "Licences of the data: not stated." in page.text


def test_means_are_those_of_the_markdown() -> None:
    markdown = (DEFAULTS / "classifier" / "card.md").read_text()
    page = Page(html_card("Classifier", card_of("classifier")))
    (row,) = [line for line in markdown.splitlines() if line.startswith("| **mean**")]
    for mean in row.replace("*", "").split("|")[2:-1]:
        assert f"mean {mean.strip()}" in page.text


@pytest.mark.parametrize("name", NAMES)
def test_is_a_whole_page_without_script_or_network(name: str) -> None:
    html = html_card("Model", card_of(name))
    page = Page(html)
    assert html.startswith("<!DOCTYPE html>")
    assert page.unbalanced == []
    assert page.all("script", "link", "img", "iframe", "object") == []
    assert all("style" not in attributes for _, attributes in page.elements)
    assert len(page.all("h1")) == 1
    assert all(attributes.get("scope") for attributes in page.all("th"))


def test_text_of_a_card_is_no_markup() -> None:
    card = card_of("ali") | {"title": "<script>alert(1)</script>"}
    page = Page(html_card("<b>", card))
    assert page.all("script", "b") == []
    assert "<script>alert(1)</script>" in page.text


def test_a_finding_without_an_operating_point_has_none() -> None:
    card = card_of("classifier-films")
    page = Page(html_card("Classifier", card))
    without = [one["finding"] for one in card["calibration"]["points"] if "reason" in one]
    assert without
    for finding in without:
        assert f"{finding} none none none" in page.text
