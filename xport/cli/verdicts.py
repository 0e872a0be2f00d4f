"""What a command that passes a verdict says of it: to a person, in one line, or to a program."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xport.judgement.evidence import Evidence
    from xport.workflow.run_folder import RunFolder

KEPT = ("evidence", "report", "junit", "summary", "bundle")
"""What a run leaves that is named where it lies."""


def verdict_told(
    options: argparse.Namespace, evidence: Evidence, out: Path
) -> tuple[int, str, dict[str, Any]]:
    """The exit code of a verdict, what a person is told of it, and what a program is.

    Args:
        options: `quiet` leaves the verdict's line alone; what is allowed decides the code.
        evidence: what was judged.
        out: the folder in which it lies.
    """
    from reports.release.summary import summary_lines
    from xport.workflow.run_folder import RunFolder

    run = RunFolder(out)
    code = evidence.verdict.status.code(
        allow_weak=options.allow_weak, allow_waivers=options.allow_waivers
    )
    places = {name: str(path) for name in KEPT if (path := _path(run, name)).exists()}
    lines = summary_lines(evidence)
    text = [*lines, *(f"{name:<9} {path}" for name, path in places.items())]
    value = _for_programs(evidence, run) | {"exit_code": int(code)} | places
    return code, "\n".join(lines[:1] if options.quiet else text), value


def _path(run: RunFolder, name: str) -> Path:
    found: Path = getattr(run, f"{name}_path")
    return found


def _for_programs(evidence: Evidence, run: RunFolder) -> dict[str, Any]:
    from reports.release.details import plain, verdict_details
    from reports.release.sensitivity import blind
    from xport.bundles.manifest import MANIFEST
    from xport.common.digests import of_file
    from xport.plan.page_models import page_view

    view, other, verdict = page_view(evidence.plan), evidence.other_policy, evidence.verdict
    details = verdict_details(evidence)
    files = {"evidence": run.evidence_path, "bundle_manifest": run.bundle_path / MANIFEST}
    details["digests"] |= {name: of_file(path) for name, path in files.items() if path.is_file()}
    more = {
        "other_policy": other.model_dump() if other else None,
        "findings": verdict.findings,
        "notes": [note.model_dump() for note in verdict.notes],
        "advisories": verdict.noted("advisory"),
        "blind": blind(evidence),
        "detectable_errors": [one.model_dump(mode="json") for one in evidence.detectable_errors],
        "missing_routes": [route.model_dump() for route in evidence.plan.missing_routes],
        "publishable": other is None and verdict.status.all_passed and view.publishable,
        "unshown": view.unshown,
    }
    return details | {name: plain(value) for name, value in more.items()}
