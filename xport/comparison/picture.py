"""A picture in evidence."""

from __future__ import annotations

from xport.common.document import Document


class Picture(Document):
    """A small PNG for the report: a probe, an output, or the difference of two outputs."""

    model: str
    leg: str | None
    probe: str
    title: str
    png_base64: str
