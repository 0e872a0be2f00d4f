"""ONNX files of others: read as what a stranger wrote, and made what the writer takes.

- `agreement`: whether a file that was made ready still says what it said, by ONNX Runtime before
  and after.
- `borders`: inputs and outputs as a signature can carry them; what they were called is kept.
- `half`: half precision computed in float32.
- `opsets`: files of older opsets, raised to one that the writer reads.
- `reading`: opening a file that may be hostile: nothing outside its folder, nothing without bounds.
"""
