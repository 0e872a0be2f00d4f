"""The card beside a checkpoint: where its weights come from, carried by the plan and the bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reference.terms import DataTerms, Terms
from xport.common import digests
from xport.errors import DocumentError, InputError

CARD = "card.json"


def read_card(checkpoint: Path | None) -> dict[str, Any] | None:
    """The content of the card.json beside a checkpoint; None without one, or if it is of another.

    Raises:
        InputError: the card cannot be read, or is of weights of this name that were others.
    """
    path = checkpoint.parent / CARD if checkpoint else None
    if checkpoint is None or path is None or not path.is_file():
        return None
    from reference.card import Card  # which takes a second, and is not needed without a card

    try:
        card = Card.read(path)
    except DocumentError as error:
        raise InputError(
            f"{error.where}: {error.what}", remedy="mend the card or move it away"
        ) from error
    if card.weights.file != checkpoint.name:
        return None
    own = digests.of_file(checkpoint)
    if card.weights.sha256 != own:
        raise InputError(
            f"{path} is the card of the weights {card.weights.sha256}, those of "
            f"{checkpoint.name} are {own}",
            remedy="write the card again (`python -m reference.training defaults` does so for a "
            "default checkpoint), or move it away",
        )
    content: dict[str, Any] = card.model_dump(mode="json")
    return content


def terms_stated(stated: Terms, card: dict[str, Any] | None) -> Terms:
    """What a release file and the card beside the checkpoint state of licences.

    Raises:
        InputError: they contradict each other.
    """
    if card is None:
        return stated
    datasets = tuple(DataTerms.model_validate(one) for one in card["datasets"])
    return stated.joined(Terms(license=card["license"], datasets=datasets), CARD)
