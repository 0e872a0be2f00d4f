"""Everything that was seen, in one versioned JSON document that reports and bundles read."""

from __future__ import annotations

from typing import Literal

from xport.document import Document
from xport.parity import Comparison
from xport.picture import Picture
from xport.pipeline_effect import PipelineEffect
from xport.plan import Plan
from xport.recording import Recording, WebEnvironment
from xport.timing import BackendRuntime
from xport.verdict import OutputFacts, Verdict

EVIDENCE = "evidence.json"


class Evidence(Document):
    """A verdict with all that it rests on.

    `preprocessing` is what every pipeline does to images, and `prepared_in` the browser it was
    measured in. `made` is the UTC time of judging in ISO 8601, `xport` the version that judged.
    """

    schema_version: Literal[1] = 1
    made: str
    xport: str
    plan: Plan
    recordings: tuple[Recording, ...]
    facts: tuple[OutputFacts, ...]
    comparisons: tuple[Comparison, ...]
    runtimes: tuple[BackendRuntime, ...]
    pictures: tuple[Picture, ...]
    preprocessing: tuple[PipelineEffect, ...] = ()
    prepared_in: WebEnvironment | None = None
    verdict: Verdict
