"""A TF.js model under test: models cut from it, run one after the other on one page."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from xport.common.arrays import Array, Tensors
from xport.divergence.points import Point
from xport.divergence.tfjs_cut import Tap, cut
from xport.divergence.tfjs_model import TfjsModel
from xport.formats.artifact import Signature

Execute = Callable[[Path, Signature, Tensors], dict[str, Array]]
"""Runs the TF.js model in a folder on inputs; its outputs by name."""
STORED = {"int64": "int32", "int32": "int32", "bool": "bool", "float32": "float32"}
"""The dtype in which TF.js has a value."""


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
        with tempfile.TemporaryDirectory(prefix="xport-debug-") as folder:
            given, feeds = self.taps(fed)
            outputs = [_tap(f"out{place}", point) for place, point in enumerate(wanted)]
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
