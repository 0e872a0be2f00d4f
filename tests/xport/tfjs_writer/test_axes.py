"""Tensors that contradict themselves are refused before they can be wrong numbers."""

from __future__ import annotations

import numpy as np
import pytest

from xport.errors import ConversionError
from xport.tfjs_writer.emitting import Emitting
from xport.tfjs_writer.tensor import Stored, Tensor

PLAIN = Tensor("x", (3, 3), "float32", (0, 1))
TURNED = Tensor("t", (3, 3), "float32", (1, 0))


@pytest.mark.parametrize("axes", [(0,), (0, 2), (1, 1), (0, 1, 2)])
def test_axes_are_those_of_the_shape(axes: tuple[int, ...]) -> None:
    with pytest.raises(ConversionError, match="has axes"):
        PLAIN.ordered(axes)


def test_a_constant_has_no_order_of_its_own() -> None:
    low = Emitting()
    constant = low.const(np.zeros((3, 3), np.float32), "c")
    assert type(constant) is Stored
    assert low.emit("AddV2", [constant, TURNED], (3, 3)).axes == TURNED.axes


def test_two_orders_are_not_mixed() -> None:
    with pytest.raises(ConversionError, match="mixes the orders"):
        Emitting().emit("AddV2", [PLAIN, TURNED], (3, 3))


def test_what_is_reshaped_lies_in_onnx_order() -> None:
    low = Emitting()
    with pytest.raises(ConversionError, match="lies in the order"):
        low.reshape(TURNED, (9,))
    assert low.reshape(TURNED.as_stored, (9,)).shape == low.reshape(PLAIN, (9,)).shape == (9,)
