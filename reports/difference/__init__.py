"""What a new release changes: a page for people, lines for a terminal, JUnit for build servers.

- `figures`: numbers of a difference in words: from before to now, flips, intervals.
- `html`: the difference for people: one HTML file that needs no network and no script.
- `junit`: the difference for build servers: a case for each limit, and for what is told.
- `summary`: the difference for a terminal.
"""
