"""ONNX graphs in memory: one small representation, and passes that each do one thing to it.

- `batchnorm`: batch normalisation at inference is one multiply-add per channel; where it can go.
- `conditionals`: if whose condition is known at conversion time: the branch that is taken, in its
  place.
- `files`: from ONNX model files to graphs and back.
- `graph`: an ONNX graph with fixed shapes, as plain nodes and numpy constants.
- `identities`: operators that, as they stand, change nothing.
- `padding`: padding that a convolution can do itself, and pooling that is cheaper before a
  convolution.
- `pass_list`: passes: changes to a graph that each do one thing, and lists of them.
- `passes`: the passes that make an ONNX graph smaller, in the order in which they run.
- `pools`: pools over more axes than two, of which all but one or two are left as they are.
- `shapes`: shape inference and constant folding, alternately, until nothing more becomes known.
"""
