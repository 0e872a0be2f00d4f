"""Whether a release's tolerances lie above the floor, measured before anything is converted.

The rounding is what `xport init` measures: the reference against itself and ONNX Runtime, on the
release's own probes. More probes can only show more rounding, so what is wide enough on the first
few is so on all, and an honest release costs one or two runs of its modules; the store remembers.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xport.common import digests, isolated
from xport.common.arrays import Array
from xport.conversion.pipeline import Pipeline
from xport.conversion.store import Entry, Store
from xport.errors import XportError
from xport.exchange.recording import Runner
from xport.formats.artifact import Signature
from xport.inputs.probes import Probe
from xport.plan import floor
from xport.plan.plan import FLOAT64_LEG, ONNX_LEG, REFERENCE_LEG
from xport.plan.policy import Policy
from xport.plan.rounding import Rounding
from xport.plan.routes import ONNX, TORCH, Routes
from xport.recording.runners.onnx_runner import OnnxRunner
from xport.recording.runners.torch_runner import TorchRunner
from xport.release_file.file import ReleaseFile
from xport.release_file.model_pipelines import explanation_pipeline
from xport.release_file.tables import ModelEntry
from xport.workflow.naming import naming

FIRST = 4
"""As many probes are tried before all are, and ONNX Runtime too."""
FOUND = "shortfalls.json"
Inputs = Sequence[Mapping[str, Array]]


@dataclass(frozen=True)
class Measured:
    """A model whose rounding is measured: the release file's key, artifacts by name, probes."""

    key: str
    model: str
    signature: Signature
    pipeline: Pipeline
    probes: Sequence[Probe]


@dataclass(frozen=True)
class Tried:
    """What is run in a process of its own: artifacts by folder, inputs, and what must hold."""

    model: str
    signature: Signature
    artifacts: Mapping[str, Path]
    inputs: Inputs
    policy: Policy


def require_narrow(
    release: ReleaseFile,
    pipeline: Callable[[ModelEntry, Routes], Pipeline],
    probes: Mapping[str, Sequence[Probe]],
    store: Store,
) -> None:
    """Hold every tolerance of a release to the rounding of its model.

    Args:
        release: whose policy it is.
        pipeline: makes a model's artifacts.
        probes: of every model and explanation.
        store: where artifacts are kept, and what was measured of them.

    Raises:
        InputError: a tolerance is wider than the floor lets it be; all are named.
        XportError: as `wide_tolerances`.
    """
    measured = [
        Measured(
            f"models.{name}", name, entry.signature, pipeline(entry, release.routes), probes[name]
        )
        for name, entry in release.models.items()
    ]
    for name, explained in release.explanations.items():
        of = release.models[explained.classifier]
        key = f"explanations.{name}"
        made = explanation_pipeline(explained, of, release.routes, key)
        measured.append(Measured(key, name, explained.signature(of.signature), made, probes[name]))
    floor.require(wide_tolerances(release.policy, measured, store), release.name)


def wide_tolerances(policy: Policy, models: Sequence[Measured], store: Store) -> list[str]:
    """Which tolerances are wider than the rounding that is measured on the probes lets them be.

    A module that cannot be run says nothing here: its legs say so when they are recorded, and no
    verdict of PASSED comes of it.

    Raises:
        XportError: a module cannot be built or, where ONNX Runtime is asked, exported.
    """
    keys: dict[str, str] = {}
    tried: dict[str, Tried] = {}
    for one in models:
        held = replace(_tried(one, policy, store, (TORCH,)), inputs=())
        keys[one.model] = _key(one, held)
        if store.find(keys[one.model]) is None:
            tried[one.model] = replace(held, inputs=[dict(p.inputs) for p in one.probes[:FIRST]])
    found = _isolated([*tried.values()])
    for one in models:
        if found.get(one.model):
            del found[one.model]
            found |= _isolated([_tried(one, policy, store, (TORCH, ONNX))])
    for name, shortfalls in found.items():
        _keep(store, keys[name], shortfalls)
    return [text for one in models for text in _remembered(store, keys[one.model])]


def shortfalls_of(every: Sequence[Tried]) -> dict[str, list[str]]:
    """The shortfalls of some models, in this process."""
    return {one.model: _shortfalls(one) for one in every}


def _isolated(tried: Sequence[Tried]) -> dict[str, list[str]]:
    if not tried:
        return {}
    try:
        return isolated.call(shortfalls_of, tried).result
    except XportError:
        return {}


def _tried(one: Measured, policy: Policy, store: Store, wanted: Sequence[str]) -> Tried:
    """Make those artifacts of a model that are wanted, and no other."""
    steps = {step.name: step for step in one.pipeline.steps}
    needed: set[str] = set()
    for name in wanted if TORCH in steps else (ONNX,):
        place: str | None = name
        while place is not None:
            needed.add(place)
            place = steps[place].source
    made = Pipeline([step for step in one.pipeline.steps if step.name in needed])
    with naming(one.key):
        artifacts = {name: done.artifact.path for name, done in made.run(store)}
    inputs = [dict(probe.inputs) for probe in one.probes]
    return Tried(one.model, one.signature, artifacts, inputs, policy)


def _key(one: Measured, held: Tried) -> str:
    """Identifies what the shortfalls depend on: artifact, probes, and what is asked of them."""
    policy = held.policy
    bounds = [(t.output, t.max_abs) for t in policy.tolerances if t.model == one.model]
    criteria = [c for c in policy.acceptance_criteria if c.model == one.model]
    return digests.of_json(
        {
            "floor": [floor.WITHIN, floor.SHARE, floor.COUNTED],
            "artifacts": {name: path.parent.name for name, path in held.artifacts.items()},
            "probes": [probe.planned().digests for probe in one.probes],
            "bounds": bounds,
            "criteria": [c.model_dump(mode="json") for c in criteria],
        }
    )


def _keep(store: Store, key: str, shortfalls: list[str]) -> None:
    """Let the store remember what was measured."""

    def make(folder: Path) -> Entry:
        (folder / FOUND).write_text(json.dumps(shortfalls))
        return Entry(
            key=key, stage="policy_floor", files={}, seconds=0, peak_mib=0, tools={}, signature=""
        )

    store.get_or_make(key, make)


def _remembered(store: Store, key: str) -> list[str]:
    """What was measured; nothing of a module that could not be run."""
    if store.find(key) is None:
        return []
    said: list[str] = json.loads((store.content(key) / FOUND).read_text())
    return said


def _shortfalls(tried: Tried) -> list[str]:
    """Probe by probe, until every tolerance is narrow enough; then with ONNX Runtime."""
    seen: dict[str, Rounding] = {}
    for rounding in _roundings(tried):
        seen = rounding if not seen else {k: seen[k].and_of(rounding[k]) for k in seen}
        found = _wide(tried, seen)
        if not found:
            return []
    return _wide(tried, seen)


def _wide(tried: Tried, seen: Mapping[str, Rounding]) -> list[str]:
    return [
        text
        for spec in tried.signature.outputs
        if spec.name in seen
        for text in floor.wide(tried.policy, tried.model, spec, seen[spec.name])
    ]


def _roundings(tried: Tried) -> Iterator[dict[str, Rounding]]:
    """The rounding of every output on one probe after the other."""
    names = [spec.name for spec in tried.signature.outputs]
    with_runtime = TORCH in tried.artifacts and ONNX in tried.artifacts
    with contextlib.ExitStack() as opened:
        runners = [opened.enter_context(runner) for runner in _runners(tried)]
        for inputs in tried.inputs:
            single, double = (runner.run(inputs)[0] for runner in runners[:2])
            runtime = runners[2].run(inputs)[0] if with_runtime else single
            yield {n: Rounding.measured([single], [double], [runtime], n) for n in names}


def _runners(tried: Tried) -> list[Runner]:
    """The reference, itself computed otherwise and, where it is asked, ONNX Runtime."""
    if TORCH not in tried.artifacts:
        folder = tried.artifacts[ONNX]
        return [OnnxRunner(ONNX_LEG, folder, "none"), OnnxRunner(ONNX_LEG, folder, "all")]
    folder = tried.artifacts[TORCH]
    runners: list[Runner] = [
        TorchRunner(REFERENCE_LEG, folder, "float32"),
        TorchRunner(FLOAT64_LEG, folder, "float64"),
    ]
    if ONNX in tried.artifacts:
        runners.append(OnnxRunner(ONNX_LEG, tried.artifacts[ONNX]))
    return runners
