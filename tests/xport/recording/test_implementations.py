"""Other correct implementations are run once on a few probes, and leave this process as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.xport.judgement.test_sensitivity import IMAGE, net
from xport.exchange.implementations import PROBES
from xport.recording.implementations import onnx_answers, torch_answers
from xport.recording.runners.onnx_runner import OnnxRunner, other_threads


class Counting:
    """A reference that says how PyTorch was set up whenever it ran."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, bool]] = []

    def __enter__(self) -> Counting:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def run(self, inputs: object) -> tuple[dict[str, np.ndarray], float]:
        import torch

        self.seen.append((torch.get_num_threads(), torch.backends.mkldnn.enabled))
        return {"out": np.zeros(1)}, 0.0


def test_pytorch_is_set_up_otherwise_for_the_first_probes_and_then_as_before() -> None:
    torch = pytest.importorskip("torch")
    before = (torch.get_num_threads(), torch.backends.mkldnn.enabled)
    runner = Counting()
    found = torch_answers(runner, [IMAGE] * 6)  # type: ignore[arg-type]
    assert {name: len(answers) for name, answers in found.items()} == {
        "torch-threads": PROBES,
        "torch-order": PROBES,
    }
    threads, order = runner.seen[:PROBES], runner.seen[PROBES:]
    assert {one for one, _ in threads} == {1 if before[0] > 1 else 2}
    assert {enabled for _, enabled in order} == {False}
    assert (torch.get_num_threads(), torch.backends.mkldnn.enabled) == before


def test_onnx_runtime_says_the_same_but_for_rounding(tmp_path: Path) -> None:
    folder = net(tmp_path / "net")
    with OnnxRunner("onnx", folder) as runner:
        usual = runner.run(IMAGE)[0]["out"]
    found = onnx_answers(folder, [IMAGE] * 6)
    assert {name: len(answers) for name, answers in found.items()} == {
        "onnx-unoptimised": PROBES,
        "onnx-threads": PROBES,
    }
    for answers in found.values():
        np.testing.assert_allclose(answers[0]["out"], usual, rtol=1e-4)
    with OnnxRunner("onnx", folder, "threads") as runner:
        assert runner.environment().threads == other_threads()
