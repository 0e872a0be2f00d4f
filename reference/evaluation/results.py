"""What an evaluation hands over: a folder per table or figure, whole or not there at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from reference.data import Usage
from reference.document import (
    Document,
    make_readable,
    put_in_place,
    readable_folder,
    staging_beside,
    write_whole,
)
from reference.errors import UnavailableError
from reference.evaluation.networks import Network
from reference.evaluation.tables import Table, csv_text, markdown_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESULT = "result.json"


class Picture(Document):
    """A figure in two files, and what it shows in words for who does not see it."""

    svg: str
    png: str
    caption: str
    alt: str


class Result(Document):
    """One table or figure of the paper: what was used, what came out, what lacks.

    Args:
        name: of the command and of the folder.
        title: for people.
        sentence: what was computed, and how.
        notices: what every part of it must say.
        used: how many of how many images, per set.
        networks: the weights that it is of.
        tables: the numbers.
        pictures: files in the same folder.
        documents: the frozen documents in the same folder.
        remarks: what could not be computed, and why.
    """

    schema_version: Literal[1] = 1
    name: str
    title: str
    sentence: str
    notices: tuple[str, ...] = Field(min_length=1)
    used: tuple[Usage, ...] = Field(min_length=1)
    networks: tuple[Network, ...] = Field(min_length=1)
    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...]
    documents: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def used_sentences(self) -> tuple[str, ...]:
        """What was used, a line per set."""
        return tuple(usage.sentence() for usage in self.used)

    @property
    def network_sentences(self) -> tuple[str, ...]:
        """The weights, a line each."""
        return tuple(network.sentence() for network in self.networks)


@dataclass
class Sheet:
    """A result in the making; everything lies in a folder that nobody sees yet.

    Args:
        folder: where its files are written.
        name, title, sentence, notices: as in ``Result``.
    """

    folder: Path
    name: str
    title: str
    sentence: str
    notices: tuple[str, ...]
    used: list[Usage] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)

    def uses(self, *used: Usage | Network) -> None:
        """Say what was used; each is told once."""
        for one in used:
            told: list[Usage] | list[Network] = (
                self.used if isinstance(one, Usage) else self.networks
            )
            if one not in told:
                told.append(one)  # type: ignore[arg-type]  # the list is chosen by its type

    def document(self, name: str, document: Document) -> None:
        """Write a frozen document."""
        document.write(self.folder / f"{name}.json")
        self.documents.append(f"{name}.json")

    def table(self, table: Table) -> None:
        """Write a table as CSV and as Markdown."""
        for suffix, text in (
            ("csv", csv_text(table, self.notices)),
            ("md", markdown_text(table, self.notices)),
        ):
            write_whole(self.folder / f"{table.name}.{suffix}", text.encode())
        self.tables.append(table)

    def picture(self, name: str, figure: Figure, caption: str, alt: str) -> None:
        """Write a figure as SVG and as PNG, the notices under it."""
        from reference.evaluation.figures import save

        svg, png = save(figure, self.folder, name, "\n".join(self.notices))
        self.pictures.append(Picture(svg=svg.name, png=png.name, caption=caption, alt=alt))

    def result(self) -> Result:
        """Return what was gathered."""
        return Result(
            name=self.name,
            title=self.title,
            sentence=self.sentence,
            notices=self.notices,
            used=tuple(self.used),
            networks=tuple(self.networks),
            tables=tuple(self.tables),
            pictures=tuple(self.pictures),
            documents=tuple(self.documents),
            remarks=tuple(self.remarks),
        )


@contextmanager
def new_sheet(
    out: Path, name: str, title: str, sentence: str, notices: Sequence[str]
) -> Iterator[Sheet]:
    """Make a result in ``out/name``: an older one is replaced when the new one is whole.

    Raises:
        UnavailableError: the folder cannot be written.
    """
    try:
        readable_folder(out)
        with staging_beside(out / name) as staging:
            sheet = Sheet(staging, name, title, sentence, tuple(notices))
            yield sheet
            sheet.result().write(staging / RESULT)
            make_readable(staging)
            put_in_place(staging, out / name)
    except OSError as error:
        raise UnavailableError(
            f"the folder cannot be written ({error.strerror})", str(out), "choose another folder"
        ) from error


def read_results(out: Path, names: Sequence[str]) -> list[tuple[Path, Result]]:
    """Return the results that a folder holds, in the order of the names, each with its folder.

    Raises:
        DocumentError: one of them cannot be read.
    """
    folders = [out / name for name in names]
    return [
        (folder, Result.read(folder / RESULT)) for folder in folders if (folder / RESULT).is_file()
    ]
