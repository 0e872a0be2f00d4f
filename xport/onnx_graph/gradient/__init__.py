"""Gradients as models: a pass from ONNX to ONNX, in reverse mode, operator by operator.

`explanation_graph` builds what the paper's section 4 and appendix D show beside a prediction;
`gradient_graph` builds any vector-Jacobian product. Both emit plain ONNX whose convolutions read
the forward weights, of operators that are fast in TF.js.
"""

from xport.onnx_graph.gradient.explanation import (
    ExplanationNames,
    NoActivationMap,
    explanation_graph,
)
from xport.onnx_graph.gradient.vector_jacobian import gradient_graph

__all__ = ["ExplanationNames", "NoActivationMap", "explanation_graph", "gradient_graph"]
