"""A release that passed and that the page cannot show: everything says so, the page included."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, expect
from torch import nn

from tests import mini
from tests.browser.tool.app_bundles import opened, relist, wait_for
from tests.conftest import ROOT, Xport
from xport.bundles.checks import verify_bundle
from xport.bundles.manifest import MANIFEST, Manifest
from xport.errors import IntegrityError

HERE = "tests.browser.tool.test_app_unshown"
REFUSED = "not publishable as a web tool; use the models under models/"
NOT_VERIFIED = "not what was verified"


def segmenter() -> nn.Module:
    """An image in, a mask of its size out."""
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 1, 1), nn.Sigmoid())


def listener() -> nn.Module:
    """A classifier of sounds."""
    layers = (nn.Conv1d(1, 4, 9, stride=8), nn.ReLU(), nn.Flatten(), nn.Linear(28, 2))
    return nn.Sequential(*layers, nn.Softmax(dim=1))


def seeded(module: nn.Module, inputs: Any, *, seed: int) -> None:
    """An initializer for modules without BatchNorm."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))


def model(
    factory: str, kind: str, given: tuple[int, ...], output: str, made: tuple[int, ...]
) -> Any:
    """The table of one network that no image is prepared for."""

    def spec(name: str, shape: tuple[int, ...]) -> dict[str, Any]:
        return {"name": name, "shape": list(shape), "dtype": "float32"}

    return {
        "title": factory.title(),
        "kind": kind,
        "factory": f"{HERE}:{factory}",
        "initializer": f"{HERE}:seeded",
        "signature": {"inputs": [spec("given", given)], "outputs": [spec(output, made)]},
    } | ({"labels": ["Speech", "Music"]} if kind == "classifier" else {})


WHY = "a few layers in float32 round by much less"
MODELS = {
    "segmentation": (model("segmenter", "other", (1, 3, 16, 16), "mask", (1, 1, 16, 16)), "mask"),
    "audio": (
        model("listener", "classifier", (1, 1, 64), "probabilities", (1, 2)),
        "probabilities",
    ),
}


@pytest.fixture(
    scope="module", params=["segmentation", pytest.param("audio", marks=pytest.mark.long)]
)
def released(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    store: Path,
    xport: Xport,
) -> tuple[Path, subprocess.CompletedProcess[str], str]:
    """The run of a release with such a model, what its command said, and the model's id."""
    name, folder = request.param, tmp_path_factory.mktemp("unshown")
    table, output = MODELS[name]
    tolerance = {"model": name, "output": output, "max_abs": 1e-5, "rationale": WHY}
    content = mini.release(
        models={name: table},
        explanations={},
        routes={"direct": {}},
        browser={"backends": ["cpu"], "timeout_seconds": 60},
        policy=mini.policy(tolerances=[tolerance], relative_tolerances=[], acceptance_criteria=[]),
    )
    path = mini.write(content, folder / "release.toml")
    done = xport("release", path, "--out", folder / "run", "--cache-dir", store, "--fresh")
    assert done.returncode == 0, done.stderr
    return folder / "run", done, name


Released = tuple[Path, "subprocess.CompletedProcess[str]", str]


def test_the_release_passes_and_says_what_cannot_be_published(
    released: Released, xport: Xport
) -> None:
    run, done, name = released
    assert "PASSED" in done.stdout
    assert f"the page cannot show {name} (" in done.stdout
    assert REFUSED in done.stdout
    assert REFUSED in (run / "report.html").read_text()
    manifest = verify_bundle(run / "bundle")
    assert manifest.publishable is False
    assert manifest.unshown.keys() == {name}
    bundled = xport("bundle", run)
    assert bundled.returncode == 0
    assert REFUSED in bundled.stdout
    for command in (("bundle", run), ("verify", run / "bundle"), ("judge", run)):
        said = json.loads(xport(*command, "--json").stdout)
        assert said["publishable"] is False
        assert said["unshown"].keys() == {name}
    assert xport("bundle", run).returncode == 0  # judging had removed it


def test_serving_it_says_the_same(released: Released) -> None:
    run, _, name = released
    command = [sys.executable, "-m", "xport", "serve", str(run / "bundle")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(4)]
        server.terminate()
        server.wait(timeout=10)
    assert lines[1].startswith("No second opinion: without a second route")
    assert lines[2].startswith(f"the page cannot show {name} (")
    assert REFUSED in lines[2]
    assert lines[3] == "NOT FOR MEDICAL USE\n"


def test_the_page_says_so_before_anybody_agrees_and_no_model_is_fetched(
    released: Released, browser: Browser
) -> None:
    run, _, name = released
    with opened(browser, run / "bundle") as (page, requests):
        wait_for(page, "refused")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("This page cannot show this release")
        expect(alert).to_contain_text("The release is what was verified")
        expect(alert).to_contain_text("models/")
        expect(alert).not_to_contain_text(NOT_VERIFIED)
        expect(alert.get_by_role("button", name="Try again")).to_have_count(0)
        assert not [url for url in requests if f"/models/{name}/" in url]
        page.get_by_role("radio", name="Deutsch").check(force=True)
        expect(alert).to_contain_text("Diese Seite kann diese Version nicht zeigen")


def test_a_manifest_that_calls_it_publishable_is_refused(released: Released) -> None:
    run, _, _ = released
    bundle = run / "bundle"
    honest = (bundle / MANIFEST).read_bytes()
    relist(bundle, Manifest.read(bundle / MANIFEST).model_copy(update={"publishable": True}))
    with pytest.raises(IntegrityError, match="what the page shows is not that of the evidence"):
        verify_bundle(bundle)
    (bundle / MANIFEST).write_bytes(honest)
    verify_bundle(bundle)
