"""Under which licence weights and images may be used, as far as somebody stated it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from reference.document import Document
from reference.errors import InputError

NOT_STATED = "not stated"


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds characters that cannot be printed")
    return text


Line = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_printable)]


class DataTerms(Document):
    """A set of images: its licence, an SPDX expression or its words, and where it is from.

    `roles` are the parts of a card's data that are of it (`train`, `test`); none where the set is
    named alone. What nobody stated is None, and shown as such.
    """

    name: Line
    roles: tuple[Line, ...] = ()
    license: Line | None = None
    source: Line | None = None


class Terms(Document):
    """The licence of weights, an SPDX expression or its words, and the sets they were made from."""

    license: Line | None = None
    datasets: tuple[DataTerms, ...] = ()

    def of_role(self, role: str) -> tuple[DataTerms, ...]:
        """What is stated of the sets that the images of a card's role are of; may be nothing."""
        return tuple(one for one in self.datasets if role in one.roles)

    def joined(self, other: Terms, where: str) -> Terms:
        """What both state together, this one's sets first.

        Raises:
            InputError: they contradict each other.
        """
        own = {one.name: one for one in self.datasets}
        differing = [one.name for one in other.datasets if own.get(one.name, one) != one]
        if self.license and other.license and self.license != other.license:
            differing = ["the weights"]
        if differing:
            raise InputError(
                f"states other terms of {differing[0]} than the card beside the checkpoint",
                where,
                "state them in one place",
            )
        more = tuple(one for one in other.datasets if one.name not in own)
        return Terms(license=self.license or other.license, datasets=(*self.datasets, *more))
