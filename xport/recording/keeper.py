"""What was recorded, kept by key for later runs: whole, with the date on which it was made."""

from __future__ import annotations

import contextlib
import datetime
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from pydantic import AwareDatetime

from reference.document import put_in_place, staging_beside
from xport.common import digests, progress
from xport.common.document import Document
from xport.conversion.store import disk_errors
from xport.errors import XportError

T = TypeVar("T")

RECORDINGS = "recordings"
"""Where in the folder of the cache recordings are kept."""
ENTRY = "entry.json"
CONTENT = "content"
LEAST_DAYS = 30
"""What is older, and older than the policy lets it be, is removed when something is kept."""


class Kept(Document):
    """What a kept folder holds: when it was recorded, in which browser, and every file's digest."""

    key: str
    recorded: AwareDatetime
    browser: dict[str, Any] | None = None
    files: dict[str, str]


def now() -> datetime.datetime:
    """The time in UTC."""
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True)
class Keeper:
    """Folders by key, several processes at a time; a newer one takes an older one's place.

    `max_age_days` is the age at which nothing is taken any more (0: nothing ever is).
    """

    root: Path
    max_age_days: float
    clock: Callable[[], datetime.datetime] = now

    def taken(
        self, key: str, fits: Callable[[Kept], bool], use: Callable[[Path, Kept], T]
    ) -> T | None:
        """What `use` makes of the kept folder, or None where there is none that may be taken.

        It may be if it is young enough, no younger than now, every file is what was written, and
        `fits` says so. What is damaged, or refused by `use` with an error, is said.
        """
        place = self._place(key)
        if not self.max_age_days > 0 or not (place / ENTRY).is_file():
            return None
        try:
            with disk_errors(self.root), self._locked(key):
                kept = Kept.read(place / ENTRY)
                if not self._young(kept.recorded) or not fits(kept):
                    return None
                if kept.key == key and digests.of_folder(place / CONTENT) == kept.files:
                    return use(place / CONTENT, kept)
                why = "its files are not the ones that were kept"
        except XportError as error:
            why = error.what
        progress.say(f"recorded again: what was kept in {place} cannot be used: {why}")
        return None

    def keep(
        self,
        key: str,
        recorded: datetime.datetime,
        browser: dict[str, Any] | None,
        fill: Callable[[Path], object],
    ) -> None:
        """Keep what `fill` writes into a folder; where that cannot be, it is said, and no more."""
        place = self._place(key)
        try:
            with disk_errors(self.root), self._locked(key), staging_beside(place) as staging:
                (staging / CONTENT).mkdir()
                fill(staging / CONTENT)
                files = digests.of_folder(staging / CONTENT)
                Kept(key=key, recorded=recorded, browser=browser, files=files).write(
                    staging / ENTRY
                )
                put_in_place(staging, place)
            self._sweep()
        except XportError as error:
            progress.say(f"not kept for later runs: {error.what}")

    def forget(self, key: str) -> None:
        """Let nothing be taken under a key until something is kept anew."""
        if not (self._place(key) / ENTRY).is_file():
            return
        try:
            with disk_errors(self.root), self._locked(key):
                (self._place(key) / ENTRY).unlink(missing_ok=True)
        except XportError as error:
            progress.say(f"cannot be removed from what is kept: {error.what}")

    def _young(self, recorded: datetime.datetime) -> bool:
        age = self.clock() - recorded
        return datetime.timedelta(0) <= age < datetime.timedelta(days=self.max_age_days)

    def _place(self, key: str) -> Path:
        return self.root / key[:2] / key

    @contextlib.contextmanager
    def _locked(self, key: str, timeout: float = -1) -> Iterator[None]:
        locks = self.root / "locks"
        locks.mkdir(parents=True, exist_ok=True)
        with FileLock(locks / key, timeout=timeout):
            yield

    def _sweep(self) -> None:
        """Remove what is too old to be taken, and what a killed process left half written."""
        days = max(LEAST_DAYS, self.max_age_days)
        oldest = (now() - datetime.timedelta(days=days)).timestamp()
        for place in self.root.glob("??/*"):
            with contextlib.suppress(OSError, Timeout):
                if place.stat().st_mtime < oldest:
                    with self._locked(place.name, timeout=0):
                        shutil.rmtree(place, ignore_errors=True)
