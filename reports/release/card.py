"""A checkpoint's card for people: one HTML page that needs no network and no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reference.terms import NOT_STATED, Terms
from reports.page import environment
from xport.common.version import __version__


def html_card(title: str, card: Mapping[str, Any], terms: Terms | None = None) -> str:
    """The card as one self-contained page in the reports' style.

    Args:
        title: what the release calls the model.
        card: the content of its card.json, as a plan carries it.
        terms: the licences that it and the release file state; without them, its own.
    """
    return (
        environment()
        .get_template("card.html")
        .render(
            title=title,
            card=card,
            terms=terms or Terms(license=card.get("license"), datasets=card.get("datasets", ())),
            not_stated=NOT_STATED,
            weights=card["weights"],
            origin=card["provenance"],
            preprocess=card["provenance"]["preprocess"],
            means=[_mean(table) for table in card["tables"]],
            refusals=_refusals(card),
            numbers=_numbers,
            plain=_plain,
            version=__version__,
        )
    )


def _mean(table: Mapping[str, Any]) -> float | None:
    """Mean AUC over the findings that have one; None if none has."""
    found = [row["auc"] for row in table["rows"] if row["auc"] is not None]
    return sum(found) / len(found) if found else None


def _refusals(card: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The sets of the gate, the one that it was fitted on first."""
    gate = card["gate"]
    return [gate["in_distribution"], *gate["out_of_distribution"]] if gate else []


def _numbers(named: Mapping[str, float]) -> str:
    """Losses of one epoch; the score that chose the epoch repeats one of them."""
    return ", ".join(f"{name} {value:.4f}" for name, value in named.items() if name != "score")


def _plain(value: object) -> str:
    """A setting in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return " to ".join(map(_plain, value)) if len(value) == 2 else ", ".join(map(_plain, value))
    return str(value)
