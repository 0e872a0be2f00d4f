"""Models side by side in a real page: what is measured, what is refused, what is complained of."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from browser_harness.serve.assets import ONNX_RUNTIME_FILES, app_files, bench_files, page_files
from tests.browser.tiny_model import (
    Classifier,
    Weight,
    node,
    placeholder,
    spec,
    write_model,
)
from tests.browser.writer.small_network import SmallNetwork
from tests.conftest import MiniRun, Xport
from xport.benchmark.models import inputs_for, read_models
from xport.benchmark.profile import profile
from xport.benchmark.side_by_side import BenchOptions, bench
from xport.errors import InputError, IntegrityError
from xport.formats.artifact import Signature
from xport.formats.tfjs_model import read_model

ROUNDS = 3
SHARDS = 2


def scaled(folder: Path, gain: np.ndarray) -> Path:
    """image * gain, whose weights are floats alone."""
    signature = Signature(inputs=(spec("image", 1, 8),), outputs=(spec("scaled", 1, 8),))
    weights = [Weight("gain", gain.astype(np.float32))]
    nodes = [placeholder("x", (1, 8)), node("y", "Mul", "x", "gain")]
    return write_model(folder, signature, nodes, weights, {"image": "x", "scaled": "y"}, SHARDS)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network as TF.js; its ONNX file lies beside it."""
    return SmallNetwork().write(tmp_path_factory.mktemp("small") / "network")


def test_onnx_and_tfjs_and_its_gradient_run_in_one_page(small: Path) -> None:
    options = BenchOptions(backends=("wasm",), rounds=ROUNDS, gradient=True)
    result = bench([str(small), str(small.with_suffix(".onnx"))], options)
    (found,) = result.backends
    names = [row.measured.name for row in found.rows]
    assert names == ["network", "network.grad", "network-2"]
    assert [row.measured.engine for row in found.rows] == [
        "tfjs",
        "tfjs, tf.grad",
        "onnxruntime-web",
    ]
    for row in found.rows:
        assert len(row.measured.seconds) == ROUNDS
        assert min(row.measured.seconds) > 0
        assert row.measured.first > 0
        assert row.measured.load > 0
        assert row.median is not None
        assert row.median.low <= row.median.estimate <= row.median.high
        assert row.ratio is not None
    assert found.rows[0].ratio is not None
    assert found.rows[0].ratio.estimate == 1
    assert found.wasm_threads == 1
    assert found.peak_mib > 50
    assert result.passed


def test_a_cold_start_has_a_browser_and_a_warm_up_of_its_own(small: Path) -> None:
    options = BenchOptions(backends=("webgl",), rounds=2, cold=True, stock_kernels=True)
    (found,) = bench([str(small)], options).backends
    shared, stock = (row.measured for row in found.rows)
    assert found.cold
    assert (shared.stock_kernels, stock.stock_kernels) == (False, True)
    assert shared.warm_up > 0
    assert shared.programs
    assert (stock.warm_up, stock.programs) == (0, None)
    assert shared.peak_mib is not None
    assert shared.peak_mib > 50


def test_outputs_can_be_chosen(small: Path) -> None:
    options = BenchOptions(backends=("cpu",), rounds=2, outputs=("logits",))
    assert bench([str(small)], options).passed
    with pytest.raises(InputError, match="has no output heat"):
        bench([str(small)], BenchOptions(backends=("cpu",), rounds=2, outputs=("heat",)))


def test_nan_and_constant_outputs_are_complained_of(tmp_path: Path) -> None:
    nan = scaled(tmp_path / "nan", np.full(8, np.nan))
    zero = scaled(tmp_path / "zero", np.zeros(8))
    result = bench([str(nan), str(zero)], BenchOptions(backends=("cpu",), rounds=2))
    assert result.complaints == [
        "cpu: nan: output scaled holds NaN or infinity",
        "cpu: zero: output scaled is one and the same value everywhere",
    ]
    assert not result.passed


def test_missing_shards_are_made_up_and_said_so(tmp_path: Path) -> None:
    folder = scaled(tmp_path / "model", np.arange(8))
    (folder / "group1-shard2of2.bin").unlink()
    result = bench([str(folder)], BenchOptions(backends=("cpu",), rounds=2))
    (note,) = result.notes
    assert note.startswith("RANDOM WEIGHTS")
    assert "group1-shard2of2.bin" in note
    assert result.passed


@pytest.mark.parametrize("model", ["classifier", "autoencoder", "explanation"])
def test_every_model_of_a_bundle_runs_by_its_name(
    model: str, mini_run: MiniRun, xport: Xport
) -> None:
    command = ("bench", f"{mini_run.folder}/bundle#{model}", "--backend", "wasm", "--rounds", "2")
    done = xport(*command, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["notes"] == []
    planned = mini_run.evidence.plan.model(model).artifacts[mini_run.evidence.plan.shipped_artifact]
    assert result["files"] == {model: planned.files}


def test_what_lies_beside_a_models_files_is_no_part_of_it(mini_run: MiniRun) -> None:
    folder = mini_run.folder / "bundle" / "models" / "classifier"
    assert (folder / "preprocess.json").is_file()
    result = bench([str(folder)], BenchOptions(backends=("cpu",), rounds=2))
    assert result.passed
    assert "preprocess.json" not in result.files["classifier"]


def test_a_bundle_that_holds_several_models_wants_one_named(
    mini_run: MiniRun, tmp_path: Path
) -> None:
    bundle = mini_run.folder / "bundle"
    for named in (str(bundle), f"{bundle}#heart"):
        with pytest.raises(
            InputError, match=r"holds classifier, .*name one of them: .*#classifier"
        ):
            read_models([named], tmp_path / "scratch", 0)


def test_only_a_bundles_models_are_named_behind_a_mark(small: Path, tmp_path: Path) -> None:
    for path in (small, small.with_suffix(".onnx")):
        with pytest.raises(InputError, match=r"is no bundle.*drop #classifier"):
            read_models([f"{path}#classifier"], tmp_path / "scratch", 0)
    marked = Path(shutil.copytree(small, tmp_path / "model#2"))
    (found,) = read_models([str(marked)], tmp_path / "scratch", 0)
    assert found.path == marked


@pytest.mark.parametrize("change", ["changed", "missing"])
@pytest.mark.parametrize("model", ["classifier", "explanation"])
def test_a_bundle_whose_shard_is_not_the_listed_one_is_not_measured(
    model: str, change: str, mini_run: MiniRun, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(mini_run.folder / "bundle", tmp_path / "bundle"))
    manifest = json.loads((bundle / "manifest.json").read_text())
    files = manifest["models"]["explanation"]["files"].values()
    shard = bundle / next(entry["path"] for entry in files if entry["path"])  # both models'
    if change == "changed":
        shard.write_bytes(bytes(reversed(shard.read_bytes())))
    else:
        shard.unlink()
    with pytest.raises(IntegrityError, match=f"file models/classifier/{shard.name} of the bundle"):
        read_models([f"{bundle}#{model}"], tmp_path / "scratch", 0)


def test_a_manifest_whose_paths_leave_the_bundle_is_refused(
    mini_run: MiniRun, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(mini_run.folder / "bundle", tmp_path / "bundle"))
    manifest = json.loads((bundle / "manifest.json").read_text())
    files = manifest["models"]["explanation"]["files"]
    files["../../../out.bin"] = next(entry for entry in files.values() if entry["path"])
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="does not lie in"):
        read_models([f"{bundle}#explanation"], tmp_path / "scratch", 0)
    assert not list(tmp_path.glob("out.bin"))


def test_models_are_called_as_asked_and_never_alike(tmp_path: Path) -> None:
    folder = scaled(tmp_path / "model", np.arange(8))
    named = [str(folder), f"other={folder}", f"other={folder}"]
    assert [one.name for one in read_models(named, tmp_path / "scratch", 0)] == [
        "model",
        "other",
        "other-2",
    ]


def test_made_up_weights_are_the_seeds(tmp_path: Path) -> None:
    folder = scaled(tmp_path / "model", np.arange(8))
    (folder / "group1-shard1of2.bin").unlink()
    made = [
        read_models([str(folder)], tmp_path / name, seed)[0].files()
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    assert made[0] == made[1] != made[2]


def test_rejects_a_missing_shard_that_holds_integers(tmp_path: Path) -> None:
    folder = Classifier().write(tmp_path / "model", 3)
    (folder / "group1-shard3of3.bin").unlink()
    with pytest.raises(InputError, match="to_nhwc is int32 and its shard is missing"):
        read_models([str(folder)], tmp_path / "scratch", 0)


def test_rejects_a_truncated_shard(tmp_path: Path) -> None:
    folder = scaled(tmp_path / "model", np.arange(8))
    shard = folder / "group1-shard2of2.bin"
    shard.write_bytes(shard.read_bytes()[:-4])
    with pytest.raises(InputError, match="hold 28 bytes, their weights take 32"):
        read_models([str(folder)], tmp_path / "scratch", 0)


def test_rejects_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no model\.json"):
        read_models([str(tmp_path)], tmp_path / "scratch", 0)
    with pytest.raises(InputError, match="no such folder, and no ONNX file"):
        read_models([str(tmp_path / "absent")], tmp_path / "scratch", 0)


@pytest.mark.parametrize("content", [b"this is text", b"", b"\x08\x07"])
def test_rejects_an_onnx_file_that_is_none(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"model\.onnx: not an ONNX file"):
        read_models([str(file)], tmp_path / "scratch", 0)


WEIGHT = {"name": "gain", "shape": [8], "dtype": "float32"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weightsManifest": None}, "weightsManifest: document: Input should be a valid tuple"),
        ({"weightsManifest": [{"paths": ["a.bin"]}]}, r"weightsManifest: 0\.weights: Field req"),
        ({"weightsManifest": [{"paths": [7], "weights": []}]}, r"0\.paths\.0"),
        ({"weightsManifest": [{"paths": ["../a.bin"], "weights": [WEIGHT]}]}, "does not lie in"),
        (
            {"weightsManifest": [{"paths": ["a.bin"], "weights": [WEIGHT | {"shape": [-8]}]}]},
            r"0\.weights\.0\.shape\.0",
        ),
        (
            {"weightsManifest": [{"paths": ["a.bin"], "weights": [WEIGHT | {"dtype": "int8"}]}]},
            r"0\.weights\.0\.dtype",
        ),
        ({"signature": {"inputs": ["image"]}}, "its signature is misshapen"),
    ],
)
def test_rejects_a_model_json_that_is_misshapen(
    changes: dict[str, object], words: str, tmp_path: Path
) -> None:
    folder = scaled(tmp_path / "model", np.arange(8))
    document = json.loads((folder / "model.json").read_text()) | changes
    (folder / "model.json").write_text(json.dumps(document))
    with pytest.raises(InputError, match=words):
        read_models([str(folder)], tmp_path / "scratch", 0)


def test_rejects_options_that_contradict_each_other(small: Path) -> None:
    with pytest.raises(InputError, match="only WebGL has a shader cache"):
        BenchOptions(backends=("wasm",), cold=True)
    with pytest.raises(InputError, match="a median needs 2 rounds"):
        BenchOptions(rounds=1)
    with pytest.raises(InputError, match="--seed: -1 is negative"):
        BenchOptions(seed=-1)
    with pytest.raises(InputError, match="a profile is of a warm forward run"):
        profile([str(small)], BenchOptions(backends=("cpu",), gradient=True))


def test_a_profile_tells_kernels_apart(small: Path) -> None:
    nodes = read_model(small)["modelTopology"]["node"]
    concatenations = sum(one["op"] == "ConcatV2" for one in nodes)
    result = profile([str(small)], BenchOptions(backends=("wasm", "webgl"), rounds=ROUNDS))
    for found in result.profiles:
        assert found.runs == ROUNDS
        kernels = {row.kernel: row for row in found.kernels}
        assert {"MaxPool", "AvgPool", "Concat"} <= kernels.keys()
        assert kernels["Concat"].calls == concatenations
        spent = [row.milliseconds for row in found.kernels]
        assert spent == sorted(spent, reverse=True)
        assert 0 < sum(spent) <= found.total_milliseconds * 1.5


def test_inputs_are_seeded_and_of_the_signature() -> None:
    signature = Signature(
        inputs=(spec("image", 1, 3, 4, 4), spec("one_hot", 1, 5)), outputs=(spec("y", 1, 1),)
    )
    one, other = inputs_for(signature, 1), inputs_for(signature, 1)
    assert np.array_equal(one["image"], other["image"])
    assert not np.array_equal(one["image"], inputs_for(signature, 2)["image"])
    assert one["one_hot"].tolist() == [[1, 0, 0, 0, 0]]


def test_onnxruntime_web_is_of_the_measuring_page_and_in_no_bundle() -> None:
    assert set(ONNX_RUNTIME_FILES) <= set(bench_files())
    assert not [name for name in (*app_files(), *page_files()) if "ort" in re.split(r"\W", name)]


def test_the_command_line_writes_json_and_html(small: Path, xport: Xport, tmp_path: Path) -> None:
    command = ("bench", small, "--backend", "cpu", "--rounds", "2", "--json", "--out", tmp_path)
    done = xport(*command)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["backends"][0]["rows"][0]["measured"]["name"] == "network"
    assert json.loads((tmp_path / "bench.json").read_text()) == printed
    page = (tmp_path / "bench.html").read_text()
    assert "<svg" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("bench nowhere", "no such folder"),
        ("bench", "required: MODEL"),
        ("bench model --seed -1", "--seed: -1 is negative"),
        ("bench model --rounds 1", "--rounds: a median needs 2 rounds"),
        ("bench model --cache-dir folder", "unrecognized arguments: --cache-dir folder"),
        ("profile", "required: MODEL"),
        ("profile nowhere", "no such folder"),
        ("profile model --cold", "unrecognized arguments: --cold"),
        ("profile model --gradient", "unrecognized arguments: --gradient"),
        ("profile model --cache-dir folder", "unrecognized arguments: --cache-dir folder"),
        ("targets nowhere.toml", "nowhere.toml"),
        ("targets release.toml model", "unrecognized arguments: model"),
        ("targets release.toml --backend wasm", "unrecognized arguments: --backend wasm"),
        ("targets release.toml --outputs logits", "unrecognized arguments: --outputs logits"),
        ("targets release.toml --gradient", "unrecognized arguments: --gradient"),
        ("targets release.toml --cold", "unrecognized arguments: --cold"),
        ("targets release.toml --stock-kernels", "unrecognized arguments: --stock-kernels"),
        ("targets release.toml --seed -1", "--seed: -1 is negative"),
    ],
)
def test_bad_input_is_exit_code_2(command: str, words: str, xport: Xport) -> None:
    done = xport(*command.split())
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_line_profiles(small: Path, xport: Xport) -> None:
    done = xport("profile", small, "--backend", "cpu", "--rounds", "2", "--json")
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["profiles"]
    assert (found["name"], found["backend"], found["runs"]) == ("network", "cpu", 2)
    assert found["kernels"]
