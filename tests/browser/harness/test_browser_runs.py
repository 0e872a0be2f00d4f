"""Models run in a real browser on every backend and say what numpy says."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from browser_harness.drive.models import ModelSource
from browser_harness.drive.runner import TfjsRunner
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.browser.tiny_model import Autoencoder, Classifier
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.errors import InputError, RunnerError
from xport.exchange.recording import Runner
from xport.formats.artifact import Artifact, Format
from xport.formats.onnx_file import MODEL, signature_of

Images = dict[str, dict[str, np.ndarray]]
Settings = Callable[..., BrowserSettings]


@pytest.fixture(scope="module")
def on_webgl(settings: Settings) -> Iterator[BrowserSession]:
    with BrowserSession([], settings("webgl")) as opened:
        yield opened


def test_outputs_equal_numpy_by_name(
    session: BrowserSession, classifier: Classifier, autoencoder: Autoencoder, images: Images
) -> None:
    for model, tiny in (("classifier", classifier), ("autoencoder", autoencoder)):
        expected = tiny.in_numpy(images[model]["image"])
        outcome = session.run(model, images[model])
        assert outcome.outputs.keys() == expected.keys()
        for name, values in expected.items():
            assert outcome.outputs[name].dtype == np.float32
            assert outcome.outputs[name].shape == values.shape
            assert np.abs(outcome.outputs[name] - values).max() <= 1e-6
        assert outcome.seconds > 0


@pytest.mark.parametrize(
    "ends",
    [
        (400, 800),  # two equal ones, and a last one that is larger
        (0, 0),  # all of it after two empty ones
        (0, 500),
        (16, 700),
        (1000, 1000),  # an empty one between
    ],
)
def test_shards_may_be_cut_anywhere(
    ends: tuple[int, int], reused: BrowserSession, images: Images, tmp_path: Path
) -> None:
    tiny = Classifier()
    folder = tiny.write(tmp_path / "model", 3)
    shards = sorted(folder.glob("*.bin"))
    data = b"".join(shard.read_bytes() for shard in shards)
    first, second = ends
    assert len(data) > 3 * 400
    for shard, piece in zip(shards, (data[:first], data[first:second], data[second:]), strict=True):
        shard.write_bytes(piece)
    reused.reopen([ModelSource("cut", folder, tiny.signature)])
    found = reused.run("cut", images["classifier"]).outputs
    for name, values in tiny.in_numpy(images["classifier"]["image"]).items():
        assert np.abs(found[name] - values).max() <= 1e-6


def test_a_pass_gives_the_same_results_and_one_time(
    session: BrowserSession, images: Images
) -> None:
    outcome = session.run_pass([(model, images[model]) for model in session.model_ids])
    for model, step in zip(session.model_ids, outcome.steps, strict=True):
        alone = session.run(model, images[model]).outputs
        assert all(np.array_equal(step.outputs[name], alone[name]) for name in alone)
    assert outcome.seconds >= sum(step.seconds for step in outcome.steps)


def test_tensors_stay_flat_over_twenty_runs(session: BrowserSession, images: Images) -> None:
    session.run("classifier", images["classifier"])
    runs = [session.run("classifier", images["classifier"]) for _ in range(20)]
    counts = {memory.tensors for run in runs for memory in (run.memory_before, run.memory_after)}
    held = {run.memory_after.bytes for run in runs}
    assert len(counts) == 1
    assert len(held) == 1


def test_nan_and_infinity_come_back_as_they_are(session: BrowserSession) -> None:
    image = np.zeros((1, 1, 64, 64), np.float32)
    image[0, 0, 0, 0] = np.nan
    outputs = session.run("autoencoder", {"image": image}).outputs
    assert math.isnan(outputs["reconstruction"][0, 0, 0, 0])
    assert np.count_nonzero(np.isnan(outputs["reconstruction"])) == 1
    assert math.isnan(outputs["latent"][0, 0])
    image[0, 0, 0, 0] = np.inf
    outputs = session.run("autoencoder", {"image": image}).outputs
    assert outputs["latent"][0, 0] == np.inf


def test_the_environment_is_recorded(session: BrowserSession) -> None:
    found = session.environment()
    assert found.backend == found.requested_backend == session.settings.backend
    assert (found.tfjs, found.mantissa_bits) == ("4.22.0", 23)
    assert found.cross_origin_isolated
    assert int(found.version.split(".")[0]) >= 100
    assert "engine.js" in found.files
    assert "classifier/model.json" in found.model_files
    if found.backend == "webgl":
        assert found.renderer
        assert found.vendor
        assert found.webgl == 2
        assert found.render_float32
        assert found.graphics in {"gpu", "llvmpipe", "swiftshader"}
        assert found.max_texture_size
        assert found.max_texture_size >= 4096
    else:
        assert found.renderer is None
        assert found.graphics is None
    if found.backend == "wasm":
        assert found.wasm_simd
        assert found.wasm_threads


def test_load_time_and_memory_are_measured(session: BrowserSession) -> None:
    assert set(session.load_seconds) == {"autoencoder", "classifier"}
    assert all(seconds > 0 for seconds in session.load_seconds.values())
    assert 50 < session.peak_mib < 20_000


@pytest.mark.parametrize(
    "bad",
    [
        {"picture": np.zeros((1, 3, 32, 32), np.float32)},
        {"image": np.zeros((1, 1, 32, 32), np.float32)},
        {"image": np.zeros((1, 3, 32, 32), np.float64)},
    ],
    ids=["name", "shape", "dtype"],
)
def test_rejects_inputs_of_another_signature(
    session: BrowserSession, bad: dict[str, np.ndarray]
) -> None:
    with pytest.raises(InputError, match="expected"):
        session.run("classifier", bad)


@pytest.mark.parametrize(
    ("values", "given", "words"),
    [
        ((0, 96), [0, 97], r"words: int32\[1, 2\] holds 97, it goes from 0 to 96"),
        ((0, 96), [-1, 96], "holds -1, it goes from 0 to 96"),
        (None, [0, 2**24 + 1], "holds 16777217, which webgl would round: use wasm"),
    ],
)
def test_integers_that_a_model_or_a_backend_has_not_are_refused(
    values: tuple[int, int] | None, given: list[int], words: str, on_webgl: BrowserSession,
    tmp_path: Path,
) -> None:  # fmt: skip
    value = helper.make_tensor_value_info
    node = helper.make_node("Add", ["words", "words"], ["y"])
    sides = ([value("words", TensorProto.INT32, [1, 2])], [value("y", TensorProto.INT32, [1, 2])])
    made = helper.make_model(
        helper.make_graph([node], "g", *sides), opset_imports=[helper.make_opsetid("", 17)]
    )
    onnx.save(made, str(tmp_path / MODEL))
    found = signature_of(tmp_path / MODEL)
    source = Artifact(Format.ONNX, tmp_path, found, "")
    (tmp_path / "tfjs").mkdir()
    TfjsFromOnnx().run(source, tmp_path / "tfjs")
    ranged = found.inputs[0].model_copy(update={"values": values})
    signature = found.model_copy(update={"inputs": (ranged,)})
    on_webgl.reopen([ModelSource("sums", tmp_path / "tfjs", signature)])
    inside = np.array([[1, 96]], np.int32)
    np.testing.assert_array_equal(on_webgl.run("sums", {"words": inside}).outputs["y"], inside * 2)
    with pytest.raises(RunnerError, match=words):
        on_webgl.run("sums", {"words": np.array([given], np.int32)})


def test_a_runner_has_the_recorders_protocol(
    models: list[ModelSource], images: Images, classifier: Classifier, settings: Settings
) -> None:
    runner: Runner = TfjsRunner(models[1], settings("cpu"))
    assert runner.leg == "tfjs/cpu"
    with runner:
        outputs, seconds = runner.run(images["classifier"])
        environment = runner.environment()
    assert (
        np.abs(outputs["logits"] - classifier.in_numpy(**images["classifier"])["logits"]).max()
        <= 1e-6
    )
    assert seconds > 0
    assert runner.load_seconds > 0
    assert runner.peak_mib > 50
    assert environment.web is not None
    assert environment.tools["tfjs"] == "4.22.0"


def test_wasm_threads_start_under_the_content_security_policy(
    models: list[ModelSource], images: Images, classifier: Classifier, settings: Settings
) -> None:
    chosen = settings("wasm", threads=2, hardware_concurrency=8)
    with TfjsRunner(models[1], chosen) as runner:
        outputs, _ = runner.run(images["classifier"])
        assert runner.environment().threads == 2
    assert (
        np.abs(outputs["logits"] - classifier.in_numpy(**images["classifier"])["logits"]).max()
        <= 1e-6
    )


def test_float16_is_measured_when_it_is_allowed(
    models: list[ModelSource], images: Images, classifier: Classifier, settings: Settings
) -> None:
    forced = {"tfjs_flags": (("WEBGL_FORCE_F16_TEXTURES", True),), "allow_reduced_precision": True}
    with TfjsRunner(models[1], settings("webgl", **forced)) as runner:
        outputs, _ = runner.run(images["classifier"])
        web = runner.environment().web
    assert web is not None
    assert web.mantissa_bits == 10
    error = np.abs(outputs["logits"] - classifier.in_numpy(**images["classifier"])["logits"]).max()
    assert 1e-6 < error < 0.1
