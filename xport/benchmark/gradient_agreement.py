"""tf.grad of a classifier, the paper's way, held against the gradient of its explanation."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from xport.benchmark.document import GradientAgreement
from xport.benchmark.side_by_side import BenchOptions, settings_for
from xport.common import isolated, progress
from xport.common.arrays import Array, Tensors
from xport.comparison.parity import measure
from xport.errors import RunnerError
from xport.formats.artifact import Artifact
from xport.inputs.probes import Probe

if TYPE_CHECKING:
    from browser_harness.drive.session import BrowserSession

EXPLANATION, GRADIENT = "explanation", "gradient"

Gradients = dict[str, Array]
"""The signed gradient by probe."""


@dataclass(frozen=True)
class Explained:
    """A classifier's explanation as TF.js and in PyTorch, and images with a class to explain.

    `logits` is the output whose value at the class is differentiated.
    """

    exported: Artifact
    reference: Artifact
    logits: str
    probes: Sequence[Probe]


def float64_gap(explained: Explained) -> float:
    """The relative L2 distance of PyTorch's float32 gradients from its own float64.

    Raises:
        RunnerCrashed: PyTorch's process died.
    """
    probes = [(probe.name, dict(probe.inputs)) for probe in explained.probes]
    exact, single = (
        isolated.call(_by_torch, explained.reference.path, probes, dtype).result
        for dtype in ("float64", "float32")
    )
    return measure(_pooled(single), _pooled(exact)).relative_l2


def _by_torch(
    folder: Path,
    probes: Sequence[tuple[str, Tensors]],
    dtype: Literal["float32", "float64"],
) -> Gradients:
    from xport.recording.runners.torch_runner import TorchRunner

    with TorchRunner("torch", folder, dtype) as runner:
        return {name: runner.run(inputs)[0][GRADIENT] for name, inputs in probes}


def agreements(
    classifiers: Mapping[str, Artifact],
    explained: Explained,
    backend: str,
    options: BenchOptions,
) -> Iterator[GradientAgreement]:
    """Differentiate each classifier by tf.grad and compare with the explanation, in one page.

    Raises:
        UnavailableError: there is no browser.
        RunnerError: the page could not run or differentiate a model.
    """
    from browser_harness.drive.models import ModelSource
    from browser_harness.drive.session import BrowserSession

    sources = [ModelSource.of_artifact(name, one) for name, one in classifiers.items()]
    sources.append(ModelSource.of_artifact(EXPLANATION, explained.exported))
    with (
        tempfile.TemporaryDirectory(prefix="xport-shaders-") as shaders,
        BrowserSession(sources, settings_for(backend, options, Path(shaders))) as session,
        progress.step(f"tf.grad on {backend}", len(sources)),
    ):
        runs = {p.name: session.run(EXPLANATION, p.inputs).outputs for p in explained.probes}
        baseline = {name: outputs[GRADIENT] for name, outputs in runs.items()}
        progress.advance(EXPLANATION)
        for name in classifiers:
            found = _by_autodiff(session, name, explained)
            yield agreement(name, backend, found, baseline)
            progress.advance(name)


def agreement(
    classifier: str, backend: str, found: Gradients, baseline: Gradients
) -> GradientAgreement:
    """How alike two sets of gradients of the same probes are, by probe and together.

    Raises:
        RunnerError: a gradient to compare with is zero everywhere, so that nothing would be.
    """
    for name, gradient in baseline.items():
        if not gradient.any():
            raise RunnerError(f"the exported gradient of {name} is zero everywhere", backend)
    return GradientAgreement(
        classifier=classifier,
        backend=backend,
        pooled=measure(_pooled(found), _pooled(baseline)),
        probes={name: measure(found[name], baseline[name]) for name in baseline},
    )


def _by_autodiff(session: BrowserSession, classifier: str, explained: Explained) -> Gradients:
    image, one_hot = (spec.name for spec in explained.exported.signature.inputs)
    return {
        probe.name: session.gradient(
            classifier,
            {image: probe.inputs[image]},
            int(probe.inputs[one_hot].argmax()),
            explained.logits,
        ).gradient
        for probe in explained.probes
    }


def _pooled(gradients: Gradients) -> Array:
    return np.stack([gradients[name].ravel() for name in sorted(gradients)])
