"""Documents on disk: frozen, typed, versioned JSON, written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)
from pydantic_core import ErrorDetails

from reference.errors import DocumentError, UnavailableError, told_as
from reference.system_errors import refusal

_KEY = re.compile(r"[a-z_]\w*(\.\w+)*: ")


class Document(BaseModel):
    """An immutable record with a JSON form in which unknown keys are errors.

    Numbers may be NaN or infinite only where a field says so; they are written as strings.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_inf_nan="strings", protected_namespaces=()
    )

    def write(self, path: Path) -> Path:
        """Write as JSON at ``path``: a reader sees the old file or the whole new one.

        Raises:
            UnavailableError: the disk is full or the folder cannot be written.
            InputError: the path cannot be one.
        """
        return write_whole(path, (self.model_dump_json(indent=2) + "\n").encode())

    @classmethod
    def upgraded(cls, content: bytes, where: str) -> bytes:
        """The content of a file as this version of the document has it.

        A kind of document that still reads earlier versions, or refuses them with a remedy of its
        own, says so here; others are validated as they stand.

        Raises:
            DocumentError: the file, called `where`, is of a version that is not read.
        """
        return content

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read JSON from ``path``.

        Raises:
            DocumentError: the file is absent, not JSON, or a key is missing, unknown or wrong.
        """
        try:
            content = cls.upgraded(path.read_bytes(), str(path))
            return cls.model_validate_json(content, by_alias=True, by_name=False)
        except OSError as error:
            raise DocumentError(
                f"cannot read {cls.__name__}: {error.strerror}", str(path), "check the path"
            ) from error
        except ValidationError as error:
            raise DocumentError(
                f"not a valid {cls.__name__}: {first_problem(error)}",
                str(path),
                "write the document again with this version",
            ) from error


class GrownDocument(Document):
    """A document that has got fields since its first version.

    `later` names a class's own ones, each with a default; at its default such a field is left out:
    what says nothing of it is written, and so digested, as before it could.
    """

    later: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _as_before_what_is_not_said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        for part in type(self).__mro__:
            for name in vars(part).get("later", ()):
                if getattr(self, name) == type(self).model_fields[name].default:
                    written.pop(name, None)
        return written


def version_of(content: bytes) -> int | None:
    """The `schema_version` of a JSON document; None of what is no such document."""
    try:
        found = json.loads(content)
    except ValueError:
        return None
    version = found.get("schema_version") if isinstance(found, dict) else None
    return version if type(version) is int else None


def first_problem(error: ValidationError) -> str:
    """The problems of a failed validation in words, each with the key it concerns.

    That a list is too short is not said where its items are wrong: pydantic counts the right ones.
    """
    found = error.errors(include_url=False)
    inner = {item["loc"][:depth] for item in found for depth in range(len(item["loc"]))}
    items = [item for item in found if item["type"] != "too_short" or item["loc"] not in inner]
    problems = [_problem(item) for item in items]
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    return "; ".join(problems[:3]) + more


def _problem(item: ErrorDetails) -> str:
    """One problem: the key in full, and what is wrong.

    Our own validators say `key: what` of a key inside the part that they check.
    """
    place = ".".join(str(part) for part in item["loc"])
    if item["type"] != "value_error":
        return f"{place or 'document'}: {item['msg']}"
    said = str(item["ctx"]["error"])
    return f"{place}{'.' if _KEY.match(said) else ': '}{said}" if place else said


def write_whole(path: Path, content: bytes) -> Path:
    """Write ``content`` at ``path`` as ``writing_whole`` does.

    Raises:
        UnavailableError: the disk is full or the folder cannot be written.
        InputError: the path cannot be one.
    """
    with writing_whole(path) as file:
        file.buffer.write(content)
    return path


@contextmanager
def writing_whole(path: Path) -> Iterator[TextIOWrapper]:
    """A file that gets its name only if all went well, through a temporary file beside it.

    Raises:
        UnavailableError: the disk is full or the folder cannot be written.
        InputError: the path cannot be one.
    """
    temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with told_as(temporary, path):
            with temporary.open("x", encoding="utf-8", newline="\n") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
    except OSError as error:
        raise refusal(error, path) or UnavailableError(
            f"the file cannot be written ({error.strerror})",
            str(path),
            "free disk space or choose another folder",
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


@contextmanager
def folder_made_whole(folder: Path) -> Iterator[Path]:
    """A temporary folder beside ``folder``, which gets its name only if all went well.

    Every user can read it then.

    Raises:
        OSError: the disk is full or the place cannot be written.
    """
    with staging_beside(folder) as staging:
        yield staging
        make_readable(staging)
        staging.rename(folder)


@contextmanager
def staging_beside(folder: Path) -> Iterator[Path]:
    """A temporary folder beside ``folder``, gone at the end; whatever is raised calls it that.

    Raises:
        OSError: the disk is full or the place cannot be written.
    """
    staging = folder.parent / f".{folder.name}-{secrets.token_hex(4)}"
    with told_as(staging, folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging.mkdir(mode=0o700)
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def put_in_place(staging: Path, folder: Path) -> None:
    """Rename a whole folder to another's name; what was there is gone only if that went well.

    Raises:
        OSError: the place cannot be written.
    """
    with staging_beside(folder) as aside:
        old = aside / "old"
        if folder.exists():
            folder.rename(old)
        try:
            staging.rename(folder)
        except BaseException:
            if old.exists():
                old.rename(folder)
            raise


def make_readable(folder: Path) -> None:
    """Let every user read what is handed over or served, whatever the umask: all in a folder.

    Raises:
        OSError: the folder is not this user's.
    """
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def readable_folder(folder: Path) -> Path:
    """Make a folder that every user can read; one that exists stays as it is.

    The folders above it are made as the umask says.

    Raises:
        OSError: the place cannot be written.
    """
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o755)
    return folder
