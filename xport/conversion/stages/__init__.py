"""One stage a file, named after what it makes and what from; none imports another.

- `explained_from_torch`: a PyTorch classifier to the same classifier with its explanations, which
  others are held to.
- `explanation_from_onnx`: a classifier to the same classifier with its explanations (paper,
  section 4 and appendix D).
- `onnx_from_file`: an ONNX file of others as it is: shapes fixed as the release declares them.
- `onnx_from_torch`: PyTorch to ONNX with one of torch.onnx's exporters, at an opset that the
  consumer can read.
- `tf_from_onnx`: ONNX to a TensorFlow SavedModel with onnx-tf, the paper's second step.
- `tfjs_from_onnx`: ONNX to a TF.js graph model directly, with numpy and onnx alone.
- `tfjs_from_tf`: savedModel to a TF.js graph model with Google's tensorflowjs converter, the
  third step.
- `torch_from_factory`: stage 0: build the `nn.Module` that the release file names and fill it
  with weights.
"""
