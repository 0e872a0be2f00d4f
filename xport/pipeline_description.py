"""What a way to prepare images is called, for the documents that list several."""

from __future__ import annotations

from typing import Literal

from xport.document import Document


class PipelineDescription(Document):
    """A way in which people prepare an image for a model.

    Args:
        name: its name on the command line and in documents, such as `img-from-pixels`.
        title: its name for readers.
        side: where it runs.
        sentence: what it does, in one sentence.
    """

    name: str
    title: str
    side: Literal["browser", "python"]
    sentence: str
