"""Comparing two releases: what their folders are, checked before anything is compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from xport.bundles.checks import verify_bundle
from xport.bundles.manifest import MANIFEST
from xport.common import digests
from xport.common.document import first_problem
from xport.common.tools import missing_packages_named
from xport.comparison.change import BaselineFound
from xport.comparison.preprocessing import PreparedCase, load_prepared
from xport.difference.bundle_side import of_bundle
from xport.difference.labelled import Files, labelled_between
from xport.difference.measure import Compared, changes_between, compare_sides
from xport.difference.side import RunSource, Side, of_run
from xport.errors import InputError, XportError
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.plan.baseline import ChangeLimits
from xport.plan.plan import Plan
from xport.plan.policy import Policy
from xport.workflow.run_folder import RunFolder


@missing_packages_named()
def compare(
    before: Path,
    after: Path,
    limits: ChangeLimits | None = None,
    labelled: Files | None = None,
) -> Compared:
    """What a new release changes against an old one.

    Args:
        before, after: each a run's folder with its evidence, or a bundle.
        limits: what may change; without them nothing is judged.
        labelled: what classifiers of both said of one labelled set.

    Raises:
        InputError: a folder is neither, a document in it cannot be read, or labelled predictions
            are not of these releases.
        IntegrityError: a bundle is not what was verified, or recordings are not those that the
            evidence names.
    """
    return compare_sides(open_side(before), open_side(after), limits or ChangeLimits(), labelled)


def limits_named(given: Mapping[str, float | None]) -> ChangeLimits:
    """Limits by their names.

    Raises:
        InputError: there is no such limit, or it is out of range.
    """
    try:
        return ChangeLimits.model_validate(dict(given))
    except ValidationError as error:
        key = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InputError(
            first_problem(error), key, f"limits are {', '.join(ChangeLimits.model_fields)}"
        ) from error


def open_side(folder: Path) -> Side:
    """A run's folder or a bundle; errors as `compare`."""
    if not folder.is_dir():
        raise InputError(
            "there is no such folder", str(folder), "name a run's folder, or a bundle's"
        )
    if (folder / MANIFEST).exists():
        verify_bundle(folder, allow_unchecked=True)
        path = folder / EVIDENCE
        return of_bundle(folder, Evidence.read(path), digests.of_file(path))
    run = RunFolder(folder)
    if not run.evidence_path.exists():
        raise InputError(
            f"there is neither {EVIDENCE} nor {MANIFEST} here",
            str(folder),
            "name a run's folder that was judged, or a bundle's",
        )
    evidence = run.evidence()
    prepared = load_prepared(evidence.plan, run.prepared, run.images)
    source = RunSource(run.recordings, run.probes, prepared)
    return of_run(folder, evidence.plan, source, (evidence, digests.of_file(run.evidence_path)))


def against_baseline(
    run: RunFolder, plan: Plan, policy: Policy, prepared: PreparedCase | None
) -> BaselineFound | None:
    """What a recorded run changes against the release that a policy names; None without one.

    Whatever prevents it is told: then no limit is judged.

    Args:
        run: with its recordings and probes.
        plan: of the run; paths of its own policy are relative to the release file's folder.
        policy: the one that is applied.
        prepared: what was recorded of image files.
    """
    if policy.baseline is None:
        return None
    baseline = policy.baseline.paths_from(plan.folder)
    files = baseline.labelled
    try:
        before = open_side(baseline.release)
        after = of_run(run.root, plan, RunSource(run.recordings, run.probes, prepared))
        found = labelled_between(before.plan, plan, (files.before, files.after)) if files else None
        changes = changes_between(before, after, found)
    except (XportError, OSError) as error:
        return BaselineFound(failure=f"the baseline cannot be compared: {error}")
    return BaselineFound(changes=changes)


def require_apart(baseline: Path, run: Path) -> None:
    """Refuse a baseline in the folder of the run that is held to it: the run replaces it.

    Raises:
        InputError: it lies there.
    """
    if baseline.resolve().is_relative_to(run.resolve()):
        raise InputError(
            "it lies in this run's own folder, and a run removes what was there",
            f"policy.baseline.release: {baseline}",
            "copy the published bundle elsewhere, or give the run another folder with --out",
        )
