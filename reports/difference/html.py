"""The difference for people: one HTML file that needs no network and no script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports import words
from reports.difference import figures
from reports.page import environment
from xport.comparison.change import ChangedDecision
from xport.difference.difference import Difference
from xport.difference.measure import Compared
from xport.plan.plan import BROUGHT

LISTED = 500
"""How many flips on labelled images the page lists; the JSON has all."""


@dataclass(frozen=True)
class FlippedImage:
    """One image of one model, its picture where there is one, and every decision that flips."""

    model: str
    basis: str
    image: str
    png: str | None
    flips: tuple[tuple[str, ChangedDecision], ...]


def html_difference(compared: Compared) -> str:
    """The difference as one self-contained page: limits first, then what changed."""
    difference = compared.difference
    images = list(_images(compared))
    return (
        environment()
        .get_template("difference.html")
        .render(
            difference=difference,
            changes=difference.changes,
            figures=figures,
            words=words,
            images=images,
            brought=any(one.image.startswith(f"{BROUGHT}-") and one.png for one in images),
            outputs=_outputs(difference),
            shown=difference.labelled_flips[:LISTED],
        )
    )


def _images(compared: Compared) -> Iterator[FlippedImage]:
    """Every image on which something flips; legs on which the same flips are beside each other."""
    found: dict[tuple[str, str, str], list[tuple[str, ChangedDecision]]] = {}
    for one in compared.difference.changes.decisions:
        for flip in one.flips:
            found.setdefault((one.model, one.basis, flip.image), []).append((one.leg, flip))
    for (model, basis, image), flips in found.items():
        png = compared.pictures.get((model, basis, image))
        ordered = tuple(sorted(flips, key=lambda pair: pair[1].label))
        yield FlippedImage(model, basis, image, png, ordered)


def _outputs(difference: Difference) -> int:
    """How many outputs have a row of errors."""
    return len({(one.model, one.output) for one in difference.errors})
