"""torch.onnx's dynamo exporter: what it writes, then the direct writer, in Chromium."""

from __future__ import annotations

import importlib.metadata
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import mini
from tests.on_wasm import on_wasm
from xport.conversion.pipeline import run_stage
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.conversion.stages.torch_from_factory import TorchFromFactory
from xport.conversion.store import Store
from xport.errors import ConversionError, UnavailableError
from xport.formats.artifact import Artifact, Format, Signature, TensorSpec
from xport.formats.onnx_file import MODEL
from xport.recording.runners.onnx_runner import OnnxRunner
from xport.recording.runners.torch_runner import TorchRunner

pytestmark = [pytest.mark.torch, pytest.mark.browser]

MODELS = {"classifier": mini.classifier(), "autoencoder": mini.autoencoder()}
X, Y = (TensorSpec(name=name, shape=(1, 4)) for name in "xy")
SIGNATURE = Signature(inputs=(X,), outputs=(Y,))
BOUNDS = {"logits": 1e-4, "probabilities": 1e-5, "reconstruction": 5e-5, "latent": 5e-5}


def torch_of(model: dict[str, Any], store: Path) -> Artifact:
    """The module of a release file's model."""
    stage = TorchFromFactory(
        factory=model["factory"],
        arguments=model["arguments"],
        signature=Signature.model_validate_json(json.dumps(model["signature"])),
        initializer=model["initializer"],
        seed=model["seed"],
    )
    return run_stage(stage, None, Store(store)).artifact


@pytest.fixture(
    scope="module",
    params=["autoencoder", pytest.param("classifier", marks=pytest.mark.long)],
)
def source(request: pytest.FixtureRequest, store: Path) -> Artifact:
    """Each miniature network in PyTorch."""
    return torch_of(MODELS[request.param], store)


@pytest.fixture(scope="module")
def exported(source: Artifact, store: Path) -> Artifact:
    """The same in ONNX, by the dynamo exporter at its default opset."""
    return run_stage(OnnxFromTorch(exporter="dynamo"), source, Store(store)).artifact


@pytest.fixture(scope="module")
def inputs(source: Artifact) -> dict[str, np.ndarray]:
    """Noise in the range of an image."""
    random = np.random.default_rng(5)
    return {
        spec.name: random.uniform(-1, 1, spec.shape).astype(np.float32)
        for spec in source.signature.inputs
    }


@pytest.fixture(scope="module")
def expected(source: Artifact, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """PyTorch's outputs."""
    with TorchRunner("torch", source.path, "float32") as runner:
        return runner.run(inputs)[0]


def assert_near(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert np.ptp(values) > 100 * BOUNDS[name]
        assert np.abs(found[name] - values).max() <= BOUNDS[name]


def test_the_export_is_one_file_of_opset_20_with_its_weights(exported: Artifact) -> None:
    import onnx

    assert [path.name for path in exported.path.iterdir()] == [MODEL]
    model = onnx.load(str(exported.path / MODEL), load_external_data=False)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 20)]
    weights = [t for t in model.graph.initializer if len(t.dims) == 4]
    assert all(node.input[1] in {t.name for t in weights} for node in convolutions(model))
    assert not any(t.external_data for t in model.graph.initializer)


def convolutions(model: Any) -> list[Any]:
    found = [node for node in model.graph.node if node.op_type in {"Conv", "ConvTranspose"}]
    assert found
    return found


def test_transposed_convolutions_say_their_kernels_shape(exported: Artifact) -> None:
    import onnx

    for node in convolutions(onnx.load(str(exported.path / MODEL))):
        assert "kernel_shape" in {attribute.name for attribute in node.attribute}


def test_the_export_names_no_file_of_this_machine(exported: Artifact) -> None:
    content = (exported.path / MODEL).read_bytes()
    assert str(Path(__file__).resolve().parents[2]).encode() not in content
    assert b"site-packages" not in content


def test_onnx_runtime_says_what_pytorch_says(
    exported: Artifact, inputs: dict[str, np.ndarray], expected: dict[str, np.ndarray]
) -> None:
    with OnnxRunner("onnx", exported.path) as runner:
        assert_near(runner.run(inputs)[0], expected)


def test_the_browser_says_what_pytorch_says(
    exported: Artifact,
    store: Path,
    inputs: dict[str, np.ndarray],
    expected: dict[str, np.ndarray],
) -> None:
    written = run_stage(TfjsFromOnnx(), exported, Store(store)).artifact
    assert written.signature == exported.signature
    assert_near(on_wasm(written, inputs), expected)


@pytest.mark.parametrize("opset", [18, pytest.param(24, marks=pytest.mark.long)])
def test_writes_the_opset_that_is_asked_for(opset: int, store: Path) -> None:
    import onnx

    source = torch_of(MODELS["autoencoder"], store)
    made = run_stage(OnnxFromTorch("dynamo", opset), source, Store(store)).artifact
    model = onnx.load(str(made.path / MODEL))
    assert [found.version for found in model.opset_import] == [opset]


def test_exporting_says_nothing(
    store: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = torch_of(MODELS["autoencoder"], store)
    with warnings.catch_warnings(record=True) as warned:
        OnnxFromTorch(exporter="dynamo").run(source, tmp_path)
    assert not warned
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "exporter", ["torchscript", pytest.param("dynamo", marks=pytest.mark.long)]
)
def test_names_an_operator_that_the_exporter_does_not_know(exporter: Any, store: Path) -> None:
    spec = {"shape": [1, 4], "dtype": "float32"}
    model = {
        "factory": "tests.xport.conversion.stages.small_modules:Eigenvalues",
        "arguments": {},
        "signature": {"inputs": [{"name": "x"} | spec], "outputs": [{"name": "y"} | spec]},
        "initializer": "tests.xport.conversion.stages.small_modules:seeded",
        "seed": 0,
    }
    source = torch_of(model, store)
    with pytest.raises(ConversionError, match=r"operator .?aten(\.|::)linalg_eig") as error:
        run_stage(OnnxFromTorch(exporter=exporter), source, Store(store))
    assert len(str(error.value).splitlines()) < 5


def test_refuses_an_onnxscript_that_loses_kernel_shapes(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = torch_of(MODELS["autoencoder"], store)
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.6.2")
    with pytest.raises(UnavailableError, match=r"onnxscript 0\.6\.2.*onnxscript>=0\.7\.2"):
        OnnxFromTorch(exporter="dynamo").run(source, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("no_onnxscript")
def test_without_its_package_it_says_what_brings_it(tmp_path: Path) -> None:
    source = Artifact(Format.TORCH, tmp_path, SIGNATURE, "digest")
    with pytest.raises(UnavailableError, match=r"onnxscript is not installed.*\[dynamo\]"):
        run_stage(OnnxFromTorch(exporter="dynamo"), source, Store(tmp_path / "store"))
