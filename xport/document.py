"""Documents on disk: frozen, typed, versioned JSON, written whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from reference.document import write_whole
from reference.errors import DocumentError
from xport.errors import InputError, UnavailableError
from xport.system_errors import refusal

_KEY = re.compile(r"[a-z_]\w*(\.\w+)*: ")


class Document(BaseModel):
    """An immutable record with a JSON form; unknown keys and non-finite surprises are errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_inf_nan="strings", protected_namespaces=()
    )

    def write(self, path: Path) -> Path:
        """Write as JSON at `path`, atomically: a reader sees the old file or the whole new one."""
        return write_atomically(path, (self.model_dump_json(indent=2) + "\n").encode())

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read JSON from `path`.

        Raises:
            InputError: the file is absent, not JSON, or a key is missing, unknown or misshapen.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise InputError(
                f"cannot read {cls.__name__}: {error.strerror}", where=str(path)
            ) from error
        except ValidationError as error:
            raise InputError(
                f"not a valid {cls.__name__}: {first_problem(error)}", where=str(path)
            ) from error


def first_problem(error: ValidationError) -> str:
    """The problems of a failed validation in words, each with the key it concerns."""
    problems = [_problem(item) for item in error.errors(include_url=False)]
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


def write_atomically(path: Path, data: bytes) -> Path:
    """Write `data` at `path` through a temporary file beside it and a rename.

    Raises:
        UnavailableError: the disk is full or the folder cannot be written.
        InputError: the path cannot be one.
    """
    try:
        return write_whole(path, data)
    except DocumentError as error:
        cause = error.__cause__
        known = refusal(cause, path) if isinstance(cause, OSError) else None
        raise known or UnavailableError(error.what, error.where, error.remedy) from error
