"""A benchmark in, its page out.

- `bars`: medians as bars, with their intervals and what 95 % of the rounds stayed below.
- `page`: a benchmark for people: lines for a terminal, and one HTML page that needs no network.
- `pictures`: how files become inputs on the page: a benchmark's figures of it, as cells and bars.
"""
