"""A SavedModel under test: its frozen graph, in the toolchain's interpreter."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from xport.common.arrays import Array, Tensors
from xport.divergence.points import CannotCompute, Point, segment
from xport.divergence.tf_nodes import Nodes, TfNodes, bare
from xport.toolchains.tensorflow import Fetched, Job, OpenGraph, TensorflowWorker
from xport.toolchains.worker import ToolRaised, load


class SavedModelNodes(TfNodes):
    """The frozen graph of a SavedModel, as the worker has told it."""

    def __init__(self, opened: OpenGraph) -> None:
        self.opened = opened
        told = json.loads(Path(opened.graph).read_bytes())
        self.nodes: Nodes = {node["name"]: node for node in told["node"]}
        self.at_load: Nodes = {}

    def outputs(self) -> dict[str, str]:
        """See `TfNodes`."""
        return {name: bare(tensor) for name, tensor in self.opened.outputs.items()}

    @cached_property
    def weight_names(self) -> frozenset[str]:
        """See `TfNodes`."""
        return frozenset(self.opened.constants)

    def weight(self, name: str) -> Array:
        """See `TfNodes`."""
        found: Array = np.load(self.opened.constants[name], allow_pickle=False)
        return found


class SavedModelSide:
    """See `Side`; `worker` has the graph open for as long as this is used."""

    def __init__(
        self, worker: TensorflowWorker, nodes: SavedModelNodes, points: Sequence[Point]
    ) -> None:
        self.worker, self.nodes = worker, nodes
        self.points, self.reads = tuple(points), nodes.reads

    def run(self, inputs: Tensors, wanted: Sequence[Point], fed: Tensors) -> dict[str, Array]:
        """See `Side`: running all at once, fed one after the other."""
        refs = {point.value: tensor(point.ref) for point in self.points}
        given = self.nodes.opened.inputs
        with tempfile.TemporaryDirectory(prefix="xport-debug-") as folder:
            files = self.worker.save({**inputs, **fed})
            own = {given[name]: files[name] for name in inputs}
            if not fed:
                jobs = [Job(wanted=tuple(refs[point.value] for point in wanted), fed=own)]
            else:
                jobs = [
                    Job(wanted=(refs[p.value],), fed={**own, **self._before(p, files)})
                    for p in wanted
                ]
            found = load(fetched(self.worker, jobs, Path(folder)).outputs)
        return {point.value: found[refs[point.value]] for point in wanted}

    def _before(self, point: Point, files: dict[str, str]) -> dict[str, str]:
        """The files of what a point is computed from directly, by tensor."""
        cuts = {one.ref: one.value for one in self.points}
        refs = segment(self.reads, cuts, point.ref)[1]
        return {tensor(ref): files[cuts[ref]] for ref in refs if cuts[ref] in files}


def fetched(worker: TensorflowWorker, jobs: Sequence[Job], folder: Path) -> Fetched:
    """Tensors of the worker's open graph.

    Raises:
        CannotCompute: TensorFlow refuses to compute them.
    """
    try:
        return worker.tensors(jobs, folder)
    except ToolRaised as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CannotCompute(f"TensorFlow cannot compute it: {said}") from error


def tensor(ref: str) -> str:
    """A tensor as TensorFlow calls it."""
    return ref if ":" in ref else f"{ref}:0"
