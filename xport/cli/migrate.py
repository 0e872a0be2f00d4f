"""What `xport migrate` accepts and does: every file first, and only then the first byte on disk."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xport.errors import InputError, XportError

if TYPE_CHECKING:
    from xport.release_file.migration import Migration

DESCRIPTION = """\
Turn release files and policy files of version 1 into version 2, in place.

Keys get their new names, and modules that callables are named from their new places; comments,
order and layout stay. No code that a file names is run. A file of version 2 stays as it is, byte
for byte. If one of several files is refused, none is changed.
"""

EPILOG = """\
examples:
  xport migrate release.toml
  xport migrate release.toml strict.toml            several at once, and policies too
  xport migrate old.toml --out new.toml             leave old.toml as it is

Relative paths in a release file are relative to its folder: keep --out in the same one.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the parser of the command accept what it takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="release file, or file with a [policy]"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write here instead, where one FILE is given"
    )


def migrate_files(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Migrate the files that are named.

    Returns:
        A line for each, and what is printed as JSON.

    Raises:
        InputError: a file is refused, or --out is given with several.
        UnavailableError: a file cannot be written.
    """
    from xport.release_file.migration import migrate

    if options.out is not None and len(options.files) > 1:
        raise InputError(f"{len(options.files)} files for one", "--out", "migrate them one by one")
    found = [migrate(path) for path in options.files]
    rows = [_written(one, options.out) for one in found]
    return "\n".join(_line(row) for row in rows), {"files": rows}


def _written(one: Migration, out: Path | None) -> dict[str, Any]:
    """Write where there is something to write; what is said of the file."""
    if one.changes or out is not None:
        _write(out or one.path, one.content, one.path.stat().st_mode & 0o777)
    return {
        "file": str(one.path),
        "out": str(out or one.path),
        "version": one.version,
        "migrated": bool(one.changes),
        "changes": list(one.changes),
    }


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file whole, through a link if it is one; errors name it as it was given."""
    from xport.common.document import write_whole

    if path.is_symlink() and not path.exists():
        raise InputError("the link leads nowhere", str(path), "choose another path")
    target = Path(os.path.realpath(path))
    try:
        write_whole(target, content)
    except XportError as error:
        raise type(error)(error.what, str(path), error.remedy) from error
    target.chmod(mode)


def _line(row: dict[str, Any]) -> str:
    to = f", written to {row['out']}" if row["out"] != row["file"] else ""
    if not row["migrated"]:
        return f"{row['file']}: version {row['version']} already, nothing to change{to}"
    changes = "\n".join(f"  {change}" for change in row["changes"])
    return f"{row['file']}: migrated from version {row['version']}{to}\n{changes}"
