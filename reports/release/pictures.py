"""The worst probes as pictures, within a budget of bytes, each checked to be a PNG."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from reports import words
from reports.release.reading import RELATIVE_L2, Reading
from xport.comparison.parity import Role
from xport.comparison.picture import Picture

BUDGET = 1_500_000
"""Bytes of base64 in one report; what is beyond it is named, not shown."""

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Shown:
    """A picture with what is known about it in numbers; `data` is empty when not shown."""

    picture: Picture
    data: str
    numbers: tuple[str, ...]
    problem: str

    @property
    def meaning(self) -> str:
        """What stands for the picture when it cannot be seen."""
        leg = f", {self.picture.leg}" if self.picture.leg else ""
        return f"{self.picture.title}: probe {self.picture.probe}{leg}"


@dataclass(frozen=True)
class Album:
    """The pictures of one probe of one model."""

    model: str
    probe: str
    source: str
    shown: tuple[Shown, ...]


class Budget:
    """Shows pictures for as long as their bytes last."""

    def __init__(self, left: int = BUDGET) -> None:
        self._left = left

    def shown(self, picture: Picture, numbers: tuple[str, ...] = ()) -> Shown:
        """A picture, or why it is not shown."""
        problem = _problem(picture.png_base64)
        if not problem and len(picture.png_base64) > self._left:
            problem = "left out of this report to keep it small; it is in evidence.json"
        data = "" if problem else picture.png_base64
        self._left -= len(data)
        return Shown(picture, data, numbers, problem)


def albums(reading: Reading) -> list[Album]:
    """Pictures by model and probe, in the order of the evidence."""
    budget, told = Budget(), set[tuple[str, str]]()
    groups: dict[tuple[str, str], list[Shown]] = {}
    for picture in dict.fromkeys(reading.evidence.pictures):
        numbers = [n for n in _numbers(reading, picture) if (picture.probe, n) not in told]
        told.update((picture.probe, number) for number in numbers)
        shown = budget.shown(picture, tuple(numbers))
        groups.setdefault((picture.model, picture.probe), []).append(shown)
    sources = {(m.id, p.name): p.source for m in reading.plan.models for p in m.probes}
    return [
        Album(model, probe, sources.get((model, probe), ""), tuple(shown))
        for (model, probe), shown in groups.items()
    ]


def _problem(png_base64: str) -> str:
    try:
        data = base64.b64decode(png_base64, validate=True)
    except (binascii.Error, ValueError):
        return "not readable as base64"
    return "" if data.startswith(_PNG) else "not a PNG"


def _numbers(reading: Reading, picture: Picture) -> list[str]:
    """The distance of the picture's leg on its probe, per output: of a map, the map's alone."""
    if picture.leg is None:
        return []
    model = next((m for m in reading.plan.models if m.id == picture.model), None)
    if model is None:
        return []
    numbers = []
    outputs = [spec.name for spec in model.signature.outputs]
    shown = [name for name in outputs if picture.title == f"{name}, {picture.leg}"]
    for output in shown if model.kind == "explanation" else outputs:
        comparison = reading.comparison(picture.model, picture.leg, output, Role.REFERENCE)
        if comparison and picture.probe in comparison.probes:
            metrics = comparison.probes[picture.probe]
            measure, _ = reading.measure(model, output)
            number = f"{measure.name} {words.error(measure.of(metrics))}"
            if measure is RELATIVE_L2:
                number += f", cosine {metrics.cosine:.6f}"
            numbers.append(f"{picture.leg}, {output}: {number}")
    return numbers
