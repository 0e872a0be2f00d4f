"""Table 1 as CSV for programs and Markdown for people, rows in the paper's order."""

from __future__ import annotations

import csv
import io

from reference.evaluation.auc import AucTable, FindingAuc
from reference.labels import TABLE_1_LABELS

_COUNTS = ("halves_without", "positives", "negatives", "unknown")
_COLUMNS = ("finding", "auc", "mean", "std", "halves", *_COUNTS)


def auc_csv(table: AucTable) -> str:
    """Return one line per finding, numbers in full, empty where there is none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in _in_order(table):
        numbers = [row.auc, row.mean, row.std]
        cells = ["" if number is None else repr(number) for number in numbers]
        counts = [getattr(row, column) for column in _COUNTS]
        writer.writerow([row.finding, *cells, len(row.halves), *counts])
    return text.getvalue()


def auc_markdown(table: AucTable) -> str:
    """Return the table as the paper prints it, with what is behind each number."""
    lines = [
        f"AUC on {table.dataset}, {table.images:,} images; ± over {table.splits} random halves.",
        "",
        "| Finding | AUC | positive | negative | unknown | |",
        "|---|---|---:|---:|---:|---|",
    ]
    lines += [_line(row, table.splits) for row in _in_order(table)]
    mean = table.mean_auc
    counted = len(table.rows) - len(table.without_auc)
    if mean is not None:
        lines.append(f"| Mean of {counted} | {mean:.2f} | | | | |")
    return "\n".join(lines) + "\n"


def _line(row: FindingAuc, splits: int) -> str:
    value = "–" if row.mean is None else f"{row.mean:.2f} ± {row.std:.2f}"
    lack = (
        f"{row.halves_without} of {splits} halves without a positive or a negative image"
        if row.halves_without
        else ""
    )
    counts = " | ".join(f"{n:,}" for n in (row.positives, row.negatives, row.unknown))
    return f"| {row.finding} | {value} | {counts} | {lack} |"


def _in_order(table: AucTable) -> list[FindingAuc]:
    """The paper's order for its findings, then the others as they come."""
    places = {finding: place for place, finding in enumerate(TABLE_1_LABELS)}
    return sorted(table.rows, key=lambda row: places.get(row.finding, len(places)))
