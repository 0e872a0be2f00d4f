"""The folder of one run: plan, probes, recordings, evidence, report, bundle."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from xport.bundles.manifest import MANIFEST
from xport.conversion.store import disk_errors
from xport.divergence.document import DIVERGENCE, PAGE, REPRODUCER
from xport.divergence.half_document import HALF_PAGE, HALF_PRECISION
from xport.errors import InputError, UnavailableError
from xport.inputs.images import ImageFolder
from xport.inputs.probes import ProbeFolder
from xport.judgement.evidence import Evidence
from xport.plan.plan import Plan
from xport.plan.policy import OtherPolicy
from xport.recording.prepared_folder import PreparedFolder
from xport.recording.recorder import RecordingFolder
from xport.signing.signatures import require_nothing_signed_lost


@dataclass(frozen=True)
class RunFolder:
    """Names of everything that a run leaves behind, under `root`."""

    root: Path

    @property
    def plan_path(self) -> Path:
        """What is verified, fixed before anything is recorded."""
        return self.root / "plan.json"

    @property
    def probes(self) -> ProbeFolder:
        """The inputs' bytes."""
        return ProbeFolder(self.root / "probes")

    @property
    def recordings(self) -> RecordingFolder:
        """What every leg said."""
        return RecordingFolder(self.root / "recordings")

    @property
    def images(self) -> ImageFolder:
        """The image files of the preprocessing leg."""
        return ImageFolder(self.root / "images")

    @property
    def prepared(self) -> PreparedFolder:
        """What the preprocessing leg made of them."""
        return PreparedFolder(self.root / "preprocessing")

    @property
    def runtime_path(self) -> Path:
        """The runtime measurements, one JSON document."""
        return self.root / "runtime.json"

    @property
    def sensitivity_path(self) -> Path:
        """What was tried of errors in the weights, one JSON document."""
        return self.root / "sensitivity.json"

    @property
    def implementations_path(self) -> Path:
        """What other correct implementations differ by, one JSON document."""
        return self.root / "implementations.json"

    @property
    def paired_speed_path(self) -> Path:
        """Times taken in turn with the release that the policy names, one JSON document."""
        return self.root / "paired-speed.json"

    @property
    def artifacts_path(self) -> Path:
        """The artifacts of a model in memory; those of a release lie in the store."""
        return self.root / "artifacts"

    @property
    def evidence_path(self) -> Path:
        """The evidence, verdict included."""
        return self.root / "evidence.json"

    @property
    def report_path(self) -> Path:
        """The report for people."""
        return self.root / "report.html"

    @property
    def junit_path(self) -> Path:
        """The report for CI."""
        return self.root / "junit.xml"

    @property
    def summary_path(self) -> Path:
        """The verdict as Markdown, for the summary of a CI job."""
        return self.root / "summary.md"

    @property
    def divergence_paths(self) -> tuple[Path, Path, Path]:
        """Where a leg departs: page, document, and the folder of the minimal model."""
        return self.root / PAGE, self.root / DIVERGENCE, self.root / REPRODUCER

    @property
    def half_precision_paths(self) -> tuple[Path, Path]:
        """What half precision does to a model: page and document."""
        return self.root / HALF_PAGE, self.root / HALF_PRECISION

    @property
    def bundle_path(self) -> Path:
        """The deployable bundle; exists only after a verdict of PASSED."""
        return self.root / "bundle"

    @property
    def judgements_path(self) -> Path:
        """What was judged under other policies than the release's."""
        return self.root / "judgements"

    def judgement(self, policy: OtherPolicy) -> RunFolder:
        """Where evidence, report and JUnit XML of a verdict under another policy lie.

        The name is the file's, and its digest keeps two policies of one name apart.
        """
        stem = "".join(
            c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in Path(policy.file).stem
        )
        return RunFolder(self.judgements_path / f"{stem[:40]}-{policy.sha256[:12]}")

    def plan(self) -> Plan:
        """The plan of this run.

        Raises:
            InputError: there is none, or it cannot be read.
        """
        if not self.plan_path.is_file():
            raise InputError("there is no plan here", str(self.root), "run `xport convert` first")
        return Plan.read(self.plan_path)

    def evidence(self) -> Evidence:
        """The evidence of this run.

        Raises:
            InputError: there is none, or it cannot be read.
        """
        if not self.evidence_path.is_file():
            raise InputError(
                "there is no evidence here", str(self.root), "run `xport record` and `xport judge`"
            )
        return Evidence.read(self.evidence_path)

    def clear(self, step: Literal["convert", "record", "judge"]) -> None:
        """Remove what `step` is about to make and all that was made from it.

        A bundle or report of an earlier verdict must never lie beside a later one, nor a judgement
        of an earlier recording. The store, which is the cache, lies elsewhere.

        Raises:
            InputError: the bundle here is signed: nothing is removed.
        """
        require_nothing_signed_lost(self.bundle_path)
        for path in self._made_from(step):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def _made_from(self, step: Literal["convert", "record", "judge"]) -> list[Path]:
        """What a step and those after it make."""
        paths = [self.bundle_path, self.report_path, self.junit_path, self.summary_path]
        paths += [self.evidence_path, *self.divergence_paths, *self.half_precision_paths]
        if step in ("convert", "record"):
            paths += [
                self.judgements_path,
                self.runtime_path,
                self.sensitivity_path,
                self.implementations_path,
                self.paired_speed_path,
                self.recordings.root,
                self.prepared.root,
            ]
        if step == "convert":
            paths += [self.plan_path, self.probes.root, self.images.root, self.artifacts_path]
        return paths

    @contextlib.contextmanager
    def locked(self, *, create: bool = False) -> Iterator[None]:
        """Hold the folder for this process; a second run on it is refused, not interleaved.

        Raises:
            UnavailableError: another process is working in this folder, or it cannot be written.
            InputError: it is no folder, cannot be one, is a bundle, holds somebody's files that a
                run would replace, or, where `create` is false, holds no plan; it is left as it is.
        """
        self._require_run(create)
        with self._lock():
            yield

    def _require_run(self, create: bool) -> None:
        with disk_errors(self.root):
            if (self.root / MANIFEST).is_file():
                raise InputError(
                    "this is a bundle, and no run's folder", str(self.root), "name the run's folder"
                )
            if create:
                self.root.mkdir(parents=True, exist_ok=True)
                self._require_nobodys()
            elif not self.root.is_dir():
                raise InputError(
                    "there is no run here", str(self.root), "run `xport convert` first"
                )
            elif not self.plan_path.is_file():
                raise InputError(
                    "there is no plan here", str(self.root), "run `xport convert` first"
                )

    def _require_nobodys(self) -> None:
        """Refuse to replace what no run made: a run, interrupted or not, has a lock or a plan."""
        if self._lock_path.is_file() or self.plan_path.is_file():
            return
        taken = [path.name for path in self._made_from("convert") if path.exists()]
        if taken:
            raise InputError(
                f"this is no run's folder, and a run would replace its {', '.join(taken)}",
                str(self.root),
                "give the run a folder of its own with --out",
            )

    @property
    def _lock_path(self) -> Path:
        return self.root / ".lock"

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the lock, which says whose it is where the system lets a locked file be read.

        Whoever holds it in this thread may take it once more.
        """
        path = self._lock_path.absolute()
        lock = FileLock(path, timeout=0, is_singleton=True)
        try:
            with disk_errors(self.root):
                lock.acquire()
        except Timeout as error:
            holder = ""
            with contextlib.suppress(OSError):
                holder = path.read_text().strip()
            raise UnavailableError(
                f"another xport run (process {holder or 'unknown'}) works here",
                str(self.root),
                "wait for it, or give this run a folder of its own with --out",
            ) from error
        try:
            with disk_errors(self.root), contextlib.suppress(PermissionError):
                path.write_text(f"{os.getpid()} on {platform.node() or 'this host'}")
            yield
        finally:
            lock.release()
