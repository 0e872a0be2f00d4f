"""The report for people: one HTML file that needs no network and no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from reports import words
from reports.charts import ledger_chart, meter
from reports.histograms import Figure, figure
from reports.pictures import albums
from reports.places import engine_files, places
from reports.preparations import preparations
from reports.reading import MAX_ABS, Reading, Standing, untrained
from reports.routes import without_second_route
from reports.waits import PAPER, efforts, runtime_rows
from xport.evidence import Evidence
from xport.page_models import page_view
from xport.parity import Role
from xport.plan import FLOAT64_LEG, REFERENCE_LEG, Leg, PlannedModel
from xport.verdict import Status

FINDINGS_IN_FRONT = 6
"""How many findings are shown before the rest is folded away."""


def html_report(evidence: Evidence) -> str:
    """The evidence as one self-contained page: verdict first, then what it rests on."""
    reading = Reading(evidence)
    return (
        environment()
        .get_template("report.html")
        .render(
            evidence=evidence,
            plan=evidence.plan,
            verdict=evidence.verdict,
            reading=reading,
            untrained=untrained(evidence.plan.models),
            without_second_route=without_second_route(evidence.plan),
            unshown=page_view(evidence.plan).sentences(),
            contradiction=_contradiction(reading),
            ledgers=list(_ledgers(reading)),
            albums=albums(reading),
            preparations=preparations(reading),
            runtimes=runtime_rows(reading),
            efforts=efforts(reading),
            places=places(reading),
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
        """A leg's distance from float64 as a multiple of PyTorch float32's own."""
        if standing.from_float64 is None or not self.rounding:
            return words.NOTHING
        return words.times(standing.from_float64 / self.rounding)


def _ledgers(reading: Reading) -> Iterator[Ledger]:
    for model in reading.plan.models:
        for spec in model.signature.outputs:
            standings = reading.standings(model, spec.name)
            labels = model.labels_of(spec.name)
            reference = (s for s in standings if s.leg.name == REFERENCE_LEG)
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
    """Whether a verdict of PASSED stands over checks that did not all pass."""
    checks = reading.verdict.checks
    clean = bool(checks) and all(check.status is Status.PASSED for check in checks)
    return reading.verdict.status is Status.PASSED and not clean


@cache
def environment() -> jinja2.Environment:
    """Templates with the house's style, filters and words."""
    made = jinja2.Environment(
        finalize=_visible,
        loader=jinja2.PackageLoader("reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("reports").joinpath("templates/style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    made.globals |= {
        "style": Markup(style),
        "style_digest": digest,
        "Status": Status,
        "Role": Role,
        "REFERENCE_LEG": REFERENCE_LEG,
        "FLOAT64_LEG": FLOAT64_LEG,
        "PAPER": PAPER,
        "FINDINGS_IN_FRONT": FINDINGS_IN_FRONT,
        "meter": meter,
    }
    made.filters |= {
        "error": words.error,
        "cosine": words.cosine,
        "short": words.short,
        "percent": words.percent,
        "times": words.times,
        "seconds": words.seconds,
        "mebibytes": words.mebibytes,
        "status_word": words.STATUS_WORDS.__getitem__,
        "status_mark": words.STATUS_MARKS.__getitem__,
    }
    return made


def _visible(value: object) -> object:
    """Every text that reaches the page, with control characters shown instead of obeyed."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return words.printable(value)
    return value
