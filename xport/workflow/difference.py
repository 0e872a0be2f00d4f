"""Comparing two releases: what their folders are, checked before anything is compared."""

from __future__ import annotations

from pathlib import Path

from xport.bundles.checks import verify_bundle
from xport.bundles.manifest import MANIFEST
from xport.common import digests
from xport.common.tools import missing_packages_named
from xport.comparison.preprocessing import load_prepared
from xport.difference.labelled import Files
from xport.difference.measure import Compared, compare_sides
from xport.difference.side import RunSource, Side, of_bundle, of_run
from xport.errors import InputError
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.plan.baseline import ChangeLimits
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
