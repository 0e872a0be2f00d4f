"""What probes see of errors in the weights, by group of layers: table, drawing and warnings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markupsafe import Markup

from reports import words
from reports.release.charts import LogAxis
from reports.svg import clip, drawing, line, node, text
from xport.exchange.sensitivity import Sensitivity
from xport.judgement.evidence import Evidence
from xport.judgement.sensitivity import DetectableError, blind_sentences
from xport.plan.plan import ONNX_LEG, PlannedModel

_WIDTH, _TOP, _ROW = 860.0, 10.0, 24.0
_VALUES = 730.0


@dataclass(frozen=True)
class Visible:
    """One model's groups of layers with the smallest error of each that is detected."""

    model: PlannedModel
    tried: Sensitivity | None
    errors: tuple[DetectableError, ...]
    chart: Markup

    @property
    def problem(self) -> str:
        """Why there is nothing to show; empty where there is."""
        if self.tried is None:
            return "it was not measured"
        return self.tried.failure or ""


def visible_errors(evidence: Evidence) -> list[Visible]:
    """Of every model that has an ONNX file, in the plan's order."""
    tried = {one.model: one for one in evidence.sensitivity}
    found = []
    for model in evidence.plan.models:
        if ONNX_LEG in model.legs:
            errors = tuple(e for e in evidence.detectable_errors if e.model == model.id)
            chart = _chart(model, errors) if errors else Markup()
            found.append(Visible(model, tried.get(model.id), errors, chart))
    return found


def blind(evidence: Evidence) -> list[str]:
    """What no probe sees, or what was not measured of it, as sentences beside the verdict."""
    return list(blind_sentences(evidence.plan, evidence.sensitivity, evidence.detectable_errors))


def summary_of_visible(evidence: Evidence) -> Iterator[str]:
    """One line for each model: between which errors the groups lie."""
    for one in visible_errors(evidence):
        seen = [error.smallest for error in one.errors if error.smallest is not None]
        if seen:
            yield (
                f"{one.model.id}: smallest relative weight error detected, by group of layers: "
                f"{words.relative(min(seen))} to {words.relative(max(seen))}"
            )


def _chart(model: PlannedModel, errors: tuple[DetectableError, ...]) -> Markup:
    """One row per group: a bar from what passes to what fails, on a logarithmic scale."""
    axis = LogAxis.holding([error.smallest or 1.0 for error in errors])
    floor = _TOP + _ROW * len(errors)
    children = [*_frame(axis, floor)]
    for index, error in enumerate(errors):
        children += _row(axis, error, _TOP + _ROW * (index + 0.5))
    meaning = "; ".join(f"{e.first} to {e.last}: {words.relative(e.smallest)}" for e in errors)
    meaning = f"Smallest relative weight error that probes of {model.id} detect: {meaning}"
    return drawing(_WIDTH, floor + 26, meaning, *children)


def _frame(axis: LogAxis, floor: float) -> Iterator[Element]:
    for exponent in range(axis.low, axis.high + 1):
        x = axis.place(10.0**exponent)
        yield line(x, _TOP, x, floor, "grid")
    for exponent in axis.decades():
        yield text(axis.place(10.0**exponent), floor + 17, f"1e{exponent}", "tick", "middle")


def _row(axis: LogAxis, error: DetectableError, y: float) -> Iterator[Element]:
    start, end = axis.place(10.0**axis.low), axis.place(10.0**axis.high)
    yield text(0, y + 4, clip(error.first, 28), "tick")
    yield line(start, y, end, y, "row")
    if error.smallest is None:
        yield node("rect", x=start, y=y - 8, width=end - start, height=16, class_="hole")
        yield text((start + end) / 2, y + 4, "not detected up to 100 %", "bad", "middle")
        return
    x = axis.place(error.smallest)
    yield node("rect", x=x, y=y - 6, width=end - x, height=12, class_="bar")
    yield text(_VALUES, y + 4, words.relative(error.smallest), "value")
