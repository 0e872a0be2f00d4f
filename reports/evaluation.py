"""The evaluation for people: every table and figure on one HTML page without network or script.

What is shown is `reference`'s, which reports may not import: it is described here by what it must
have, and the caller passes it in.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from reports.page import environment
from xport.common.version import __version__


class TableLike(Protocol):
    """A table of texts."""

    @property
    def caption(self) -> str:
        """What it shows."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""

    @property
    def text_rows(self) -> tuple[tuple[str, ...], ...]:
        """Its rows."""


class PictureLike(Protocol):
    """A figure in files."""

    @property
    def png(self) -> str:
        """The name of its PNG."""

    @property
    def caption(self) -> str:
        """What stands under it."""

    @property
    def alt(self) -> str:
        """What it shows, for who does not see it."""


class ResultLike(Protocol):
    """One table or figure of the paper, and what it was made of."""

    @property
    def name(self) -> str:
        """The name of its command."""

    @property
    def title(self) -> str:
        """Its name for readers."""

    @property
    def sentence(self) -> str:
        """What was computed."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What must be said of it."""

    @property
    def used_sentences(self) -> tuple[str, ...]:
        """Which images were used."""

    @property
    def network_sentences(self) -> tuple[str, ...]:
        """Which weights were used."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What could not be computed, and why."""

    @property
    def tables(self) -> Sequence[TableLike]:
        """Its numbers."""

    @property
    def pictures(self) -> Sequence[PictureLike]:
        """Its figures."""


def html_evaluation(results: Sequence[tuple[Path, ResultLike]]) -> str:
    """The results, each with the folder that its figures lie in, as one self-contained page.

    Raises:
        OSError: a figure cannot be read.
    """
    notices = dict.fromkeys(notice for _, result in results for notice in result.notices)
    return (
        environment()
        .get_template("evaluation.html")
        .render(results=results, notices=list(notices), data_uri=_data_uri, version=__version__)
    )


def _data_uri(path: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"
