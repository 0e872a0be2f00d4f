"""The tool as a person uses it, and a watch over what it asks of the network."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from browser_harness.serve.server import LoopbackServer, serve_bundle
from reference.decoding import decode
from tests.browser.tiny_model import Classifier
from tests.browser.tool.app_bundles import LABELS, RULE, WAIT_MS
from tests.browser.tool.app_decisions import CALIBRATION

AGREE = "I understand: load the models"
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CHOSEN = """try {
  if (localStorage.getItem("xport.backend") === null) localStorage.setItem("xport.backend", "%s");
} catch {}"""
NAMES = [label.replace("_", " ") for label in LABELS]


@dataclass
class Tool:
    """A page with the tool in it.

    Args:
        requests: all that the context asks for, those of workers included.
        problems: what the page threw, or a policy stopped.
    """

    page: Page
    context: BrowserContext
    server: LoopbackServer
    url: str
    requests: list[Request] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def state(self, wanted: str) -> None:
        """Wait until the page is in a state."""
        expect(self.page.locator("body")).to_have_attribute("data-state", wanted, timeout=WAIT_MS)

    def agree(self, button: str = AGREE) -> None:
        """Agree to loading, and wait until images are taken."""
        self.page.get_by_role("button", name=button).click()
        self.state("ready")

    def add(self, *files: Path) -> None:
        """Choose image files."""
        picker = self.page.locator('.for-files input[type="file"]')
        picker.set_input_files([str(file) for file in files])

    def image(self, name: str) -> Any:
        """An image's line in the list."""
        return self.page.locator("li.image").filter(has_text=name)

    def examined(self, name: str, status: str = "done") -> None:
        """Wait until an image was examined."""
        expect(self.image(name)).to_have_attribute("data-status", status, timeout=WAIT_MS)

    def examine(self, file: Path, status: str = "done") -> None:
        """Choose one image and wait for what comes of it."""
        self.add(file)
        self.examined(file.name, status)

    def numbers(self, table: str) -> dict[str, float]:
        """What a table holds, every digit of it, by finding."""
        script = """(rows) => rows.map((row) =>
            [row.querySelector("th").firstChild.textContent,
             Number(row.querySelector("data").value)])"""
        return dict(self.page.locator(f"#{table} tbody tr").evaluate_all(script))

    def saved(self, button: str) -> str:
        """Click what saves a file, and read the file."""
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name=button).click()
        return Path(download.value.path()).read_text(encoding="utf-8")

    def manifest(self) -> bytes:
        """manifest.json as it is served now."""
        found = self.server.resource(self.url.removeprefix(self.server.url) + "manifest.json")
        return found.read_bytes() if isinstance(found, Path) else found or b""

    def diagnostics(self) -> dict[str, Any]:
        """What the page tells of itself."""
        self.page.get_by_role("button", name="About").click()
        found: dict[str, Any] = json.loads(self.saved("Save diagnostics"))
        self.page.keyboard.press("Escape")
        return found

    def paths(self) -> list[str]:
        """What was asked for, from the page's folder."""
        return [request.url.removeprefix(self.url) for request in self.requests]


@contextmanager
def opened_tool(
    browser: Browser,
    site: Path,
    *,
    prefix: str = "/",
    server: LoopbackServer | None = None,
    script: str | None = None,
    backend: str | None = "webgl",
    **options: Any,
) -> Iterator[Tool]:
    """The tool in a browser that has never seen it.

    Args:
        server: what serves the site already; one of its own otherwise.
        script: runs in the page before its own.
        backend: what a person chose to compute on before; None leaves it to the page.
        options: of the browser's context.
    """
    with ExitStack() as stack:
        if server is None:
            server = stack.enter_context(serve_bundle(site, port=0, prefix=prefix))
        context = browser.new_context(**{**DESKTOP, **options})
        stack.callback(context.close)
        context.set_default_timeout(WAIT_MS)
        if backend is not None:
            context.add_init_script(CHOSEN % backend)
        if script is not None:
            context.add_init_script(script)
        page = context.new_page()
        tool = Tool(page, context, server, f"{server.url}{prefix}")
        context.on("request", lambda request: tool.requests.append(request))
        context.on("weberror", lambda error: tool.problems.append(str(error.error)))
        page.goto(tool.url)
        yield tool


def until(ready: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """Ask again until the answer is true; the page's policy forbids Playwright's own way."""
    end = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    return found


def outputs_of(picture: Path) -> np.ndarray:
    """The tiny classifier's probabilities for a file, by the reference and numpy."""
    image = RULE.apply(decode(picture.read_bytes(), picture.name))
    found: np.ndarray = Classifier().in_numpy(image)["probabilities"][0]
    return found


def calibrated_of(picture: Path) -> np.ndarray:
    """The same on Equation 1's scale; NaN without an operating point."""
    return np.asarray(CALIBRATION.apply(outputs_of(picture)))


def nothing_predicted(tool: Tool) -> None:
    """Check that of the image in view no finding is in the page, hidden parts included.

    The list may say what was found in other images.
    """
    script = """() => {
      const copy = document.documentElement.cloneNode(true);
      copy.querySelectorAll('li.image[data-status="done"]').forEach((line) => line.remove());
      return copy.outerHTML;
    }"""
    html = tool.page.evaluate(script)
    assert not re.search("|".join(NAMES), html), "a finding is in the page"
    expect(tool.page.locator("table")).to_have_count(0)
