"""The preprocessing leg for people: pipelines beside each other, and figure E.5 drawn again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from reference.preprocess.picture import NOTES, Note
from reports import words
from reports.release.histograms import Figure, figure, reach_of
from reports.release.pictures import Budget, Shown
from reports.release.reading import Reading
from xport.comparison.decision_effects import conditions_of, output_of
from xport.comparison.parity import Comparison
from xport.comparison.pipeline_effect import Flip, PipelineEffect
from xport.exchange.prepared import CANVAS, EXACT, PROBABILITIES, prepared_models
from xport.judgement.rule_checks import DECIDED_ALIKE
from xport.plan.plan import PlannedModel


@dataclass(frozen=True)
class Column:
    """An output that has a column where a model has it, and the column's title."""

    output: str
    title: str


COLUMNS = (
    Column(PROBABILITIES, "Probability"),
    Column("calibrated probabilities", "Calibrated"),
    Column("out-of-distribution score", "Out-of-distribution score"),
    Column("reconstruction", "Reconstruction"),
)


@dataclass(frozen=True)
class Row:
    """One pipeline in the table of a model."""

    effect: PipelineEffect
    outputs: tuple[Comparison | None, ...]

    @property
    def made(self) -> str:
        """How many images it read, of how many."""
        prepared = self.effect.prepared
        total = len(prepared.digest_by_image) + len(prepared.unsupported) + len(prepared.failures)
        return f"{len(prepared.digest_by_image)} of {total}"

    @property
    def flipped(self) -> str:
        """How many decisions come out otherwise, of how many."""
        if not self.effect.decisions:
            return words.NOTHING
        return f"{len(self.effect.flips)} of {self.effect.decisions}"

    @property
    def seconds(self) -> float | None:
        """Median time an image took."""
        taken = self.effect.prepared.seconds.values()
        return median(taken) if taken else None

    @property
    def left_out(self) -> list[tuple[str, str]]:
        """Images that it does not read or failed on, by reason."""
        prepared = self.effect.prepared
        reasons: dict[str, list[str]] = {}
        for image, why in {**prepared.unsupported, **prepared.failures}.items():
            reasons.setdefault(why, []).append(image)
        return [(why, ", ".join(images)) for why, images in reasons.items()]


@dataclass(frozen=True)
class Preparation:
    """The preprocessing leg of one model.

    `figures` are the paper's figure E.5: by pipeline, the browser minus PyTorch per finding, all
    on one axis. `ruled` is what the rule says of the images, told once, at one of its models.
    """

    model: PlannedModel
    ruled: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    figures: tuple[tuple[PipelineEffect, Comparison, Figure], ...]
    pictures: tuple[tuple[PipelineEffect, tuple[Shown, ...]], ...]

    @property
    def notes(self) -> list[tuple[str, list[str]]]:
        """What the decoder had to say, in words, and of which images."""
        found: dict[Note, dict[str, None]] = {}
        for row in self.rows:
            for image, notes in row.effect.notes.items():
                for note in notes:
                    found.setdefault(note, {})[image] = None
        return [(NOTES[note], list(images)) for note, images in found.items()]

    @property
    def flips(self) -> list[tuple[PipelineEffect, Sequence[Flip]]]:
        """The decisions that come out otherwise, by pipeline."""
        return [(row.effect, row.effect.flips) for row in self.rows if row.effect.flips]

    @property
    def decided(self) -> bool:
        """Whether something is decided by this model."""
        return any(row.effect.decisions for row in self.rows)

    @property
    def points(self) -> str:
        """Where decisions are made, in words."""
        if self.model.gate is not None:
            gate = self.model.gate
            return f"The gate lets pass by {gate.score}, threshold {words.short(gate.threshold)}."
        if self.model.rule is not None:
            held = "; ".join(
                f"{one.key} {one.comparison} {words.short(one.threshold)}"
                for one in conditions_of(self.model)
            )
            return f"The rule lets pass by conditions on this model: {held}."
        if self.model.operating_points is None:
            return "No operating points are known for these weights: 0.5 stands for every finding."
        return "Decisions are made at the release’s operating points."


def preparations(reading: Reading) -> list[Preparation]:
    """The preprocessing leg, model by model; none where a plan has no such leg."""
    if reading.plan.preprocessing is None:
        return []
    budget = Budget()
    return [_preparation(reading, model, budget) for model in prepared_models(reading.plan)]


def _preparation(reading: Reading, model: PlannedModel, budget: Budget) -> Preparation:
    effects = [e for e in reading.evidence.preprocessing if e.prepared.model == model.id]
    effects.sort(key=lambda effect: _place(effect.prepared.pipeline.name))
    known = {comparison.output for effect in effects for comparison in effect.effects}
    ruled = (Column(output_of(one), f"Score: {one.key}") for one in conditions_of(model))
    columns = tuple(column for column in (*COLUMNS, *ruled) if column.output in known)
    return Preparation(
        model=model,
        ruled=_ruled(reading, model),
        columns=columns,
        rows=tuple(Row(effect, _outputs(effect, columns)) for effect in effects),
        figures=tuple(_figures(model, effects)),
        pictures=tuple(
            (effect, tuple(budget.shown(picture) for picture in effect.pictures))
            for effect in effects
            if effect.pictures
        ),
    )


def _ruled(reading: Reading, model: PlannedModel) -> str:
    checks = reading.evidence.verdict.checks
    told = (c for c in checks if c.model == model.id and c.name == DECIDED_ALIKE)
    return next((f"The rule: {check.message}." for check in told), "")


def _place(name: str) -> int:
    """The exact path first, then the paper's, then the others as they come."""
    return (EXACT, CANVAS).index(name) if name in (EXACT, CANVAS) else 2


def _outputs(effect: PipelineEffect, columns: Sequence[Column]) -> tuple[Comparison | None, ...]:
    found = {comparison.output: comparison for comparison in effect.effects}
    return tuple(found.get(column.output) for column in columns)


def _figures(
    model: PlannedModel, effects: Sequence[PipelineEffect]
) -> Iterator[tuple[PipelineEffect, Comparison, Figure]]:
    """The canvas and the exact path on one axis, as wide as the larger of them needs."""
    drawn = [(e, c) for e in effects for c in e.in_browser if c.output == PROBABILITIES]
    reach = max((reach_of(comparison) for _, comparison in drawn), default=None)
    for effect, comparison in sorted(drawn, key=lambda pair: pair[0].prepared.pipeline.name):
        labels = model.labels_of(comparison.output)
        yield effect, comparison, figure(comparison, labels, None, reach)
