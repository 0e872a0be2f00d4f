"""Where a leg departs from what it was made from: node by node, free-running and fed.

A leg's model is cut at every tensor that stands for a value of the ONNX graph. Measured are these
tensors as the whole model runs, and each with what it reads given by the reference: so what a node
adds itself is told from what it inherits.

- `browser`: one browser for all models of a search: each on a fresh page.
- `causes`: what differs between a node as it should be and as it is: attributes, inputs, weights.
- `document`: what `xport debug` found, as one document that pages, lines and programs read.
- `examine`: one search from beginning to end: measured, the first node named, and written to disk.
- `half_document`: what `xport debug --half-precision` found, as one document that pages and
  programs read.
- `half_precision`: what float16 does to a model: values that it cannot hold, and the error that
  rounding makes.
- `legs`: a leg and what it is held to, both opened so that their tensors can be asked for.
- `lowered`: which TF.js tensor stands for which ONNX value: the direct writer says so, others by
  name.
- `onnx_causes`: what of an ONNX node is not what it was made from: another ONNX node, or a layer of
  PyTorch.
- `onnx_model`: an ONNX model whose values can be asked for and given: run whole, or cut at points.
- `points`: points at which two models are held together: one value of the reference, one tensor
  each.
- `reproducer`: a minimal model on disk that shows a divergence again, and running it.
- `search`: measuring every node twice, free-running and fed, and finding the first that departs.
- `statistics`: what a tensor is like, and how far another is from it, in numbers that a person can
  read.
- `tf_nodes`: a graph of TensorFlow's operators in protobuf's JSON form, as TF.js and TensorFlow
  write it.
- `tf_side`: a SavedModel under test: its frozen graph, in the toolchain's interpreter.
- `tfjs_causes`: what of a TF.js model's node is not what its ONNX node asks for.
- `tfjs_cut`: a TF.js model cut out of another: chosen tensors as outputs, others given as inputs.
- `tfjs_model`: a TF.js graph model on disk: its nodes, attributes and weights.
- `tfjs_side`: a TF.js model under test: models cut from it, run one after the other on one page.
- `torch_reference`: what PyTorch's modules say, as values of the ONNX graph that was exported from
  them.
- `words`: tensors in words, as every document of a divergence has them.
"""
