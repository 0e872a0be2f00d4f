"""What the ways to prepare an image are called, in documents that list several."""

from __future__ import annotations

from typing import Literal, get_args

from xport.common.document import Document

PipelineName = Literal[
    "canvas",
    "canvas-default",
    "img-from-pixels",
    "image-bitmap",
    "image-bitmap-high",
    "tf-resize-bilinear",
    "browser-decoder",
    "pillow",
    "torch-antialias",
    "scikit-image",
    "torchxrayvision",
    "opencv",
]
PIPELINES: tuple[PipelineName, ...] = get_args(PipelineName)
"""Everything that is measured against the definition, the page's own exact path apart."""


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
