"""Bad input ends in one clear message and the documented exit code, never a traceback."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from reference.networks.densenet import classifier
from tests import mini
from tests.conftest import ROOT, MiniRun, Xport
from tests.images.corpus import corpus
from xport.errors import IntegrityError
from xport.recording.legs import record_here
from xport.workflow.run_folder import RunFolder

pytestmark = pytest.mark.slow

GOOD = classifier(**mini.CLASSIFIER_ARGUMENTS).state_dict()


def refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def convert(xport: Xport, tmp_path: Path, release: dict[str, Any], *more: object) -> Any:
    path = mini.write(release, tmp_path / "release.toml")
    return xport(
        "convert", path, "--out", tmp_path / "run", "--cache-dir", tmp_path / "store", *more
    )


def with_checkpoint(name: str) -> dict[str, Any]:
    model = mini.only_classifier()
    del model["models"]["classifier"]["initializer"]
    model["models"]["classifier"]["checkpoint"] = name
    return model


class Canary:
    """Unpickling this runs code."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("/tmp/xport-canary-was-unpickled",)


def truncated(path: Path) -> None:
    save_file(GOOD, path)
    path.write_bytes(path.read_bytes()[:-1000])


def other_architecture(path: Path) -> None:
    save_file({"layer1.0.conv1.weight": torch.zeros(8, 3, 3, 3)}, path)


def misshapen(path: Path) -> None:
    save_file(GOOD | {"classifier.bias": torch.zeros(6)}, path)


def pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps(Canary()))


def nothing(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("make", "name", "words"),
    [
        (truncated, "weights.safetensors", "weights.safetensors"),
        (other_architecture, "weights.safetensors", "layer1.0.conv1.weight"),
        (misshapen, "weights.safetensors", "classifier.bias"),
        (pickled, "weights.pt", "pickle"),
        (nothing, "weights.pt", "weights.pt"),
        (lambda path: None, "absent.pt", "absent.pt"),
    ],
)
def test_a_checkpoint_that_is(
    make: Any, name: str, words: str, xport: Xport, tmp_path: Path
) -> None:
    make(tmp_path / name)
    refused(convert(xport, tmp_path, with_checkpoint(name)), 2, "models.classifier: ", words)
    assert not Path("/tmp/xport-canary-was-unpickled").exists()
    assert not (tmp_path / "run" / "plan.json").exists()


def test_more_probes_to_explain_than_there_are_before_anything_is_converted(
    xport: Xport, tmp_path: Path
) -> None:
    many = mini.release(explanations={"explanation": mini.explanation(probes=500)})
    words = ("explanations.explanation.probes: 500 probes wanted, classifier has",)
    refused(convert(xport, tmp_path, many), 2, *words)
    assert not [path for path in (tmp_path / "store").rglob("*") if path.is_file()]


def test_a_release_file_with_an_unknown_key(xport: Xport, tmp_path: Path) -> None:
    refused(convert(xport, tmp_path, mini.release() | {"speed": 1}), 2, "speed")


def test_a_factory_that_does_not_exist_or_refuses(xport: Xport, tmp_path: Path) -> None:
    absent = mini.only_classifier(factory="reference.networks.densenet:nothing")
    refused(convert(xport, tmp_path, absent), 2, "reference.networks.densenet:nothing")
    unknown = mini.only_classifier(arguments={"colour": "red"})
    refused(convert(xport, tmp_path, unknown), 2, "colour")


def test_a_signature_that_the_module_does_not_have(xport: Xport, tmp_path: Path) -> None:
    arguments = mini.CLASSIFIER_ARGUMENTS | {"num_classes": 6}
    done = convert(xport, tmp_path, mini.only_classifier(arguments=arguments))
    words = ("the module gives logits: float32[1, 6]", "the file says float32[1, 5]")
    refused(done, 2, "models.classifier.signature.outputs: ", *words)


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"this is text", "bad.png"),
        (b"", "bad.png"),
        (png_header(60_000, 60_000), "40,000,000"),
        (png_header(0, 10), "bad.png"),
        (png_header(64, 64)[:60], "bad.png"),
    ],
    ids=["unreadable", "empty", "decompression bomb", "zero-sized", "truncated"],
)
def test_an_image_that_is(content: bytes, words: str, xport: Xport, tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    Image.new("L", (70, 64), 90).save(images / "good.png")
    (images / "bad.png").write_bytes(content)
    refused(
        convert(xport, tmp_path, mini.only_classifier(), "--images", images), 2, "bad.png", words
    )


def test_an_image_that_the_release_forbids_stops_it_before_anything_is_converted(
    xport: Xport, tmp_path: Path
) -> None:
    strict = mini.only_classifier()
    preprocess = strict["models"]["classifier"]["preprocess"]
    strict["models"]["classifier"]["preprocess"] = preprocess | {"forbid": ["pixel-density"]}
    images = tmp_path / "images"
    images.mkdir()
    (images / "scan.png").write_bytes(corpus()["png/gray-8-density-uneven"])
    done = convert(xport, tmp_path, strict, "--images", images)
    refused(done, 2, "images/scan.png: the release forbids what this image needs (pixel-density")
    assert not list((tmp_path / "store").glob("*/*"))


def test_an_image_whose_name_is_not_utf_8(xport: Xport, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    Image.new("L", (70, 64), 90).save(tmp_path / "images" / "a.png")
    (tmp_path / "images" / "a.png").rename(tmp_path / "images" / "a\udcff.png")
    done = convert(xport, tmp_path, mini.only_classifier(), "--images", tmp_path / "images")
    refused(done, 2, "its name is not UTF-8")


def test_an_empty_or_absent_image_folder(xport: Xport, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    done = convert(xport, tmp_path, mini.only_classifier(), "--images", tmp_path / "images")
    refused(done, 2, "no image in this folder", str(tmp_path / "images"))
    done = convert(xport, tmp_path, mini.only_classifier(), "--images", tmp_path / "absent")
    refused(done, 2, "not a folder")


def test_a_full_disk_says_so_and_keeps_nothing_half_written(tmp_path: Path) -> None:
    release = mini.write(mini.only_classifier(), tmp_path / "release.toml")
    (tmp_path / "disk").mkdir()
    command = f"""
        mount -t tmpfs -o size=2m tmpfs {tmp_path}/disk &&
        dd if=/dev/zero of={tmp_path}/disk/filler bs=4k count=508 status=none &&
        {sys.executable} -m xport convert {release} \\
            --out {tmp_path}/run --cache-dir {tmp_path}/disk/store
        code=$?; find {tmp_path}/disk/store -name '*.safetensors' -o -name entry.json; exit $code
    """
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    refused(done, 3, "No space left on device", "free disk space")
    assert done.stdout == ""


def test_a_second_run_in_the_same_folder(xport: Xport, mini_run: MiniRun, tmp_path: Path) -> None:
    folder = shutil.copytree(mini_run.folder, tmp_path / "run")
    code = (
        "import sys, time; from pathlib import Path\n"
        "from xport.workflow.run_folder import RunFolder\n"
        f"with RunFolder(Path({str(folder)!r})).locked():\n    print('held', flush=True)\n"
        "    time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = xport("judge", folder)
        holder.kill()
    refused(done, 3, f"process {holder.pid}", "works here")
    assert xport("judge", folder).returncode == 0


@pytest.mark.parametrize("name", ["plan.json", "evidence.json"])
def test_a_damaged_document(name: str, xport: Xport, run_copy: Path) -> None:
    path = run_copy / name
    present = json.loads(path.read_text())["schema_version"]
    path.write_bytes(path.read_bytes()[:2000])
    command = "judge" if name == "plan.json" else "report"
    refused(xport(command, run_copy), 2, name)
    path.write_text(json.dumps({"schema_version": present}))
    refused(xport(command, run_copy), 2, name, "Field required")
    path.write_text(json.dumps({"schema_version": 99}))
    refused(xport(command, run_copy), 2, name, "version 99")


def test_a_probe_that_changed_is_not_shown_as_the_probe(xport: Xport, run_copy: Path) -> None:
    for path in (run_copy / "probes").iterdir():
        path.write_bytes(b"\0" * path.stat().st_size)
    refused(xport("judge", run_copy), 3, "missing or changed")


def test_a_file_where_a_folder_should_be(xport: Xport, tmp_path: Path) -> None:
    release = mini.write(mini.only_classifier(), tmp_path / "release.toml")
    done = xport("convert", release, "--out", release, "--cache-dir", tmp_path / "store")
    refused(done, 2, "release.toml", "choose another")
    done = xport("convert", release, "--out", tmp_path / "run", "--cache-dir", release)
    refused(done, 2, "release.toml", "choose another")
    refused(xport("judge", tmp_path / "nowhere"), 2, "there is no run here")
    assert not (tmp_path / "nowhere").exists()


def test_a_stored_model_that_changed_after_conversion_is_not_recorded(
    mini_run: MiniRun, tmp_path: Path
) -> None:
    run = RunFolder(Path(shutil.copytree(mini_run.folder, tmp_path / "run")))
    plan = run.plan()
    model = plan.model("classifier")
    planned = model.artifacts["onnx"]
    moved = Path(shutil.copytree(planned.path, tmp_path / "onnx"))
    other = planned.model_copy(update={"path": moved})
    changed = model.model_copy(update={"artifacts": {**model.artifacts, "onnx": other}})
    with (moved / "model.onnx").open("ab") as file:
        file.write(b"\x00")
    leg = next(leg for leg in plan.legs if leg.name == "onnx")
    with pytest.raises(IntegrityError, match="not the converted ones"):
        record_here(plan, changed, leg, run.probes, run.recordings)
