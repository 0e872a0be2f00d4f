"""A TF.js model under test: models cut from it, run one after the other on one page."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from xport.common.arrays import Array, Tensors
from xport.divergence.points import Point, ancestors
from xport.divergence.tfjs_cut import Tap, cut
from xport.divergence.tfjs_model import TfjsModel
from xport.errors import RunnerError
from xport.formats.artifact import Signature

Execute = Callable[[Path, Signature, Tensors], dict[str, Array]]
"""Runs the TF.js model in a folder on inputs; its outputs by name."""
STORED = {"int64": "int32", "int32": "int32", "bool": "bool", "float32": "float32"}
"""The dtype in which TF.js has a value."""
OUT = "out"
"""What outputs of models that are cut are called, before their place."""


class OtherShape(RunnerError):
    """An output of a model has another shape than its reference."""

    def __init__(self, name: str, shape: tuple[int, ...]) -> None:
        super().__init__(f"output {name} has the shape {list(shape)}, another than its reference")
        self.name, self.shape = name, shape

    def array(self) -> Array:
        """What stands for the output: no number, in its shape."""
        return np.full(self.shape, np.nan, np.float32)


class TfjsSide:
    """See `Side`; `signature` is the whole model's."""

    def __init__(
        self, model: TfjsModel, signature: Signature, points: Sequence[Point], execute: Execute
    ) -> None:
        self.model, self.signature = model, signature
        self.points, self.reads = tuple(points), model.reads
        self._execute = execute

    def run(self, inputs: Tensors, wanted: Sequence[Point], fed: Tensors) -> dict[str, Array]:
        """See `Side`."""
        found: dict[str, Array] = {}
        while rest := [point for point in wanted if point.value not in found]:
            try:
                found |= self._run(inputs, rest, fed)
            except OtherShape as error:
                other = rest[int(error.name.removeprefix(OUT))]
                found[other.value] = error.array()
                if not fed:  # and what is computed from it is none either
                    found |= {p.value: error.array() for p in rest if self._is_behind(p, other)}
        return found

    def _is_behind(self, point: Point, other: Point) -> bool:
        return other.ref in ancestors(self.reads, self.reads.get(point.ref, ()))

    def _run(self, inputs: Tensors, wanted: Sequence[Point], fed: Tensors) -> dict[str, Array]:
        with tempfile.TemporaryDirectory(prefix="xport-debug-") as folder:
            given, feeds = self.taps(fed)
            outputs = [_tap(f"{OUT}{place}", point) for place, point in enumerate(wanted)]
            signature = cut(self.model, Path(folder), self.signature, outputs, given)
            feeds |= dict(inputs)
            named = {spec.name: feeds[spec.name] for spec in signature.inputs}
            found = self._execute(Path(folder), signature, named)
        return {
            point.value: point.restored(found[tap.name])
            for point, tap in zip(wanted, outputs, strict=True)
        }

    def taps(self, fed: Tensors) -> tuple[list[Tap], dict[str, Array]]:
        """What is fed by value, as inputs of a model cut from this one, and their arrays."""
        points = [point for point in self.points if point.value in fed]
        names = (f"fed{place}" for place in itertools.count())
        taps = [_tap(name, point) for name, point in zip(names, points, strict=False)]
        arrays = {
            tap.name: point.stored(fed[point.value]).astype(tap.dtype)
            for tap, point in zip(taps, points, strict=True)
        }
        return taps, arrays


def _tap(name: str, point: Point) -> Tap:
    return Tap(name, point.ref, point.stored_shape, STORED[point.dtype])
