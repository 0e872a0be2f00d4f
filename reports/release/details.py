"""What a program is told of a verdict: release, counts, worst share, digests, engines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from reports.release.reading import Reading
from reports.release.worst import Measured, most_used
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status


def verdict_details(evidence: Evidence) -> dict[str, Any]:
    """A verdict as plain JSON: numbers that are none are the words `NaN` and `Infinity`.

    `checks` counts them by status, failures that are advisory or waived apart. `worst` is the check
    that uses the largest share of what is allowed; None where nothing was measured. `digests` are
    SHA-256.
    """
    plan, reading = evidence.plan, Reading(evidence)
    most = most_used(reading)
    return {
        "release": plan.release,
        "title": plan.title,
        "version": plan.version,
        "verdict": str(evidence.verdict.status),
        "made": evidence.made,
        "checks": counts(reading),
        "worst": _worst(most) if most else None,
        "digests": {
            "release_file": plan.release_digest,
            "plan": plan.digest(),
            "artifacts": {
                model.id: {name: made.digest for name, made in model.artifacts.items()}
                for model in plan.models
            },
        },
        "engines": engines(evidence),
    }


def counts(reading: Reading) -> dict[str, int]:
    """How many checks there are, and how they came out."""
    return {
        "total": len(reading.verdict.checks),
        "passed": reading.count(Status.PASSED),
        "failed": reading.count(Status.FAILED),
        "not_run": reading.count(Status.NOT_RUN),
        "advisory": reading.advisory,
        "waived": reading.waived,
    }


def engines(evidence: Evidence) -> dict[str, list[str]]:
    """Which browsers, TF.js versions and renderers ran, each once."""
    found: dict[str, dict[str, None]] = {"browser": {}, "tfjs": {}, "renderer": {}}
    for recording in (*evidence.recordings, *evidence.prepared):
        web = recording.environment.web if recording.environment else None
        if web is not None:
            found["browser"][f"{web.browser} {web.version}"] = None
            found["tfjs"][web.tfjs] = None
            if web.renderer:
                found["renderer"][web.renderer] = None
    return {name: [*values] for name, values in found.items()}


def plain(value: Any) -> Any:
    """A value as JSON can hold it: a number that is none becomes a word, as in documents."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def _worst(most: Measured) -> dict[str, Any]:
    check = most.check
    return plain(  # type: ignore[no-any-return]
        {
            "model": check.model,
            "leg": check.leg,
            "output": check.output,
            "check": check.name,
            "against": check.against,
            "probe": most.probe,
            "measure": most.measure,
            "measured": check.measured,
            "allowed": check.bound,
            "share": most.share,
        }
    )
