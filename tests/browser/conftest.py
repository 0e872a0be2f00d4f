"""Sessions in a real Chromium, shared by the tests that do not break them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.browser.tiny_model import Autoencoder, Classifier
from tests.browser.tool.app_bundles import launch

STEP_S = 60.0
EXPECTED_MS = 30_000.0
"""How long a page may take to show what is expected: a busy host prepares WebGL for over 5 s."""
BACKENDS = ("webgl", "wasm", "cpu")

expect.set_options(timeout=EXPECTED_MS)


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    """The tiny classifier."""
    return Classifier()


@pytest.fixture(scope="session")
def autoencoder() -> Autoencoder:
    """The tiny autoencoder."""
    return Autoencoder()


@pytest.fixture(scope="session")
def models(
    tmp_path_factory: pytest.TempPathFactory, classifier: Classifier, autoencoder: Autoencoder
) -> list[ModelSource]:
    """Both tiny models on disk: `autoencoder` (one shard) and `classifier` (three)."""
    folder = tmp_path_factory.mktemp("models")
    return [
        ModelSource("autoencoder", autoencoder.write(folder / "ae"), autoencoder.signature),
        ModelSource("classifier", classifier.write(folder / "clf", 3), classifier.signature),
    ]


@pytest.fixture(scope="session")
def images() -> dict[str, dict[str, np.ndarray]]:
    """One input for each tiny model, by model id."""
    random = np.random.default_rng(3)
    return {
        "autoencoder": {"image": random.uniform(-1, 1, (1, 1, 64, 64)).astype(np.float32)},
        "classifier": {"image": random.normal(size=(1, 3, 32, 32)).astype(np.float32)},
    }


@pytest.fixture(scope="session")
def shader_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One shader cache for all tests, so that llvmpipe compiles each shader once."""
    return tmp_path_factory.mktemp("shaders")


@pytest.fixture(scope="session")
def settings(shader_cache: Path) -> Callable[..., BrowserSettings]:
    """Settings with a short time limit and the tests' shader cache."""

    def make(backend: str = "cpu", **changes: object) -> BrowserSettings:
        given = {"timeout_s": STEP_S, "shader_cache": shader_cache, **changes}
        return BrowserSettings(backend=backend, **given)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def reused(settings: Callable[..., BrowserSettings]) -> Iterator[BrowserSession]:
    """A browser whose page is loaded anew by `reopen` in every test that uses it."""
    with BrowserSession([], settings()) as opened:
        yield opened


@pytest.fixture(scope="session", params=BACKENDS)
def session(
    request: pytest.FixtureRequest,
    models: list[ModelSource],
    settings: Callable[..., BrowserSettings],
) -> Iterator[BrowserSession]:
    """Both models open in one page, on each backend in turn."""
    with BrowserSession(models, settings(request.param)) as opened:
        yield opened


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """Playwright, once for all tests."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Any, shader_cache: Path) -> Iterator[Browser]:
    """The browser with WebGL in which every test opens a context of its own."""
    started = launch(playwright, shader_cache)
    yield started
    started.close()


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grey PNG, wider than high, with structure at every scale."""
    rows, columns = np.mgrid[0:120, 0:150] / 30
    grey = 127 + 90 * np.sin(rows) * np.cos(columns) + 20 * np.sin(9 * rows * columns)
    path = tmp_path_factory.mktemp("picture") / "chest.png"
    Image.fromarray(grey.clip(0, 255).astype(np.uint8)).save(path)
    return path
