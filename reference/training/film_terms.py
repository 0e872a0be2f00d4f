"""Licences of the weights that are made of real films, and of the sets of images behind them.

Sources: the terms that each collection states; NIH's asks to cite Wang et al. and to name the NIH
Clinical Center.
"""

from __future__ import annotations

import re
from pathlib import Path

from reference.card import CARD, Card
from reference.document import write_whole
from reference.errors import DocumentError
from reference.terms import NOT_STATED, DataTerms, Terms
from reference.training.card import licences_table
from reference.training.publishing import LICENCE, PHANTOMS

NIH_TERMS = DataTerms(
    name="NIH ChestX-ray14",
    license="no restrictions on use",
    source=(
        "provided by the NIH Clinical Center; cite X. Wang, Y. Peng, L. Lu, Z. Lu, M. Bagheri, "
        "R. M. Summers, ChestX-ray8, CVPR 2017"
    ),
)
KERMANY_TERMS = DataTerms(
    name="Kermany et al., Labeled OCT and Chest X-Ray Images, 2018",
    license="CC-BY-4.0",
    source="https://doi.org/10.17632/rscbjbr9sj",
)
HANNOVER_TERMS = DataTerms(
    name="ml-workgroup/covid-19-image-repository (Hannover Medical School)",
    license="CC-BY-3.0",
    source="https://github.com/ml-workgroup/covid-19-image-repository",
)
EMOJI_TERMS = DataTerms(
    name="Noto Emoji", license="open", source="https://github.com/googlefonts/noto-emoji"
)
PACKAGED_TERMS = DataTerms(
    name="scikit-image's and scikit-learn's packaged pictures",
    source="the packages scikit-image and scikit-learn",
)
FILMS = (NIH_TERMS, KERMANY_TERMS, HANNOVER_TERMS)
PARTS = ("train", "calibration")


def _of(roles: tuple[str, ...], *sets: DataTerms) -> tuple[DataTerms, ...]:
    return tuple(one.model_copy(update={"roles": roles}) for one in sets)


TERMS = {
    "view": Terms(
        license=LICENCE,
        datasets=(
            *_of(PARTS, *FILMS),
            *_of(("drawn",), EMOJI_TERMS, PACKAGED_TERMS, PHANTOMS),
        ),
    ),
    "classifier-films": Terms(
        license=LICENCE,
        datasets=(*_of((*PARTS, "measured"), NIH_TERMS), *_of((), PHANTOMS)),
    ),
    "l2-films": Terms(license=LICENCE, datasets=_of(PARTS, *FILMS)),
}
"""What each card of real films states, by the folder in which it ships."""

GATE_DATA = (*_of(("limits",), *FILMS), *_of(("measured",), EMOJI_TERMS))
"""The sets whose terms are known among those that the gate's rule was fixed and measured on."""

GATE = "gate-films"
"""The folder of the rule, whose card is for readers alone."""
_SOURCES = re.compile(r"(?<=\n\n)(## Sources\n\n(?:- .*\n)+)(?:\n(?:\|.*\n)+)?$")
_STATED = re.compile(r"^\| licence of the weights \|.*\n", re.MULTILINE)
_MADE = re.compile(r"^\| made by \|.*\n", re.MULTILINE)
_DATA = re.compile(
    r"(?<=\n\n)(## Data\n\n(?:- .*\n)+)(?:\n(?:Licences of the data: .*\n|(?:\|.*\n)+))?"
)


def with_terms(name: str, card: Card) -> Card:
    """A card of real films with what is stated of its licences."""
    terms = TERMS[name]
    return card.model_copy(update={"license": terms.license, "datasets": terms.datasets})


def state_terms(folder: Path) -> int:
    """Write them into a card that was made before, and into its form for readers.

    Nothing else of either changes. Returns how many sets of images it now names.

    Raises:
        DocumentError: there is no such card, or its form for readers is another one's.
    """
    if folder.name not in (*TERMS, GATE):
        known = ", ".join((*TERMS, GATE))
        raise DocumentError("is no card of real films", str(folder), f"known are {known}")
    path = folder / "card.md"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError("cannot be read", str(path), "make the card again") from error
    if folder.name == GATE:
        table = licences_table(GATE_DATA)
        text, found = _SOURCES.subn(lambda section: f"{section[1]}\n{table}\n", text)
        _require(found == 1, path)
        write_whole(path, text.encode())
        return len(GATE_DATA)
    card = with_terms(folder.name, Card.read(folder / CARD))
    row = f"| licence of the weights | {card.license or NOT_STATED} |\n"
    text, rows = _MADE.subn(lambda line: line[0] + row, _STATED.sub("", text))
    table = licences_table(card.datasets)
    text, found = _DATA.subn(lambda section: f"{section[1]}\n{table}\n", text)
    _require((rows, found) == (1, 1), path)
    card.write(folder / CARD)
    write_whole(path, text.encode())
    return len(card.datasets)


def _require(held: bool, path: Path) -> None:
    if not held:
        what = "has no line on how weights were made, or no section on data"
        raise DocumentError(what, str(path), "make the card again")
