"""engine.js runs most models alone; kernels and gradients beyond it are fetched when asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from browser_harness.drive.models import ModelSource
from browser_harness.drive.refusals import PageRefused
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from browser_harness.serve.assets import app_files, page_files
from tests.browser.tiny_model import Classifier, node, placeholder, spec, write_model
from tests.browser.tool.app_bundles import expected_values, make_bundle
from tests.browser.tool.host_page import host_page, make_host_site, outputs_of
from xport.formats.artifact import Signature
from xport.formats.tfjs_model import operators_of

Settings = Callable[..., BrowserSettings]
X = np.linspace(-3, 3, 24, dtype=np.float32).reshape(1, 2, 3, 4)


def model(folder: Path, operator: str) -> ModelSource:
    """A graph of one operator."""
    signature = Signature(inputs=(spec("image", *X.shape),), outputs=(spec("result", *X.shape),))
    nodes = [placeholder("x", X.shape), node("y", operator, "x")]
    write_model(folder, signature, nodes, [], {"image": "x", "result": "y"})
    return ModelSource(operator, folder, signature)


def scripts(session: BrowserSession) -> set[str]:
    """The parts of the engine that the page has fetched."""
    entries = "performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1))"
    fetched = session.evaluate(entries)
    assert isinstance(fetched, list)
    return {name for name in fetched if name.startswith("engine.")}


@pytest.mark.parametrize("backend", ["webgl", "wasm", "cpu"])
def test_other_kernels_are_fetched_for_the_operators_that_need_them(
    tmp_path: Path, settings: Settings, backend: str
) -> None:
    with BrowserSession([model(tmp_path / "relu", "Relu")], settings(backend)) as session:
        assert np.array_equal(session.run("Relu", {"image": X}).outputs["result"], np.maximum(X, 0))
        assert scripts(session) == {"engine.js"}
        session.reopen([model(tmp_path / "floor", "Floor")])
        assert np.array_equal(session.run("Floor", {"image": X}).outputs["result"], np.floor(X))
        assert scripts(session) == {"engine.js", "engine.kernels.js"}


@pytest.mark.parametrize(("operator", "others"), [("Relu", False), ("Floor", True)])
def test_pages_have_what_the_operators_need(tmp_path: Path, operator: str, others: bool) -> None:
    needed = operators_of(model(tmp_path / "model", operator).folder)
    for files in (page_files(operators=needed), app_files(operators=needed)):
        assert "engine.js" in files
        assert ("engine.kernels.js" in files) == others


def test_a_model_is_refused_where_its_kernels_are_missing(
    tmp_path: Path, settings: Settings
) -> None:
    few = settings(operators=frozenset({"Relu"}))
    with (
        pytest.raises(PageRefused, match=r"engine\.kernels\.js, which the operator Floor needs"),
        BrowserSession([model(tmp_path / "model", "Floor")], few),
    ):
        pass


class Roundabout(Classifier):
    """The same numbers by way of an operator whose kernels are not in engine.js."""

    def write(self, folder: Path, shards: int = 1) -> Path:
        """Write the model: its mean is of max(x, x)."""
        path = super().write(folder, shards) / "model.json"
        document = json.loads(path.read_text())
        nodes = document["modelTopology"]["node"]
        (mean,) = (one for one in nodes if one["op"] == "Mean")
        nodes.append(node("same", "Maximum", mean["input"][0], mean["input"][0]))
        mean["input"][0] = "same"
        path.write_text(json.dumps(document))
        return folder


@pytest.mark.parametrize("backend", ["webgl", "wasm", "cpu"])
def test_the_deployed_page_fetches_other_kernels_in_its_worker(
    browser: Browser, tmp_path: Path, picture: Path, backend: str
) -> None:
    site = make_host_site(make_bundle(tmp_path / "site", Roundabout()))
    with host_page(browser, site) as page:
        page.running(backend)
        assert len(page.fetched("engine.kernels.js")) == 1
        found = np.asarray(outputs_of(page.examine(picture)))
        assert np.abs(found - expected_values(picture, Classifier())).max() <= 1e-5


def test_the_deployed_page_fetches_no_kernels_that_it_does_not_need(
    browser: Browser, tmp_path: Path
) -> None:
    site = make_host_site(make_bundle(tmp_path / "site", Classifier()))
    with host_page(browser, site) as page:
        page.running("webgl")
        assert len(page.fetched("/engine.js")) == 1
        assert page.fetched("engine.kernels.js") == []


def test_the_deployed_page_says_which_part_of_the_engine_is_missing(
    browser: Browser, tmp_path: Path
) -> None:
    site = make_host_site(make_bundle(tmp_path / "site", Roundabout()))
    (site / "engine.kernels.js").unlink()
    with host_page(browser, site) as page:
        error = page.open("webgl", "wasm")["error"]
        assert error["code"] == "unreachable"
        assert "engine.kernels.js, which the operator Maximum needs" in error["message"]
