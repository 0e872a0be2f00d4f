"""Gradients as models: a pass from ONNX to ONNX, in reverse mode, operator by operator.

`explanation_graph` builds what the paper's section 4 and appendix D show beside a prediction;
`gradient_graph` builds any vector-Jacobian product. Both emit plain ONNX whose convolutions read
the forward weights, of operators that are fast in TF.js.

- `activations`: element-wise functions: their slopes by arithmetic, from their outputs where that
  is enough.
- `arithmetic`: arithmetic of several values: broadcasting is undone by sums over what was
  broadcast.
- `convolutions`: convolutions and matrix products: their gradients read the forward weights as
  they are stored.
- `editing`: copies of graphs, and inputs and outputs added to them under given names.
- `emitter`: appends operators to a graph, each with the type of its result.
- `explanation`: a classifier with its explanations: saliency (section 4), activation map
  (appendix D).
- `movement`: operators that move elements without changing them.
- `normalizations`: normalizations: with constant statistics a multiplication, else through the
  statistics too.
- `pools`: pools with windows: gradients by slices, sums and one interleaving, without scatter or
  gather.
- `reductions`: sums, means and maxima over axes.
- `reverse`: reverse mode: walks a graph backwards and adds up what reaches each value.
- `rules`: the registry of backward rules: one function per ONNX operator.
- `vector_jacobian`: any gradient of a graph as outputs of a larger graph.
- `windows`: where the windows of a convolution or pool lie along each spatial axis.
"""

from xport.onnx_graph.gradient.explanation import (
    ExplanationNames,
    NoActivationMap,
    explanation_graph,
)
from xport.onnx_graph.gradient.vector_jacobian import gradient_graph

__all__ = ["ExplanationNames", "NoActivationMap", "explanation_graph", "gradient_graph"]
