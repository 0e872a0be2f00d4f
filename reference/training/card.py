"""Where weights come from and what they reach: a document beside them, and its Markdown."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import Field

from reference.calibration import Calibration
from reference.document import Document
from reference.evaluation import AucTable
from reference.gate import Gate
from reference.preprocess import Preprocess
from reference.training.fitting import Ending, Outcome
from reference.training.recipes import Recipe
from reference.training.state import Epoch

NOT_MEDICAL = "NOT FOR MEDICAL USE"


class Stage(Document):
    """One sitting with one recipe, from which the weights of the best epoch were kept."""

    recipe: dict[str, Any]
    ending: Ending
    steps: int = Field(ge=1)
    best_epoch: int = Field(ge=1)
    history: tuple[Epoch, ...] = Field(min_length=1)


class Provenance(Document):
    """How weights came about.

    Args:
        command: that makes them again.
        seed: of everything.
        data: how many of how many images of which sets were used, in words.
        images: digests of the prepared training and validation images.
        preprocess: how they were prepared.
        stages: in order.
        versions: of what computed.
        device: on what.
    """

    command: str
    seed: int
    data: tuple[str, ...]
    images: dict[str, str]
    preprocess: Preprocess
    stages: tuple[Stage, ...] = Field(min_length=1)
    versions: dict[str, str]
    device: str


class Weights(Document):
    """A file of weights, and the network that it is for.

    Args:
        file: its name, beside the card.
        sha256: of its bytes.
        bytes: its size.
        parameters: trained numbers in it.
        factory: makes the network, as in a release file.
        arguments: of the factory.
        number_format: of the file; float32 holds all of its numbers exactly.
    """

    file: str
    sha256: str
    bytes: int = Field(ge=1)
    parameters: int = Field(ge=1)
    factory: str
    arguments: dict[str, Any]
    number_format: str


class Agreement(Document):
    """How one score tells one set of images from the phantoms: 1 always, 0.5 not at all."""

    dataset: str
    images: int = Field(ge=1)
    median: float
    auc: float = Field(ge=0, le=1)


class ScoreFigures(Document):
    """One out-of-distribution score on all sets."""

    score: str
    in_distribution: str
    images: int = Field(ge=1)
    median: float
    others: tuple[Agreement, ...]


class Card(Document):
    """A checkpoint's card.

    Args:
        title: what it is, in words.
        weights: the file.
        provenance: how it came about.
        labels: findings in the order of the outputs; none for an autoencoder.
        tables: AUC on each set that it was tested on.
        calibration: operating points, from validation images.
        scores: of an autoencoder, on test images.
        gate: threshold, from validation images.
        notes: what else a reader has to know, sentences.
    """

    schema_version: int = Field(default=1, ge=1, le=1)
    notice: str = NOT_MEDICAL
    title: str
    weights: Weights
    provenance: Provenance
    labels: tuple[str, ...] = ()
    tables: tuple[AucTable, ...] = ()
    calibration: Calibration | None = None
    scores: tuple[ScoreFigures, ...] = ()
    gate: Gate | None = None
    notes: tuple[str, ...] = ()


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


def markdown(card: Card) -> str:
    """Return the card for readers."""
    weights, origin = card.weights, card.provenance
    parts = [
        f"# {card.title}",
        f"**{card.notice}.** Trained on procedural phantoms, which show no person. What it says "
        "of a real radiograph means nothing.",
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
                ("seed", str(origin.seed)),
                ("computed with", ", ".join(f"{k} {v}" for k, v in origin.versions.items())),
                ("on", origin.device),
            ],
        ),
        "## Figures",
        *_figures(card),
    ]
    if card.notes:
        parts += ["## What else to know", "\n".join(f"- {note}" for note in card.notes)]
    parts += ["## Data", "\n".join(f"- {line}" for line in origin.data)]
    parts += ["## Training", *map(_stage, origin.stages)]
    return "\n\n".join(parts) + "\n"


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
