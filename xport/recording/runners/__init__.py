"""One runner a file, on one base; none imports another.

- `local_runner`: what runners in this process have in common: timing, memory and their
  environment.
- `onnx_runner`: ONNX Runtime on the CPU.
- `tf_runner`: a TensorFlow SavedModel on the CPU.
- `torch_runner`: PyTorch on the CPU: the reference, in float32, and in float64 to measure float32
  itself.
- `weight_errors`: errors put into the weights of an ONNX file, group of layers by group, and what
  comes of them.
"""
