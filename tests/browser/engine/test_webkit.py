"""What must hold on more than one JavaScript engine, on WebKit's."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from browser_harness.drive import wire
from browser_harness.drive.pictures import decode
from browser_harness.drive.refusals import PageRefused
from browser_harness.drive.webkit import INSTALL, WebKitPage, missing_of_webkit
from browser_harness.serve.server import serve_bundle
from reference import decoding
from tests.browser.engine.preprocess_cases import cases, differing
from tests.browser.tiny_model import Classifier
from tests.browser.tool.app_bundles import expected_values, make_bundle
from tests.browser.tool.host_page import make_host_site
from tests.browser.tool.tool_page import calibrated_of
from tests.browser.tool.tool_site import example_of, make_site
from tests.images.corpus import corpus
from xport.errors import RunnerError, UnavailableError

needs_webkit = pytest.mark.skipif(
    bool(missing_of_webkit()), reason=f"no WebKitGTK on this machine; {INSTALL}"
)


@pytest.fixture(scope="module")
def webkit() -> Iterator[WebKitPage]:
    """The runner's page in WebKitGTK."""
    with WebKitPage() as page:
        yield page


@needs_webkit
def test_preprocessing_equals_the_reference_to_the_bit(webkit: WebKitPage) -> None:
    assert webkit.facts.name == "MiniBrowser"
    every = cases()
    assert len(every) > 2000
    assert differing(webkit, every) == []


@needs_webkit
def test_pictures_are_decoded_to_the_samples_of_python(webkit: WebKitPage) -> None:
    wrong = [
        name
        for name, content in corpus().items()
        if not np.array_equal(decode(webkit, content).samples, decoding.decode(content).samples)
    ]
    assert wrong == []


@needs_webkit
def test_the_deployed_page_s_host_finds_the_backend_that_passes(
    tmp_path: Path, picture: Path
) -> None:
    site = make_host_site(make_bundle(tmp_path / "site", Classifier()))
    content = base64.b64encode(picture.read_bytes()).decode()
    with WebKitPage() as webkit, serve_bundle(site, port=0) as server:
        webkit.visit(server.url + "/")
        running = webkit.evaluate(
            """
            while (!window.driven) await new Promise((resolve) => setTimeout(resolve, 50));
            const { value, error } = await driven.open(["webgl", "wasm", "cpu"]);
            if (error) throw error.message;
            return { backend: value.backend, passed: value.selfTest.passed };
            """
        )
        assert running["passed"] is True
        assert running["backend"] in ("webgl", "wasm")
        outputs = webkit.evaluate(
            """
            driven.file("chest.png", args[0]);
            const { value, error } = await driven.examine("chest.png");
            if (error) throw error.message;
            return value.seen.findings.map(({ output }) => output);
            """,
            content,
        )
        assert np.abs(np.asarray(outputs) - expected_values(picture, Classifier())).max() <= 1e-5


STATE = """
while (!args.includes(document.body?.dataset.state)) await new Promise((go) => setTimeout(go, 50));
"""
AGREE = """
[...document.querySelectorAll("button")].find(
  ({ textContent }) => textContent.startsWith("I understand")).click();
"""
SERVED = """
while (!navigator.serviceWorker.controller) await new Promise((go) => setTimeout(go, 50));
"""
EXAMPLE = """
document.querySelector(".examples button").click();
const done = () => document.querySelector('li.image[data-status="done"]');
while (!done()) await new Promise((go) => setTimeout(go, 50));
return [...document.querySelectorAll("#calibrated data")].map(({ value }) => Number(value));
"""


@needs_webkit
def test_the_tool_works_without_its_server_after_one_visit(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    with WebKitPage() as webkit:
        with serve_bundle(site, port=0) as server:
            webkit.visit(server.url + "/")
            webkit.evaluate(STATE, "consent")
            webkit.evaluate(AGREE)
            webkit.evaluate(SERVED)
        webkit.visit(server.url + "/")
        webkit.evaluate(STATE, "ready")
        expected = calibrated_of(example_of(site))
        found = webkit.evaluate(EXAMPLE)
        assert np.abs(np.sort(found) - np.sort(expected[~np.isnan(expected)])).max() <= 1e-5


@needs_webkit
def test_a_refusal_is_an_error(webkit: WebKitPage) -> None:
    with pytest.raises(PageRefused, match="no backend is open"):
        webkit.call("environment", {}, wire.TensorText)
    with pytest.raises(RunnerError, match="no typed answer"):
        webkit.call("fly", {}, wire.TensorText)


def test_without_webkit_the_error_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert missing_of_webkit() == ("WebKitWebDriver", "Xvfb")
    with pytest.raises(UnavailableError, match="apt-get install"), WebKitPage():
        pass
