"""One search from beginning to end: measured, the first node named, and written to disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xport.common.arrays import Tensors
from xport.common.version import __version__
from xport.divergence.document import Cause, Divergence, NodeError, Rule, Suspect, Target
from xport.divergence.legs import Opened
from xport.divergence.points import Point
from xport.divergence.reproducer import Reproducer, write
from xport.divergence.search import BUDGET, Search
from xport.divergence.statistics import distance, statistics
from xport.errors import InputError

MOST_CAUSES = 20


@dataclass(frozen=True)
class Examination:
    """What is examined: a leg that is open, on a probe's inputs, by a rule.

    `threads` are those of wasm; `backend` is the browser's.
    """

    target: Target
    opened: Opened
    inputs: Tensors
    rule: Rule
    backend: str | None = None
    threads: int | None = None

    def run(self, reproducer: Path | None = None, budget: int = BUDGET) -> Divergence:
        """Search, and write the minimal model of what was found into `reproducer`.

        Args:
            reproducer: a folder that is made, or replaced; None writes nothing.
            budget: bytes of tensors that one pass may hold.

        Raises:
            InputError: no tensor of the leg stands for a value of its reference.
            XportError: what it takes to compute a tensor is not there.
        """
        if not self.opened.side.points:
            raise InputError(
                "none of its tensors could be paired with a value of the reference",
                f"{self.target.model}/{self.target.leg}",
                "debug another leg; of a model converted elsewhere nothing says which is which",
            )
        search, dropped = self._searched(budget)
        nodes = search.nodes()
        local = next((node for node in nodes if node.local_over), None)
        free = next((node for node in nodes if node.free_over), None)
        shown, fed = local or free or self._largest(nodes), local is not None or free is None
        found = Divergence(
            xport=__version__,
            target=self.target,
            rule=self.rule,
            nodes=tuple(nodes),
            values=self.opened.values,
            bisected=search.bisected,
            first_local=local.value if local else None,
            first_free=free.value if free else None,
            suspect=self._suspect(search, shown, fed=fed) if shown else None,
            remarks=tuple(self._remarks(search, local, free, dropped)),
        )
        if reproducer is None or shown is None or not found.over:
            return found
        self._write(reproducer, search, shown, fed=fed)
        return found.model_copy(update={"reproducer": str(reproducer)})

    def _searched(self, budget: int) -> tuple[Search, int]:
        """A search without points whose tensor is another value's; how many were left out.

        Only where names alone say which tensor is which.
        """
        side, dropped = self.opened.side, 0
        while True:
            search = Search(
                self.opened.reference, side, self.inputs, self.rule, self.target.output, budget
            )
            search.run()
            outputs = self.opened.outputs  # the signature knows these, whatever nodes are called
            doubtful = (
                [point for point in search.doubtful() if point.value not in outputs]
                if self.opened.by_name
                else []
            )
            if not doubtful:
                return search, dropped
            dropped += len(doubtful)
            side.points = tuple(point for point in side.points if point not in doubtful)

    def _largest(self, nodes: Sequence[NodeError]) -> NodeError | None:
        """The node that takes most of its tolerance by itself."""
        measured = [node for node in nodes if node.local is not None]
        return max(measured, key=lambda node: (node.local or 0) / node.tolerance, default=None)

    def _point(self, node: NodeError) -> Point:
        return next(point for point in self.opened.side.points if point.value == node.value)

    def _suspect(self, search: Search, node: NodeError, *, fed: bool) -> Suspect:
        point = self._point(node)
        found, expected = search.tensors(point, fed=fed)
        within, before = self.opened.within(point)
        reads = self.opened.side.reads
        by_ref = {one.ref: one.value for one in self.opened.side.points}
        causes: list[Cause] = list(self.opened.causes(point)) if node.local_over else []
        return Suspect(
            node=node,
            fed=fed,
            expected=statistics(expected),
            found=statistics(found),
            distance=distance(found, expected),
            computed_by=tuple(name for name in within if reads.get(name)),
            reads=tuple(by_ref[ref] for ref in before),
            causes=tuple(causes[:MOST_CAUSES]),
        )

    def _write(self, folder: Path, search: Search, node: NodeError, *, fed: bool) -> None:
        point = self._point(node)
        given = search.inputs_of(point) if fed else {}
        expected = search.reference.values([point.value])[point.value]
        told = Reproducer(
            model=self.target.model,
            leg=self.target.leg,
            node=node.name,
            output="",
            inputs={},
            tolerance=node.tolerance,
            backend=self.backend,
            threads=self.threads,
        )
        inputs = {**dict(self.inputs), **given}
        write(folder, self.opened.side, point, inputs, told, expected)

    def _remarks(
        self, search: Search, local: NodeError | None, free: NodeError | None, dropped: int
    ) -> list[str]:
        words = search.refused.get(local.value) if local is not None else None
        told = [f"the node cannot be computed at all: {words}"] if words else []
        if dropped:
            told.append(
                f"{dropped} tensors were taken for another’s value, as nothing that reads them is "
                "over, and are left out"
            )
        if free is not None and local is None:
            told.append(
                "no node is over its tolerance by itself: the error adds up over many, as rounding "
                "does; the largest contributions are in the table"
            )
        if len(self.opened.side.points) < self.opened.values:
            told.append(
                f"{len(self.opened.side.points)} of {self.opened.values} values have a tensor of "
                "their own here; the others lie inside the nodes that are named"
            )
        return told
