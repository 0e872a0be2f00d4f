"""The documents of a target that a host serves, read only."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from xport.fetching.client import Client
from xport.publishing.stores import SMALL


class HttpStore:
    """A target at an address, with a slash at its end; `pages` are files that a page stands for.

    A host that answers every path with its page is one that has no such file.
    """

    def __init__(self, client: Client, root: str) -> None:
        self.shown = root.removesuffix("/")
        self.folder: Path | None = None
        self.pages: list[str] = []
        self._client = client
        self._root = root

    def read(self, path: str) -> bytes | None:
        """As `xport.publishing.stores.Readable.read`."""
        content = self._client.read(self.address_of(path), SMALL)
        if content is not None and is_page(content):
            self.pages.append(path)
            return None
        return content

    def address_of(self, path: str) -> str:
        """The address of a file of the target, by its path from the root."""
        return self._root + quote(path, safe="/+")


def is_page(content: bytes) -> bool:
    """Whether an answer is HTML in the place of a JSON document."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
