"""Results about where the classifier looks: Figure 7 and the pointing game."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from reference import progress
from reference.data import Dataset, Item, Reading
from reference.evaluation.inputs import Evaluation
from reference.evaluation.jobs import Probabilities
from reference.evaluation.localisation import (
    DEFINITION,
    PointingGame,
    Tally,
    explain,
    mask_at_input,
    pointing_game,
)
from reference.evaluation.pictures import Explanation, explanation_figure
from reference.evaluation.results import Sheet
from reference.evaluation.sets import OpenedSet, by_lot
from reference.evaluation.tables import Cell, Table

PLAYING = "pointing game"


def saliency(evaluation: Evaluation) -> None:
    """Write Figure 7 on the first chest set, and the pointing game on every set of phantoms."""
    network, sets = evaluation.classifier, evaluation.chests
    sentence = (
        "Saliency max(0, dy/dI), y before the sigmoid, and class activation map of each finding, "
        "on the image that has it by its label and of which the classifier is surest. "
        f"Pointing game: {DEFINITION}."
    )
    title = "Figure 7: saliency and class activation maps, and the pointing game"
    with evaluation.sheet("saliency", title, sentence, sets) as sheet:
        sheet.uses(network.about)
        rows = _figure_rows(evaluation, sheet, sets[0])
        if rows:
            sheet.picture(
                "saliency",
                explanation_figure(network.about.name, rows),
                "Image, saliency and class activation map; the redder, the more impact.",
                "Per finding an image of "
                f"{sets[0].images.name} and its two maps in red: "
                + ", ".join(f"{row.finding} ({row.image})" for row in rows)
                + ".",
            )
        for place, one in enumerate(sets, start=1):
            if not one.origins:
                sheet.remarks.append(
                    f"No pointing game on {one.images.name}: it has no masks of its findings."
                )
                continue
            game = _play(evaluation, sheet, one)
            sheet.document(f"pointing-{place}", game)
            sheet.table(_pointing_table(game, f"pointing-{place}"))


def _figure_rows(evaluation: Evaluation, sheet: Sheet, one: OpenedSet) -> list[Explanation]:
    network = evaluation.classifier
    (outputs,) = evaluation.passes.of(one.images, [Probabilities(network)])
    sheet.uses(outputs.usage, network.about)
    rows = []
    for finding in evaluation.findings:
        if finding not in outputs.columns or finding not in one.images.labels:
            sheet.remarks.append(f"No maps of {finding}: network or set does not know it.")
            continue
        label = one.images.labels.index(finding)
        present = np.array([item.labels[label] == 1 for item in outputs.items])
        if not present.any():
            sheet.remarks.append(f"No maps of {finding}: no image of {one.images.name} has it.")
            continue
        said = np.where(present, outputs.column(finding), -np.inf)
        rows.append(_explained(evaluation, one, outputs.items[int(np.argmax(said))], finding))
    return rows


def _explained(evaluation: Evaluation, one: OpenedSet, item: Item, finding: str) -> Explanation:
    network = evaluation.classifier
    preprocess = network.about.preprocess
    image = preprocess.apply(one.images.load(item))[0]
    (maps,) = explain(network, image, [finding])
    mask = None
    if item.name in one.origins:
        masks = one.origins[item.name].phantom().masks
        mask = mask_at_input(masks[finding], preprocess) if finding in masks else None
    gray = (image[0] - preprocess.low) / (preprocess.high - preprocess.low)
    return Explanation(finding, item.name, gray, maps, mask)


def _play(evaluation: Evaluation, sheet: Sheet, one: OpenedSet) -> PointingGame:
    network = evaluation.classifier
    tallies = {finding: Tally(finding) for finding in network.findings}
    wanted = _wanted(evaluation, one)
    reading = Reading(_part(one, wanted))
    with progress.step(reading.dataset.name, len(reading.dataset)):
        for item, levels in reading:
            findings = wanted[item.name]
            image = network.about.preprocess.apply(levels)[0]
            masks = one.origins[item.name].phantom().masks
            for finding, maps in zip(findings, explain(network, image, findings), strict=True):
                tallies[finding].add(maps, masks[finding], network.about.preprocess)
            progress.advance()
    sheet.uses(reading.usage)
    known = [tally for finding, tally in tallies.items() if finding in one.images.labels]
    return pointing_game(one.images.name, network, known)


def _part(one: OpenedSet, wanted: Collection[str]) -> Dataset:
    """Return the images that are played, the others counted as left out."""
    played = one.images.part(f"{one.images.name}, {PLAYING}", lambda item: item.name in wanted)
    rest = len(one.images) - len(played)
    others = {"in which nothing is looked for": rest} if rest else {}
    return replace(played, left_out={**played.left_out, **others})


def _wanted(evaluation: Evaluation, one: OpenedSet) -> dict[str, list[str]]:
    """Return which findings are looked for in which images: some images of each, by lot."""
    drawn: dict[str, list[str]] = {finding: [] for finding in evaluation.classifier.findings}
    for name, origin in one.origins.items():
        for finding in origin.severities:
            if finding in drawn:
                drawn[finding].append(name)
    wanted: dict[str, list[str]] = {}
    for finding, names in drawn.items():
        for name in by_lot(names, evaluation.seed)[: evaluation.per_finding]:
            wanted.setdefault(name, []).append(finding)
    return wanted


def _pointing_table(game: PointingGame, name: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for row in game.rows:
        rates = (row.saliency.rate, row.cam.rate, row.centre.rate, row.chance)
        hits = (row.saliency.hits, row.cam.hits)
        counts = (row.saliency.images, row.drawn, row.empty, row.cut_away, row.saliency.flat)
        rows.append((row.finding, *rates, *hits, *counts))
    rows.append(_all_findings(game))
    return Table(
        name=name,
        caption=(
            f"Pointing game of {game.network} on {game.dataset}: share of maps whose maximum "
            "points at the finding; centre: the middle of the image does; chance: any place does."
        ),
        header=(
            "finding",
            "saliency",
            "CAM",
            "centre",
            "chance",
            "saliency hits",
            "CAM hits",
            "images",
            "drawn",
            "mask empty",
            "cut away",
            "flat saliency",
        ),
        rows=tuple(rows),
    )


def _all_findings(game: PointingGame) -> tuple[Cell, ...]:
    """Return the mean of the findings' rates, and the sums of the counts."""

    def mean(values: list[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return float(np.mean(known)) if known else None

    rows = game.rows
    return (
        "Mean of rates, sum of counts",
        mean([row.saliency.rate for row in rows]),
        mean([row.cam.rate for row in rows]),
        mean([row.centre.rate for row in rows]),
        mean([row.chance for row in rows]),
        sum(row.saliency.hits for row in rows),
        sum(row.cam.hits for row in rows),
        sum(row.saliency.images for row in rows),
        sum(row.drawn for row in rows),
        sum(row.empty for row in rows),
        sum(row.cut_away for row in rows),
        sum(row.saliency.flat for row in rows),
    )
