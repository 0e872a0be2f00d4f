"""What models are tried on: probes and image files, the same bytes for every runner.

- `images`: image files: what the preprocessing leg is tried on, and where images for probes come
  from.
- `probes`: probes: named inputs whose bytes are the same for every runner.
"""
