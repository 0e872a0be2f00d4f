"""What `xport debug` found, as one document that pages, lines and programs read."""

from __future__ import annotations

from typing import Literal

from xport.common.document import Document
from xport.divergence.statistics import Distance, Statistics

DIVERGENCE = "divergence.json"
PAGE = "divergence.html"
REPRODUCER = "divergence"
"""The folder beside both that holds the minimal model."""


class Target(Document):
    """What was looked at: an output of a model on a leg, and the probe on which it is worst.

    `error` is its recorded distance from `reference` there, and `bound` what is allowed of it;
    None where the policy allows no number of this kind. `verdict` is the run's.
    """

    release: str
    model: str
    leg: str
    output: str
    probe: str
    reference: str
    verdict: str
    error: float | None = None
    bound: float | None = None


LEAST_REACH = 1e-3
"""A tensor that stays closer to 0 is held to the tolerance of one that reaches so far."""


class Rule(Document):
    """What a node may be off: `share` of its reference's largest absolute value.

    `words` say where the share comes from.
    """

    share: float
    words: str

    def allowed(self, reach: float) -> float:
        """The tolerance of a tensor whose reference reaches so far from 0."""
        return self.share * max(reach, LEAST_REACH)


class NodeError(Document):
    """The error of one node, by its place in topological order.

    `free` is the error of its output when the whole model runs, `local` when it alone is fed with
    the reference's inputs; None where it was not measured. `nodes` are the tested model's that
    together stand for it, `inherited` what is left of `free` without `local`, at least 0.
    """

    depth: int
    value: str
    name: str
    op: str
    tested: str
    nodes: int
    reach: float
    tolerance: float
    free: float | None = None
    local: float | None = None

    @property
    def inherited(self) -> float | None:
        """What of the free-running error the node did not add itself."""
        if self.free is None or self.local is None:
            return None
        return max(0.0, self.free - self.local) if self.free != self.local else 0.0

    @property
    def local_over(self) -> bool:
        """Whether the node by itself is over its tolerance; NaN is."""
        return self.local is not None and not self.local <= self.tolerance

    @property
    def free_over(self) -> bool:
        """Whether it is over in the running model; NaN is."""
        return self.free is not None and not self.free <= self.tolerance


class Cause(Document):
    """An attribute, operator, input or weight of the tested model that is not the reference's."""

    kind: Literal["attribute", "operator", "input", "weight", "missing"]
    node: str
    name: str
    expected: str
    found: str

    def sentence(self) -> str:
        """The difference in one line."""
        return f"{self.kind} {self.name} of {self.node}: {self.found}, expected {self.expected}"


class Suspect(Document):
    """The first node over tolerance: both tensors, what differs, and what computes it.

    `fed` says whether the tensors are those of the node fed with the reference's inputs; else they
    are of the running model.
    """

    node: NodeError
    fed: bool
    expected: Statistics
    found: Statistics
    distance: Distance
    computed_by: tuple[str, ...]
    reads: tuple[str, ...]
    causes: tuple[Cause, ...]


class Divergence(Document):
    """Where a leg departs from its reference, node by node.

    `first_local` and `first_free` are values of the first nodes over tolerance, fed and running.
    `bisected`: memory was short, so only some nodes were measured. `remarks` are what else must be
    known; `command` runs the minimal model in `reproducer` again.
    """

    schema_version: Literal[1] = 1
    xport: str
    target: Target
    rule: Rule
    nodes: tuple[NodeError, ...]
    values: int
    bisected: bool
    first_local: str | None
    first_free: str | None
    suspect: Suspect | None = None
    remarks: tuple[str, ...] = ()
    reproducer: str | None = None
    command: str | None = None

    @property
    def over(self) -> bool:
        """Whether a node is over its tolerance, by itself or in the running model."""
        return self.first_local is not None or self.first_free is not None

    def node(self, value: str | None) -> NodeError | None:
        """The node of a value."""
        return next((node for node in self.nodes if node.value == value), None)
