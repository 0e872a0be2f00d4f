"""Stages and the pipeline that runs them, skipping what the store already holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from xport.common import digests, isolated
from xport.common.tools import tool_versions
from xport.conversion.in_words import crashed, in_words
from xport.conversion.store import Entry, Store
from xport.errors import ConversionError, InputError, PackageMissing, RunnerCrashed, located
from xport.formats.artifact import Artifact, Format, Signature
from xport.plan.plan import StageCost
from xport.toolchains import interpreters
from xport.toolchains.toolchain import Toolchain


class Stage(Protocol):
    """Turns an artifact of one format into another; data plus one method."""

    @property
    def name(self) -> str:
        """Target-from-source, such as `onnx_from_torch`."""
        ...

    @property
    def consumes(self) -> Format | None:
        """The source's format; None for a stage that begins a chain."""
        ...

    @property
    def produces(self) -> Format:
        """The result's format."""
        ...

    @property
    def packages(self) -> tuple[str, ...]:
        """The distributions whose versions decide the result."""
        ...

    def parameters(self) -> Mapping[str, Any]:
        """Everything else that decides the result, as JSON."""
        ...

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Fill `folder`; the signature that was found in what was written."""
        ...


@runtime_checkable
class UsesToolchain(Protocol):
    """A stage whose packages live in an interpreter of their own."""

    @property
    def toolchain(self) -> Toolchain:
        """Whose."""
        ...


@runtime_checkable
class DeclaresSignature(Protocol):
    """A stage that is given the signature of its result; every other keeps its source's."""

    @property
    def signature(self) -> Signature:
        """What the result must have."""
        ...


@dataclass(frozen=True)
class Converted:
    """An artifact, the digest of each of its files, and what making it took."""

    artifact: Artifact
    files: dict[str, str]
    cost: StageCost


@dataclass(frozen=True)
class Refusal:
    """A stage that could not make its artifact, and why: no translation, or no package."""

    stage: str
    error: ConversionError | PackageMissing


@dataclass(frozen=True)
class Step:
    """One artifact of a pipeline: its name, the stage that makes it, and from which other one.

    One that is not `verified` is only on the way to others.
    """

    name: str
    stage: Stage
    source: str | None = None
    verified: bool = True


@dataclass(frozen=True)
class Pipeline:
    """A tree of stages: each makes an artifact from one that was made before it."""

    steps: Sequence[Step]

    def __post_init__(self) -> None:
        """Check that the stages fit.

        Raises:
            InputError: a stage consumes another format than its source has, or the source comes
                later.
        """
        made: dict[str | None, Format | None] = {None: None}
        for step in self.steps:
            if step.source not in made:
                raise InputError(f"its source {step.source!r} is not made before it", step.name)
            given = made[step.source]
            if step.stage.consumes != given:
                raise InputError(
                    f"stage consumes {step.stage.consumes}, but gets {given}", step.stage.name
                )
            made[step.name] = step.stage.produces

    def run(self, store: Store) -> Iterator[tuple[str, Converted]]:
        """Run every stage, or take its result from the store; yields artifacts by name.

        Raises:
            XportError: as `run_stage`.
        """
        for name, done in self.attempt(store, ()):
            assert isinstance(done, Converted)
            yield name, done

    def attempt(
        self, store: Store, optional: Collection[str]
    ) -> Iterator[tuple[str, Converted | Refusal]]:
        """As `run`, but an artifact among `optional` may be refused; then its own are not tried.

        Raises:
            XportError: as `run_stage`, of every other artifact.
        """
        made: dict[str, Artifact] = {}
        refused: set[str] = set()
        for step in self.steps:
            if step.source in refused:
                refused.add(step.name)
                continue
            source = made[step.source] if step.source else None
            done: Converted | Refusal
            try:
                done = run_stage(step.stage, source, store)
                made[step.name] = done.artifact
            except (ConversionError, PackageMissing) as error:
                if step.name not in optional:
                    raise
                done = Refusal(step.stage.name, error)
                refused.add(step.name)
            yield step.name, done


def run_stage(stage: Stage, source: Artifact | None, store: Store) -> Converted:
    """Run one stage in a process of its own, unless the store holds its result.

    Raises:
        ConversionError: the stage could not translate the model; nothing is kept.
        PackageMissing: a package or toolchain that the stage needs is not installed.
        UnavailableError: the disk is full, or the interpreter of a toolchain does not run.
        InputError: the source artifact is of another format than the stage consumes.
    """
    if stage.consumes != (source.format if source else None):
        raise InputError(
            f"stage needs {stage.consumes}, got {source and source.format}", stage.name
        )
    tools = tools_of(stage, stage.packages)
    key = digests.of_json(
        {
            "stage": stage.name,
            "parameters": stage.parameters(),
            "source": source.digest if source else None,
            "tools": tools,
        }
    )

    def make(folder: Path) -> Entry:
        try:
            # What builds the model shares no hash seed with what builds it again.
            call = isolated.call if source else isolated.call_anew
            outcome = call(carry_out, stage, source, folder)
        except RunnerCrashed as error:
            raise crashed(stage.name, error) from error
        return Entry(
            key=key,
            stage=stage.name,
            files={},
            seconds=outcome.seconds,
            peak_mib=outcome.peak_mib,
            tools=tools,
            signature=outcome.result.model_dump_json(),
        )

    entry, cached = store.get_or_make(key, make)
    artifact = Artifact(
        format=stage.produces,
        path=store.content(key),
        signature=Signature.model_validate_json(entry.signature),
        digest=digests.of_listing(entry.files),
    )
    cost = StageCost(
        stage=stage.name,
        format=stage.produces,
        seconds=entry.seconds,
        peak_mib=entry.peak_mib,
        cached=cached,
        tools=tools,
    )
    return Converted(artifact, entry.files, cost)


def tools_of(stage: Stage, packages: Sequence[str]) -> dict[str, str]:
    """The versions of some of a stage's packages, where it finds them.

    Raises:
        PackageMissing: one is not installed there.
        UnavailableError: the interpreter of a toolchain does not run.
    """
    if isinstance(stage, UsesToolchain):
        return interpreters.tool_versions(stage.toolchain, packages)
    return tool_versions(packages)


def carry_out(stage: Stage, source: Artifact | None, folder: Path) -> Signature:
    """Run one stage in this process, into `folder`; errors as in `run_stage`."""
    with in_words(stage.name):
        found = stage.run(source, folder)
    expected = found if source is None else source.signature
    if isinstance(stage, DeclaresSignature):
        expected = stage.signature
    with located(stage.name):
        expected.require_same(found)
    return expected
