"""Tables as CSV for programs and Markdown for people; Table 1's rows are in the paper's order."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from pydantic import Field

from reference.decide.auc import AucTable, FindingAuc
from reference.decide.labels import TABLE_1_LABELS
from reference.document import Document

Cell = str | int | float | None
"""None is a number that does not exist, such as the AUC of a finding that nobody has."""

ABSENT = "–"


class Table(Document):
    """A table: CSV has its numbers in full, Markdown and pages round them.

    Args:
        name: of its files.
        caption: what it shows.
        header: the names of the columns.
        rows: as many cells each.
    """

    name: str
    caption: str
    header: tuple[str, ...] = Field(min_length=1)
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def text_rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows as people read them."""
        return tuple(tuple(map(shown, row)) for row in self.rows)


def shown(cell: Cell) -> str:
    """Return a cell for people: three decimals, thousands apart, a dash where there is nothing."""
    if cell is None:
        return ABSENT
    if isinstance(cell, str):
        return cell
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:.3f}"


def csv_text(table: Table, notices: Sequence[str]) -> str:
    """Return one line per row, numbers in full, empty where there is none, the notices last."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*table.header, "notice"])
    for row in table.rows:
        cells = [repr(cell) if isinstance(cell, float) else cell for cell in row]
        writer.writerow([*cells, "; ".join(notices)])
    return text.getvalue()


def markdown_text(table: Table, notices: Sequence[str]) -> str:
    """Return the table as Markdown, the notices above it."""
    lines = [*(f"**{notice}**  " for notice in notices), "", f"{table.caption}", ""]
    lines += [_line(table.header), _line(["---"] * len(table.header))]
    lines += [_line(row) for row in table.text_rows]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table_1(table: AucTable, name: str = "table1") -> Table:
    """Return Table 1 as the paper prints it, with what is behind each number."""
    rows: list[tuple[Cell, ...]] = [_auc_row(row) for row in _in_order(table)]
    counted = len(table.rows) - len(table.without_auc)
    nothing = (None,) * 6
    rows.append((f"Mean of {counted}", None, table.mean_auc, *nothing))
    return Table(
        name=name,
        caption=(
            f"AUC on {table.dataset}, {table.images:,} images; ± over {table.splits} random "
            f"halves (seed {table.seed}), halves without a positive or a negative image counted."
        ),
        header=(
            "finding",
            "AUC ± std",
            "auc",
            "mean",
            "std",
            "halves without",
            "positive",
            "negative",
            "unknown",
        ),
        rows=tuple(rows),
    )


def _auc_row(row: FindingAuc) -> tuple[Cell, ...]:
    value = ABSENT if row.mean is None else f"{row.mean:.2f} ± {row.std:.2f}"
    counts = (row.halves_without, row.positives, row.negatives, row.unknown)
    return (row.finding, value, row.auc, row.mean, row.std, *counts)


def _in_order(table: AucTable) -> list[FindingAuc]:
    """The paper's order for its findings, then the others as they come."""
    places = {finding: place for place, finding in enumerate(TABLE_1_LABELS)}
    return sorted(table.rows, key=lambda row: places.get(row.finding, len(places)))
