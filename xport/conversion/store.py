"""A write-once, content-addressed store of artifact folders; also the cache of the pipeline."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock

from reference.system_errors import DISK_REMEDY, RIGHTS_REMEDY, refusal
from xport.common import digests
from xport.common.document import Document
from xport.errors import InputError, IntegrityError, UnavailableError, XportError, told_as

ENTRY = "entry.json"
CONTENT = "content"
_STAGING = "staging"
LEAST_FREE_BYTES = 1024 * 1024

_begun: set[Path] = set()  # this process's staging folders


class Entry(Document):
    """What a stored folder holds: the digest of every file, and what making it took."""

    key: str
    stage: str
    files: dict[str, str]
    seconds: float
    peak_mib: float
    tools: dict[str, str]
    signature: str


class Store:
    """Folders by key, each written whole or not at all; safe for several processes.

    A key is the digest of everything that decides the content (source bytes, parameters, tool
    versions). A folder is made in a staging folder and renamed into place, so that whatever
    carries a key's name is complete; its files are checked against their digests on every use.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def content(self, key: str) -> Path:
        """The folder of `key`'s files once they exist; the entry lies beside it."""
        return self._place(key) / CONTENT

    def _place(self, key: str) -> Path:
        return self.root / key[:2] / key

    def find(self, key: str) -> Entry | None:
        """The entry of `key`, its files checked, or None when the store does not hold it.

        Raises:
            IntegrityError: a stored file is missing, added or changed.
        """
        place = self._place(key)
        if not (place / ENTRY).is_file():
            return None
        entry = Entry.read(place / ENTRY)
        if entry.key != key or digests.of_folder(place / CONTENT) != entry.files:
            raise IntegrityError(
                "stored files are not the ones that were written",
                str(place),
                "delete this folder and run again; the stage will make it anew",
            )
        return entry

    def get_or_make(self, key: str, make: Callable[[Path], Entry]) -> tuple[Entry, bool]:
        """The entry of `key`, made by `make` in a staging folder when the store lacks it.

        `make` fills the folder and returns the entry, whose `files` are filled in here. Two
        processes that want the same key wait for one another. Returns the entry and whether it
        was there already.

        Raises:
            UnavailableError: the disk is full or cannot be written.
            IntegrityError: see `find`.
        """
        with disk_errors(self.root), self._locked(key):
            entry = self.find(key)
            if entry is not None:
                return entry, True
            self._remove_abandoned()
            with self._staging(key) as staged, disk_errors(self.root):
                (staged / CONTENT).mkdir()
                made = make(staged / CONTENT)
                entry = made.model_copy(update={"files": digests.of_folder(staged / CONTENT)})
                entry.write(staged / ENTRY)
                _sync(staged)
                self._place(key).parent.mkdir(parents=True, exist_ok=True)
                staged.rename(self._place(key))
            return entry, False

    @contextlib.contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        locks = self.root / "locks"
        locks.mkdir(parents=True, exist_ok=True)
        with FileLock(locks / key):
            yield

    @contextlib.contextmanager
    def _staging(self, key: str) -> Iterator[Path]:
        """A folder of our own, held by a lock while we live, removed whatever happens."""
        root = self.root / _STAGING
        root.mkdir(parents=True, exist_ok=True)
        holder = root / f"{key[:12]}-{secrets.token_hex(8)}"
        _begun.add(holder)
        try:
            staged = holder / "entry"
            # Neither folder stays, so the user knows neither.
            with (
                told_as(holder, self.root),
                told_as(staged / CONTENT, self.root),
                FileLock(_lock_of(holder)),
            ):
                staged.mkdir(parents=True)
                yield staged
        finally:
            _remove(holder)
            _begun.discard(holder)

    def _remove_abandoned(self) -> None:
        """Remove staging folders whose process has died: their lock is free.

        A lock without a folder is left alone: its process may be about to take it.
        """
        for holder in (self.root / _STAGING).glob("*/"):
            with contextlib.suppress(OSError), FileLock(_lock_of(holder), timeout=0):
                _remove(holder)


def remove_begun() -> None:
    """Remove every staging folder of this process: for one that is about to end.

    A second clean-up, because an interrupt may strike within the first.
    """
    for holder in tuple(_begun):
        _remove(holder)


def _lock_of(holder: Path) -> Path:
    return holder.with_name(f"{holder.name}.lock")


def _remove(holder: Path) -> None:
    shutil.rmtree(holder, ignore_errors=True)
    with contextlib.suppress(PermissionError):  # Windows keeps a file that is open
        _lock_of(holder).unlink(missing_ok=True)


@contextlib.contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an error that says so.

    Raises:
        UnavailableError: the disk is full, or this user may not write there.
        InputError: the path cannot be one.
    """
    try:
        yield
    except OSError as error:
        refused = refusal(error, place)
        if refused is None:
            raise
        raise refused from error
    except XportError as error:
        # A framework has words of its own for a full disk; a disk that is full speaks for itself.
        if isinstance(error, UnavailableError) or not _is_full(place):
            raise
        raise UnavailableError(
            f"cannot write: {os.strerror(errno.ENOSPC)}", str(place), DISK_REMEDY, str(error)
        ) from error


def require_writable(folder: Path) -> None:
    """Try whether a folder can be made and written, before long work whose result goes there.

    Raises:
        UnavailableError, InputError: as `disk_errors`.
    """
    with disk_errors(folder):
        above = (folder.absolute(), *folder.absolute().parents)
        place = next(path for path in above if path.exists() or path.is_symlink())
        try:
            tempfile.TemporaryFile(dir=place).close()
        except NotADirectoryError as error:
            raise InputError(
                f"cannot be a folder, for {place} is none", str(folder), "choose another"
            ) from error
        except OSError as error:
            raise UnavailableError(
                f"cannot be written: {place}: {error.strerror}", str(folder), RIGHTS_REMEDY
            ) from error


def _is_full(place: Path) -> bool:
    return place.exists() and shutil.disk_usage(place).free < LEAST_FREE_BYTES


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb" if os.name == "posix" else "r+b") as file:
                os.fsync(file.fileno())
