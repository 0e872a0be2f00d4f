"""What the operating system refuses, in words: which path, why, and what to do about it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from reference.errors import InputError, UnavailableError, XportError

DISK_REMEDY = "free disk space or choose another folder; nothing half-written was kept"
RIGHTS_REMEDY = "choose a place that you may use, or change who may; nothing half-written was kept"

_RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS}
_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_WRONG_PATH = {
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "a folder is wanted, and a file is in its place; check the path",
    errno.EISDIR: "a file is wanted, and this is a folder; check the path",
    errno.EEXIST: "something else is in its place; choose another path",
    errno.ENOTEMPTY: "something else is in its place; choose another path",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "the links lead in a circle; check the path",
    errno.ENXIO: "this is no ordinary file; check the path",
    errno.ENODEV: "this is no ordinary file; check the path",
}


def refusal(error: OSError, place: Path | None = None) -> XportError | None:
    """The refusal of a path in our words, None for an error that is about no path.

    A path that cannot be right is bad input; rights and room that this machine does not give are
    not. Without a path of its own, an error for want of room or rights is about `place`.
    """
    named = error.filename2 or error.filename
    path = os.fsdecode(named) if isinstance(named, str | bytes) else str(place or "")
    if not path or error.errno is None:
        return None
    why = os.strerror(error.errno)
    if error.errno in _RIGHTS:
        return UnavailableError(f"cannot be used: {why}", path, RIGHTS_REMEDY)
    if error.errno in _ROOM:
        return UnavailableError(f"cannot write: {why}", path, DISK_REMEDY)
    if not named:
        return None
    if error.errno in _WRONG_PATH:
        return InputError(f"cannot be used: {why}", path, _WRONG_PATH[error.errno])
    return UnavailableError(f"cannot be used: {why}", path, "check the disk and the path")
