"""Fetching a published bundle from the host that serves it, with the standard library alone.

Nothing of what a host says is believed: every answer has a longest length and time, nothing is
asked of another origin, and what was fetched is checked as a local bundle is.

- `addresses`: what an address names: a release's folder or a channel, and the target around it.
- `bundle`: a bundle's files into a folder: each with the length and digest that the manifest names.
- `client`: one answer at a time, cut off where it is too long, too slow or from elsewhere.
- `http_store`: the documents of a target that a host serves, read only.
"""

PATIENCE = 60.0
"""Seconds without a byte that end it, where nobody says otherwise."""
