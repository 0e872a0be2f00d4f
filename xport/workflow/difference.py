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
from xport.comparison.paired_speed import PairedSpeeds, SpeedPair
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
from xport.recording.browser import BrowserOptions
from xport.workflow.paired_speed import Shipping, speeds_between
from xport.workflow.run_folder import RunFolder


@missing_packages_named()
def compare(
    before: Path,
    after: Path,
    limits: ChangeLimits | None = None,
    labelled: Files | None = None,
    options: BrowserOptions | None = None,
) -> Compared:
    """What a new release changes against an old one.

    Args:
        before, after: each a run's folder with its evidence, or a bundle.
        limits: what may change; without them nothing is judged.
        labelled: what classifiers of both said of one labelled set.
        options: the browser in which both run in turn, where a time is limited.

    Raises:
        InputError: a folder is neither, a document in it cannot be read, or labelled predictions
            are not of these releases.
        IntegrityError: a bundle is not what was verified, or recordings are not those that the
            evidence names.
    """
    asked = limits or ChangeLimits()
    old, new = (open_side(one, maps=asked.of_maps) for one in (before, after))
    speeds: tuple[SpeedPair, ...] = ()
    if asked.max_slowdown is not None:
        sides = Shipping.of_side(old), Shipping.of_side(new)
        speeds = tuple(speeds_between(*sides, asked.min_rounds, options or BrowserOptions()))
    return compare_sides(old, new, asked, labelled, speeds)


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


def open_side(folder: Path, *, maps: bool = False) -> Side:
    """A run's folder or a bundle, with `maps` what explanations say; errors as `compare`."""
    if not folder.is_dir():
        raise InputError(
            "there is no such folder", str(folder), "name a run's folder, or a bundle's"
        )
    if (folder / MANIFEST).exists():
        verify_bundle(folder, allow_unchecked=True)
        path = folder / EVIDENCE
        return of_bundle(folder, Evidence.read(path), digests.of_file(path), maps=maps)
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
    known = evidence, digests.of_file(run.evidence_path)
    return of_run(folder, evidence.plan, source, known, maps=maps)


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
        before = open_side(baseline.release, maps=baseline.of_maps)
        source = RunSource(run.recordings, run.probes, prepared)
        after = of_run(run.root, plan, source, maps=baseline.of_maps)
        found = labelled_between(before.plan, plan, (files.before, files.after)) if files else None
        speeds = _timed(run, before) if baseline.max_slowdown is not None else ()
        changes = changes_between(before, after, found, speeds, baseline)
    except (XportError, OSError) as error:
        return BaselineFound(failure=f"the baseline cannot be compared: {error}")
    return BaselineFound(changes=changes)


def time_against_baseline(run: RunFolder, plan: Plan, options: BrowserOptions) -> None:
    """Run what ships in turn with what the baseline ships, where the policy limits times.

    What was measured is kept in the run, for whoever judges it. Where there is no baseline to be
    read nothing is kept, and judging says so.

    Args:
        run: where it is kept.
        plan: of the run.
        options: which browser, and who draws its WebGL.
    """
    baseline = plan.policy.baseline
    if baseline is None or baseline.max_slowdown is None:
        return
    try:
        before = open_side(baseline.paths_from(plan.folder).release)
    except (XportError, OSError):
        return  # judging opens it again, and says why it cannot
    sides = Shipping.of_side(before), Shipping(plan)
    pairs = tuple(speeds_between(*sides, baseline.min_rounds, options))
    found = PairedSpeeds(baseline_sha256=before.evidence_sha256, pairs=pairs)
    found.write(run.paired_speed_path)


def _timed(run: RunFolder, before: Side) -> tuple[SpeedPair, ...]:
    """Times that were taken in turn with this baseline; none of another."""
    path = run.paired_speed_path
    found = PairedSpeeds.read(path) if path.is_file() else None
    same = found is not None and found.baseline_sha256 == before.evidence_sha256
    return found.pairs if found is not None and same else ()


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
