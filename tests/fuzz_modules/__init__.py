"""Random small modules through the whole conversion into a real browser: right, or refused by name.

- `step`: one operator with its attributes chosen: what a random module is made of.
- `table_of_layers`, `table_of_functions`: operators with random attributes, each for the shapes it
  takes.
- `building`: a module from a number: one operator, or a few of them in a row or beside each other.
- `trial`: what becomes of one module: converted and compared, or refused.
- `rounding`: what another rounding of PyTorch's own functions would answer.
- `rates`: how many were refused, by operator, as lines and as `docs/fuzz.md`.
"""
