"""The verdict in a few lines, and the table of worst errors for a README."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports import words
from reports.release.faults import fault_lines
from reports.release.latency import runtime_rows
from reports.release.preparations import Row, preparations
from reports.release.reading import MAX_ABS, Reading, Standing, untrained
from reports.release.sensitivity import blind, summary_of_visible
from xport.exchange.prepared import CANVAS, EXACT
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status
from xport.plan.page_models import page_view
from xport.plan.plan import Leg, PlannedModel

FINDINGS = 8
"""How many findings a terminal is given."""

WIDTH = 120
"""Where the outputs of a leg take more than this, each has a line of its own."""


def summary_lines(evidence: Evidence) -> list[str]:
    """The verdict for a terminal: verdict, findings, worst errors by leg, waiting times."""
    reading = Reading(evidence)
    lines = [*_verdict(reading), *_findings(reading)]
    for model in evidence.plan.models:
        lines += ["", f"{model.id}: {model.title}, worst distance from {model.reference_words}"]
        lines += list(_leg_lines(reading, model))
    lines += ["", *summary_of_visible(evidence), *_preprocessing(reading), "", *_latencies(reading)]
    return [words.printable(line).replace("\n", " ") for line in lines]


def worst_errors_markdown(evidence: Evidence) -> str:
    """A Markdown table: per model, output and leg the worst error, its tolerance, its share."""
    reading = Reading(evidence)
    rows = [
        f"| Model | Output | Leg | Worst distance from {reading.plan.faithful_to} | Allowed | Used "
        "| |",
        "|---|---|---|---:|---:|---:|---|",
    ]
    for cells in standing_rows(reading):
        rows.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(rows) + "\n"


def standing_rows(reading: Reading) -> Iterator[Sequence[str]]:
    """Model, output, leg, distance, bound, share of it, status of each, in words."""
    for standing in reading.all_standings():
        distances = filter(None, [_distance(standing), _cosine(standing)])
        yield (
            standing.model.id,
            standing.output,
            standing.leg.name,
            ", ".join(distances),
            words.short(standing.bound) if standing.bound is not None else "none",
            words.percent(standing.used),
            words.STATUS_WORDS[standing.status],
        )


def _cell(text: str) -> str:
    safe = words.one_line(text).replace("&", "&amp;").replace("<", "&lt;")
    return safe.replace("\\", "\\\\").replace("|", "\\|")


def _verdict(reading: Reading) -> Iterator[str]:
    plan, verdict = reading.plan, reading.verdict
    apart = ", without a second route" if plan.missing_routes else ""
    yield f"{words.STATUS_WORDS[verdict.status]}  {plan.title} ({words.release_of(plan)}){apart}"
    yield from map(words.note, verdict.notes)
    yield (
        f"{reading.count(Status.PASSED)} of {len(verdict.checks)} checks passed, "
        f"{reading.count(Status.FAILED)} failed, {reading.count(Status.NOT_RUN)} did not run"
        + (f", {reading.advisory} failed as advisory" if reading.advisory else "")
        + (f", {reading.waived} failed and are waived" if reading.waived else "")
    )
    if plan.faithful_to != "PyTorch":
        yield words.of_files(plan)
    yield "NOT FOR MEDICAL USE"
    for model in untrained(plan.models):
        yield f"untrained weights: {model.id} ({model.weights})"
    yield from (f"blind: {sentence}" for sentence in blind(reading.evidence))
    yield from page_view(plan).sentences()


def _findings(reading: Reading) -> Iterator[str]:
    findings = [line.text for line in fault_lines(reading)]
    if findings:
        yield ""
    for finding in findings[:FINDINGS]:
        yield f"- {finding}"
    if len(findings) > FINDINGS:
        yield f"- and {len(findings) - FINDINGS} more, in the report"


def _leg_lines(reading: Reading, model: PlannedModel) -> Iterator[str]:
    judged = [leg for leg in reading.plan.legs_of(model) if reading.is_judged(model, leg)]
    width = max((len(leg.name) for leg in judged), default=0)
    for leg in judged:
        outputs = list(_outputs(reading, model, leg))
        lines = ["; ".join(outputs)]
        if len(lines[0]) > WIDTH:
            lines = outputs
        for index, line in enumerate(lines):
            yield f"  {'' if index else leg.name:<{width}}  {line}"


def _outputs(reading: Reading, model: PlannedModel, leg: Leg) -> Iterator[str]:
    for spec in model.signature.outputs:
        yield f"{spec.name} {_standing(reading.standing(model, leg, spec.name))}"


def _standing(standing: Standing) -> str:
    mark = "" if standing.status is Status.PASSED else words.STATUS_WORDS[standing.status]
    if standing.total is None:
        return f"{words.MISSING} {mark}"
    share = f"({words.share(standing.used, standing.bound)})"
    return " ".join(filter(None, [_distance(standing), share, _cosine(standing), mark]))


def _distance(standing: Standing) -> str:
    """The distance, with the measure's name where it is not the largest difference."""
    name = "" if standing.measure is MAX_ABS else f"{standing.measure.name} "
    return name + words.error(standing.total)


def _cosine(standing: Standing) -> str:
    if standing.min_cosine is None:
        return ""
    return f"cosine {words.cosine(standing.least_alike)} (at least {standing.min_cosine})"


def _preprocessing(reading: Reading) -> Iterator[str]:
    """What the page's own way and the paper's do to the input of each model."""
    for part in preparations(reading):
        yield ""
        yield f"{part.model.id}: preprocessing, from the definition, in gray levels of 255"
        for row in part.rows:
            if row.effect.prepared.pipeline.name in (EXACT, CANVAS):
                yield f"  {row.effect.prepared.pipeline.title}  {'; '.join(_prepared(row))}"


def _prepared(row: Row) -> Iterator[str]:
    yield f"{row.made} images"
    yield f"input {words.error(row.effect.max_levels)}"
    for comparison in filter(None, row.outputs):
        yield f"{comparison.output} {words.error(comparison.pooled.max_abs)}"
    if row.effect.decisions:
        yield f"{row.flipped} decisions flipped"


def _latencies(reading: Reading) -> Iterator[str]:
    rows = runtime_rows(reading)
    if not rows:
        yield "times: not measured"
    pairs = {row.backend for row in rows if row.pair}
    for row in rows:
        if row.pair or row.backend not in pairs:
            yield (
                f"times, {row.backend}, {row.what}: cold load {row.cold_load}, "
                f"cold first run {row.cold_first}, then {row.steady}"
            )
