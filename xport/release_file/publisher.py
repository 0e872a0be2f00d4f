"""`[publisher]`: who is going to sign the release, as the release file says it."""

from __future__ import annotations

from pathlib import Path

from reference.terms import Line
from xport.common.document import Document


class PublisherEntry(Document):
    """`[publisher]`: who claims the release, and the key that its bundle is to be signed with.

    `name` is what people know the publisher by; `key` a public key on P-256 in PEM, a file beside
    the release file. The key ships as `publisher.pub`, and `xport sign` takes no other.
    """

    name: Line
    key: Path

    def beside(self, folder: Path) -> PublisherEntry:
        """The same of a release file that lies in `folder`."""
        return PublisherEntry(name=self.name, key=folder / self.key)
