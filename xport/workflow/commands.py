"""The steps of a release as functions; the command line has one command for each.

Each takes what it needs from the run's folder and leaves its result there, so that any step can
be repeated: `judge` needs neither torch nor TensorFlow nor a browser.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reference.document import folder_made_whole
from xport.common.callables import search_in
from xport.common.digests import of_file
from xport.common.document import write_whole
from xport.common.tools import missing_packages_named, require
from xport.comparison.preprocessing import load_prepared
from xport.conversion.store import Store, disk_errors, require_writable
from xport.divergence.document import Divergence
from xport.errors import ExitCode, IntegrityError, UnavailableError
from xport.exchange.recording import Recording
from xport.judgement.evidence import Evidence
from xport.judgement.preprocessing_checks import PREPROCESSING
from xport.judgement.verdict import Status
from xport.plan import floor
from xport.plan.plan import Plan
from xport.plan.policy import OtherPolicy, Policy
from xport.plan.presets import spelt_out_for
from xport.plan.routes import TORCH
from xport.plan.timing import Runtimes
from xport.recording.browser import BrowserOptions, Harness, graph_operators
from xport.recording.keeper import RECORDINGS, Keeper
from xport.recording.legs import LegRecorder, OwnRunner
from xport.recording.preparing import PreprocessingRecorder
from xport.recording.reuse import Reuse
from xport.recording.runtimes import measure_runtimes
from xport.release_file.file import read_release
from xport.workflow.conversion import Converter
from xport.workflow.difference import require_apart, time_against_baseline
from xport.workflow.implementations import measure_implementations
from xport.workflow.judging import judged, runtimes_of
from xport.workflow.run_folder import RunFolder
from xport.workflow.sensitivity import measure_sensitivity


@missing_packages_named()
def convert(
    release_file: Path,
    out: Path,
    *,
    cache_dir: Path,
    images: Sequence[Path] = (),
    allow_weak: bool = False,
) -> Plan:
    """Convert every model of a release and fix what is to be verified.

    What an earlier run left in `out` is removed first, so that it is never taken for this one's.

    Args:
        release_file: in TOML.
        out: the run's folder.
        cache_dir: where artifacts are kept and found again.
        images: folders whose images are probes too.
        allow_weak: go on where the policy asks less than the floor of every policy; the verdict is
            then WEAK_PASSED at most.

    Raises:
        InputError: the release file, a checkpoint, an image or a folder is wrong; it is named. Or
            the policy lies below the floor, and that is not allowed.
        ConversionError: a stage cannot translate a model; operator and node are named.
        UnavailableError: a package is missing, the disk is full, another run works in `out`.
    """
    release = read_release(release_file)
    if not allow_weak:
        floor.require(release.shortfalls(), str(release_file))
    folder, baseline = release_file.resolve().parent, release.policy.baseline
    if baseline is not None:
        require_apart(folder / baseline.release, out)
    require_writable(cache_dir)
    search_in(Path.cwd())
    search_in(release_file.resolve().parent)
    run = RunFolder(out)
    converter = Converter(
        release,
        Store(cache_dir),
        run.probes,
        run.images,
        tuple(images),
        folder=folder,
        allow_weak=allow_weak,
    )
    with run.locked(create=True):
        run.clear("convert")
        plan = converter.plan()
        plan.write(run.plan_path)
    return plan


@missing_packages_named()
def record(
    out: Path,
    options: BrowserOptions | None = None,
    *,
    measure: bool = True,
    own_runner: OwnRunner | None = None,
    cache_dir: Path | None = None,
    fresh: bool = False,
) -> list[Recording]:
    """Run every leg on every probe and, if `measure`, time every browser backend.

    `own_runner` makes the runners of legs that have to run in this process.

    What an earlier run in `cache_dir` recorded of the same is taken, if it is younger than the
    policy lets it be and this is not to be `fresh`; without a cache nothing is taken or kept.

    What an earlier recording or verdict left in `out` is removed first.

    A leg that cannot run becomes a recording that says why, and the verdict is not PASSED.

    Raises:
        InputError: `out` holds no plan.
    """
    run, chosen = RunFolder(out), options or BrowserOptions()
    with run.locked():
        plan = run.plan()
        if any(leg.artifact == TORCH for leg in plan.legs):
            require("torch")
        search_in(Path.cwd())
        search_in(plan.folder)

        run.clear("record")
        with tempfile.TemporaryDirectory(prefix="xport-shaders-") as shader_caches:
            harness = Harness(plan, chosen, Path(shader_caches))
            reuse = None
            if cache_dir is not None:
                reuse = _reuse(harness, cache_dir, fresh=fresh)
            legs = LegRecorder(plan, run.probes, run.recordings, harness.runner, own_runner, reuse)
            recordings = legs.every_leg()
            PreprocessingRecorder(
                plan, run.images, run.prepared, harness.preparer, harness.runner, reuse
            ).run()
            tried = measure_sensitivity(plan, run.probes, run.recordings, reuse)
            tried.write(run.sensitivity_path)
            otherwise = measure_implementations(plan, run.probes, run.recordings, own_runner)
            otherwise.write(run.implementations_path)
            if measure:
                timed = measure_runtimes(plan, recordings, run.probes, harness.measure, reuse)
                Runtimes(backends=tuple(timed)).write(run.runtime_path)
                time_against_baseline(run, plan, chosen)
    return recordings


def _reuse(harness: Harness, cache_dir: Path, *, fresh: bool) -> Reuse:
    """What earlier runs recorded; where all is to be recorded, only what is kept for later ones."""
    plan, options = harness.plan, harness.options
    days = 0.0 if fresh else plan.policy.max_recording_age_days
    demanded = options.require_renderer or plan.policy.require_renderer
    named = options.browser, options.graphics, demanded
    return Reuse(plan, Keeper(cache_dir / RECORDINGS, days), harness.environment, named)


@missing_packages_named()
def judge(out: Path) -> Evidence:
    """Compare what was recorded and pass the release's verdict, under its own policy.

    Report and bundle of an earlier verdict are removed; what was judged under other policies is
    of the same recordings, and stays.

    Raises:
        InputError: `out` holds no plan, or a document in it cannot be read.
        IntegrityError: recorded arrays or probes were changed.
        UnavailableError: `out` cannot be written.
    """
    run = RunFolder(out)
    with run.locked():
        plan, runtimes = run.plan(), runtimes_of(run)
        run.clear("judge")
        prepared = load_prepared(plan, run.prepared, run.images)
        evidence = judged(run, plan, runtimes, prepared)
        evidence.write(run.evidence_path)
    return evidence


@missing_packages_named()
def judge_under(out: Path, policy: Policy, origin: OtherPolicy) -> tuple[Evidence, RunFolder]:
    """Judge the recordings under another policy than the release's, beside its own verdict.

    Nothing of that is touched. Evidence, report and JUnit XML lie in the folder that is returned
    with the evidence; one of the same policy is replaced, and none is ever bundled.

    Raises:
        XportError: as `judge`.
    """
    run = RunFolder(out)
    with run.locked():
        plan = run.plan()
        prepared = load_prepared(plan, run.prepared, run.images)
        other = spelt_out_for(plan, policy), origin
        evidence = judged(run, plan, runtimes_of(run), prepared, other)
        judgement = run.judgement(origin)
        with disk_errors(judgement.root):
            if judgement.root.exists():
                shutil.rmtree(judgement.root)
            with folder_made_whole(judgement.root) as staging:
                evidence.write(RunFolder(staging).evidence_path)
                write_reports(RunFolder(staging), evidence, judgement.root)
    return evidence, judgement


@missing_packages_named()
def report(out: Path) -> tuple[Path, Path]:
    """Write the HTML report and the JUnit XML of a run's evidence; returns their paths.

    Beside them `summary.md` says the verdict in short, for the summary of a CI job.

    Raises:
        InputError: `out` holds no evidence.
        UnavailableError: `out` cannot be written.
    """
    run = RunFolder(out)
    with run.locked():
        write_reports(run, run.evidence(), run.root)
    return run.report_path, run.junit_path


def write_reports(run: RunFolder, evidence: Evidence, folder: Path) -> None:
    """Write what is rendered of a verdict that lies, or will lie, in `folder`."""
    from reports.release.html import html_report
    from reports.release.junit import junit_xml
    from reports.release.markdown import summary_markdown

    page = run.divergence_paths[0]
    link = page.name if page.is_file() else None
    write_whole(run.report_path, html_report(evidence, link, _layer(run)).encode())
    write_whole(run.junit_path, junit_xml(evidence, of_file(run.evidence_path)).encode())
    write_whole(run.summary_path, summary_markdown(evidence, str(folder)).encode())


def _layer(run: RunFolder) -> str | None:
    """The first node over tolerance that was found in this run, in words; None where none was."""
    from reports.divergence.lines import first_told

    document = run.divergence_paths[1]
    return first_told(Divergence.read(document)) if document.is_file() else None


@missing_packages_named()
def bundle(out: Path, *, allow_weak: bool = False, allow_waivers: bool = False) -> Path:
    """Make the deployable bundle of a run that PASSED; returns its folder.

    One that is WEAK_PASSED or PASSED_WITH_WAIVERS is bundled only where that is allowed, and says
    so.

    The recordings are judged once more, under the release's own policy, and what ships is that
    evidence and what is made from it: a verdict passed under another policy, or edited, is not
    bundled. Evidence and report show no image that a user brought, but name the files.

    Raises:
        NotPassed: the verdict is not PASSED.
        IntegrityError: the evidence is not what the recordings yield, or the page or a model is
            not what was verified.
    """
    from browser_harness.serve.assets import app_files
    from xport.bundles.build import RunSources, build_bundle, require_passed
    from xport.workflow.verification import rendered_documents

    run = RunFolder(out)
    with run.locked():
        evidence, plan = run.evidence(), run.plan()
        require_passed(evidence, allow_weak=allow_weak, allow_waivers=allow_waivers)
        contradicted = IntegrityError(
            "the evidence is not what the recordings yield under the release's policy",
            str(run.evidence_path),
            "run `xport judge` again, without --policy",
        )
        if evidence.plan != plan:
            raise contradicted
        prepared = load_prepared(plan, run.prepared, run.images)
        again = judged(run, plan, runtimes_of(run), prepared)
        if evidence.verdict != again.verdict:
            raise contradicted
        sources = RunSources(run.probes, run.recordings, run.images, prepared)
        shown = again.model_copy(update={"made": evidence.made}).published()
        page = app_files(operators=graph_operators(plan))
        build_bundle(shown, sources, page, rendered_documents(shown), run.bundle_path)
    return run.bundle_path


@missing_packages_named()
def release(
    release_file: Path,
    out: Path,
    *,
    cache_dir: Path,
    images: Sequence[Path] = (),
    options: BrowserOptions | None = None,
    allow_weak: bool = False,
    allow_waivers: bool = False,
    fresh: bool = False,
) -> Evidence:
    """Convert, record, judge, report and, when the verdict is PASSED, bundle.

    What did not change since an earlier run with the same `cache_dir`, one that was interrupted
    too, is not recorded again, unless this is to be `fresh`.

    `allow_weak` and `allow_waivers` are as in `convert` and `bundle`.

    Raises:
        XportError: as the steps do.
    """
    plan = convert(release_file, out, cache_dir=cache_dir, images=images, allow_weak=allow_weak)
    run = RunFolder(out)
    with run.locked():
        if run.plan().digest() != plan.digest():
            raise UnavailableError(
                "another xport run has converted here meanwhile",
                str(out),
                "give each run a folder of its own with --out",
            )
        record(out, options, cache_dir=cache_dir, fresh=fresh)
        evidence = judge(out)
        report(out)
        wrong = {(c.model, c.leg) for c in evidence.verdict.checks if c.status is Status.FAILED}
        if wrong:
            harness = Harness(plan, options or BrowserOptions(), out)
            prepared = any(leg.startswith(PREPROCESSING) for _, leg in wrong)
            _reuse(harness, cache_dir, fresh=fresh).forget(
                wrong, run.prepared if prepared else None
            )
        code = evidence.verdict.status.code(allow_weak=allow_weak, allow_waivers=allow_waivers)
        if code is ExitCode.PASSED:
            bundle(out, allow_weak=allow_weak, allow_waivers=allow_waivers)
    return evidence
