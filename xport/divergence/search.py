"""Measuring every node twice, free-running and fed, and finding the first that departs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xport.common import progress
from xport.common.arrays import Array, Tensors
from xport.divergence.document import NodeError, Rule
from xport.divergence.points import (
    NOTHING,
    CannotCompute,
    Point,
    Reference,
    Side,
    ancestors,
    segment,
)
from xport.divergence.statistics import distance, reach

MIB = 2**20
BUDGET = 128 * MIB
"""Bytes of tensors that one pass may hold, both sides together."""
MOST_PASSES = 4
"""How many passes are made over all nodes; where that takes more, memory is short."""


@dataclass
class Search:
    """One search on one probe; what was measured is kept by value.

    `output` is the value of the output that is looked at: bisecting begins there. `refused` are
    the words with which the runtime refused to compute a point.
    """

    reference: Reference
    side: Side
    inputs: Tensors
    rule: Rule
    output: str
    budget: int = BUDGET
    free: dict[str, float] = field(default_factory=dict)
    local: dict[str, float] = field(default_factory=dict)
    reaches: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    bisected: bool = False

    def run(self) -> list[NodeError]:
        """Measure every node where memory allows, else those that bisecting asks for."""
        batches = list(self._batches())
        if len(batches) <= MOST_PASSES:
            for points in batches:
                self.measure_free(points)
                self.measure_local(points)
        else:
            self.bisected = True
            self._bisect()
        return self.nodes()

    def _batches(self) -> Iterator[list[Point]]:
        """All points in order, as many together as the budget holds, one at least."""
        batch: list[Point] = []
        for point in self.side.points:
            if batch and sum(one.bytes for one in (*batch, point)) > self.budget:
                yield batch
                batch = []
            batch.append(point)
        yield batch

    def nodes(self) -> list[NodeError]:
        """What was measured, in topological order."""
        return [
            self._node(depth, point)
            for depth, point in enumerate(self.side.points)
            if point.value in self.free or point.value in self.local
        ]

    def doubtful(self) -> list[Point]:
        """Points that are over in the running model, of which nothing that reads them is.

        Then the value is right and only taken for another's: where a tensor is wrong, what is
        computed from it is too. What reads a point that is over and was not measured is measured.
        """
        refs = {point.ref for point in self.side.points}
        over = [p for p in self.side.points if p.value in self.free and self._over(p, self.free)]
        before = {p.ref: set(segment(self.side.reads, refs, p.ref)[1]) for p in self.side.points}
        found = []
        for point in over:
            readers = [one for one in self.side.points if point.ref in before[one.ref]]
            if readers and not any(self._free_over(reader) for reader in readers):
                found.append(point)
        return found

    def tensors(self, point: Point, *, fed: bool) -> tuple[Array, Array]:
        """A point's tensor in the tested model, and the one that is expected."""
        given = self._before([point]) if fed else {}
        found = self._computed([point], given)[point.value]
        return found, self.reference.values([point.value])[point.value]

    def inputs_of(self, point: Point) -> dict[str, Array]:
        """What a point is computed from where it is fed: reference values by their names."""
        return self._before([point])

    def measure_free(self, points: Sequence[Point]) -> None:
        """The errors of these points when the whole model runs."""
        self._measure(points, {}, self.free)

    def measure_local(self, points: Sequence[Point]) -> None:
        """The errors of these points, each fed with the reference's inputs."""
        self._measure(points, self._before(points), self.local)

    def _measure(
        self, points: Sequence[Point], fed: Mapping[str, Array], into: dict[str, float]
    ) -> None:
        expected = self.reference.values([point.value for point in points])
        found = self._computed(points, fed)
        for point in points:
            value = point.value
            self.reaches[value] = reach(expected[value])
            into[value] = distance(found[value], expected[value]).max_abs
        progress.advance(f"{len(points)} nodes")

    def _computed(self, points: Sequence[Point], fed: Mapping[str, Array]) -> dict[str, Array]:
        """The points of the tested model; nothing stands for those that cannot be computed.

        They are found by halving. What is computed from one of them in the running model is not
        tried.
        """
        behind = ancestors(self.side.reads, [point.ref for point in points])
        refused = {p.ref for p in self.side.points if not fed and p.value in self.refused}
        if len(points) == 1 and not refused.isdisjoint(behind):
            return {points[0].value: NOTHING}
        try:
            return self.side.run(self.inputs, points, fed)
        except CannotCompute as error:
            if len(points) == 1:
                self.refused.setdefault(points[0].value, str(error))
                return {points[0].value: NOTHING}
        half = len(points) // 2
        first = self._computed(points[:half], fed)
        return {**first, **self._computed(points[half:], fed)}

    def _before(self, points: Sequence[Point]) -> dict[str, Array]:
        """The reference's values of all points that these are computed from directly."""
        by_ref = {point.ref: point.value for point in self.side.points}
        cuts = {ref for point in points for ref in segment(self.side.reads, by_ref, point.ref)[1]}
        return self.reference.values([by_ref[ref] for ref in cuts])

    def _node(self, depth: int, point: Point) -> NodeError:
        by_ref = {one.ref for one in self.side.points}
        within = segment(self.side.reads, by_ref, point.ref)[0]
        far = self.reaches[point.value]
        return NodeError(
            depth=depth,
            value=point.value,
            name=point.name,
            op=point.op,
            tested=point.tested,
            nodes=sum(1 for name in within if self.side.reads.get(name)),
            reach=far,
            tolerance=self.rule.allowed(far),
            free=self.free.get(point.value),
            local=self.local.get(point.value),
        )

    # Where memory is short

    def _bisect(self) -> None:
        """Halve by free-running error towards the first node over, then feed that one.

        Where feeding clears it, its error came from before: the search goes on among the nodes
        that it is computed from.
        """
        last = self.side.points[-1]
        worst = next((p for p in self.side.points if p.value == self.output), last)
        behind = ancestors(self.side.reads, [worst.ref])
        candidates = [point for point in self.side.points if point.ref in behind]
        while True:
            bad = self._first_over(candidates, worst)
            self.measure_local([bad])
            if not self._over(bad, self.free) or self._over(bad, self.local):
                return
            before = [p for p in self._direct(bad) if self._free_over(p)]
            if not before:
                return
            worst = before[0]
            behind = ancestors(self.side.reads, [worst.ref])
            candidates = [point for point in candidates if point.ref in behind]

    def _first_over(self, candidates: Sequence[Point], worst: Point) -> Point:
        """The first candidate over tolerance, by halving; `worst` where none is."""
        self._free_over(worst)
        low, high = -1, candidates.index(worst)
        while high - low > 1:
            middle = (low + high) // 2
            if self._free_over(candidates[middle]):
                high = middle
            else:
                low = middle
        return candidates[high]

    def _direct(self, point: Point) -> list[Point]:
        """The points that a point is computed from directly, in topological order."""
        refs = {one.ref for one in self.side.points}
        before = set(segment(self.side.reads, refs, point.ref)[1])
        return [one for one in self.side.points if one.ref in before]

    def _free_over(self, point: Point) -> bool:
        if point.value not in self.free:
            self.measure_free([point])
        return self._over(point, self.free)

    def _over(self, point: Point, errors: Mapping[str, float]) -> bool:
        return not errors[point.value] <= self.rule.allowed(self.reaches[point.value])
