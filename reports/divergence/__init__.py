"""Where a leg departs from its reference: page and lines.

- `depth`: error against depth as a drawing: running, fed, and what is allowed.
- `half`: what half precision does to a model, in lines for a terminal and as a page.
- `html`: the page for people: one HTML file that needs no network and no script.
- `lines`: the same for a terminal, the first node over tolerance first.
"""
