"""The page scores, gates and calibrates exactly as reference/{scores,gate,calibration}.py do."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

from browser_harness.drive import wire
from browser_harness.drive.session import BrowserSession
from reference.decide.calibration import Calibration, fit_calibration
from reference.decide.gate import Gate, fit_gate
from reference.decide.predictions import Predictions
from reference.decide.scores import DEFINITIONS, l1, l2, latent_distance, ssim
from xport.common.arrays import Array
from xport.errors import RunnerError

pytestmark = pytest.mark.parametrize("session", ["cpu"], indirect=True)  # plain JavaScript

COUNT, HEIGHT, WIDTH = 48, 33, 64


class Scores(wire.Wire):
    """What the page says of images and their reconstructions."""

    definitions: dict[str, str]
    scores: dict[str, tuple[float, ...]]
    accepted: tuple[bool, ...]


class Calibrated(wire.Wire):
    """What the page says of outputs."""

    values: tuple[float, ...]


def _reconstructed() -> tuple[Array, Array, Array]:
    """Images, better and worse reconstructions of them, and latent vectors; one has a NaN."""
    random = np.random.default_rng(8)
    images = random.uniform(-1, 1, (COUNT, HEIGHT, WIDTH))
    noise = np.linspace(0, 1, COUNT)[:, None, None] * random.uniform(-1, 1, images.shape)
    reconstructions = np.clip(images + noise, -1, 1).astype(np.float32)
    reconstructions[-1, 5, 6] = np.nan
    latents = random.normal(size=(COUNT, 512)).astype(np.float32)
    return images.astype(np.float32), reconstructions, latents


def _expected(images: Array, reconstructions: Array, latents: Array) -> dict[str, list[float]]:
    pairs = list(zip(images, reconstructions, strict=True))
    return {
        "l1": [l1(*pair) for pair in pairs],
        "l2": [l2(*pair) for pair in pairs],
        "ssim": [ssim(*pair) for pair in pairs],
        "latent": [latent_distance(latent) for latent in latents],
    }


def _scored(session: BrowserSession, arrays: tuple[Array, ...], gate: dict[str, Any]) -> Scores:
    with ExitStack() as published:
        names = ("images", "reconstructions", "latents")
        request: dict[str, Any] = {
            name: session.publish(array, published).model_dump(by_alias=True)
            for name, array in zip(names, arrays, strict=True)
        }
        request |= {"count": COUNT, "width": WIDTH, "height": HEIGHT, "gate": gate}
        return session.call("scores", request, Scores)


def _gate(score: str, values: list[float]) -> Gate:
    return fit_gate(score, 0.25, ("good", values[: COUNT - 1]), {})  # type: ignore[arg-type]


@pytest.mark.parametrize("score", ["l1", "l2", "ssim", "latent"])
def test_scores_equal_the_reference_to_the_bit_and_no_verdict_flips(
    session: BrowserSession, score: str
) -> None:
    arrays = _reconstructed()
    expected = _expected(*arrays)
    gate = _gate(score, expected[score])
    found = _scored(session, arrays, gate.model_dump(mode="json"))
    for name, values in expected.items():
        np.testing.assert_array_equal(found.scores[name], values)
    verdicts = tuple(gate.accepts(value) for value in expected[score])
    assert 0 < sum(verdicts) < COUNT
    assert found.accepted == verdicts
    assert gate.flips(expected[score], found.scores[score]) == ()


def test_page_has_the_same_definitions_and_refuses_another(session: BrowserSession) -> None:
    arrays = _reconstructed()
    gate = _gate("ssim", _expected(*arrays)["ssim"]).model_dump(mode="json")
    assert _scored(session, arrays, gate).definitions == DEFINITIONS
    with pytest.raises(RunnerError, match="of another definition"):
        _scored(session, arrays, gate | {"definition": "gaussian 11x11"})


def _calibration(outputs: Array) -> Calibration:
    truth = np.random.default_rng(2).integers(0, 2, outputs.shape).astype(float)
    truth[:, 2] = 0
    findings = tuple(f"finding {index}" for index in range(outputs.shape[1]))
    return fit_calibration(Predictions("validation", findings, truth, outputs))


def test_calibrated_outputs_equal_the_reference_to_the_bit(session: BrowserSession) -> None:
    outputs = np.random.default_rng(4).uniform(0, 1, (200, 5)).astype(np.float32)
    outputs[0] = [0, 1, 0.5, 1e-45, np.nan]
    calibration = _calibration(outputs[1:])
    outputs[1] = [0.5 if t is None else t for t in calibration.thresholds]
    with ExitStack() as published:
        request = {
            "outputs": session.publish(outputs, published).model_dump(by_alias=True),
            "thresholds": calibration.thresholds,
        }
        found = session.call("calibrate", request, Calibrated)
    expected = calibration.apply(outputs)
    np.testing.assert_array_equal(np.reshape(found.values, outputs.shape), expected)
    assert np.isnan(expected[:, 2]).all()
    assert (expected[1, [0, 1, 3, 4]] == 0.5).all()
    flipped = (np.reshape(found.values, outputs.shape) >= 0.5) != (expected >= 0.5)
    assert flipped.sum() == 0


def test_rejects_logits_and_thresholds_out_of_range(session: BrowserSession) -> None:
    with ExitStack() as published:
        logits = session.publish(np.array([[3.0]], np.float32), published)
        chance = session.publish(np.array([[0.3]], np.float32), published)
        for file, threshold in ((logits, 0.5), (chance, 1.0), (chance, 0.0)):
            request = {"outputs": file.model_dump(by_alias=True), "thresholds": [threshold]}
            with pytest.raises(RunnerError, match=r"no probability|not within 0 to 1"):
                session.call("calibrate", request, Calibrated)
