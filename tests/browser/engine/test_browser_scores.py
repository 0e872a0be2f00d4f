"""The page scores, gates and calibrates exactly as reference/{scores,gate,calibration}.py do."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

from browser_harness.drive import wire
from browser_harness.drive.session import BrowserSession
from reference.decide.calibration import Calibration, fit_calibration
from reference.decide.gate import Gate, fit_gate
from reference.decide.predictions import Predictions
from reference.decide.rule import RULE_DEFINITIONS, VIEW_LABELS, Rule, input_scores, view_key
from reference.decide.scores import DEFINITIONS, l1, l2, latent_distance, ssim
from tests.reference.decide.test_rule import RULE, condition, rule
from xport.common.arrays import Array
from xport.errors import RunnerError

pytestmark = pytest.mark.parametrize("session", ["cpu"], indirect=True)  # plain JavaScript

COUNT, HEIGHT, WIDTH = 48, 33, 64


class Scores(wire.Wire):
    """What the page says of images and their reconstructions."""

    definitions: dict[str, str]
    scores: dict[str, tuple[float, ...]]
    accepted: tuple[bool, ...]


class Decided(wire.Wire):
    """What the page says of a rule and scores, and which scores it makes of inputs."""

    definitions: dict[str, str]
    reasons: tuple[str | None, ...]
    failed: tuple[int | None, ...]
    inputs: tuple[dict[str, float], ...]


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


RULES = (
    RULE,
    rule(
        condition("view", 0.3, "inverted", label="inverted", comparison="at most"),
        condition("view", 0.2, "not-frontal"),
        condition("contrast", 0.5, "no-contrast", comparison="at most"),
        condition("latent", 0.5, "unlike", comparison="at most"),
    ),
)


def _drawn_scores(given: Rule) -> list[dict[str, float]]:
    """Scores on both sides of each threshold, at it, absent and NaN; all views, some equal."""
    random = np.random.default_rng(3)
    keys = {*map(view_key, VIEW_LABELS), *(one.key for one in given.conditions)}
    drawn = []
    for index in range(400):
        scores = {key: float(np.float32(random.uniform())) for key in sorted(keys)}
        if index % 2:
            limits = {one.key: one.threshold for one in given.conditions}
            scores |= {key: limits[key] for key in limits if random.uniform() < 0.9}
        for key in sorted(keys):
            chance = random.uniform()
            if chance < 0.03:
                scores[key] = float("nan")
            elif chance < 0.06:
                del scores[key]
        if index % 5 == 0:
            scores |= dict.fromkeys(map(view_key, VIEW_LABELS[2:5]), 0.9)
        drawn.append(scores)
    return drawn


@pytest.mark.parametrize("given", RULES)
def test_the_page_decides_by_a_rule_as_the_reference_and_for_the_same_reason(
    session: BrowserSession, given: Rule
) -> None:
    drawn = _drawn_scores(given)
    images = _reconstructed()[1][:-1]  # the last has a NaN, which JSON has not
    told = [{k: None if np.isnan(v) else v for k, v in scores.items()} for scores in drawn]
    with ExitStack() as published:
        request = {
            "rule": given.model_dump_json(),
            "scores": told,
            "images": session.publish(images, published).model_dump(by_alias=True),
            "count": len(images),
            "low": -1,
            "high": 1.5,
        }
        found = session.call("decide", request, Decided)
    rulings = [given.decide(scores) for scores in drawn]
    assert found.definitions == RULE_DEFINITIONS
    assert found.reasons == tuple(ruling.reason for ruling in rulings)
    assert found.failed == tuple(ruling.failed for ruling in rulings)
    assert len(given.conditions) <= len(set(found.failed))
    assert list(found.inputs) == [input_scores(image, -1, 1.5) for image in images]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"definition": "gaussian"}, "belongs to another ssim"),
        ({"score": "psnr"}, "conditions\\[0\\].score"),
        ({"label": "frontal"}, "conditions\\[0\\].label"),
        ({"weights_sha256": None}, "conditions\\[0\\].weights_sha256"),
        ({"margin": 1}, "margin is not a field"),
    ],
)
def test_the_page_refuses_a_rule_of_another_kind(
    session: BrowserSession, changes: dict[str, Any], words: str
) -> None:
    document = rule(condition("ssim", 0.5, "unlike")).model_dump(mode="json")
    document["conditions"][0] |= changes
    with ExitStack() as published:
        images = session.publish(np.zeros((1, 2, 2), np.float32), published)
        request = {
            "rule": json.dumps(document), "scores": [], "images": images.model_dump(by_alias=True),
            "count": 1, "low": 0, "high": 1,
        }  # fmt: skip
        with pytest.raises(RunnerError, match=words):
            session.call("decide", request, Decided)


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
