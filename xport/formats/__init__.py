"""What a model is between two stages, and how each format lies on disk.

- `artifact`: what a model is between two stages: a folder of files with a format and a signature.
- `onnx_file`: reading an ONNX artifact: its signature, and its nodes by operator.
- `tfjs_model`: reading a TF.js graph-model artifact: model.json, its signature and its shards.
- `torch_answers`: what a module answered, so that another run and another build of it can be held
  to that.
- `torch_module`: a TORCH artifact: weights in safetensors beside the recipe that rebuilds the
  module.
- `torch_outputs`: what a module returns, as one tensor per output that the release file names.
- `torch_reads`: numbers that a module reads out of its tensors, which an exported graph has frozen.
- `torch_weights`: a module's state dict as a safetensors file, whatever its tensors share.
- `weights_manifest`: the weights manifest of a TF.js model, whoever wrote it, read with types.
"""
