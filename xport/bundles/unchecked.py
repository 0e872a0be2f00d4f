"""What of a bundle cannot be judged again here, because another version of xport made it.

Whoever edits a bundle can also write an older version into it. So what newer rules would have asked
is never left out in silence: it is named, and such a bundle is refused unless that is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator

from xport.bundles.required import BOM
from xport.common.version import __version__
from xport.judgement.evidence import Evidence

REMEDY = (
    "convert and record the release again with this xport; `--allow-unchecked` "
    "(allow_unchecked=True) checks the rest, and `--expect SHA256` holds the whole to a digest "
    "that you know"
)

ASKED_SINCE = {
    2: (
        "the reference against its own float64",
        "calibration, gate and card against the weights that they name",
        "the page of every leg against the one that the plan names",
        "what models said of prepared images",
    ),
    3: (
        "what probes see of errors in the weights",
        "the largest value of every output",
        "what every leg drew and instantiated in the browser",
        "every probe's second run",
    ),
}
"""What rules ask beyond those before."""


def unchecked(evidence: Evidence) -> Iterator[str]:
    """What is not judged again of a bundle with this evidence, as sentences; mostly nothing."""
    newer = {rules: asked for rules, asked in ASKED_SINCE.items() if rules > evidence.rules}
    why = f"not checked, the evidence was judged by rules {evidence.rules}, now {max(ASKED_SINCE)}"
    yield from (f"{what}: {why}" for asked in newer.values() for what in asked)
    if newer:
        yield "report.html and cards: not rendered again, the evidence is of older rules"
    elif evidence.xport != __version__:
        yield (
            f"report.html, cards and {BOM}: not made again, xport {evidence.xport} made them and "
            f"this is {__version__}"
        )
