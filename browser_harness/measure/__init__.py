"""Contestants side by side on one page, and what this machine's browsers can do.

- `bench`: the page that measures: contestants that share one page and are run one after the
  other.
- `picture_bench`: timing how the page that measures turns an image file into a model's input.
- `probe`: what this machine's browser can do, backend by backend: for `xport doctor`.
"""
