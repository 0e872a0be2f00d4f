"""Where a leg departs, for people: one HTML file that needs no network and no script."""

from __future__ import annotations

from reports.divergence import lines
from reports.divergence.depth import depth_chart
from reports.page import environment
from xport.divergence.document import Divergence


def html_divergence(found: Divergence) -> str:
    """The document as one self-contained page: the first node over tolerance first."""
    return (
        environment()
        .get_template("divergence.html")
        .render(found=found, lines=lines, chart=depth_chart(found))
    )
