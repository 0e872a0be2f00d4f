"""From one format to the next: stages, trees of stages, the write-once store.

- `exporters`: the two exporters of torch.onnx, and the opsets at which each is used.
- `pipeline`: stages and the pipeline that runs them, skipping what the store already holds.
- `store`: a write-once, content-addressed store of artifact folders; also the cache of the
  pipeline.
"""
