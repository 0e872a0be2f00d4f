"""What is in sight at every size of window, in WebKit, whose grids differ from Chromium's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from browser_harness.drive.webkit import INSTALL, WebKitPage, missing_of_webkit
from tests.browser.tool.sights import FIRST_FINDING, LOOK, sizes_of
from tests.browser.tool.tool_site import make_site

# WebKit's windows are 447 pixels wide at least, so the tool lies in a frame that is resized.
FRAME = """<!doctype html><style>body { margin: 0 } iframe { border: 0 }</style>
<iframe src="./"></iframe>"""
WAIT = "while (!({done})) await new Promise((go) => setTimeout(go, 50));"
TOOL = "const tool = () => document.querySelector('iframe').contentDocument;"
RESIZED = f"""
const [state, sizes, above] = args, said = [], look = {LOOK};
const frame = document.querySelector("iframe");
for (const [width, height] of sizes) {{
  Object.assign(frame, {{ width, height }});
  const found = await look(frame.contentWindow, state, above);
  said.push(...found.map((one) => `${{width}} × ${{height}}, ${{state}}: ${{one}}`));
}}
return said;
"""
STEPS = {
    "consent": ("", "tool().body?.dataset.state === 'consent'"),
    "ready": (
        "tool().querySelector('.consent-actions button').click();",
        "tool().body.dataset.state === 'ready'",
    ),
    "findings": (
        "tool().querySelector('.examples button').click();",
        "tool().querySelector('li.image[data-status=done]') && tool().querySelector('.zoom-now')"
        ".textContent !== '–'",
    ),
    "explained": (
        "tool().querySelector('#calibrated .why button').click();",
        "tool().querySelector('.overlay .legend')",
    ),
}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *said: object) -> None:
        """Say nothing."""


@contextmanager
def served_plainly(folder: Path) -> Iterator[str]:
    """A folder's address on a host that says nothing of who may frame its pages."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.skipif(bool(missing_of_webkit()), reason=f"no WebKitGTK on this machine; {INSTALL}")
def test_what_matters_is_in_sight_at_every_size_in_webkit(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    (site / "frame.html").write_text(FRAME)
    said = []
    with served_plainly(site) as url, WebKitPage() as webkit:
        webkit.visit(f"{url}/frame.html")
        for state, (act, done) in STEPS.items():
            webkit.evaluate(f"{TOOL} {act} {WAIT.format(done=done)}")
            sizes = [list(size) for size in sizes_of(state)]
            found = webkit.evaluate(RESIZED, state, sizes, FIRST_FINDING)
            said += found
    assert not said, "\n".join(said)
