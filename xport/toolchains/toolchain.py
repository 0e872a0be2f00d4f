"""What a toolchain is, as data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xport.common import digests

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Toolchain:
    """Packages with a lock of their own, and the program that uses them.

    `python` is the version that the lock is for, such as "3.11". An environment that has the
    distributions `packages` can be used in the place of an installed one. `elsewhere` is what else
    brings them, for people.
    """

    name: str
    title: str
    python: str
    packages: tuple[str, ...]
    elsewhere: str
    lock: Path
    program: Path

    @property
    def digest(self) -> str:
        """Of the lock: another lock is another environment."""
        return digests.of_file(self.lock)

    @property
    def variable(self) -> str:
        """The environment variable that names an interpreter with the packages."""
        return f"XPORT_TOOLCHAIN_{self.name.upper()}"

    @property
    def remedy(self) -> str:
        """What brings it."""
        return f"run `xport toolchain install {self.name}`, or {self.elsewhere}"
