"""What references, themselves computed otherwise, and runtimes say of probes: rounding measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xport.common import isolated
from xport.common.arrays import Array
from xport.exchange.implementations import Name
from xport.formats.artifact import Signature
from xport.library.suggesting import OF_ONNX, suggested
from xport.plan.policy import Tolerance
from xport.plan.rounding import Answers
from xport.plan.routes import ONNX
from xport.recording.implementations import onnx_answers
from xport.recording.runners.onnx_runner import OnnxRunner, Optimisations


def suggested_of_onnx(
    model: str, signature: Signature, folder: Path, inputs: Sequence[Mapping[str, Array]]
) -> list[Tolerance]:
    """Tolerances for an ONNX file, from what ONNX Runtime says with and without optimisations."""
    answers, others = answers_of_file(folder, inputs), others_of_file(folder, inputs)
    return suggested(model, signature, *answers, OF_ONNX, others)


def others_of_file(folder: Path, inputs: Sequence[Mapping[str, Array]]) -> dict[Name, Answers]:
    """What ONNX Runtime says otherwise of the first probes, where it is the reference itself."""
    return isolated.call(onnx_answers, folder, inputs, ("onnx-threads",)).result


def answers_of_file(
    folder: Path, inputs: Sequence[Mapping[str, Array]]
) -> tuple[Answers, Answers, Answers]:
    """What ONNX Runtime says of an ONNX file without optimisations, and twice with all of them."""
    plain, optimised = (
        isolated.call(answers_of_onnx, folder, inputs, how).result for how in ("none", "all")
    )
    return plain, optimised, optimised


def answers_of_onnx(
    folder: Path, inputs: Sequence[Mapping[str, Array]], optimisations: Optimisations = "default"
) -> Answers:
    """What ONNX Runtime says of every probe, in this process."""
    return answers_of(OnnxRunner(ONNX, folder, optimisations), inputs)


def answers_of(runner: Any, inputs: Sequence[Mapping[str, Array]]) -> Answers:
    """What a runner says of every probe."""
    with runner:
        return [runner.run(one)[0] for one in inputs]
