"""Convert: from a release file to a plan with every artifact and probe in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xport.artifact import Format
from xport.errors import InputError
from xport.pipeline import Converted, Pipeline
from xport.plan import FLOAT64_LEG, REFERENCE_LEG, Leg, Plan, PlannedArtifact, PlannedModel
from xport.probes import (
    Probe,
    ProbeFolder,
    coloured_inputs,
    image_inputs,
    photograph_inputs,
    synthetic_inputs,
)
from xport.progress import Progress
from xport.release_file import ModelEntry, ReleaseFile
from xport.stages.onnx_from_torch import OnnxFromTorch
from xport.stages.tf_from_onnx import TfFromOnnx
from xport.stages.tfjs_from_tf import TfjsFromTf
from xport.stages.torch_from_factory import TorchFromFactory
from xport.store import Store


def pipeline_for(entry: ModelEntry) -> Pipeline:
    """The paper's chain: PyTorch, ONNX, TensorFlow, TF.js (section 5)."""
    return Pipeline(
        (
            TorchFromFactory(
                factory=entry.factory,
                arguments=entry.arguments,
                signature=entry.signature,
                checkpoint=entry.checkpoint,
                loader=entry.loader if entry.checkpoint else None,
                initializer=entry.initializer,
                initializer_arguments=entry.initializer_arguments,
                seed=entry.seed,
                preprocess=entry.preprocess,
                labels=entry.labels,
            ),
            OnnxFromTorch(exporter=entry.exporter, opset=entry.opset),
            TfFromOnnx(),
            TfjsFromTf(),
        )
    )


def legs_for(release: ReleaseFile) -> tuple[Leg, ...]:
    """Every way to execute a model of the release, in the order of conversion."""
    return (
        Leg(name=FLOAT64_LEG, format=Format.TORCH, predecessor=None),
        Leg(name=REFERENCE_LEG, format=Format.TORCH, predecessor=None),
        Leg(name="onnx", format=Format.ONNX, predecessor=REFERENCE_LEG),
        Leg(name="savedmodel", format=Format.SAVED_MODEL, predecessor="onnx"),
        *(
            Leg(name=f"tfjs/{b}", format=Format.TFJS, predecessor="savedmodel", backend=b)
            for b in release.browser.backends
        ),
    )


@dataclass(frozen=True)
class Converter:
    """Converts a release's models into a store and writes down what is to be verified."""

    release: ReleaseFile
    store: Store
    probes: ProbeFolder
    images: Sequence[Path] = ()
    folder: Path = Path()
    pipeline: Callable[[ModelEntry], Pipeline] = pipeline_for

    def plan(self, progress: Progress) -> Plan:
        """Make every probe and artifact.

        Raises:
            InputError: an image, checkpoint, factory or signature is wrong; it is named.
            ConversionError: a stage cannot translate a model; operator and node are named.
        """
        probes = {model_id: self._probes(entry) for model_id, entry in self.release.models.items()}
        models = []
        for model_id, entry in self.release.models.items():
            with progress.step(f"convert {model_id}", len(self.pipeline(entry).stages)) as step:
                converted = []
                for done in self.pipeline(entry).run(self.store):
                    cost = done.cost
                    took = "in store" if cost.cached else f"{cost.seconds:.1f} s"
                    step.advance(f"{cost.stage} {took}")
                    converted.append(done)
            models.append(_planned(model_id, entry, converted, self.probes, probes[model_id]))
        return Plan(
            release=self.release.name,
            title=self.release.title,
            release_digest=self.release.digest(),
            folder=self.folder,
            models=tuple(models),
            legs=legs_for(self.release),
            wasm_threads=self.release.browser.wasm_threads,
            timeout_seconds=self.release.browser.timeout_seconds,
            policy=self.release.policy,
        )

    def _probes(self, entry: ModelEntry) -> list[Probe]:
        wanted, spec, signature = self.release.probes, entry.preprocess, entry.signature
        probes = synthetic_inputs(signature, spec, seed=wanted.seed, count=wanted.synthetic)
        if spec is not None:
            probes += coloured_inputs(signature, spec, seed=wanted.seed, count=wanted.coloured)
            probes += photograph_inputs(signature, spec, wanted.photographs)
        if self.images:
            probes += image_inputs(signature, spec, self.images)
        if len(probes) < self.release.policy.min_probes:
            raise InputError(
                f"{len(probes)} probes, policy.min_probes wants {self.release.policy.min_probes}",
                "probes",
                "raise probes.synthetic or add --images",
            )
        return probes


def _planned(
    model_id: str,
    entry: ModelEntry,
    converted: Sequence[Converted],
    folder: ProbeFolder,
    probes: Sequence[Probe],
) -> PlannedModel:
    return PlannedModel(
        id=model_id,
        title=entry.title,
        kind=entry.kind,
        signature=entry.signature,
        labels=entry.labels,
        weights=entry.weights,
        trained=entry.checkpoint is not None,
        preprocess=entry.preprocess,
        artifacts={done.artifact.format: _artifact(done) for done in converted},
        probes=folder.save(probes),
    )


def _artifact(done: Converted) -> PlannedArtifact:
    path = done.artifact.path
    return PlannedArtifact(
        format=done.artifact.format,
        path=path.resolve(),
        digest=done.artifact.digest,
        files=done.files,
        bytes=sum((path / name).stat().st_size for name in done.files),
        cost=done.cost,
    )
