"""The trees of stages by which a release's models and explanations are converted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xport.conversion.pipeline import Pipeline, Step
from xport.conversion.stages.explained_from_torch import ExplainedFromTorch
from xport.conversion.stages.explanation_from_onnx import ExplanationFromOnnx
from xport.conversion.stages.onnx_from_file import OnnxFromFile
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.tf_from_onnx import TfFromOnnx
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.conversion.stages.tfjs_from_tf import TfjsFromTf
from xport.conversion.stages.torch_from_factory import TorchFromFactory
from xport.plan.routes import DIRECT, ONNX, SAVED_MODEL, TORCH, VIA_TENSORFLOW, Routes
from xport.release_file.tables import ExplanationEntry, ModelEntry


def pipeline_for(entry: ModelEntry, routes: Routes) -> Pipeline:
    """From PyTorch to ONNX, or from an ONNX file, and from there by every route to TF.js."""
    if entry.onnx_file is not None:
        own = Step(ONNX, OnnxFromFile(entry.onnx_file, entry.signature, entry.arguments))
        return Pipeline((own, *_tfjs_steps(routes)))
    return Pipeline((*_export_steps(entry), *_tfjs_steps(routes)))


def _export_steps(entry: ModelEntry, prefix: str = "") -> Iterator[Step]:
    """PyTorch and ONNX, under names that begin with `prefix`."""
    made = TorchFromFactory(
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
    )
    yield Step(prefix + TORCH, made)
    exported = OnnxFromTorch(exporter=entry.exporter, opset=entry.opset)
    yield Step(prefix + ONNX, exported, prefix + TORCH)


def _tfjs_steps(routes: Routes) -> Iterator[Step]:
    if routes.tensorflow is not None:
        yield Step(SAVED_MODEL, TfFromOnnx(), ONNX)
        yield Step(VIA_TENSORFLOW, TfjsFromTf(), SAVED_MODEL)
    if routes.direct is not None:
        yield Step(DIRECT, TfjsFromOnnx(weights=routes.direct.weights), ONNX)


def explanation_pipeline(
    entry: ExplanationEntry, of: ModelEntry, routes: Routes, key: str = "explanation"
) -> Pipeline:
    """From the classifier's PyTorch and ONNX artifacts to the explanation's, and to TF.js.

    `key` is the explanation's in the release file, for errors.

    The explanation is an ONNX graph of xport's own making, with operators that onnx-tf does not
    know, so it takes the direct route alone.
    """
    signature = entry.signature(of.signature)
    image = of.signature.inputs[0].name
    own = "classifier "
    direct = Routes(direct=routes.direct)
    return Pipeline(
        (
            *(replace(step, verified=False) for step in _export_steps(of, own)),
            Step(TORCH, _explained(entry, of, key), own + TORCH),
            Step(
                ONNX,
                ExplanationFromOnnx(
                    signature=signature,
                    image=image,
                    logits=entry.logits,
                    probabilities=entry.probabilities,
                    key=key,
                ),
                own + ONNX,
            ),
            *_tfjs_steps(direct),
        )
    )


def _explained(entry: ExplanationEntry, of: ModelEntry, key: str) -> ExplainedFromTorch:
    places = {spec.name: place for place, spec in enumerate(of.signature.outputs)}
    arguments = {
        "cam": entry.cam is not None,
        "logits": places[entry.logits],
        "probabilities": places[entry.probabilities] if entry.probabilities else None,
    }
    signature = entry.signature(of.signature)
    return ExplainedFromTorch(signature=signature, wrapper_arguments=arguments, key=key)
