"""What the gate's network lets in and what it calls the rest: one row per folder and change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field

from reference.data import Dataset, Item, Reading
from reference.data.films import (
    CHESTS,
    DRAWINGS,
    NIH,
    OTHERS,
    STRANGERS,
    films,
    strangers,
    turned_or_not,
)
from reference.decide.intervals import Share, wilson
from reference.document import Document
from reference.networks.view import VIEWS, ViewClassifier
from reference.preprocess import VIEW
from reference.training.strangers import Strangers

Levels = npt.NDArray[np.float64]
Answers = npt.NDArray[np.float32]
Change = Callable[[Levels], Levels]
Tell = Callable[[str], None]

CHANGES: Mapping[str, Change] = {
    "turned 90° clockwise": lambda levels: np.rot90(levels, -1),
    "turned 180°": lambda levels: np.rot90(levels, 2),
    "turned 90° counter-clockwise": lambda levels: np.rot90(levels, 1),
    "upside down (mirrored)": lambda levels: levels[::-1],
    "inverted": lambda levels: 1 - levels,
}
"""What is done to a frontal film so that it looks like the view of this name."""

DRAWN = ("blank", "noise", "page")
"""What is drawn anew for the table, from a seed that no training has."""

SEED, OF_EACH = 4051, 200

_AT_ONCE = 64


class Thresholds(Document):
    """From where on an image passes, and what that was decided on.

    Args:
        weights_sha256: digest of the file of weights that it belongs to.
        labels: of the outputs, in order.
        label: the output that has to be reached.
        at_least: its probability, in float32; an image passes that reaches it.
        rule: how the number was found, in words.
        calibration: how many images of each calibration folder pass.
    """

    schema_version: Literal[1] = 1
    weights_sha256: str
    labels: tuple[str, ...]
    label: str
    at_least: float = Field(gt=0, lt=1)
    rule: str
    calibration: dict[str, Share]


class ViewRow(Document):
    """One folder, or one change of all its images.

    Args:
        name: of the folder, and of the change.
        goal: whether its images shall pass.
        wanted: the share that the goal asks for.
        reached: the share that passes, or that is refused if that is the goal.
        named: of changed images, how many are refused under the right name.
        called: how many of the refused ones are called what.
    """

    name: str
    goal: Literal["accepted", "refused"]
    wanted: float
    reached: Share
    named: Share | None = None
    called: dict[str, int]

    @property
    def met(self) -> bool:
        """Whether the share itself is what was wanted."""
        return self.reached.value >= self.wanted and (self.named is None or self.named.value >= 0.9)


class ViewTable(Document):
    """What the network with its threshold does on images that it was never trained on."""

    schema_version: Literal[1] = 1
    weights_sha256: str
    at_least: float
    rows: tuple[ViewRow, ...] = Field(min_length=1)

    def markdown(self) -> str:
        """Return the table for readers."""
        lines = [
            "| images | shall be | goal | reached, with 95 % interval | named right | |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for row in self.rows:
            named = row.named.words() if row.named else ""
            lines.append(
                f"| {row.name} | {row.goal} | {100 * row.wanted:g} % | {row.reached.words()} | "
                f"{named} | {'' if row.met else '**missed**'} |"
            )
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Gate:
    """The network and its threshold."""

    network: ViewClassifier
    at_least: float
    weights_sha256: str

    def row(
        self, name: str, answers: Answers, goal: Literal["accepted", "refused"], wanted: float
    ) -> ViewRow:
        """Return what becomes of images, of which these are the answers, (N, 8)."""
        passed = self.passes(answers)
        called = np.argmax(answers[:, 1:], axis=1) + 1
        counts = {
            view: int(((called == number) & ~passed).sum())
            for number, view in enumerate(VIEWS)
            if number
        }
        reached = int(passed.sum()) if goal == "accepted" else int((~passed).sum())
        view = name.rpartition(", ")[2]
        return ViewRow(
            name=name,
            goal=goal,
            wanted=wanted,
            reached=wilson(reached, len(answers)),
            named=wilson(counts[view], len(answers)) if view in CHANGES else None,
            called={view: count for view, count in counts.items() if count},
        )

    def passes(self, answers: Answers) -> npt.NDArray[np.bool_]:
        """Return which images are accepted."""
        accepted: npt.NDArray[np.bool_] = answers[:, 0] >= np.float32(self.at_least)
        return accepted


@torch.no_grad()
def answered(network: ViewClassifier, dataset: Dataset, change: Change | None = None) -> Answers:
    """Return a network's probabilities of the images of a set as the release prepares them.

    Args:
        network: in evaluation mode.
        dataset: missing and broken images are left out.
        change: is done to each image first.
    """
    waiting, found = list[npt.NDArray[np.float32]](), list[Answers]()
    reading = Reading(dataset)
    for _, levels in reading:
        waiting.append(VIEW.apply(np.ascontiguousarray(change(levels)) if change else levels))
        if len(waiting) == _AT_ONCE:
            found.append(network(torch.from_numpy(np.concatenate(waiting)))[1].numpy())
            waiting = []
    if waiting:
        found.append(network(torch.from_numpy(np.concatenate(waiting)))[1].numpy())
    return np.concatenate(found)


def drawn(root: Path, kind: str, seed: int, count: int) -> Dataset:
    """Return pictures of one kind that are drawn from another seed than the training's."""
    files = films(root, ("measured",), (DRAWINGS,)).images
    items = tuple(Item(f"{kind}/{k}", f"{kind}/{k}", "", ()) for k in range(count))
    return Dataset(f"drawn: {kind}", (), items, Strangers(seed, files))


def view_table(gate: Gate, root: Path, tell: Tell = print, of_each: int = OF_EACH) -> ViewTable:
    """Measure a gate on everything in a folder of films that it was not trained on.

    Args:
        gate: the network and its threshold.
        root: the folder of films.
        tell: is told each row.
        of_each: how many pages, blanks and images of noise are drawn.

    Raises:
        DataError: a folder is absent; the remedy says what belongs into it.
    """
    rows = []
    for held in held_out(root, of_each):
        answers = answered(gate.network, held.dataset, held.change)
        rows.append(gate.row(held.name, answers, held.goal, held.wanted))
        tell(f"{held.name}: {held.goal} {rows[-1].reached.words()}")
    return ViewTable(weights_sha256=gate.weights_sha256, at_least=gate.at_least, rows=tuple(rows))


@dataclass(frozen=True)
class HeldOut:
    """Images that neither training nor thresholds saw, and what shall become of them.

    Args:
        name: of the row.
        dataset: the images.
        goal: whether they shall pass.
        wanted: the share that the goal asks for.
        change: is done to each first.
    """

    name: str
    dataset: Dataset
    goal: Literal["accepted", "refused"]
    wanted: float
    change: Change | None = None


def held_out(root: Path, of_each: int) -> Iterator[HeldOut]:
    """Yield what a gate is measured on, in the order of the table's rows.

    Args:
        root: the folder of films.
        of_each: how many pages, blanks and images of noise are drawn.

    Raises:
        DataError: a folder is absent; the remedy says what belongs into it.
    """
    for folder in CHESTS:
        held = films(root, ("measured",), (folder,))
        yield HeldOut(folder, held, "accepted", 0.98 if folder == NIH else 0.92)
    for folder in STRANGERS:
        yield HeldOut(folder, strangers(root, folder), "accepted", 0.92)
    upright, turned = turned_or_not(root, False), turned_or_not(root, True)
    yield HeldOut(upright.name, upright, "accepted", 0.92)
    own = films(root, ("measured",), (NIH,))
    for folder in OTHERS:
        wanted = 1.0 if folder == "other/lateral_chest" else 0.99
        yield HeldOut(folder, strangers(root, folder), "refused", wanted)
    yield HeldOut(DRAWINGS, films(root, ("measured",), (DRAWINGS,)), "refused", 0.99)
    yield HeldOut(turned.name, turned, "refused", 0.99)
    for kind in DRAWN:
        yield HeldOut(f"drawn, {kind}", drawn(root, kind, SEED, of_each), "refused", 0.99)
    for name, change in CHANGES.items():
        yield HeldOut(f"{NIH}, {name}", own, "refused", 0.99, change)


def fitted_thresholds(
    answers: Mapping[str, Answers], allowed: Mapping[str, float], weights_sha256: str, most: float
) -> Thresholds:
    """Return the strictest threshold that refuses no more of any calibration folder than allowed.

    Args:
        answers: of each calibration folder, (N, 8).
        allowed: share of its images that may be refused.
        weights_sha256: of the network.
        most: the threshold is never above this.
    """
    limits = []
    for folder, found in answers.items():
        scores = np.sort(found[:, 0])
        limits.append(float(scores[int(allowed[folder] * len(scores))]))
    at_least = min(most, *limits)
    rates = ", ".join(f"{100 * allowed[folder]:g} % of {folder}" for folder in answers)
    return Thresholds(
        weights_sha256=weights_sha256,
        labels=VIEWS,
        label=VIEWS[0],
        at_least=at_least,
        rule=f"the strictest, {most} at most, that refuses no more than {rates}",
        calibration={
            folder: wilson(int((found[:, 0] >= np.float32(at_least)).sum()), len(found))
            for folder, found in answers.items()
        },
    )
