"""Everything that was seen, in one versioned JSON document that reports and bundles read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from xport.document import Document
from xport.parity import Comparison, Pair, Role, compare
from xport.plan import FLOAT64_LEG, REFERENCE_LEG, Leg, Plan, PlannedModel
from xport.recording import Recording
from xport.timing import BackendRuntime
from xport.verdict import Case, OutputFacts, Verdict, judge

EVIDENCE = "evidence.json"


class Picture(Document):
    """A small PNG for the report: a probe, an output, or the difference of two outputs."""

    model: str
    leg: str | None
    probe: str
    title: str
    png_base64: str


class Evidence(Document):
    """A verdict with all that it rests on."""

    schema_version: Literal[1] = 1
    made: str
    xport: str
    plan: Plan
    recordings: tuple[Recording, ...]
    facts: tuple[OutputFacts, ...]
    comparisons: tuple[Comparison, ...]
    runtimes: tuple[BackendRuntime, ...]
    pictures: tuple[Picture, ...]
    verdict: Verdict
