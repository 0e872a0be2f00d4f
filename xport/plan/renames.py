"""Keys of documents that have another name in a later version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Path = tuple[str, ...]
ANY = "*"


@dataclass(frozen=True)
class Rename:
    """Where `old` became `new`: in every table at `path`, in which `*` is any key or any item."""

    path: Path
    old: str
    new: str

    def below(self, *path: str) -> Rename:
        """The same where the whole lies in another document."""
        return Rename((*path, *self.path), self.old, self.new)


POLICY = (
    Rename(("tolerances", ANY), "because", "rationale"),
    Rename(("likenesses", ANY), "because", "rationale"),
    Rename(("likenesses", ANY), "times_own_gap", "max_ratio_to_float64_gap"),
    Rename(("bars", ANY), "because", "rationale"),
    Rename((), "likenesses", "relative_tolerances"),
    Rename((), "bars", "acceptance_criteria"),
)
"""Of a policy, from release files, plans and evidence of version 1 to those of version 2."""


def new_name(path: Path, key: str, table: Sequence[Rename]) -> str:
    """What a key of the table at `path` (in old names) is called now."""
    return next((one.new for one in table if one.old == key and matches(path, one.path)), key)


def matches(path: Path, pattern: Path) -> bool:
    """Whether a path is one of those that a pattern with `*` stands for."""
    return len(path) == len(pattern) and all(
        wanted in (ANY, name) for name, wanted in zip(path, pattern, strict=True)
    )


def renamed(value: object, table: Sequence[Rename], path: Path = ()) -> object:
    """A document of plain dictionaries and lists with new names, in the same order.

    Where a table has the old and the new name, both stay: the document is then refused for it.
    """
    if isinstance(value, list):
        return [renamed(item, table, (*path, ANY)) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, item in value.items():
        new = new_name(path, key, table)
        found[key if new in value else new] = renamed(item, table, (*path, key))
    return found
