"""Realistic evidence for the report tests, judged by the real `compare` and `judge`.

The recordings are small random arrays to which every leg adds an error of a typical size.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.reports.release.sample_environment import environment
from tests.reports.release.sample_plan import SampleRelease, make_plan, sha
from tests.reports.release.sample_preprocessing import (
    SamplePreprocessing,
    plan_with_images,
    prepared_case,
)
from xport.comparison.parity import Comparison, Outputs, Pair, Role, compare
from xport.comparison.picture import Picture
from xport.comparison.pipeline_effect import PipelineEffect
from xport.comparison.preprocessing import PreparedCase, effects_of
from xport.exchange.implementations import (
    PROBES,
    Implementation,
    Implementations,
    artifacts_of,
    names_of,
)
from xport.exchange.recording import Recording
from xport.exchange.sensitivity import OutputChange, Sensitivity, Trial, WeightGroup
from xport.formats.artifact import TensorSpec
from xport.judgement.evidence import Evidence
from xport.judgement.judge import judge
from xport.judgement.sensitivity import detectable_errors
from xport.judgement.verdict import Case, OutputFacts
from xport.judgement.waivers import day_of
from xport.plan.plan import FLOAT64_LEG, REFERENCE_LEG, Leg, Plan, PlannedModel

MADE = "2025-03-14T09:26:53+00:00"
ADDED = {
    REFERENCE_LEG: 6e-8,
    "onnx": 9e-7,
    "savedmodel": 0.0,
    "tfjs/webgl": 7e-6,
    "tfjs/wasm": 6e-7,
}
"""Standard deviation of the error each leg adds to what it is converted from."""


def make_evidence(
    sample: SampleRelease | None = None, preprocessing: SamplePreprocessing | None = None
) -> Evidence:
    """Evidence of a release, passing unless the samples say otherwise."""
    sample = sample or SampleRelease()
    plan = make_plan(sample)
    effects: tuple[PipelineEffect, ...] = ()
    prepared: PreparedCase | None = None
    if preprocessing is not None:
        plan = plan_with_images(preprocessing, sample)
        prepared = prepared_case(plan, preprocessing)
        effects = tuple(effects_of(prepared))
    recorded = {
        (model.id, leg.name): _outputs(sample, model, leg)
        for model in plan.models
        for leg in plan.legs
        if f"{model.id}/{leg.name}" not in sample.missing | sample.crashed
    }
    recordings = tuple(_recordings(sample, plan))
    facts = tuple(_facts(plan, recorded))
    comparisons = tuple(_comparisons(plan, recorded))
    case = Case(
        plan=plan,
        planned=plan.digest(),
        recordings={(r.model, r.leg): r for r in recordings},
        facts={(f.model, f.leg, f.output): f for f in facts},
        comparisons={(c.model, c.leg, c.output, c.role): c for c in comparisons},
        effects=effects,
        prepared=prepared.recordings if prepared else {},
        preparations=prepared.preparations if prepared else None,
        day=day_of(MADE),
        implementations=tuple(_implementations(sample, plan)),
    )
    sensitivity = tuple(_sensitivity(sample, plan))
    return Evidence(
        made=MADE,
        xport="0.1.0",
        plan=plan,
        recordings=recordings,
        facts=facts,
        comparisons=comparisons,
        runtimes=sample.runtimes,
        pictures=tuple(_pictures(plan)) if sample.pictures else (),
        preprocessing=effects,
        sensitivity=sensitivity,
        detectable_errors=tuple(detectable_errors(case, sensitivity)),
        implementations=tuple(case.implementations),
        verdict=judge(case),
    )


def _implementations(sample: SampleRelease, plan: Plan) -> Iterator[Implementations]:
    """Every implementation that is none of the legs is as far away as the sample says."""
    for model in plan.models:
        if sample.implementations is not None:
            away = {spec.name: sample.implementations for spec in model.signature.outputs}
            yield Implementations(
                model=model.id,
                artifacts=artifacts_of(model),
                probes=tuple(probe.name for probe in model.probes[:PROBES]),
                found=tuple(Implementation(name=n, differences=away) for n in names_of(model)),
            )


def _sensitivity(sample: SampleRelease, plan: Plan) -> Iterator[Sensitivity]:
    """Two groups of every model: an error moves outputs by a hundredth of it, or not at all."""
    for model in plan.models:
        if "onnx" in model.legs:
            outputs = [spec.name for spec in model.signature.outputs]
            effects = (1e-2, 0.0 if model.id in sample.blind else 1e-2)
            yield Sensitivity(
                model=model.id,
                plan_digest=plan.digest(),
                artifact_digest=model.artifacts["onnx"].digest,
                probes=sample.probes[:1],
                unspoilt=dict.fromkeys(outputs, _change(0.0)),
                groups=tuple(_group(n, outputs, effect) for n, effect in enumerate(effects)),
            )


def _group(number: int, outputs: list[str], effect: float) -> WeightGroup:
    return WeightGroup(
        first=f"layers.{number}.weight",
        last=f"layers.{number}.bias",
        tensors=2,
        parameters=1200,
        trials=tuple(
            Trial(error=2.0**-n, outputs=dict.fromkeys(outputs, _change(effect * 2.0**-n)))
            for n in range(24)
        ),
    )


def _change(size: float) -> OutputChange:
    return OutputChange(max_abs=size, relative_l2=size, angle=size)


def _outputs(sample: SampleRelease, model: PlannedModel, leg: Leg) -> dict[str, Outputs]:
    """What a leg says about every probe: the truth, and the errors of all legs up to it."""
    return {
        spec.name: {
            probe: _output(sample, model, leg, spec, probe).reshape(spec.shape)
            for probe in sample.probes
        }
        for spec in model.signature.outputs
    }


def _output(
    sample: SampleRelease, model: PlannedModel, leg: Leg, spec: TensorSpec, probe: str
) -> npt.NDArray[Any]:
    values = _rng(model.id, spec.name, probe).uniform(0, 1, int(np.prod(spec.shape)))
    if leg.name == FLOAT64_LEG:
        return values
    for step in _chain(sample, leg):
        size = ADDED.get(step.name, 1e-6)
        noise = _rng(model.id, spec.name, probe, step.name).normal(0, size, values.size)
        values = np.clip(values + noise, 0, 1) if size else values
        if f"{model.id}/{step.name}" in sample.swapped:
            values = values[::-1]
    values = values.astype(np.float32)
    place = f"{model.id}/{leg.name}"
    if probe == sample.probes[3]:
        values[:2] = np.nan if place in sample.nan else values[:2]
        values[:1] = np.inf if place in sample.infinite else values[:1]
    return values


def _chain(sample: SampleRelease, leg: Leg) -> list[Leg]:
    """PyTorch and every leg from it to `leg`."""
    by_name = {known.name: known for known in sample.legs}
    chain = [leg]
    while chain[0].predecessor is not None:
        chain.insert(0, by_name[chain[0].predecessor])
    return chain


def _comparisons(
    plan: Plan, recorded: dict[tuple[str, str], dict[str, Outputs]]
) -> Iterator[Comparison]:
    for model in plan.models:
        for leg in plan.legs:
            baselines = {
                Role.REFERENCE: REFERENCE_LEG if leg.name != REFERENCE_LEG else None,
                Role.PREDECESSOR: leg.predecessor,
                Role.FLOAT64: FLOAT64_LEG,
            }
            for role, baseline in baselines.items():
                ours = recorded.get((model.id, leg.name))
                theirs = recorded.get((model.id, baseline or ""))
                if not ours or not theirs or baseline is None or leg.name == FLOAT64_LEG:
                    continue
                for spec in model.signature.outputs:
                    pair = Pair(
                        model=model.id, leg=leg.name, baseline=baseline, role=role,
                        output=spec.name,
                    )  # fmt: skip
                    labelled = model.labels is not None
                    yield compare(pair, ours[spec.name], theirs[spec.name], labelled=labelled)


def _facts(
    plan: Plan, recorded: dict[tuple[str, str], dict[str, Outputs]]
) -> Iterator[OutputFacts]:
    for (model, leg), outputs in recorded.items():
        for output, by_probe in outputs.items():
            stack = np.stack(list(by_probe.values()))
            yield OutputFacts(
                model=model,
                leg=leg,
                output=output,
                probes=len(by_probe),
                nan=int(np.isnan(stack).sum()),
                inf=int(np.isinf(stack).sum()),
                zero=not stack.any(),
                spread=float(np.nanmax(np.ptp(np.nan_to_num(stack), axis=0))),
                shape_as_declared=True,
                largest=float(np.nanmax(np.abs(np.nan_to_num(stack)))),
            )


def _recordings(sample: SampleRelease, plan: Plan) -> Iterator[Recording]:
    for model in plan.models:
        for leg in plan.legs:
            place = f"{model.id}/{leg.name}"
            if place in sample.missing:
                continue
            recording = Recording(
                model=model.id,
                leg=leg.name,
                plan_digest=plan.digest(),
                artifact_digest=model.artifacts[leg.artifact].digest,
                failure="the page lost its WebGL context twice",
            )
            if place not in sample.crashed:
                recording = recording.model_copy(update=_result(sample, model, leg))
            yield recording


def _result(sample: SampleRelease, model: PlannedModel, leg: Leg) -> dict[str, Any]:
    """The fields of a recording that succeeded."""
    digests = {
        probe.name: {s.name: sha(f"{leg.name}/{s.name}") for s in model.signature.outputs}
        for probe in model.probes
    }
    return {
        "failure": None,
        "environment": environment(
            model, leg, half=f"{model.id}/{leg.name}" in sample.half_precision
        ),
        "input_digests": {probe.name: probe.digests for probe in model.probes},
        "output_digests": digests,
        "again_digests": digests,
        "seconds": {probe.name: 0.2 + 0.01 * i for i, probe in enumerate(model.probes)},
        "load_seconds": 1.5,
        "peak_mib": 740.0,
    }


def _pictures(plan: Plan) -> Iterator[Picture]:
    for model in plan.models:
        probe = model.probes[min(3, len(model.probes) - 1)].name
        legs = [leg.name for leg in plan.legs if leg.backend]
        for leg, title in [(None, "probe"), *((leg, "difference") for leg in legs)]:
            pixels = _rng(model.id, title).integers(0, 255, (24, 24), dtype=np.uint8)
            buffer = io.BytesIO()
            Image.fromarray(pixels).save(buffer, "PNG")
            yield Picture(
                model=model.id, leg=leg, probe=probe, title=title,
                png_base64=base64.b64encode(buffer.getvalue()).decode(),
            )  # fmt: skip


def _rng(*names: str) -> np.random.Generator:
    return np.random.default_rng(int(sha("/".join(names))[:12], 16))
