"""The host of the deployed page, app/host, driven from a page that shows nothing."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Worker

from browser_harness.serve.assets import PAGE_FOLDER
from browser_harness.serve.server import LoopbackServer, serve_bundle

# Stricter than the deployed page's: for one wasm thread nothing has to be started from a blob.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; style-src 'self'"
)
INDEX = f"""<!doctype html>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="{POLICY}" />
<title>host</title>
<script type="module" src="host_page.js"></script>
"""
SCRIPT = """
import * as host from "./host.js";

const blocks = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) blocks.push(duration);
}).observe({ type: "longtask", buffered: true });

const told = (error) => ({
  name: error.name, code: error.code, message: error.message, facts: error.facts,
  attempts: error.attempts,
});
const attempt = async (work) => {
  try { return { value: await work() }; } catch (error) { return { error: told(error) }; }
};

/** What tests call; results are JSON. */
window.driven = {
  host,
  blocks,
  progress: [],
  changes: [],
  session: null,
  files: new Map(),
  open(backends, base = new URL(".", document.baseURI).href) {
    return attempt(async () => {
      const progress = (now) => driven.progress.push(now);
      driven.session = await host.openSession({ base, backends, site: null, progress });
      driven.session.onChange((running, reason) => driven.changes.push({ running, reason }));
      return driven.session.running;
    });
  },
  file(name, base64) {
    const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    driven.files.set(name, new File([content], name));
  },
  examine: (name) => attempt(() => driven.session.examine(driven.files.get(name))),
  explain: (name, finding) => attempt(() => {
    return driven.session.explain(driven.files.get(name), finding);
  }),
  show: (name) => attempt(() => driven.session.show(driven.files.get(name))),
};
"""
# Before the worker's own code, so that a test can take its WebGL contexts away.
CONTEXTS = """
const getContext = OffscreenCanvas.prototype.getContext;
self.contexts = [];
OffscreenCanvas.prototype.getContext = function (...asked) {
  const context = getContext.apply(this, asked);
  if (context) self.contexts.push(context);
  return context;
};
"""
# Resolves when the browser has told the worker of it.
LOSE_CONTEXT = """() => {
  const { canvas } = self.contexts.at(-1);
  const told = new Promise((resolve) => {
    canvas.addEventListener("webglcontextlost", ({ type }) => resolve(type));
  });
  for (const context of self.contexts) context.getExtension("WEBGL_lose_context")?.loseContext();
  return told;
}"""


def make_host_site(site: Path) -> Path:
    """Put the test's page in the place of a bundle's own."""
    (site / "index.html").write_text(INDEX)
    (site / "host_page.js").write_text(SCRIPT)
    shutil.copy(PAGE_FOLDER / "host.js", site / "host.js")
    worker = site / "engine.worker.js"
    worker.write_text(CONTEXTS + worker.read_text())
    return site


class HostPage:
    """The test's page with its server; what the host fetches is in `requests`."""

    def __init__(self, page: Page, server: LoopbackServer) -> None:
        self.page, self.server = page, server
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def open(self, *backends: str) -> Any:
        """Open the release: what runs, or how it failed (`value` or `error`)."""
        self.requests.clear()
        return self.page.evaluate("(backends) => driven.open(backends)", list(backends))

    def running(self, *backends: str) -> Any:
        """Open the release, which has to work."""
        opened = self.open(*backends)
        assert "value" in opened, opened["error"]
        return opened["value"]

    def give(self, file: Path) -> str:
        """Hand an image file to the page; its name."""

        content = base64.b64encode(file.read_bytes()).decode()
        self.page.evaluate("([name, content]) => driven.file(name, content)", [file.name, content])
        return file.name

    def examine(self, file: Path) -> Any:
        """What the models say of a file: `value` or `error`."""
        return self.page.evaluate("(name) => driven.examine(name)", self.give(file))

    def fetched(self, part: str) -> list[str]:
        """The URLs with `part` in them that were fetched since the release was opened."""
        return [url for url in self.requests if part in url]

    def reload(self) -> None:
        """A second visit."""
        self.page.reload()
        self.page.wait_for_load_state()

    @property
    def engine(self) -> Worker:
        """The worker in which TF.js runs now."""
        return [one for one in self.page.workers if "engine.worker" in one.url][-1]


@contextmanager
def host_page(
    browser: Browser, site: Path, *, setup: str = "", isolated: bool = True
) -> Iterator[HostPage]:
    """A page on a site of `make_host_site`, in a context of its own.

    Args:
        setup: JavaScript that runs in the page before its own.
        isolated: whether the server asks for cross-origin isolation.
    """
    with serve_bundle(site, port=0) as server:
        if not isolated:
            del server.headers["Cross-Origin-Opener-Policy"]
            del server.headers["Cross-Origin-Embedder-Policy"]
        context: BrowserContext = browser.new_context()
        context.set_default_timeout(60_000)
        if setup:
            context.add_init_script(setup)
        page = context.new_page()
        try:
            driven = HostPage(page, server)
            page.goto(server.url + "/")
            yield driven
        finally:
            context.close()


def outputs_of(examined: Any) -> list[float]:
    """The model's outputs, finding by finding."""
    return [finding["output"] for finding in examined["value"]["seen"]["findings"]]
