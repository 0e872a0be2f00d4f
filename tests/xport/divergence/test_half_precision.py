"""What float16 cannot hold of every layer, and the error of the outputs that is forecast."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from reports.divergence.half import half_lines, html_half
from tests.reports.parsed import Page
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import SampleRelease
from tests.xport.divergence import faulty
from xport.common.arrays import Array
from xport.comparison.parity import Role
from xport.divergence.half_document import HalfOutput, HalfPrecision, HalfRun, HalfSpread
from xport.divergence.half_precision import forecasts, half_layers, layer
from xport.divergence.onnx_model import OnnxModel
from xport.formats.onnx_file import MODEL
from xport.plan.policy import HalfPrecision as HalfPrecisionLeg
from xport.recording.browser import BrowserOptions
from xport.workflow.debugging import Asked, choose
from xport.workflow.half_precision import Looked, recorded_halves
from xport.workflow.run_folder import RunFolder

PLACE = (0, "value", "node", "Relu")


def opened(folder: Path, scale: float = 1.0) -> OnnxModel:
    """The tiny network, its second convolution multiplied."""
    model = faulty.network()

    def multiplied(array: Array) -> None:
        array *= np.float32(scale)

    faulty.weight("conv2.weight", multiplied)(model)
    onnx.save(model, str(folder / MODEL))
    return OnnxModel(folder / MODEL)


def test_shares_are_of_what_becomes_infinite_nothing_or_shorter() -> None:
    array = np.array([1, 65504, 65519, 65521, -1e30, 1e-8, -2.9e-8, 1e-5, 0, np.inf], np.float32)
    found = layer(PLACE, array, 0.0)
    assert (found.overflow, found.vanish, found.subnormal) == (0.2, 0.2, 0.1)
    assert found.largest == np.float32(1e30)


def test_the_forecast_is_of_half_precisions_size(tmp_path: Path) -> None:
    layers, errors, largest = half_layers(opened(tmp_path), faulty.image())
    assert [one.name for one in layers] == [
        "conv1", "norm", "relu", "conv2", "pool", "flat", "fc", "probabilities",
    ]  # fmt: skip
    assert all(one.overflow == one.vanish == 0 for one in layers)
    assert 1e-6 < errors["probabilities"] < 1e-2
    assert 0 < largest["probabilities"] <= 1


def test_what_overflows_is_seen_where_it_begins_and_in_the_output(tmp_path: Path) -> None:
    layers, errors, _ = half_layers(opened(tmp_path, 1e6), faulty.image())
    assert next(one.name for one in layers if one.overflow) == "conv2"
    assert not errors["probabilities"] <= 0.01


def test_outputs_are_forecast_on_every_probe_and_the_worst_is_named(tmp_path: Path) -> None:
    model, image = opened(tmp_path), faulty.image()
    louder = {name: array * np.float32(1e4) for name, array in image.items()}
    found = forecasts(model, {"quiet": image, "loud": louder, "again": image})
    _, errors, _ = half_layers(model, image)
    assert found["probabilities"]["quiet"] == found["probabilities"]["again"]
    assert found["probabilities"]["quiet"] == errors["probabilities"]
    spread = HalfSpread.of({"a": 1.0, "b": 3.0, "c": 2.0})
    assert (spread.probes, spread.worst, spread.worst_probe, spread.median) == (3, 3.0, "b", 2.0)
    spoilt = HalfSpread.of({"a": 1.0, "b": float("nan")})
    assert spoilt.worst_probe == "b"
    assert np.isnan(spoilt.median)
    assert forecasts(model, {}) == {}


def test_little_memory_gives_the_same(tmp_path: Path) -> None:
    model = opened(tmp_path)
    assert half_layers(model, faulty.image(), budget=1) == half_layers(model, faulty.image())


@pytest.fixture
def found(tmp_path: Path) -> HalfPrecision:
    layers, errors, largest = half_layers(opened(tmp_path), faulty.image())
    measured = (HalfRun(leg="tfjs on webgl", forced=True, away=0.02),)
    spread = HalfSpread.of({"noise": 0.001, "other": 0.003, "third": 0.002})
    outputs = tuple(
        HalfOutput(
            output=n,
            largest=largest[n],
            forecast=away,
            spread=spread,
            bound=0.01,
            measured=measured,
        )
        for n, away in errors.items()
    )
    return HalfPrecision(
        xport="1", release="tiny", model="net", probe="noise", layers=tuple(layers), outputs=outputs
    )


def test_forecast_and_measurement_stand_beside_what_is_allowed(found: HalfPrecision) -> None:
    lines = half_lines(found)
    assert lines[0] == "net: beyond tolerance at half precision: probabilities"
    assert "0.02 measured with forced float16 textures (tfjs on webgl), 0.01 allowed" in lines[2]
    assert "(of 3 probes 3e-3 at worst, on other, 2e-3 the median)" in lines[2]
    assert "no layer has a value that float16 cannot hold" in lines
    assert found.over
    text = Page(html_half(found)).text
    assert "tfjs on webgl, forced" in text
    assert "InstanceNormalization norm" in text


def test_no_number_is_beyond_and_nothing_allowed_is_not(found: HalfPrecision) -> None:
    one = found.outputs[0].model_copy(update={"measured": ()})
    assert not one.over
    assert one.model_copy(update={"spread": HalfSpread.of({"a": 0.02})}).over
    assert one.model_copy(update={"forecast": float("nan")}).over
    assert not one.model_copy(update={"bound": None}).over


def test_a_leg_of_the_run_that_computed_so_is_told_and_no_other(tmp_path: Path) -> None:
    half = frozenset({"classifier/tfjs/webgl", "classifier/tfjs/wasm"})
    evidence = make_evidence(SampleRelease(half_precision=half))
    declared = HalfPrecisionLeg(leg="tfjs/webgl", rationale="tablets have half precision alone")
    policy = evidence.plan.policy.model_copy(update={"half_precision": (declared,)})
    plan = evidence.plan.model_copy(update={"policy": policy})
    evidence = evidence.model_copy(update={"plan": plan})
    target = choose(evidence, Asked(leg="tfjs/webgl", model="classifier"))
    looked = Looked(RunFolder(tmp_path), evidence, target, BrowserOptions())
    (found,) = recorded_halves(looked, "probabilities")
    (compared,) = [
        one
        for one in evidence.comparisons
        if (one.model, one.leg, one.output, one.role)
        == ("classifier", "tfjs/webgl", "probabilities", Role.REFERENCE)
    ]
    assert (found.leg, found.forced) == ("tfjs/webgl", False)
    assert found.away == compared.probes[target.probe].max_abs
