"""No rule goes without a comparison with torch.autograd."""

from __future__ import annotations

from tests.xport.onnx_graph.gradient import (
    test_elementwise_rules as elementwise,
)
from tests.xport.onnx_graph.gradient import (
    test_movement_rules as movement,
)
from tests.xport.onnx_graph.gradient import (
    test_window_rules as windows,
)
from xport.onnx_graph.gradient.rules import RULES


def test_every_rule_is_tested() -> None:
    cases = [
        *elementwise.ACTIVATIONS, *elementwise.ARITHMETIC, *elementwise.REDUCTIONS,
        *elementwise.NORMALIZATIONS, *movement.MOVEMENT, *windows.CONVOLUTIONS,
        *windows.TRANSPOSED, *windows.MAX_POOLS, *windows.AVERAGE_POOLS,
    ]  # fmt: skip
    assert {one.op for case in cases for one in case.nodes} == set(RULES)
