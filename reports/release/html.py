"""The report for people: one HTML file that needs no network and no script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from reports import words
from reports.page import environment
from reports.release.charts import ledger_chart, meter
from reports.release.derived import derived_tolerances
from reports.release.faults import fault_lines
from reports.release.histograms import Figure, figure
from reports.release.latency import PAPER, efforts, runtime_rows
from reports.release.locations import engine_files, locations
from reports.release.opening import opening_of
from reports.release.pictures import albums
from reports.release.preparations import preparations
from reports.release.reading import MAX_ABS, Reading, Standing, untrained
from reports.release.sensitivity import blind, visible_errors
from xport.comparison.parity import Role
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status
from xport.plan import floor
from xport.plan.page_models import page_view
from xport.plan.plan import FLOAT64_LEG, Leg, PlannedModel

FINDINGS_IN_FRONT = 6
"""How many findings are shown before the rest is folded away."""


def html_report(evidence: Evidence, divergence: str | None = None, layer: str | None = None) -> str:
    """The evidence as one self-contained page: verdict first, then what it rests on.

    `divergence` is where the page lies that says at which node a leg departs, if there is one, and
    `layer` that node in words.
    """
    reading = Reading(evidence)
    shown = albums(reading)
    return (
        environment()
        .get_template("report.html")
        .render(
            PAPER=PAPER,
            FINDINGS_IN_FRONT=FINDINGS_IN_FRONT,
            FLOAT64_LEG=FLOAT64_LEG,
            Role=Role,
            meter=meter,
            evidence=evidence,
            divergence=divergence,
            layer=layer,
            plan=evidence.plan,
            verdict=evidence.verdict,
            reading=reading,
            untrained=untrained(evidence.plan.models),
            second_route=not evidence.plan.missing_routes,
            NOTE_WORDS=words.NOTE_WORDS,
            least=floor,
            derived=derived_tolerances(evidence),
            of_files=words.of_files(evidence.plan),
            visible=visible_errors(evidence),
            blind=blind(evidence),
            unshown=page_view(evidence.plan).sentences(),
            contradiction=_contradiction(reading),
            ledgers=list(_ledgers(reading)),
            albums=shown,
            faults=fault_lines(reading),
            opening=opening_of(reading, shown),
            said=words.said,
            preparations=preparations(reading),
            runtimes=runtime_rows(reading),
            efforts=efforts(reading),
            locations=locations(reading),
            engine_files=engine_files(reading),
        )
    )


@dataclass(frozen=True)
class Ledger:
    """One output of one model on every leg: numbers, drawing and histograms."""

    model: PlannedModel
    output: str
    standings: tuple[Standing, ...]
    chart: Markup
    rounding: float | None
    histograms: tuple[tuple[Leg, Figure | None], ...]

    @property
    def two_routes(self) -> bool:
        """Whether some leg is compared with one of another route."""
        return any(s.leg.counterpart in self.model.legs for s in self.standings)

    @property
    def min_cosine(self) -> float | None:
        """The least cosine allowed, None where none is limited."""
        return self.standings[0].min_cosine

    @property
    def columns(self) -> int:
        """How many columns hold what was measured."""
        return 8 + self.two_routes + (self.min_cosine is not None)

    @property
    def measure(self) -> str:
        """How distances are measured."""
        return self.standings[0].measure.name

    def times_rounding(self, standing: Standing) -> str:
        """A leg's distance from float64 as a multiple of the reference's own."""
        if standing.from_float64 is None or not self.rounding:
            return words.NOTHING
        return words.times(standing.from_float64 / self.rounding)


def _ledgers(reading: Reading) -> Iterator[Ledger]:
    for model in reading.plan.models:
        for spec in model.signature.outputs:
            standings = reading.standings(model, spec.name)
            labels = model.labels_of(spec.name)
            reference = (s for s in standings if s.leg.name == model.reference)
            yield Ledger(
                model=model,
                output=spec.name,
                standings=tuple(standings),
                chart=ledger_chart(standings),
                rounding=next((s.from_float64 for s in reference), None),
                histograms=tuple(
                    (s.leg, figure(s.comparison, labels, _bound(s)) if s.comparison else None)
                    for s in standings
                    if s.leg.backend is not None
                ),
            )


def _bound(standing: Standing) -> float | None:
    """What differences may come to, None where something else is measured."""
    return standing.bound if standing.measure is MAX_ABS else None


def _contradiction(reading: Reading) -> bool:
    """Whether a verdict of PASSED, weak or not, stands over checks that did not all pass."""
    checks = reading.verdict.checks
    clean = bool(checks) and all(c.status is Status.PASSED or c.beside for c in checks)
    return reading.verdict.status.all_passed and not clean
