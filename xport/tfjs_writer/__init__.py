"""Writes TF.js graph models from ONNX graphs, with numpy and onnx alone.

A graph is lowered operator by operator to TensorFlow's operators in channels-last layout, made
smaller by small passes, and written as model.json with its shards.
"""
