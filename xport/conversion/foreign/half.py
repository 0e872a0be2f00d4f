"""Half precision computed in float32.

TF.js computes in float32; the weights stay the numbers that they are, since every float16 and
bfloat16 is a float32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xport.conversion.foreign.reading import graphs_of, tensors_of

if TYPE_CHECKING:
    import onnx


def widened(model: onnx.ModelProto) -> bool:
    """Let a model compute in float32 wherever it says float16 or bfloat16, in place.

    Whether there was any such place.
    """
    from onnx import TensorProto

    halves = (TensorProto.FLOAT16, TensorProto.BFLOAT16)
    found = False
    for tensor in tensors_of(model):
        if tensor.data_type in halves:
            _widen(tensor)
            found = True
    for graph, _ in graphs_of(model):
        values = [getattr(graph, name, ()) for name in ("input", "output", "value_info")]
        for value in (one for some in values for one in some):
            if value.type.tensor_type.elem_type in halves:
                value.type.tensor_type.elem_type = TensorProto.FLOAT
                found = True
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.name in ("to", "dtype") and attribute.i in halves:
                    attribute.i = TensorProto.FLOAT
                    found = True
    return found


def _widen(tensor: Any) -> None:
    from onnx import numpy_helper

    value = np.asarray(numpy_helper.to_array(tensor)).astype(np.float32)
    tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))
