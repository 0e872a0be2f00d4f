"""ONNX graphs in memory: one small representation, and passes that each do one thing to it."""
