"""A converted model's plan, and the same workflow as a release's on it: record, judge, report.

The reference is PyTorch float32, held to its own float64, in this process, where the module lives;
of an ONNX file, ONNX Runtime without its optimisations, held to itself with all of them and to
onnx's own evaluator.
Every other leg runs where a release's does, and the run's folder is one like a release's:
`xport judge` and `xport report` go on from it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from xport.common import digests, isolated
from xport.common.progress import advance, step
from xport.common.tools import missing_packages_named
from xport.conversion.store import disk_errors, require_writable
from xport.errors import InputError
from xport.exchange.implementations import Name
from xport.exchange.recording import Runner
from xport.formats.artifact import Format
from xport.formats.onnx_file import MODEL as ONNX_FILE
from xport.formats.tfjs_model import stored_weights
from xport.formats.torch_module import IN_MEMORY, InMemory
from xport.inputs.probes import Probe, synthetic_inputs
from xport.library.answers import (
    answers_of,
    answers_of_file,
    answers_of_onnx,
    others_of_file,
)
from xport.library.converted import Converted
from xport.library.examples import probes_of
from xport.library.ranges import ranged_by
from xport.library.report import Report
from xport.library.suggesting import OF_ONNX, OF_PYTORCH, suggested
from xport.plan import floor
from xport.plan.plan import (
    FLOAT64_LEG,
    Leg,
    Plan,
    PlannedArtifact,
    PlannedModel,
    StoredWeights,
)
from xport.plan.policy import Policy, Tolerance
from xport.plan.rounding import Answers, Rounding
from xport.plan.routes import DIRECT, ONNX, TORCH, Backend, DirectRoute, Routes
from xport.recording.browser import BrowserOptions
from xport.recording.implementations import onnx_answers, torch_answers
from xport.recording.runners.torch_runner import TorchRunner
from xport.workflow import commands
from xport.workflow.planned_page import planned_page
from xport.workflow.run_folder import RunFolder

SYNTHETIC = 8
"""How many probes are made where none are given, the example apart."""
Declared = Mapping[str, tuple[float, str]]
"""The largest absolute difference by output, each with its reason."""


@dataclass(frozen=True)
class Verification:
    """How a converted model is verified.

    `tolerances` are the caller's; what they leave out is suggested from measurements.
    """

    backends: tuple[Backend, ...]
    tolerances: Declared
    wasm_threads: int = 1
    timeout_seconds: float = 300.0
    options: BrowserOptions = field(default_factory=BrowserOptions)
    timed: bool = False
    allow_weak: bool = False


@missing_packages_named()
def verify_model(
    converted: Converted, inputs: Any, how: Verification, out: Path | None = None
) -> Report:
    """Hold a converted model to its module or ONNX file, in a real browser.

    Raises:
        InputError: probes, tolerances or folder do not fit, or ask less than the floor of every
            policy, and that is not allowed.
        IntegrityError: the converted files were changed.
        UnavailableError: the folder cannot be written.
    """
    converted.require_unchanged()
    run = RunFolder(out or converted.folder.with_name(f"{converted.folder.name}.run"))
    probes = _probes(converted, inputs)
    with disk_errors(run.root):
        require_writable(run.root)
        with run.locked(create=True):
            run.clear("convert")
            _plan(converted, probes, how, run).write(run.plan_path)
    commands.record(
        run.root, how.options, measure=how.timed, own_runner=_OwnRunners(converted).runner
    )
    evidence = commands.judge(run.root)
    commands.report(run.root)
    return Report(evidence, run.root, how.allow_weak)


def _probes(converted: Converted, inputs: Any) -> list[Probe]:
    """The caller's probes; or the example, and noise of the inputs' shapes and dtypes."""
    if inputs is not None:
        given = probes_of(inputs, converted.signature)
        return [
            Probe(f"input-{place:03d}", f"given by the caller, place {place}", arrays)
            for place, arrays in enumerate(given)
        ]
    signature = ranged_by(converted.signature, converted.onnx)
    names = [spec.name for spec in signature.inputs]
    made = synthetic_inputs(signature, None, seed=0, count=SYNTHETIC)
    if converted.example is None:
        return made
    example = dict(zip(names, converted.example, strict=True))
    return [Probe("example", "the example that the model was converted with", example), *made]


@dataclass(frozen=True)
class _OwnRunners:
    """PyTorch's legs of a converted module, in this process."""

    converted: Converted

    def runner(self, model: PlannedModel, leg: Leg) -> Runner | None:
        if leg.artifact != TORCH or self.converted.module is None:
            return None
        return self.of(leg.name)

    def of(self, leg: str) -> TorchRunner:
        own = self.converted.module
        assert own is not None
        dtype: Literal["float32", "float64"] = "float64" if leg == FLOAT64_LEG else "float32"
        return TorchRunner(leg, self.converted.folder, dtype, (own.module, own.recipe))


def _plan(converted: Converted, probes: Sequence[Probe], how: Verification, run: RunFolder) -> Plan:
    """What is verified, with every tolerance fixed before anything runs in a browser."""
    artifacts = _artifacts(converted, run.artifacts_path)
    legs = Routes(direct=DirectRoute()).legs_on(artifacts, how.backends)
    measured = _Measured(converted, probes, artifacts[ONNX].path)
    with step(f"measure {converted.name}'s rounding", 1):
        tolerances = tuple(_tolerances(measured, how.tolerances))
        advance(f"{len(probes)} probes")
    policy = Policy(min_probes=len(probes), tolerances=tolerances)
    if not how.allow_weak:
        floor.require(_shortfalls(measured, policy, how), converted.title)
    model = PlannedModel(
        id=converted.name,
        title=converted.title,
        kind="other",
        signature=ranged_by(converted.signature, converted.onnx),
        labels=None,
        weights=f"those of {converted.title}" + (", in memory" if converted.module else ""),
        trained=True,
        preprocess=None,
        artifacts=artifacts,
        legs=tuple(leg.name for leg in legs),
        probes=run.probes.save(probes),
    )
    return Plan(
        release=converted.name.replace("_", "-"),
        title=converted.title,
        release_digest=digests.of_json(
            {"onnx": artifacts[ONNX].digest, "policy": policy.model_dump(mode="json")}
        ),
        folder=Path.cwd(),
        models=(model,),
        legs=legs,
        shipped_artifact=DIRECT,
        wasm_threads=how.wasm_threads,
        timeout_seconds=how.timeout_seconds,
        policy=policy,
        page=planned_page((model,), how.wasm_threads),
    )


def _artifacts(converted: Converted, folder: Path) -> dict[str, PlannedArtifact]:
    """Write the artifacts into a run's folder; what stands for the module, where there is one."""
    (folder / ONNX).mkdir(parents=True)
    (folder / ONNX / ONNX_FILE).write_bytes(converted.onnx)
    shutil.copytree(converted.folder, folder / DIRECT)
    if converted.module is not None:
        (folder / TORCH).mkdir()
        InMemory(
            module=converted.title,
            parameters=converted.module.parameters,
            onnx=digests.of_bytes(converted.onnx),
        ).write(folder / TORCH / IN_MEMORY)
    return {name: _artifact(converted, name, folder / name) for name in converted.costs}


def _artifact(converted: Converted, name: str, path: Path) -> PlannedArtifact:
    files, cost = digests.of_folder(path), converted.costs[name]
    weights = stored_weights(path) if cost.format is Format.TFJS else {}
    return PlannedArtifact(
        format=cost.format,
        path=path.resolve(),
        digest=digests.of_listing(files),
        files=files,
        bytes=sum((path / file).stat().st_size for file in files),
        cost=cost,
        weights=tuple(StoredWeights(dtype=dtype, **row) for dtype, row in sorted(weights.items())),
    )


@dataclass(frozen=True)
class _Measured:
    """What the reference, itself computed otherwise, and a runtime say of the probes."""

    converted: Converted
    probes: Sequence[Probe]
    onnx_folder: Path

    @cached_property
    def answers(self) -> tuple[Answers, Answers, Answers]:
        """Of every probe; the last two are one where an ONNX file is its own runtime."""
        inputs = [dict(probe.inputs) for probe in self.probes]
        if self.converted.module is None:
            return answers_of_file(self.onnx_folder, inputs)
        runners = _OwnRunners(self.converted)
        runtime = isolated.call(answers_of_onnx, self.onnx_folder, inputs).result
        single, double = (answers_of(runners.of(leg), inputs) for leg in (TORCH, FLOAT64_LEG))
        return single, double, runtime

    @cached_property
    def others(self) -> dict[Name, Answers]:
        """Of further implementations, of the first probes."""
        inputs = [dict(probe.inputs) for probe in self.probes]
        if self.converted.module is None:
            return others_of_file(self.onnx_folder, inputs)
        said = torch_answers(_OwnRunners(self.converted).of(TORCH), inputs)
        return said | isolated.call(onnx_answers, self.onnx_folder, inputs).result


def _tolerances(measured: _Measured, declared: Declared) -> list[Tolerance]:
    """The declared tolerances, and suggestions for the outputs that they leave out."""
    converted = measured.converted
    outputs = {spec.name for spec in converted.signature.outputs}
    unknown = sorted({*declared} - outputs)
    if unknown:
        raise InputError(
            f"{', '.join(unknown)}: no such output, there are {', '.join(sorted(outputs))}",
            "tolerances",
            "name the model's outputs",
        )
    found = [_declared(converted.name, name, said) for name, said in declared.items()]
    wanted = tuple(s for s in converted.signature.outputs if s.name not in declared)
    if not wanted:
        return found
    signature = converted.signature.model_copy(update={"outputs": wanted})
    measure = OF_ONNX if converted.module is None else OF_PYTORCH
    answers, others = measured.answers, measured.others
    return found + suggested(converted.name, signature, *answers, measure, others)


def _shortfalls(measured: _Measured, policy: Policy, how: Verification) -> list[str]:
    """What is asked too little of; what was suggested is narrow enough."""
    found = list(floor.shortfalls(policy, how.backends, images=False))
    for spec in measured.converted.signature.outputs:
        if spec.name in how.tolerances:
            rounding = Rounding.measured(*measured.answers, spec.name)
            found += floor.wide(policy, measured.converted.name, spec, rounding)
    return found


def _declared(model: str, output: str, said: Any) -> Tolerance:
    try:
        max_abs, rationale = said
        return Tolerance(model=model, output=output, max_abs=max_abs, rationale=rationale)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{said!r} is no tolerance with its reason",
            f"tolerances: {output}",
            'give a pair, such as (1e-5, "the reason, in a dozen letters or more")',
        ) from error
