"""Where a leg departs from its reference, as it is printed, shown in a notebook, and raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from reports.divergence.lines import divergence_lines, headline
from reports.words import error, printable, short
from xport.divergence.document import PAGE, Divergence, NodeError
from xport.errors import ExitCode, InputError, IntegrityError, VerdictError
from xport.library.converted import Converted
from xport.recording.browser import BrowserOptions
from xport.workflow.debugging import Asked, debug
from xport.workflow.run_folder import RunFolder

HEAD = ("node", "operator", "name", "local", "inherited", "running", "tolerance")
ROWS = 8
"""Nodes that are printed, those nearest to their tolerance or furthest over; the page has all."""


@dataclass(frozen=True, repr=False)
class Debugged:
    """What `xport.debug` found: print it, or let a notebook show it.

    Attributes:
        divergence: every node that was measured, the first over tolerance and what differs there.
        folder: where `divergence.html`, `divergence.json` and the minimal model lie.
    """

    divergence: Divergence
    folder: Path

    @property
    def over(self) -> bool:
        """Whether a node is over its tolerance, by itself or in the running model."""
        return self.divergence.over

    @property
    def first(self) -> NodeError | None:
        """The first node over tolerance by itself, else in the running model, or None."""
        found = self.divergence
        return found.node(found.first_local) or found.node(found.first_free)

    @property
    def path(self) -> Path:
        """The HTML page."""
        return self.folder / PAGE

    def raise_for_divergence(self) -> None:
        """Return if no node is over its tolerance.

        Raises:
            VerdictError: one is; model, leg, output, probe, its error and its tolerance are the
                error's attributes.
        """
        found, first = self.divergence, self.first
        if first is None:
            return
        target = found.target
        raised = VerdictError(headline(found), str(self.folder), f"see {self.path}")
        raised.status, raised.exit_code = target.verdict, ExitCode.FAILED
        raised.model, raised.leg = target.model, target.leg
        raised.output, raised.probe = target.output, target.probe
        raised.measured = first.local if first.local_over else first.free
        raised.bound = first.tolerance
        raise raised

    def __str__(self) -> str:
        rows = [HEAD, *_rows(self.divergence)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([*divergence_lines(self.divergence), "", *table, "", str(self.path)])

    def __repr__(self) -> str:
        target = self.divergence.target
        place = f"{target.model}/{target.leg} {target.output}"
        return f"<Debugged {'DIVERGES' if self.over else 'WITHIN'} {place} {self.path}>"

    def _repr_html_(self) -> str:
        """The nodes for a notebook, with a link to the whole page."""
        first, *lines = divergence_lines(self.divergence)
        head = "".join(f"<th>{escape(cell)}</th>" for cell in HEAD)
        body = "".join(_html_row(row) for row in _rows(self.divergence))
        said = "".join(f"<li>{escape(line)}</li>" for line in lines)
        return (
            f"<p><strong>{escape(first)}</strong></p><ul>{said}</ul>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f'<p><a href="{escape(str(self.path))}">{escape(str(self.path))}</a></p>'
        )


def _rows(found: Divergence) -> list[tuple[str, ...]]:
    """The nodes that use the largest shares of their tolerances, in order of computation."""
    nearest = sorted(found.nodes, key=_used, reverse=True)[:ROWS]
    return [
        (
            str(one.depth),
            one.op,
            printable(one.name),
            *(error(value) for value in (one.local, one.inherited, one.free)),
            short(one.tolerance),
        )
        for one in sorted(nearest, key=lambda one: one.depth)
    ]


def _used(one: NodeError) -> tuple[bool, float]:
    """NaN is more than any number."""
    largest = max((v for v in (one.local, one.free) if v is not None), default=0.0)
    wrong = any(value != value for value in (one.local, one.free) if value is not None)
    return wrong, largest / one.tolerance if one.tolerance > 0 else largest


def _html_row(row: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"


def debug_run(
    run: Converted | Path, asked: Asked, out: Path | None, options: BrowserOptions | None
) -> Debugged:
    """Find the first node at which a leg of a run, or of a verified model in memory, departs.

    Raises:
        InputError: a converted model was not verified, or as `xport.workflow.debugging.debug`.
        IntegrityError: what was verified is not what was converted, or as there.
    """
    folder = _verified(run) if isinstance(run, Converted) else run
    if isinstance(run, Converted) and run.module is not None:
        asked = replace(asked, own=(run.module.module, run.module.recipe))
    return Debugged(debug(folder, asked, out, options), out or folder)


def _verified(converted: Converted) -> Path:
    """The run in which a converted model was verified, beside its folder."""
    folder = converted.folder.with_name(f"{converted.folder.name}.run")
    run = RunFolder(folder)
    if not run.evidence_path.is_file():
        raise InputError(
            f"{converted.title} was not verified",
            str(folder),
            "call xport.verify(converted) first; give its report where it has a folder of its own",
        )
    plan = run.evidence().plan
    if [model.artifacts[plan.shipped_artifact].files for model in plan.models] != [converted.files]:
        raise IntegrityError(
            "what was verified there is another model", str(folder), "call xport.verify again"
        )
    return folder
