"""Where a leg departs from its reference: page and lines.

- `depth`: error against depth as a drawing: running, fed, and what is allowed.
- `html`: the page for people: one HTML file that needs no network and no script.
- `lines`: the same for a terminal, the first node over tolerance first.
"""
