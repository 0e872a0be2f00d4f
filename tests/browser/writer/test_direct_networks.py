"""Whole networks through the direct writer: what torch computes, the browser computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.browser.writer.networks import SMALL, Network, full_size
from xport.conversion.stages.tfjs_from_onnx import write_tfjs
from xport.formats.tfjs_model import signature_of
from xport.onnx_graph.files import graph_from_model
from xport.onnx_graph.passes import simplify
from xport.tfjs_writer.lower import lower
from xport.tfjs_writer.passes import optimise

OPSETS = (15, 17)
FACTOR, FLOOR = 20, 2e-6
"""Another order of float32 sums is off by several times what torch's own is off float64; the last
bits of numbers around 1 are allowed in any case."""

Settings = Callable[..., BrowserSettings]


@pytest.fixture(scope="module")
def networks() -> dict[str, Network]:
    """Every small network."""
    return {name: Network.of(build, 1, 3, 32, 32) for name, build in SMALL.items()}


def _source(name: str, model: onnx.ModelProto, folder: Path) -> ModelSource:
    folder.mkdir()
    file = folder.with_suffix(".onnx")
    onnx.save(model, str(file))
    write_tfjs(file, folder)
    return ModelSource(name, folder, signature_of(folder))


def _check(session: BrowserSession, name: str, network: Network) -> None:
    found = session.run(name, {"x": network.image.numpy()}).outputs
    single, double = network.outputs(torch.float32), network.outputs(torch.float64)
    assert len(found) == len(single)
    for key, ours, exact in zip(sorted(found), single, double, strict=True):
        gap = float((ours - exact).abs().max())
        bound = FACTOR * gap + FLOOR
        error = float(np.abs(found[key] - ours.numpy()).max())
        assert error <= bound, f"{name} {key}: {error:.3g} for at most {bound:.3g}"
        assert float(exact.std()) > 1e-3, f"{name} {key}: says hardly anything"


@pytest.mark.parametrize("backend", ["wasm", pytest.param("webgl", marks=pytest.mark.long)])
def test_small_networks_compute_what_torch_does(
    networks: dict[str, Network], backend: str, settings: Settings, tmp_path: Path
) -> None:
    opsets = OPSETS if backend == "wasm" else OPSETS[-1:]
    sources = {
        f"{name}_{opset}": _source(
            f"{name}_{opset}", network.onnx(opset), tmp_path / f"{name}{opset}"
        )
        for name, network in networks.items()
        for opset in opsets
    }
    with BrowserSession(list(sources.values()), settings(backend)) as session:
        for name in sources:
            _check(session, name, networks[name.rpartition("_")[0]])


@pytest.mark.long
def test_networks_in_full_size_compute_what_torch_does(settings: Settings, tmp_path: Path) -> None:
    networks = full_size()
    sources = [_source(n, network.onnx(15), tmp_path / n) for n, network in networks.items()]
    with BrowserSession(sources, settings("wasm", threads=1)) as session:
        for name, network in networks.items():
            _check(session, name, network)


@pytest.mark.parametrize(
    ("name", "transposes"),
    [
        ("resnet", 0),
        ("mobilenet", 0),
        ("unet_transposed", 1),  # its output has two channels, which ONNX wants in front
        ("unet_bilinear", 1),
        ("transformer", 9),  # patches to tokens once; per block query, key, value and their mix
    ],
)
def test_nothing_is_transposed_without_need(
    networks: dict[str, Network], name: str, transposes: int
) -> None:
    graph = optimise(lower(simplify(graph_from_model(networks[name].onnx(17)))))
    census = graph.census()
    assert census.get("Transpose", 0) <= transposes
