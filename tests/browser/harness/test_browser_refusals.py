"""What the browser side must refuse, and with which words."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from browser_harness.drive.models import ModelSource
from browser_harness.drive.refusals import PageRefused
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.browsers import Graphics
from browser_harness.launch.settings import BrowserSettings
from tests.browser.tiny_model import Autoencoder, Classifier
from xport.common import digests
from xport.errors import InputError, IntegrityError, RunnerError, UnavailableError
from xport.formats.artifact import Artifact, Format, Signature

Settings = Callable[..., BrowserSettings]
SHARD = "group1-shard2of3.bin"


def open_and_refuse(session: BrowserSession, model: ModelSource) -> PageRefused:
    """Open a model that the page must refuse."""
    with pytest.raises(PageRefused) as caught:
        session.reopen([model])
    return caught.value


def truncate(folder: Path) -> None:
    """Leave 100 bytes of the second shard."""
    (folder / SHARD).write_bytes((folder / SHARD).read_bytes()[:100])


def lengthen(folder: Path) -> None:
    """Append a byte to the second shard."""
    (folder / SHARD).write_bytes((folder / SHARD).read_bytes() + b"\0")


def remove(folder: Path) -> None:
    """Delete the second shard."""
    (folder / SHARD).unlink()


def flip(folder: Path) -> None:
    """Change one bit of the second shard."""
    data = bytearray((folder / SHARD).read_bytes())
    data[7] ^= 1
    (folder / SHARD).write_bytes(data)


def exchange(folder: Path) -> None:
    """Put another model's model.json in place."""
    shutil.copy(Autoencoder().write(folder.parent / "other") / "model.json", folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (truncate, rf"shard 2 of 3, {SHARD}: 531 bytes expected, 100 found"),
        (lengthen, rf"shard 2 of 3, {SHARD}: 531 bytes expected, 532 found"),
        (remove, rf"shard 2 of 3, {SHARD}: absent \(HTTP 404\)"),
        (flip, rf"shard 2 of 3, {SHARD}: SHA-256 [0-9a-f]{{64}} expected, [0-9a-f]{{64}} found"),
        (exchange, r"model\.json: \d+ bytes expected, \d+ found"),
    ],
)
def test_rejects_files_that_changed_since_they_were_listed(
    tmp_path: Path, reused: BrowserSession, damage: Callable[[Path], None], message: str
) -> None:
    tiny = Classifier()
    model = ModelSource("clf", tiny.write(tmp_path / "clf", 3), tiny.signature)
    damage(model.folder)
    refused = open_and_refuse(reused, model)
    assert refused.code == "file-refused"
    assert "model clf: " in str(refused)
    assert re.search(message, str(refused))


def test_rejects_another_models_json_even_when_listed(
    tmp_path: Path, reused: BrowserSession
) -> None:
    folder = Classifier().write(tmp_path / "clf")
    for file in folder.iterdir():
        file.unlink()
    Autoencoder().write(folder)
    model = ModelSource("clf", folder, Classifier().signature)
    refused = open_and_refuse(reused, model)
    assert refused.code == "signature-refused"
    assert "input image: float32[1, 3, 32, 32] expected" in str(refused)


def test_rejects_another_shape(tmp_path: Path, reused: BrowserSession) -> None:
    folder = Classifier(channels=1).write(tmp_path / "clf")
    refused = open_and_refuse(reused, ModelSource("clf", folder, Classifier().signature))
    assert refused.code == "signature-refused"
    assert "image: float32[1, 3, 32, 32] expected, image: float32[1, 1, 32, 32] found" in str(
        refused
    )


def test_rejects_an_output_of_another_shape_than_model_json_says(
    tmp_path: Path, reused: BrowserSession
) -> None:
    tiny, declared = Classifier(), Classifier(findings=15)
    folder = tiny.write(tmp_path / "clf")
    edit(folder, lambda model: lie_about_findings(model, 15))
    reused.reopen([ModelSource("clf", folder, declared.signature)])
    image = {"image": np.zeros((1, 3, 32, 32), np.float32)}
    with pytest.raises(PageRefused, match=r"output logits: float32\[1, 15\] expected"):
        reused.run("clf", image)


def lie_about_findings(model: dict[str, object], count: int) -> None:
    """Let model.json's signature claim another number of findings."""
    outputs = model["signature"]["outputs"]  # type: ignore[index]
    for info in outputs.values():
        info["tensorShape"]["dim"][1]["size"] = str(count)


def edit(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Change model.json in place."""
    model = json.loads((folder / "model.json").read_text())
    change(model)
    (folder / "model.json").write_text(json.dumps(model))


def test_rejects_weights_that_do_not_fill_their_shards(
    tmp_path: Path, reused: BrowserSession
) -> None:
    tiny = Classifier()
    folder = tiny.write(tmp_path / "clf")
    with (folder / "group1-shard1of1.bin").open("ab") as shard:
        shard.write(b"\0\0\0\0")
    refused = open_and_refuse(reused, ModelSource("clf", folder, tiny.signature))
    assert "weight group 1 declares 1592 bytes, its shards hold 1596" in str(refused)


def test_rejects_a_file_that_model_json_does_not_name(
    tmp_path: Path, reused: BrowserSession
) -> None:
    tiny = Classifier()
    folder = tiny.write(tmp_path / "clf")
    (folder / "extra.bin").write_bytes(b"?")
    refused = open_and_refuse(reused, ModelSource("clf", folder, tiny.signature))
    assert "extra.bin: listed, but model.json does not name it" in str(refused)


def test_rejects_an_artifact_whose_files_changed(tmp_path: Path) -> None:
    tiny = Classifier()
    folder = tiny.write(tmp_path / "clf")
    digest = digests.of_listing(digests.of_folder(folder))
    artifact = Artifact(Format.TFJS, folder, tiny.signature, digest)
    assert ModelSource.of_artifact("clf", artifact).files["model.json"].bytes > 0
    flip_byte = folder / "group1-shard1of1.bin"
    flip_byte.write_bytes(b"\1" + flip_byte.read_bytes()[1:])
    with pytest.raises(IntegrityError, match="convert the model again"):
        ModelSource.of_artifact("clf", artifact)


def test_rejects_a_folder_without_a_model(tmp_path: Path) -> None:
    signature: Signature = Classifier().signature
    with pytest.raises(InputError, match=r"no model\.json"):
        ModelSource("clf", tmp_path, signature)


def test_no_webgl_is_an_error_and_not_another_backend(settings: Settings) -> None:
    with (
        pytest.raises(PageRefused, match="this browser offers no WebGL") as caught,
        BrowserSession([], settings("webgl", extra_flags=("--disable-gpu",))),
    ):
        pass
    assert caught.value.code == "webgl-missing"
    assert "the browser's own words" in str(caught.value)


def test_float16_textures_are_an_error(settings: Settings) -> None:
    forced = settings("webgl", tfjs_flags=(("WEBGL_FORCE_F16_TEXTURES", True),))
    with pytest.raises(PageRefused) as caught, BrowserSession([], forced):
        pass
    assert caught.value.code == "float32-missing"


def test_threads_that_do_not_start_are_an_error(settings: Settings) -> None:
    with (
        pytest.raises(PageRefused, match="3 wasm threads were asked for and 2 run") as caught,
        BrowserSession([], settings("wasm", threads=3, hardware_concurrency=4)),
    ):
        pass
    assert caught.value.code == "threads-refused"


def test_another_renderer_than_required_is_an_error(settings: Settings) -> None:
    chosen = settings("webgl", require_renderer="GeForce 256")
    with (
        pytest.raises(RunnerError, match="does not match the required 'GeForce 256'"),
        BrowserSession([], chosen),
    ):
        pass


def test_swiftshader_runs_only_when_asked_for(settings: Settings) -> None:
    with BrowserSession([], settings("webgl", graphics=Graphics.SWIFTSHADER)) as session:
        found = session.environment()
    assert found.graphics == "swiftshader"
    assert "SwiftShader" in str(found.renderer)
    disguised = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
    with (
        pytest.raises(RunnerError, match="llvmpipe was asked for"),
        BrowserSession([], settings("webgl", graphics=Graphics.LLVMPIPE, extra_flags=disguised)),
    ):
        pass


def test_a_missing_browser_is_named_with_the_commands_that_install_one(settings: Settings) -> None:
    with (
        pytest.raises(UnavailableError, match=r"playwright install chromium.*apt-get install"),
        BrowserSession([], settings(browser="/nowhere/chromium")),
    ):
        pass


def test_a_browser_that_does_not_start_is_told_from_a_missing_one(settings: Settings) -> None:
    with (
        pytest.raises(UnavailableError, match="/bin/false: the browser did not start"),
        BrowserSession([], settings(browser="/bin/false")),
    ):
        pass


def test_a_forbidden_sandbox_is_named_with_its_remedy(settings: Settings, tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\necho 'No usable sandbox!' >&2\nexit 1\n")
    browser.chmod(0o755)
    with (
        pytest.raises(UnavailableError, match="XPORT_NO_SANDBOX=1") as caught,
        BrowserSession([], settings(browser=str(browser))),
    ):
        pass
    assert "No usable sandbox!" in caught.value.details


def test_an_unbuilt_page_is_named_with_its_build_command(
    tmp_path: Path, settings: Settings
) -> None:
    with (
        pytest.raises(UnavailableError, match="run `make setup` in a checkout"),
        BrowserSession([], settings(page_folder=tmp_path)),
    ):
        pass
