"""What a model is between two stages, and how each format lies on disk.

- `artifact`: what a model is between two stages: a folder of files with a format and a signature.
- `onnx_file`: reading an ONNX artifact: its signature, and its nodes by operator.
- `saved_model`: reading a SavedModel artifact through its `serving_default` signature.
- `tfjs_model`: reading a TF.js graph-model artifact: model.json, its signature and its shards.
- `torch_module`: a TORCH artifact: weights in safetensors beside the recipe that rebuilds the
  module.
- `weights_manifest`: the weights manifest of a TF.js model, whoever wrote it, read with types.
"""
