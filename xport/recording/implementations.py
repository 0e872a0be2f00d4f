"""What other correct implementations say: other orders of summation, threads, optimisations off."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from xport.common.arrays import Tensors
from xport.exchange.implementations import PROBES, Name
from xport.exchange.recording import Runner
from xport.plan.plan import ONNX_LEG
from xport.plan.rounding import Answers
from xport.recording.runners.onnx_runner import OnnxRunner, Optimisations

OF_ONNX: Mapping[Name, Optimisations] = {"onnx-unoptimised": "none", "onnx-threads": "threads"}


def torch_answers(runner: Runner, inputs: Sequence[Tensors]) -> dict[Name, Answers]:
    """What PyTorch says otherwise of the first inputs, in this process.

    Args:
        runner: of the reference, float32; it is opened and closed.
        inputs: of all probes; the first `PROBES` are run.
    """
    with runner:
        found: dict[Name, Answers] = {}
        for name, otherwise in _OF_TORCH.items():
            with otherwise():
                found[name] = [runner.run(one)[0] for one in inputs[:PROBES]]
    return found


def onnx_answers(
    folder: Path, inputs: Sequence[Tensors], names: Sequence[Name] = tuple(OF_ONNX)
) -> dict[Name, Answers]:
    """What ONNX Runtime says otherwise of the first inputs, in this process.

    Args:
        folder: of the ONNX artifact.
        inputs: of all probes; the first `PROBES` are run.
        names: the implementations that are wanted: of a model whose reference is ONNX Runtime
            without optimisations, not that one.
    """
    found: dict[Name, Answers] = {}
    for name in names:
        with OnnxRunner(ONNX_LEG, folder, OF_ONNX[name]) as runner:
            found[name] = [runner.run(one)[0] for one in inputs[:PROBES]]
    return found


@contextlib.contextmanager
def _other_threads() -> Iterator[None]:
    """PyTorch on one thread, or on two where it has one."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1 if before > 1 else 2)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def _other_order() -> Iterator[None]:
    """PyTorch without oneDNN, whose flags warn of graphics processors that are not here."""
    import torch

    flags = torch.backends.mkldnn.flags(enabled=False)
    with contextlib.ExitStack() as opened:
        with warnings.catch_warnings(action="ignore"):
            opened.enter_context(flags)
        try:
            yield
        finally:
            with warnings.catch_warnings(action="ignore"):
                opened.close()


_OF_TORCH: Mapping[Name, Callable[[], AbstractContextManager[None]]] = {
    "torch-threads": _other_threads,
    "torch-order": _other_order,
}
