"""Writes TF.js graph models from ONNX graphs, with numpy and onnx alone.

A graph is lowered operator by operator to TensorFlow's operators in channels-last layout, made
smaller by small passes, and written as model.json with its shards.

- `activations`: activations with parameters.
- `blocks`: blocks of channels and blocks of pixels, and one made the other.
- `computed`: operators that pick and place elements by indices that are computed.
- `constants`: what depends on constants alone: computed at conversion, or on the device once at
  load.
- `convolution`: Conv and ConvTranspose as TF.js's forward convolutions, which its backends have
  fast.
- `cropping`: a part of an axis that is stretched, as Resize's tf_crop_and_resize has it.
- `dividing`: division and modulus of integers, exact as far as TF.js's integers are.
- `elementwise`: operators that work element by element, on tensors in any common layout.
- `emitting`: appending TensorFlow operators: single ones, and the moves that every handler needs.
- `fusion`: fusing what TF.js has one kernel for.
- `indexing`: operators that pick and place elements.
- `lower`: the face of lowering: every handler registered.
- `lowering`: every ONNX operator to TensorFlow's, in whatever layout its tensors are
  stored.
- `merging`: tensors of many axes as tensors of few, for kernels that end at rank 4 on WebGL.
- `model_json`: model.json: the graph, its signature, what is computed at load, and the weights'
  manifest.
- `narrow`: integers of 8 and 16 bits in int32: wrapped where a result leaves them.
- `normalisation`: normalisations whose statistics are computed at run time, in whatever layout
  the tensor has.
- `operands`: operands of TensorFlow's broadcasting: tensors that lie in one order of axes.
- `padding`: padding: constant, computed, mirrored, or the edge going on.
- `passes`: the passes that make a lowered graph smaller and faster, in the order in which they
  run.
- `pooling`: pools over one or two spatial axes, and over all of them.
- `products`: matrix products.
- `reductions`: sums, means and extremes over axes, in whatever layout the tensor is stored.
- `requirements`: what no handler has to check by itself.
- `resizing`: resize. It is separable: along each axis every output element is a weighted sum of a
  few inputs.
- `sampling`: pictures read at places that are computed, the places, and pictures put together of
  windows.
- `shaping`: operators that move, cut and join elements without computing with them.
- `sorting`: operators that order the elements of an axis, and one place in each of them.
- `tensor`: TensorFlow tensors that stand for ONNX values, each with the order of its axes.
- `tf_graph`: a TensorFlow graph as TF.js reads it: nodes by name, and constants with their
  values.
- `transposed`: ConvTranspose, and so the backward pass of Conv, as ordinary convolutions.
- `weights`: weights in shards: dtypes, quantisation, and files named by their content.
"""
