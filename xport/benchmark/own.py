"""The project's own promises, `targets`, measured on a classifier: `xport targets`."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reference.preprocess import Preprocess
from xport.benchmark import targets
from xport.benchmark.document import (
    BackendResult,
    BenchResult,
    GradientAgreement,
    Measured,
    TargetResult,
)
from xport.benchmark.gradient_agreement import Explained, agreements, float64_gap
from xport.benchmark.models import NamedModel
from xport.benchmark.pictures import measure_pictures, picture_targets
from xport.benchmark.side_by_side import BenchOptions, forward_of, measure, result_of
from xport.common import progress
from xport.common.callables import search_in
from xport.comparison.intervals import Interval, draws_for
from xport.conversion.pipeline import Converted, Stage, run_stage
from xport.conversion.stages.tf_from_onnx import TfFromOnnx
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.conversion.stages.tfjs_from_tf import TfjsFromTf
from xport.conversion.store import Store
from xport.errors import InputError
from xport.formats.artifact import Artifact, Signature
from xport.formats.onnx_file import MODEL as ONNX_FILE
from xport.inputs.probes import Probe, explained_probes, synthetic_inputs
from xport.plan.routes import (
    DIRECT,
    ONNX,
    TORCH,
    VIA_TENSORFLOW,
    DirectRoute,
    Routes,
    TensorflowRoute,
)
from xport.release_file.file import ReleaseFile, read_release
from xport.release_file.model_pipelines import explanation_pipeline, pipeline_for
from xport.release_file.tables import ModelEntry

DIRECT_CONVERSIONS = 3
COLD_ROUNDS, COLD_STARTS = 2, 3
GRADIENT_PROBES = 3
SALIENCY = ("probabilities", "saliency")
BOTH_ROUTES = Routes(direct=DirectRoute(), tensorflow=TensorflowRoute())


@dataclass(frozen=True)
class Converts:
    """The classifier by every route, and its explanation.

    The TensorFlow route is timed on TF.js's own kernels, as the paper ran it; what xport makes
    itself is timed on the engine that xport ships.
    """

    onnx: Artifact
    via_tensorflow: Artifact
    direct: Artifact
    explained: Explained
    preprocess: Preprocess

    def named(self) -> dict[str, NamedModel]:
        """The models under the names that the tables show."""
        return {
            "tensorflow-route": _named("tensorflow-route", self.via_tensorflow),
            "direct": _named("direct", self.direct),
            "onnxruntime-web": NamedModel(
                "onnxruntime-web", self.onnx.path / ONNX_FILE, self.onnx.signature
            ),
            "saliency": _named("saliency", self.explained.exported),
        }


def _named(name: str, artifact: Artifact) -> NamedModel:
    return NamedModel(name, artifact.path, artifact.signature)


def measure_targets(release_file: Path, store: Path, options: BenchOptions) -> BenchResult:
    """Convert the release's explained classifier by both routes and measure every target.

    `options` give rounds, seed and browser; what is run on which backend is fixed by the targets.

    Raises:
        InputError: the release has no explanation, or the options ask for something else too.
        XportError: as conversion and `side_by_side.bench` do; what cannot be measured is an error.
    """
    if options.outputs or options.gradient or options.stock_kernels or options.cold:
        raise InputError("the targets fix what is run", "targets", "leave the other options out")
    release = read_release(release_file)
    search_in(Path.cwd())
    search_in(release_file.resolve().parent)
    converts = _converted(release, Store(store))
    judged = list(_conversion(converts.onnx))
    models = converts.named()
    wasm = _wasm(models, options)
    warm, cold = _webgl(models, options)
    judged += [*_wasm_targets(wasm, options.seed), *_webgl_targets(warm, cold, options.seed)]
    gradients, judged_gradients = _gradients(converts, options)
    pictures = measure_pictures(models["direct"], converts.preprocess, options)
    return result_of(
        list(models.values()),
        options,
        backends=(wasm, warm, cold),
        gradients=gradients,
        pictures=pictures,
        targets=(*judged, *judged_gradients, *picture_targets(pictures)),
    )


def _converted(release: ReleaseFile, store: Store) -> Converts:
    if not release.explanations:
        raise InputError("explains no classifier", release.name, "add an [explanations] table")
    entry = next(iter(release.explanations.values()))
    classifier = release.models[entry.classifier]
    if classifier.preprocess is None:
        raise InputError(f"{entry.classifier} takes no images", release.name)
    plain, explained = (
        pipeline_for(classifier, BOTH_ROUTES),
        explanation_pipeline(entry, classifier, BOTH_ROUTES),
    )
    with progress.step("convert", len(plain.steps) + len(explained.steps)):
        made = {}
        for name, done in plain.run(store):
            made[name] = done.artifact
            progress.advance(name)
        wrapped = {}
        for name, done in explained.run(store):
            wrapped[name] = done.artifact
            progress.advance(name)
    about = Explained(
        wrapped[DIRECT],
        wrapped[TORCH],
        entry.logits,
        _probes(classifier, wrapped[DIRECT].signature),
    )
    return Converts(made[ONNX], made[VIA_TENSORFLOW], made[DIRECT], about, classifier.preprocess)


def _probes(classifier: ModelEntry, signature: Signature) -> list[Probe]:
    """Images with a class each; of a pale image every ReLU is near its kink."""
    images = synthetic_inputs(
        classifier.signature,
        classifier.preprocess,
        seed=classifier.seed,
        count=2 * GRADIENT_PROBES,
    )
    name = signature.inputs[0].name
    lively = sorted(images, key=lambda probe: -float(probe.inputs[name].std()))[:GRADIENT_PROBES]
    return explained_probes(lively, signature, classifier.labels or (), GRADIENT_PROBES)


def _gradients(
    converts: Converts, options: BenchOptions
) -> tuple[tuple[GradientAgreement, ...], tuple[TargetResult, ...]]:
    """tf.grad beside the exported gradient: both routes on wasm, the one that ships on WebGL."""
    direct = {"direct": converts.direct}
    both = {"tensorflow-route": converts.via_tensorflow, **direct}
    found = tuple(
        one
        for backend, classifiers in (("wasm", both), ("webgl", direct))
        for one in agreements(
            classifiers,
            converts.explained,
            backend,
            replace(options, backends=(backend,)),
        )
    )
    return found, tuple(targets.judged_gradients(found, float64_gap(converts.explained)))


def _conversion(onnx: Artifact) -> Iterator[TargetResult]:
    """Both routes from the same ONNX file, from nothing; the short one more often."""
    with progress.step("time conversions", DIRECT_CONVERSIONS + 1):
        direct = []
        for _ in range(DIRECT_CONVERSIONS):
            direct.append(_from_nothing((TfjsFromOnnx(),), onnx)[-1].cost)
            progress.advance()
        via = [done.cost for done in _from_nothing((TfFromOnnx(), TfjsFromTf()), onnx)]
        progress.advance()
    seconds = statistics.median(cost.seconds for cost in direct)
    yield targets.judged(targets.DIRECT_SECONDS, seconds)
    yield targets.judged(targets.DIRECT_MEMORY, max(cost.peak_mib for cost in direct))
    yield targets.judged(targets.CONVERSION_RATIO, sum(cost.seconds for cost in via) / seconds)


def _from_nothing(stages: Sequence[Stage], source: Artifact) -> list[Converted]:
    """The stages one after the other in a store that holds nothing."""
    with tempfile.TemporaryDirectory(prefix="xport-bench-store-") as folder:
        results = []
        for stage in stages:
            done = run_stage(stage, source, Store(Path(folder)))
            results.append(done)
            source = done.artifact
        return results


def _wasm(models: dict[str, NamedModel], options: BenchOptions) -> BackendResult:
    chosen = replace(options, backends=("wasm",))
    forward = {name: forward_of(model, chosen) for name, model in models.items()}
    via = replace(forward["tensorflow-route"], stock_kernels=True)
    contestants = [
        via,
        forward["direct"],
        forward["onnxruntime-web"],
        replace(forward["saliency"], outputs=SALIENCY),
        replace(via, id="tf.grad", differentiate="logits"),
    ]
    return measure(contestants, "wasm", chosen)


def _webgl(
    models: dict[str, NamedModel], options: BenchOptions
) -> tuple[BackendResult, BackendResult]:
    """Warm, in turn in one page; then each from an empty shader cache."""
    chosen = replace(options, backends=("webgl",))
    via = replace(forward_of(models["tensorflow-route"], chosen), stock_kernels=True)
    direct = forward_of(models["direct"], chosen)
    saliency = replace(forward_of(models["saliency"], chosen), outputs=SALIENCY)
    warm = measure([via, direct, saliency], "webgl", chosen)
    cold = replace(chosen, cold=True, cold_starts=COLD_STARTS, rounds=COLD_ROUNDS)
    return warm, measure([via, direct], "webgl", cold)


def _wasm_targets(result: BackendResult, seed: int) -> Iterator[TargetResult]:
    found = _by_name(result)
    for target, above, below in (
        (targets.FORWARD_WASM, "direct", "tensorflow-route"),
        (targets.FORWARD_ONNX, "direct", "onnxruntime-web"),
        (targets.SALIENCY_WASM, "saliency", "direct"),
        (targets.AUTODIFF, "tf.grad", "saliency"),
    ):
        yield targets.judged_ratio(target, _ratio(found[above], found[below], seed))


def _webgl_targets(warm: BackendResult, cold: BackendResult, seed: int) -> Iterator[TargetResult]:
    steady, start = _by_name(warm), _by_name(cold)
    saliency = _ratio(steady["saliency"], steady["direct"], seed)
    yield targets.judged_ratio(targets.SALIENCY_WEBGL, saliency)
    first = Interval.of_ratio(
        start["direct"].starts, start["tensorflow-route"].starts, draws_for(COLD_STARTS, seed)
    )
    yield targets.judged_ratio(targets.COLD_START, first)
    kept = _ratio(steady["direct"], steady["tensorflow-route"], seed)
    yield targets.judged_ratio(targets.COLD_STEADY, kept)


def _by_name(result: BackendResult) -> dict[str, Measured]:
    return {row.measured.name: row.measured for row in result.rows}


def _ratio(above: Measured, below: Measured, seed: int) -> Interval:
    draws = draws_for(len(below.seconds), seed)
    return Interval.of_ratio(above.seconds, below.seconds, draws)
