"""One pass over a data set, one image in memory at a time, with a count of what was used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from reference.data.dataset import Dataset, Item
from reference.data.pixels import Float64Array
from reference.document import Document
from reference.errors import DataError, ImageError, MissingImageError

NAMED = 3


class Broken(Document):
    """An image that is there and cannot be read, and why."""

    name: str
    reason: str


class Usage(Document):
    """How many of how many images a run used, and what became of the others.

    ``left_out`` counts images that are not among ``offered``, by the reason.
    """

    schema_version: Literal[1] = 1
    dataset: str
    offered: int = Field(ge=1)
    used: int = Field(ge=0)
    missing: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()
    left_out: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.used + len(self.missing) + len(self.broken) != self.offered:
            raise ValueError("used, missing and broken images do not add up to those offered")
        return self

    def sentence(self) -> str:
        """Say it in one line; the first few missing and broken images are named."""
        parts = [f"{self.dataset}: {self.used:,} of {self.offered:,} images used"]
        if self.missing:
            parts.append(f"{len(self.missing):,} missing ({_some(self.missing)})")
        if self.broken:
            names = [f"{one.name}: {one.reason}" for one in self.broken]
            parts.append(f"{len(self.broken):,} broken ({_some(names)})")
        parts += [f"left out: {count:,} {reason}" for reason, count in self.left_out.items()]
        return "; ".join(parts)


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


class Reading:
    """Iterate to get each item that can be read, with its grey levels; then ask for ``usage``.

    Iterating again starts a new count.

    Raises:
        DataError: at the end, when not one image could be used.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self._usage: Usage | None = None

    def __iter__(self) -> Iterator[tuple[Item, Float64Array]]:
        self._usage = None
        used, missing, broken = 0, list[str](), list[Broken]()
        for item in self.dataset.items:
            try:
                levels = self.dataset.load(item)
            except MissingImageError:
                missing.append(item.name)
                continue
            except ImageError as error:
                broken.append(Broken(name=item.name, reason=error.what))
                continue
            used += 1
            yield item, levels
        usage = Usage(
            dataset=self.dataset.name,
            offered=len(self.dataset),
            used=used,
            missing=tuple(missing),
            broken=tuple(broken),
            left_out=dict(self.dataset.left_out),
        )
        if not used:
            raise DataError(usage.sentence(), self.dataset.name, "check the folder of the images")
        self._usage = usage

    @property
    def usage(self) -> Usage:
        """What the last complete pass used.

        Raises:
            DataError: no pass has reached the end of the set.
        """
        if self._usage is None:
            raise DataError(
                "the images have not been read to the end", self.dataset.name, "read them all"
            )
        return self._usage
