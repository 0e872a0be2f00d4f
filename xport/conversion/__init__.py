"""From one format to the next: stages, trees of stages, the write-once store.

- `export_repairs`: changes to what torch.onnx wrote, so that every runtime computes what PyTorch
  does.
- `export_rules`: what torch.onnx's exporters have wrong, mended before they export.
- `exporters`: the two exporters of torch.onnx, and the opsets at which each is used.
- `foreseeing`: what a route would refuse of an ONNX model, before anything is converted.
- `in_words`: whatever a tool raises while it works on a model, as one line.
- `onnx_files`: ONNX files of others: shapes fixed, outputs measured, weights in one file.
- `pipeline`: stages and the pipeline that runs them, skipping what the store already holds.
- `store`: a write-once, content-addressed store of artifact folders; also the cache of the
  pipeline.
"""
