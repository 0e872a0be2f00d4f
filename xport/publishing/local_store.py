"""A target that is a folder of this machine: renamed into place, and changed under a lock."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from xport.common import digests
from xport.conversion.store import disk_errors
from xport.errors import UnavailableError, told_as
from xport.publishing.stores import SMALL, Overtaken, too_long

WORK = ".xport"
"""Where files lie until they are whole; in the target, so that they can be renamed."""
LOCK = "lock"
PATIENCE = 30.0
"""Seconds that another publisher may take to change a small file."""
CANNOT = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}
"""How file systems say that they have no hard links or no locks."""
STALE = 24 * 3600
"""Seconds after which what an ended process left unfinished is removed."""


class LocalStore:
    """A folder. Everything is written beside, made durable, and renamed into place.

    Every user can read what was written, so every web server, whatever the umask.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def shown(self) -> str:
        """The folder's path."""
        return str(self.root)

    @property
    def folder(self) -> Path | None:
        """The folder itself."""
        return self.root

    def conditional(self) -> bool:
        """Try exclusive creation and the lock, each of which must refuse a second one."""
        with disk_errors(self.root):
            place = self.root.absolute()
            while not place.exists():
                place = place.parent
            if place == self.root.absolute():
                place = self._work()
            folder = place / f"{WORK}-{secrets.token_hex(8)}"
            with told_as(folder, self.root):
                folder.mkdir(mode=0o700)
                try:
                    return _refuses_a_second(folder / "probe")
                finally:
                    shutil.rmtree(folder, ignore_errors=True)

    def read(self, path: str) -> bytes | None:
        """As `Store.read`."""
        with disk_errors(self.root / path):
            try:
                with (self.root / path).open("rb") as file:
                    content = file.read(SMALL + 1)
            except (FileNotFoundError, NotADirectoryError):
                return None
        if len(content) > SMALL:
            raise too_long(str(self.root / path))
        return content

    def names(self, folder: str) -> set[str]:
        """As `Store.names`; links are among them, and with `/` folders in which nothing lies."""
        place = self.root / folder
        with disk_errors(place):
            found = [path for path in place.rglob("*") if not _leads_on(path)]
            return {path.relative_to(place).as_posix() + _end(path) for path in found}

    def digest(self, path: str) -> str | None:
        """As `Store.digest`; a link is nothing."""
        place = self.root / path
        with disk_errors(place):
            return digests.of_file(place) if place.is_file() and not place.is_symlink() else None

    def send(self, source: Path, path: str) -> None:
        """As `Store.send`."""
        with disk_errors(self.root / path), self._temporary(self.root / path) as temporary:
            shutil.copyfile(source, temporary)
            self._put(temporary, self.root / path)

    def write(self, path: str, content: bytes) -> None:
        """As `Store.write`."""
        with disk_errors(self.root / path), self._temporary(self.root / path) as temporary:
            temporary.write_bytes(content)
            self._put(temporary, self.root / path)

    def replace(self, path: str, content: bytes, before: bytes | None) -> None:
        """As `Store.replace`: read, compared and renamed by one process at a time."""
        target = self.root / path
        with disk_errors(target), self._temporary(target) as temporary:
            temporary.write_bytes(content)
            with self._locked():
                if self.read(path) != before:
                    raise Overtaken(str(target))
                self._put(temporary, target, new=before is None)

    def fetch(self, path: str, place: Path) -> None:
        """As `Store.fetch`."""
        with disk_errors(self.root / path):
            shutil.copyfile(self.root / path, place)

    def _work(self) -> Path:
        """The folder for what is not whole yet, without what ended processes have left in it."""
        work = _folder(self.root / WORK)
        for old in work.iterdir():
            with contextlib.suppress(OSError):
                if old.name != LOCK and time.time() - old.lstat().st_mtime > STALE:
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
        return work

    @contextlib.contextmanager
    def _temporary(self, known: Path) -> Iterator[Path]:
        """The path of a new file in the target, gone at the end; errors call it `known`."""
        with disk_errors(known):
            path = self._work() / secrets.token_hex(8)
        with told_as(path, known):
            try:
                yield path
            finally:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _put(self, temporary: Path, target: Path, *, new: bool = False) -> None:
        """Give a file its name, once its bytes are on the disk; `new`: nothing may be there."""
        folders = [target.parent, *target.parent.parents]
        for folder in reversed(folders[: folders.index(self.root)]):
            _folder(folder)
        temporary.chmod(0o644)
        _to_disk(temporary)
        try:
            if not new or not _linked(temporary, target):
                temporary.replace(target)
        except FileExistsError as error:
            raise Overtaken(str(target)) from error
        _to_disk(target.parent)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """The only one that changes a channel here; a process that ends lets go.

        Where there are no locks, `conditional` has said so, and there is one publisher.
        """
        lock = FileLock(self.root / WORK / LOCK, timeout=PATIENCE)
        try:
            lock.acquire()
        except Timeout as error:
            raise UnavailableError(
                f"another publisher has held the lock for {PATIENCE:.0f} seconds",
                str(self.root),
                "see what it is doing, and run the command again",
            ) from error
        except NotImplementedError:
            yield
            return
        try:
            yield
        finally:
            lock.release()


def _linked(path: Path, target: Path) -> bool:
    """Create a name exclusively; whether this file system can.

    Raises:
        FileExistsError: there is such a name.
    """
    try:
        os.link(path, target)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
        return False
    return True


def _leads_on(path: Path) -> bool:
    """Whether it is a folder with something in it."""
    return path.is_dir() and not path.is_symlink() and any(path.iterdir())


def _end(path: Path) -> str:
    return "/" if path.is_dir() and not path.is_symlink() else ""


def _refuses_a_second(path: Path) -> bool:
    """Whether a second creation of a name, and a second holder of a lock, is refused."""
    link, locked = path.with_suffix(".link"), path.with_suffix(".lock")
    try:
        path.write_bytes(b"")
        if not _linked(path, link):
            return False
        with contextlib.suppress(FileExistsError):
            os.link(path, link)
            return False
        with FileLock(locked, timeout=0):
            try:
                with FileLock(locked, timeout=0, is_singleton=False):
                    return False
            except Timeout:
                return True
    except NotImplementedError:
        return False
    except OSError as error:
        if error.errno not in CANNOT:
            raise
        return False
    finally:
        for one in (link, locked):
            with contextlib.suppress(OSError):
                one.unlink()


def _folder(path: Path) -> Path:
    """A folder that every user can read; another process may be making it too."""
    if not path.is_dir():
        _folder(path.parent)
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            path.chmod(0o755)
    return path


def _to_disk(path: Path) -> None:
    """Have what was written survive a loss of power, where the system can."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
