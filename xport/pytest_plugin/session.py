"""One release for a whole session of pytest, whatever number of processes it has."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from reports import words
from reports.release.reading import Reading
from reports.release.summary import summary_lines
from xport.common import digests, own_names, progress
from xport.common.document import Document
from xport.common.raised import named
from xport.errors import ExitCode, InputError, IntegrityError, XportError
from xport.judgement.again import again_findings, status_now
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status
from xport.library.costs import legs_of, steps_of
from xport.pytest_plugin.items import Places, ReleaseTests
from xport.pytest_plugin.options import Wanted
from xport.recording.browser import BrowserOptions
from xport.release_file.file import ReleaseFile, read_release
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

SESSION = "xport_session"
"""The key under which a session's name reaches the processes of pytest-xdist."""


class Outcome(Document):
    """What became of a session's release, for all of its processes.

    `failure` says why there is no evidence; `evidence_sha256` is of the file that there is else.
    """

    session: str
    failure: str | None = None
    evidence_sha256: str | None = None


@dataclass(eq=False)  # pytest keeps plug-ins in sets
class Session:
    """The plug-in of a session that has a release: it makes that once, and hands out its tests.

    Args:
        name: of the session, the same in all its processes.
        file: what the tests are collected from: the release file, or a run's evidence.
        places: the legs and outputs of every model, as far as they are known beforehand.
    """

    wanted: Wanted
    name: str
    file: Path
    places: Places
    main: bool = True

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        """The tests of the release where pytest was given its file, or names of tests in it."""
        named = file_path == self.file and parent.session.isinitpath(file_path)
        return self._tests(parent) if named else None

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Add the tests of the release to whatever else pytest was given."""
        report = yield
        if isinstance(collector, pytest.Session) and not collector.isinitpath(self.file):
            report.result = [*(report.result or ()), self._tests(collector)]
        return report

    def _tests(self, parent: pytest.Collector) -> pytest.Collector:
        found: pytest.Collector = ReleaseTests.from_parent(parent, path=self.file, session_of=self)
        return found

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a process of pytest-xdist whose session it is of."""
        node.workerinput[SESSION] = self.name

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say the verdict, and where the report lies; nothing where no test asked for it."""
        done = self._noted()
        if not self.main or done is None:
            return
        terminalreporter.section("xport")
        if isinstance(self._read, XportError):
            terminalreporter.line(str(self._read))
            return
        for line in summary_lines(self.reading.evidence)[:3]:
            terminalreporter.line(line)
        terminalreporter.line(f"report  {self.run.report_path}")

    @property
    def run(self) -> RunFolder:
        """The run's folder."""
        return RunFolder(self.wanted.run)

    @property
    def options(self) -> BrowserOptions:
        """Which browser is used."""
        return BrowserOptions(*self.wanted.browser)

    @property
    def status(self) -> Status:
        """What the evidence is worth today."""
        return status_now(self.reading.evidence)

    @property
    def code(self) -> ExitCode:
        """What a command that was allowed the same would end with."""
        allow_weak, allow_waivers = self.wanted.allow_weak, self.wanted.allow_waivers
        return self.status.code(allow_weak=allow_weak, allow_waivers=allow_waivers)

    @property
    def reading(self) -> Reading:
        """The evidence; the first process of the session that asks makes it, others wait.

        Raises:
            XportError: the release came to no verdict, with the words for why; or the evidence is
                not the one of this session, or contradicts itself.
        """
        if isinstance(self._read, XportError):
            raise self._read
        return self._read

    @cached_property
    def _read(self) -> Reading | XportError:
        """The evidence, or why there is none, found out once in each process."""
        try:
            done = self._done() if self.wanted.release else Outcome(session=self.name)
            return Reading(self._evidence(done))
        except XportError as error:
            return error

    def _evidence(self, done: Outcome) -> Evidence:
        if done.failure is not None:
            raise XportError(done.failure)
        evidence, path = self.run.evidence(), self.run.evidence_path
        if self.wanted.release and digests.of_file(path) != done.evidence_sha256:
            raise IntegrityError(
                "the evidence was written anew meanwhile",
                str(path),
                "give every run of pytest a folder of its own with --xport-out",
            )
        if evidence.other_policy is not None:
            raise InputError(
                "this is not the release's own verdict, but one under another policy",
                str(path),
                "name the run's own folder",
            )
        found = next(again_findings(evidence), None)
        if found is not None:
            raise IntegrityError(found, str(path), "run `xport judge` again")
        return evidence

    def _done(self) -> Outcome:
        """Make the release, unless another process of this session has; what became of it."""
        self.run.root.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._beside("lock")):
            noted = self._noted()
            if noted is None:
                noted = self._made()
                noted.write(self._beside("json"))
        return noted

    def _made(self) -> Outcome:
        wanted, failure = self.wanted, None
        assert wanted.release is not None
        try:
            with progress.shown(progress.Silent()):
                commands.release(
                    wanted.release,
                    wanted.run,
                    cache_dir=wanted.cache_dir,
                    images=wanted.images,
                    options=self.options,
                    allow_weak=wanted.allow_weak,
                    allow_waivers=wanted.allow_waivers,
                )
        except XportError as error:
            failure = str(error)
        except Exception as error:  # a model's module is somebody else's code
            failure = f"unexpected {named(error)}"
        if failure is not None:
            return Outcome(session=self.name, failure=failure)
        return Outcome(session=self.name, evidence_sha256=digests.of_file(self.run.evidence_path))

    def _noted(self) -> Outcome | None:
        """What a process of this session wrote down."""
        if self.wanted.release is None:
            return Outcome(session=self.name) if "_read" in vars(self) else None
        path = self._beside("json")
        noted = Outcome.read(path) if path.is_file() else None
        return noted if noted is not None and noted.session == self.name else None

    def _beside(self, ending: str) -> Path:
        """A file beside the run's folder, in which nothing is put that no run makes."""
        return self.run.root.with_name(f".{self.run.root.name}.pytest.{ending}")


def begin(config: pytest.Config, wanted: Wanted) -> Session:
    """The session of what is asked for.

    Raises:
        UsageError: the release file or the run cannot be used.
    """
    worker: Mapping[str, Any] | None = getattr(config, "workerinput", None)
    name = str((worker or {}).get(SESSION) or secrets.token_hex(8))
    try:
        own_names.keep()
        if wanted.release is not None:
            file, places = wanted.release, places_of(read_release(wanted.release))
        else:
            run = RunFolder(wanted.run)
            file, places = run.evidence_path, places_in(run.evidence())
    except XportError as error:
        raise pytest.UsageError(f"xport: {words.printable(str(error))}") from error
    return Session(wanted, name, file, places, main=worker is None)


def places_of(release: ReleaseFile) -> Places:
    """Legs and outputs by model, as a run on this machine will have them."""
    entries = {**release.models, **release.explanations}
    outputs = {
        **{name: [spec.name for spec in e.signature.outputs] for name, e in release.models.items()},
        **{name: [*entry.outputs()] for name, entry in release.explanations.items()},
    }
    legs = {model: legs_of(release, steps) for model, steps in steps_of(release)}
    return {model: {leg.name: tuple(outputs[model]) for leg in legs[model]} for model in entries}


def places_in(evidence: Evidence) -> Places:
    """Legs and outputs by model, of a run that was made."""
    plan = evidence.plan
    return {
        model.id: {
            leg.name: tuple(spec.name for spec in model.signature.outputs)
            for leg in plan.legs_of(model)
        }
        for model in plan.models
    }
