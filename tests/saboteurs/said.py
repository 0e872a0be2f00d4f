"""What a command says of a mutation, or that it refuses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xport.errors import XportError


@dataclass(frozen=True)
class Said:
    """What a command said of a mutation: a verdict, or a refusal with its exit code; and the words.

    The words are the findings, the first line first.
    """

    outcome: str
    words: str


def refusal_of(command: Callable[[], object]) -> Said:
    """What a command refused, with its exit code; nothing refused is PASSED."""
    try:
        command()
    except XportError as error:
        return Said(f"refused, exit code {int(error.exit_code)}", str(error))
    return Said("PASSED", "")
