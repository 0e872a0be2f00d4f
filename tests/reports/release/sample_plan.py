"""The plan of the sample release: two models, six legs, twenty probes, and what is wrong."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from reference.preprocess import Preprocess
from xport.formats.artifact import Format, Signature, TensorSpec
from xport.plan.plan import (
    FLOAT64_LEG,
    REFERENCE_LEG,
    Leg,
    Plan,
    PlannedArtifact,
    PlannedModel,
    PlannedProbe,
    StageCost,
)
from xport.plan.policy import AcceptanceCriterion, Policy, RelativeTolerance, Tolerance, Waiver
from xport.plan.timing import BackendRuntime, ModelRuntime

LABELS = (
    "Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia",
    "Pneumothorax", "Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural Thickening",
    "Hernia",
)  # fmt: skip
LEGS = (
    Leg(name=FLOAT64_LEG, artifact="torch", predecessor=None),
    Leg(name=REFERENCE_LEG, artifact="torch", predecessor=None),
    Leg(name="onnx", artifact="onnx", predecessor=REFERENCE_LEG),
    Leg(name="savedmodel", artifact="savedmodel", predecessor="onnx"),
    Leg(name="tfjs/webgl", artifact="tfjs", predecessor="savedmodel", backend="webgl"),
    Leg(name="tfjs/wasm", artifact="tfjs", predecessor="savedmodel", backend="wasm"),
)
RUNTIMES = (
    BackendRuntime(
        backend="webgl",
        models=(
            ModelRuntime(
                model="classifier", cold_load=2.31, cold_first=9.84, load=1.62, first=3.1,
                steady=(0.412, 0.398, 0.455, 0.401),
            ),
            ModelRuntime(
                model="autoencoder", cold_load=3.92, cold_first=1.2, load=2.8, first=0.71,
                steady=(0.052, 0.049, 0.061, 0.05),
            ),
        ),
        both=(0.46, 0.45, 0.51, 0.47),
        peak_mib=1240.0,
    ),
    BackendRuntime(
        backend="wasm",
        models=(
            ModelRuntime(
                model="classifier", cold_load=1.2, cold_first=1.9, load=1.1, first=1.8,
                steady=(1.62, 1.58, 1.71),
            ),
            ModelRuntime(
                model="autoencoder", cold_load=1.7, cold_first=0.3, load=1.6, first=0.29,
                steady=(0.26, 0.25, 0.26),
            ),
        ),
        both=(1.9, 1.88, 1.97),
        peak_mib=910.0,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class SampleRelease:
    """What to make, and what is wrong with it; legs are named `model/leg`."""

    nan: frozenset[str] = frozenset()
    infinite: frozenset[str] = frozenset()
    swapped: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    crashed: frozenset[str] = frozenset()
    half_precision: frozenset[str] = frozenset()
    legs: tuple[Leg, ...] = LEGS
    labels: tuple[str, ...] = LABELS
    probes: tuple[str, ...] = tuple(f"probe-{i:02d}" for i in range(20))
    title: str = "Chest X-ray tool"
    runtimes: tuple[BackendRuntime, ...] = RUNTIMES
    criteria: bool = True
    relative_tolerance: bool = False
    pictures: bool = True
    weights: dict[str, str] = field(default_factory=dict)
    blind: frozenset[str] = frozenset()
    implementations: float | None = 1e-7
    min_probes: int = 3
    waivers: tuple[Waiver, ...] = ()


WASM = "classifier/tfjs/wasm"


def waivers_of_wasm(bound: float = 1.0, until: str = "2025-12-31") -> tuple[Waiver, ...]:
    """What the classifier's wasm leg fails when it swaps its findings, waived check by check."""
    return tuple(
        Waiver(
            model="classifier", leg="tfjs/wasm", output="probabilities", check=check, bound=bound,
            rationale="the clinic's tablets show this leg as a preview alone", owner="Ada Example",
            until=date.fromisoformat(until),
        )
        for check in (
            "within tolerance of torch", "within tolerance of savedmodel", "the paper's 1e-4",
        )
    )  # fmt: skip


LATENT = RelativeTolerance(
    model="autoencoder", output="latent", min_cosine=0.999, max_ratio_to_float64_gap=500.0,
    rationale="single numbers may jump, the direction may not",
)  # fmt: skip


def make_plan(sample: SampleRelease) -> Plan:
    """The plan of a sample release."""
    classifier = _model(
        sample, "classifier", "Classifier", {"probabilities": (1, len(sample.labels))}
    )
    autoencoder = _model(
        sample, "autoencoder", "Autoencoder", {"reconstruction": (1, 1, 16, 16), "latent": (1, 64)}
    )
    return Plan(
        release="chest-demo",
        title=sample.title,
        release_digest=sha("release"),
        folder=Path(),
        models=(classifier, autoencoder),
        legs=sample.legs,
        shipped_artifact="tfjs",
        wasm_threads=1,
        timeout_seconds=120.0,
        policy=_policy(sample),
    )


def _policy(sample: SampleRelease) -> Policy:
    def tolerance(model: str, output: str, bound: float) -> Tolerance:
        return Tolerance(
            model=model, output=output, max_abs=bound,
            rationale="float32 summation order over the layers of the network",
        )  # fmt: skip

    return Policy(
        min_probes=sample.min_probes,
        tolerances=(
            tolerance("classifier", "probabilities", 2e-4),
            tolerance("autoencoder", "reconstruction", 5e-4),
            *([] if sample.relative_tolerance else [tolerance("autoencoder", "latent", 1e-3)]),
        ),
        relative_tolerances=(LATENT,) if sample.relative_tolerance else (),
        acceptance_criteria=(_criterion(sample),) if sample.criteria else (),
        waivers=sample.waivers,
    )


def _criterion(sample: SampleRelease) -> AcceptanceCriterion:
    return AcceptanceCriterion(
        name="the paper's 1e-4",
        model="classifier",
        output="probabilities",
        legs=tuple(leg.name for leg in sample.legs if leg.backend),
        max_abs=1e-4,
        probes=3,
        rationale="the paper reports differences within a margin on three images",
    )


def _model(
    sample: SampleRelease, model: str, title: str, outputs: dict[str, tuple[int, ...]]
) -> PlannedModel:
    classifier = model == "classifier"
    size = 224 if classifier else 64
    names = dict.fromkeys(leg.artifact for leg in sample.legs)
    return PlannedModel(
        id=model,
        title=title,
        kind="classifier" if classifier else "autoencoder",
        signature=Signature(
            inputs=(TensorSpec(name="image", shape=(1, 1, size, size)),),
            outputs=tuple(TensorSpec(name=n, shape=s) for n, s in outputs.items()),
        ),
        labels=sample.labels if classifier else None,
        weights=sample.weights.get(model, "untrained demonstration weights, seed 0"),
        trained=model in sample.weights,
        preprocess=Preprocess(size=size),
        preprocess_digest=Preprocess(size=size).digest(),
        artifacts={name: _artifact(model, Format(name)) for name in names},
        legs=tuple(leg.name for leg in sample.legs),
        probes=tuple(
            PlannedProbe(
                name=name,
                source="NIH ChestX-ray14, 00000001_000.png",
                digests={"image": sha(model + name)},
            )
            for name in sample.probes
        ),
    )


def _artifact(model: str, fmt: Format) -> PlannedArtifact:
    return PlannedArtifact(
        format=fmt,
        path=Path("build/store") / model / fmt,
        digest=sha(f"{model}{fmt}"),
        files={"model.bin": sha(f"{model}{fmt}file")},
        bytes=28_123_456,
        cost=StageCost(
            stage=f"{fmt}-stage",
            format=fmt,
            seconds=0.0 if fmt is Format.TORCH else 14.2,
            peak_mib=1830.0,
            cached=fmt is Format.TORCH,
            tools={"torch": "2.9.1"},
        ),
    )


def sha(text: str) -> str:
    """A digest that stands for the bytes of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()
