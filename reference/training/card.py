"""Filling in a card from what became of a training, and its Markdown."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch

from reference.card import Card, ScoreFigures, Stage, Weights
from reference.decide.gate import Gate
from reference.evaluation import AucTable
from reference.preprocess import Preprocess
from reference.terms import NOT_STATED, DataTerms
from reference.training.fitting import Outcome
from reference.training.recipes import Recipe


def stage(recipe: Recipe, outcome: Outcome) -> Stage:
    """Return what became of a training."""
    return Stage(
        recipe=recipe.model_dump(mode="json"),
        ending=outcome.ending,
        steps=outcome.progress.step,
        best_epoch=outcome.progress.best or 1,
        history=outcome.progress.history,
    )


def versions() -> dict[str, str]:
    """Return the versions that decide what is computed."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "lightning-fabric": metadata.version("lightning-fabric"),
    }


def described(path: Path, factory: str, arguments: Mapping[str, Any], trained: int) -> Weights:
    """Return the description of a file of float16 weights."""
    content = path.read_bytes()
    return Weights(
        file=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        parameters=trained,
        factory=factory,
        arguments=dict(arguments),
        number_format="float16",
    )


PHANTOMS = (
    "Trained on procedural phantoms, which show no person. What it says of a real radiograph means "
    "nothing."
)


def markdown(card: Card, trained_on: str = PHANTOMS, more: Sequence[str] = ()) -> str:
    """Return the card for readers.

    Args:
        card: the document.
        trained_on: what it was trained on and what that means, in a sentence or two.
        more: paragraphs and tables that stand below its figures.
    """
    weights, origin = card.weights, card.provenance
    parts = [
        f"# {card.title}",
        f"**{card.notice}.** {trained_on}",
        _table(
            ("", ""),
            [
                (
                    "file",
                    f"`{weights.file}`, {weights.bytes / 1e6:.2f} MB, {weights.number_format}",
                ),
                ("SHA-256", f"`{weights.sha256}`"),
                ("network", f"`{weights.factory}` with {_arguments(weights.arguments)}"),
                ("parameters", f"{weights.parameters:,}"),
                ("input", _input(origin.preprocess)),
                ("made by", f"`{origin.command}`"),
                ("licence of the weights", card.license or NOT_STATED),
                ("seed", str(origin.seed)),
                ("computed with", ", ".join(f"{k} {v}" for k, v in origin.versions.items())),
                ("on", origin.device),
            ],
        ),
        "## Figures",
        *_figures(card),
        *more,
    ]
    if card.notes:
        parts += ["## What else to know", "\n".join(f"- {note}" for note in card.notes)]
    parts += [
        "## Data",
        "\n".join(f"- {line}" for line in origin.data),
        licences_table(card.datasets),
    ]
    parts += ["## Training", *map(_stage, origin.stages)]
    return "\n\n".join(parts) + "\n"


def licences_table(datasets: Sequence[DataTerms]) -> str:
    """What is stated of sets of images, for readers; that nothing is, where there are none."""
    if not datasets:
        return f"Licences of the data: {NOT_STATED}."
    rows = [
        (one.name, ", ".join(one.roles), one.license or NOT_STATED, one.source or NOT_STATED)
        for one in datasets
    ]
    return _table(("data", "used as", "licence", "from"), rows)


def _figures(card: Card) -> list[str]:
    parts = [_auc_table(card.tables)] if card.tables else []
    if card.calibration:
        parts.append(f"Operating points (`calibration.json`): {card.calibration.sentence()}.")
    parts += [_score_table(card.scores)] if card.scores else []
    if card.gate:
        parts.append(_gate(card.gate))
    return parts


def _auc_table(tables: Sequence[AucTable]) -> str:
    head = ("AUC ± std over ten halves", *(f"{one.dataset} ({one.images:,})" for one in tables))
    rows = []
    for index, first in enumerate(tables[0].rows):
        cells = [one.rows[index] for one in tables]
        shown = [
            "none" if row.auc is None or row.std is None else f"{row.auc:.3f} ± {row.std:.3f}"
            for row in cells
        ]
        rows.append((first.finding, *shown))
    means = [one.mean_auc for one in tables]
    bold = ["none" if mean is None else f"**{mean:.3f}**" for mean in means]
    return _table(head, [*rows, ("**mean**", *bold)])


def _score_table(scores: Sequence[ScoreFigures]) -> str:
    sets = [one.dataset for one in scores[0].others]
    counts = {one.dataset: one.images for one in scores[0].others}
    head = (
        f"AUC against {scores[0].in_distribution} ({scores[0].images:,})",
        *(f"{name} ({counts[name]:,})" for name in sets),
    )
    return _table(head, [(s.score, *(f"{o.auc:.3f}" for o in s.others)) for s in scores])


def _gate(gate: Gate) -> str:
    side = "at least" if gate.score == "ssim" else "at most"
    refused = "; ".join(
        f"{one.dataset}: {one.refused:,} of {one.images:,}"
        for one in (gate.in_distribution, *gate.out_of_distribution)
    )
    return (
        f"Gate (`gate.json`): an image passes with a score `{gate.score}` of {side} "
        f"{gate.threshold:.4f}. Refused: {refused}."
    )


def _stage(one: Stage) -> str:
    epochs = [
        (
            str(epoch.number),
            f"{epoch.learning_rate:.2g}",
            ", ".join(f"{name} {value:.4f}" for name, value in epoch.training.items()),
            ", ".join(
                f"{name} {value:.4f}" for name, value in epoch.validation.items() if name != "score"
            ),
        )
        for epoch in one.history
    ]
    settings = ", ".join(
        f"{name} {_plain(value)}"
        for name, value in one.recipe.items()
        if name not in ("name", "kind") and value is not None
    )
    text = (
        f"### {one.recipe['name']}\n\n{one.steps:,} steps, ended by: {one.ending}; weights of "
        f"epoch {one.best_epoch}. {settings}."
    )
    head = ("epoch", "last rate", "training", "validation")
    return f"{text}\n\n{_table(head, epochs)}"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {inner}" for name, inner in value.items()) + ")"
    return str(value)


def _arguments(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name} = {value}`" for name, value in arguments.items())


def _input(preprocess: Preprocess) -> str:
    return (
        f"{preprocess.channels} × {preprocess.size} × {preprocess.size}, grey levels on "
        f"[{preprocess.low:g}, {preprocess.high:g}], {preprocess.fit}"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
