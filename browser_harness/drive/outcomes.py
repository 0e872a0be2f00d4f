"""What came out of a page: a run's outputs, a gradient, several runs as one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from browser_harness.drive import wire
from xport.common.arrays import Array
from xport.errors import RunnerError
from xport.formats.artifact import Signature


@dataclass(frozen=True)
class RunOutcome:
    """Outputs by name, seconds with readback, and TF.js's memory before and after."""

    outputs: dict[str, Array]
    seconds: float
    memory_before: wire.Memory
    memory_after: wire.Memory

    @classmethod
    def of(cls, reply: wire.RunReply, signature: Signature) -> Self:
        """A reply of the page's, decoded.

        Raises:
            RunnerError: other outputs than the signature's came out.
        """
        expected = {spec.name for spec in signature.outputs}
        if reply.outputs.keys() != expected:
            raise RunnerError(
                f"outputs {sorted(expected)} expected, {sorted(reply.outputs)} came out"
            )
        outputs = {name: wire.decode(name, tensor) for name, tensor in reply.outputs.items()}
        return cls(outputs, reply.seconds, reply.memory_before, reply.memory_after)


@dataclass(frozen=True)
class GradientOutcome:
    """The signed gradient of a logit with respect to the input, the logits, and the seconds."""

    gradient: Array
    logits: Array
    seconds: float
    memory_before: wire.Memory
    memory_after: wire.Memory

    @classmethod
    def of(cls, reply: wire.GradientReply, logits: str) -> Self:
        """A reply of the page's, decoded; `logits` is the name of that output."""
        return cls(
            wire.decode("gradient", reply.gradient),
            wire.decode(logits, reply.logits),
            reply.seconds,
            reply.memory_before,
            reply.memory_after,
        )


@dataclass(frozen=True)
class PassOutcome:
    """Several runs back to back and the seconds of the whole pass."""

    steps: tuple[RunOutcome, ...]
    seconds: float
