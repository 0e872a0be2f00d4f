"""What other people's code raised, in one line."""

from __future__ import annotations


def one_line(error: BaseException) -> str:
    """An error's message without line breaks and control characters, cut where it is a page."""
    said = " ".join(str(error).strip().split("\n\n")[0].split())
    said = "".join(letter for letter in said if letter.isprintable())
    return said if len(said) <= 600 else f"{said[:600]}…"


def named(error: BaseException) -> str:
    """An error's type and message."""
    said = one_line(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
