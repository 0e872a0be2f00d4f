"""`xport init`, `check` and `convert model.onnx`: what they write, say and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from browser_harness.launch.browsers import BROWSER_VARIABLE
from reference.defaults import RELEASE
from tests import mini
from tests.conftest import Xport
from tests.formats.archives import unpacked
from xport.cli.main import main
from xport.common.digests import of_file
from xport.release_file.file import read_release
from xport.workflow.run_folder import RunFolder

MODULE = """
from torch import nn


class Network(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3, stride=4)
        self.linear = nn.Linear(4, classes)

    def forward(self, image, offset):
        logits = self.linear(self.convolution(image).relu().mean((2, 3))) + offset.float()
        return {"logits": logits, "probabilities": logits.sigmoid()}


def build(classes=2):
    return Network(classes)
"""
INPUTS = ("--input", "image=1,3,16,16", "--input", "offset=1,1:int64")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "networks.py").write_text(MODULE)
    return tmp_path


def test_what_init_writes_runs_as_it_stands(folder: Path, xport: Xport) -> None:
    said = xport(
        "init", "networks:build", *INPUTS, "--argument", "classes=3", "--out", "my.toml", cwd=folder
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout == "my.toml\nnext: xport check my.toml\n"
    release = read_release(folder / "my.toml")
    entry = release.models["network"]
    assert entry.title == "Network"
    assert [str(spec) for spec in entry.signature.inputs] == [
        "image: float32[1, 3, 16, 16]",
        "offset: int32[1, 1]",
    ]
    assert [str(spec) for spec in entry.signature.outputs] == [
        "logits: float32[1, 3]",
        "probabilities: float32[1, 3]",
    ]
    assert all(t.rationale.startswith("suggested: ") for t in release.policy.tolerances)
    assert xport("check", "my.toml", cwd=folder).returncode == 0
    routes = (folder / "my.toml").read_text() + "\n[routes.direct]\n"
    (folder / "my.toml").write_text(routes)
    done = xport("release", "my.toml", "--out", "run", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "untrained weights, as networks:build fills them" in done.stdout
    assert RunFolder(folder / "run").evidence().plan.models[0].trained is False


def test_init_overwrites_nothing_unless_it_is_told_to(folder: Path, xport: Xport) -> None:
    (folder / "release.toml").write_text("mine")
    said = xport("init", "networks:build", *INPUTS, cwd=folder)
    assert said.returncode == 2
    assert "is there already; name another with --out, or use --force" in said.stderr
    assert (folder / "release.toml").read_text() == "mine"
    title = ("--title", "A network of two inputs")
    said = xport("init", "networks:build", *INPUTS, *title, "--force", "--json", cwd=folder)
    assert json.loads(said.stdout)["release"] == "release.toml"
    release = read_release(folder / "release.toml")
    assert (release.name, release.title) == ("network", "A network of two inputs")
    lines = (folder / "release.toml").read_text().splitlines()
    for key in ("name", "title", "kind", "weights_from_factory", "backends"):
        assert all("  # " in one for one in lines if one.startswith(f"{key} =")), key


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["networks:build", "--input", "1,3"], "forward takes image, offset"),
        (["networks:build", "--input", "image=1,x"], "'image=1,x' is no shape"),
        (["networks:build", "--input", "1,0"], "'1,0' is no shape"),
        (["networks:build", "--input", "1,3:float16"], "dtypes are float32, int32, int64, bool"),
        (["networks:build", "--input", "1,3", "--input", "b=1"], "some are named and some are not"),
        (["networks:build", *INPUTS, "--argument", "3"], "'3' has no name"),
        (["networks:build", *INPUTS, "--argument", "x=3"], "refuses its arguments"),
        (["networks:nothing", *INPUTS], "cannot import networks:nothing"),
        (["networks.py", *INPUTS], "is not a callable as module:name"),
        (["networks:build", *INPUTS, "--checkpoint", "none"], "there is no such file"),
        (["networks:build", *INPUTS, "--preset", "none"], "preset: none is called 'none'; there"),
    ],
)
def test_init_refuses_by_name_and_writes_nothing(
    words: list[str],
    message: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["init", *words])
    assert message in capsys.readouterr().err
    assert not (folder / "release.toml").exists()


def checked(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, dict[str, str]]]:
    with pytest.raises(SystemExit) as end:
        main(["check", str(path), "--json"])
    said = json.loads(capsys.readouterr().out)
    code = end.value.code
    assert isinstance(code, int)
    return code, {finding["name"]: finding for finding in said["findings"]}


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")


def test_check_says_what_a_run_costs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["check", str(RELEASE)])
    said = capsys.readouterr().out
    assert "\nclassifier: 5 conversions; 7 legs (3 in a browser) on 28 probes" in said
    assert "196 forward passes" in said
    assert "preprocessing: 32 image files by 12 pipelines" in said
    assert (
        "web page                         shows classifier, autoencoder, view, explanation\n"
        in said
    )


def test_check_says_what_the_page_will_not_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = mini.only_classifier()
    content["models"]["classifier"]["kind"] = "other"
    _, found = checked(mini.write(content, tmp_path / "release.toml"), capsys)
    assert found["web page"]["found"].startswith(
        'the page cannot show classifier (it is of kind "other", and'
    )


def test_check_names_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = {"initializer": None, "checkpoint": "none.safetensors", "factory": "nowhere:build"}
    classifier = {key: v for key, v in mini.classifier(**own).items() if v is not None}
    content = mini.only_classifier() | {"models": {"classifier": classifier}}
    content["probes"] = {"synthetic": 1, "distinct_channels": 0}
    code, found = checked(mini.write(content, tmp_path / "release.toml"), capsys)
    assert code == 2
    wrong = {name for name, finding in found.items() if finding["state"] == "wrong"}
    assert wrong == {
        "models.classifier.factory",
        "models.classifier.checkpoint",
        "models.classifier: probes",
    }
    assert "none.safetensors" in found["models.classifier.checkpoint"]["found"]
    assert "no module 'nowhere'" in found["models.classifier.factory"]["found"]


def test_check_looks_at_the_baseline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def found(**changes: str) -> dict[str, str]:
        baseline = {"release": "bundle", "max_flipped_share": 0.01, "rationale": "as agreed on"}
        content = mini.only_classifier()
        content["policy"]["baseline"] = baseline | changes
        _, said = checked(mini.write(content, tmp_path / "release.toml"), capsys)
        return said["policy.baseline.release"]

    assert found()["state"] == "wrong"
    assert "there is no such folder" in found()["found"]
    bundle = unpacked("bundle-3", tmp_path)
    assert found()["state"] == "ok"
    assert "Miniature" in found()["found"]
    other = found(evidence_sha256="0" * 64)
    assert other["state"] == "wrong"
    assert of_file(bundle / "evidence.json") in other["found"]


@pytest.mark.usefixtures("no_browser", "no_onnxscript")
def test_check_names_what_is_missing_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classifier = mini.classifier(exporter="dynamo")
    routes = {"direct": {}}
    content = mini.only_classifier() | {"models": {"classifier": classifier}, "routes": routes}
    code, found = checked(mini.write(content, tmp_path / "release.toml"), capsys)
    assert code == 3
    missing = {name for name, finding in found.items() if finding["state"] == "missing"}
    assert missing == {"browser", "package onnxscript"}
    assert "pip install" in found["package onnxscript"]["remedy"]


def test_check_of_a_file_that_cannot_be_read_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["check", str(tmp_path / "none.toml")])
    assert "none.toml" in capsys.readouterr().err


def onnx_file(path: Path, operator: str = "Relu", name: str = "x") -> Path:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node(operator, [name], ["y"])],
        "graph",
        [value(name, TensorProto.FLOAT, ["batch", 4])],
        [value("y", TensorProto.FLOAT, None)],
    )
    opset = [helper.make_opsetid("", 15)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(path))
    return path


def test_an_onnx_file_becomes_a_folder_that_tfjs_loads(tmp_path: Path, xport: Xport) -> None:
    path, out = onnx_file(tmp_path / "model.onnx"), tmp_path / "out"
    said = xport("convert", path, "--out", out, "--input", "x=2,4")
    assert said.returncode == 0, said.stderr
    assert f"model    {out / 'model.json'}" in said.stdout
    assert "input    x: float32[2, 4]\noutput   y: float32[2, 4]" in said.stdout
    assert "not verified" in said.stdout
    assert json.loads((out / "model.json").read_text())["format"] == "graph-model"
    again = json.loads(xport("convert", path, "--out", out, "--input", "x=1,4", "--json").stdout)
    assert again["outputs"] == ["y: float32[1, 4]"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["model.onnx"], 2, "the shape of input 'x' is open: [batch,4]; fix it, as in --input x="),
        (["model.onnx", "--input", "1,4"], 2, "names no input"),
        (["model.onnx", "--input", "x=1,4", "--images", "."], 2, "converted, not tried"),
        (["random.onnx", "--input", "x=1,4"], 3, "operator RandomNormalLike of node"),
        (["named.onnx", "--input", "a.b=1,n"], 2, "'a.b=1,n' is no shape"),
        (["none.onnx"], 2, "cannot read the ONNX file"),
        (["release.toml", "--input", "1,4"], 2, "a release file says its shapes itself"),
    ],
)
def test_convert_refuses_by_name_and_leaves_nothing(
    words: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    onnx_file(tmp_path / "model.onnx")
    onnx_file(tmp_path / "random.onnx", "RandomNormalLike")
    onnx_file(tmp_path / "named.onnx", name="a.b")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SystemExit, match=f"^{code}$"):
        main(["convert", *words, "--out", "out"])
    assert message in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before
