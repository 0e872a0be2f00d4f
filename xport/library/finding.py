"""What a look at a release file, or at this machine, found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, ParamSpec

from xport.common.document import Document
from xport.errors import UnavailableError, XportError

P = ParamSpec("P")
State = Literal["ok", "optional", "missing", "wrong"]


class Finding(Document):
    """One thing that was looked at.

    `missing` is not on this machine, and `optional` is missing too, but a run goes on without it;
    `wrong` has to be mended in the release file or beside it.
    """

    name: str
    state: State
    found: str
    remedy: str = ""


def looked_at(name: str, look: Callable[P, str], *args: P.args, **kwargs: P.kwargs) -> Finding:
    """What a look found, or what is wrong with it."""
    try:
        return Finding(name=name, state="ok", found=look(*args, **kwargs))
    except UnavailableError as error:
        return Finding(name=name, state="missing", found=error.what, remedy=error.remedy)
    except XportError as error:
        found = f"{error.where}: {error.what}" if error.where else error.what
        return Finding(name=name, state="wrong", found=found, remedy=error.remedy)
