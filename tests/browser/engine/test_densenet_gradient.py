"""tf.grad of DenseNet, the paper's way, says what the exported explanation says."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import onnx
import pytest
import torch

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from reference.networks.densenet import classifier
from reference.networks.explain import Explained
from reference.networks.initialise import from_data
from xport.benchmark.gradient_agreement import agreement
from xport.benchmark.targets import MAX_RATIO_TO_FLOAT64_GAP, MIN_COSINE
from xport.common.arrays import Array
from xport.comparison.parity import measure
from xport.conversion.stages.tfjs_from_onnx import write_tfjs
from xport.formats.tfjs_model import signature_of
from xport.onnx_graph.files import graph_from_model, model_from_graph
from xport.onnx_graph.gradient import explanation_graph
from xport.onnx_graph.passes import simplify

SIZE, CLASSES, CLASS = 64, 14, 9
"""The image is small, because the cpu backend is slow."""

DENSENET_121, SHORT = (6, 12, 24, 16), (2, 2, 2, 2)
"""Layers per block. On llvmpipe DenseNet-121 takes a minute to compile: `make bench` does that; the
cpu backend needs as long for its convolutions."""

BORDER = 12
"""Black pixels on every side, in which all values of a pooling window are equal."""


@dataclass(frozen=True)
class Densenet:
    """The classifier and its explanation as TF.js, an image, and PyTorch's own gradient.

    `gap` is how far PyTorch float32 is from float64 on the worst of a few images: which of them has
    a ReLU that rounding opens or closes depends on the processor.
    """

    sources: tuple[ModelSource, ModelSource]
    image: Array
    one_hot: Array
    gradient: Array
    gap: float


@pytest.fixture(scope="module")
def densenet(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[int, ...]], Densenet]:
    """Makes a DenseNet of the given layers, each once."""
    return cache(lambda blocks: made(blocks, tmp_path_factory.mktemp("densenet")))


def made(blocks: tuple[int, ...], folder: Path) -> Densenet:
    """A DenseNet on demonstration weights and an image with a black border."""
    generator = torch.Generator().manual_seed(3)
    coarse = torch.rand(4, 3, 8, 8, generator=generator)
    images = torch.nn.functional.interpolate(coarse, size=SIZE, mode="bilinear")
    module = classifier(3, CLASSES, block_config=blocks)
    from_data(module, [images], seed=7)
    module.eval()
    bordered = torch.zeros_like(images)
    inside = slice(BORDER, SIZE - BORDER)
    bordered[..., inside, inside] = images[..., inside, inside]
    one_hot = torch.nn.functional.one_hot(torch.tensor([CLASS]), CLASSES).float()
    singles = [Explained(module)(image, one_hot)[2] for image in bordered.split(1)]
    module.double()
    doubles = [
        Explained(module)(image, one_hot.double())[2] for image in bordered.double().split(1)
    ]
    sources = _written(module.float(), folder)
    pairs = zip(singles, doubles, strict=True)
    gap = max(measure(one.numpy(), other.numpy()).relative_l2 for one, other in pairs)
    return Densenet(
        sources, bordered[:1].numpy(), one_hot.numpy(), gradient=singles[0].numpy(), gap=gap
    )


def _written(module: torch.nn.Module, folder: Path) -> tuple[ModelSource, ModelSource]:
    plain, explained = folder / "classifier.onnx", folder / "explanation.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter announces its own end
        torch.onnx.export(
            module, (torch.zeros(1, 3, SIZE, SIZE),), str(plain), dynamo=False, opset_version=15,
            input_names=["image"], output_names=["logits", "probabilities"],
        )  # fmt: skip
    graph = simplify(graph_from_model(onnx.load(str(plain))))
    made = explanation_graph(graph, logits="logits", probabilities="probabilities", image="image")
    onnx.save(model_from_graph(made), str(explained))
    return _source(plain), _source(explained)


def _source(file: Path) -> ModelSource:
    folder = file.with_suffix("")
    folder.mkdir()
    write_tfjs(file, folder)
    return ModelSource(file.stem, folder, signature_of(folder))


@pytest.mark.parametrize(
    ("backend", "blocks"),
    [
        pytest.param("wasm", DENSENET_121, marks=pytest.mark.long),
        ("wasm", SHORT),
        ("cpu", SHORT),
        pytest.param("webgl", SHORT, marks=pytest.mark.long),  # a minute of compiling
    ],
)
def test_tf_grad_is_the_exported_gradient(
    densenet: Callable[[tuple[int, ...]], Densenet],
    backend: str,
    blocks: tuple[int, ...],
    settings: Callable[..., BrowserSettings],
) -> None:
    network = densenet(blocks)
    allowed = MAX_RATIO_TO_FLOAT64_GAP * network.gap
    with BrowserSession(network.sources, settings(backend)) as session:
        inputs = {"image": network.image}
        found = session.gradient("classifier", inputs, CLASS).gradient
        exported = session.run("explanation", inputs | {"one_hot": network.one_hot}).outputs
    for name, baseline in (("exported", exported["gradient"]), ("PyTorch's", network.gradient)):
        alike = agreement("classifier", backend, {name: found}, {name: baseline})
        assert alike.lowest_cosine >= MIN_COSINE, name
        assert alike.pooled.relative_l2 <= allowed, name
