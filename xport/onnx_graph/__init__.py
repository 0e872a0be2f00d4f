"""ONNX graphs in memory: one small representation, and passes that each do one thing to it.

- `batchnorm`: batch normalisation at inference is one multiply-add per channel; where it can go.
- `building`: nodes for the place of one: appended one by one, each under a new name.
- `composed`: operators that others compute exactly, written out in these.
- `conditionals`: if: the branch that is taken, where that is known; else both, and a choice
  between them.
- `contributed`: operators of ONNX Runtime's own domain that quantisers write, as ONNX's.
- `files`: from ONNX model files to graphs and back.
- `functions`: operators that ONNX defines as functions of others, written out as their bodies.
- `graph`: an ONNX graph with fixed shapes, as plain nodes and numpy constants.
- `identities`: operators that, as they stand, change nothing.
- `inlining`: a graph inside of a node, put among the nodes of the graph outside.
- `loops`: loop and Scan whose number of turns is known, turn by turn.
- `padding`: padding that a convolution can do itself, and pooling that is cheaper before a
  convolution.
- `pass_list`: passes: changes to a graph that each do one thing, and lists of them.
- `passes`: the passes that make an ONNX graph smaller, in the order in which they run.
- `pools`: pools over more axes than two, of which all but one or two are left as they are.
- `quantised`: quantised operators, as what they compute: integers that are float32 numbers.
- `recurrence`: RNN, GRU and LSTM, step by step: the number of steps is the length of the sequence.
- `shapes`: shape inference and constant folding, alternately, until nothing more becomes known.
- `spectra`: fourier transforms whose lengths are known, as products with constant matrices.
- `stand_ins`: integers for which float32 numbers stand: what becomes of quantised values on their
  way.
- `vocabularies`: integers that choose rows of a stored table: which of them the table has.
- `volumes`: convolutions over three axes, as sums of convolutions over two.
"""
