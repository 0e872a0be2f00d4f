"""A network that falls silent, is gone, or answers itself; a browser that keeps nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.tool.app_bundles import launch_persistent
from tests.browser.tool.tool_page import opened_tool
from tests.browser.tool.tool_site import example_of, make_site

SHARD = "group1-shard2of3.bin"
BEGUN = 40


class _Silent(SimpleHTTPRequestHandler):
    """Sends the beginning of one file and falls silent; the rest is sent by Range."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server: Any = self.server
        if not self.path.endswith(SHARD):
            return super().do_GET()
        content = Path(self.translate_path(self.path)).read_bytes()
        asked = self.headers.get("Range")
        server.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(len(content) - start))
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(content[start:] if asked else content[:BEGUN])
        self.wfile.flush()
        if not asked:
            server.over.wait(60)
            self.close_connection = True
        return None

    def log_message(self, *said: object) -> None:
        """Say nothing."""


@contextmanager
def silent_host(folder: Path) -> Iterator[Any]:
    """A host that falls silent in the midst of a shard; what was asked of it is in `ranges`."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder)))
    server.ranges, server.over = [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


def test_a_silent_download_is_told_of_and_goes_on_where_it_stopped(
    browser: Browser, site: Path
) -> None:
    with silent_host(site) as server, opened_tool(browser, site, server=server) as tool:
        tool.page.get_by_role("button", name="I understand").click()
        waiting = tool.page.locator(".stage-waiting")
        expect(waiting).to_contain_text("Nothing arrives at the moment")
        tool.context.set_offline(True)
        expect(waiting).to_contain_text("There is no connection")
        expect(waiting).to_be_in_viewport()
        tool.context.set_offline(False)
        tool.state("ready")
        assert server.ranges == [None, f"bytes={BEGUN}-"]


@pytest.mark.parametrize("what", ["absent", "sign-in page"])
def test_a_network_in_the_way_is_no_tampering(browser: Browser, site: Path, what: str) -> None:
    answers = {
        "absent": {"status": 404, "body": "no"},
        "sign-in page": {"body": "<p>Sign in", "content_type": "text/html"},
    }

    def answer(route: Route) -> None:
        route.fulfill(**answers[what])  # type: ignore[arg-type]

    with opened_tool(browser, site) as tool:
        tool.context.route(f"**/{SHARD}", answer)
        tool.page.get_by_role("button", name="I understand").click()
        tool.state("failed")
        alert = tool.page.get_by_role("alert")
        expect(alert).to_contain_text("The server could not be reached, a file is missing there")
        expect(alert).not_to_contain_text("verified, so nothing runs")
        tool.context.unroute(f"**/{SHARD}")
        tool.page.get_by_role("button", name="Try again").click()
        tool.state("ready")


def test_blocked_site_data_is_said_and_the_tool_works(
    playwright: Any, site: Path, shader_cache: Path, tmp_path: Path
) -> None:
    preferences = tmp_path / "profile" / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    preferences.write_text(json.dumps(blocked))
    context = launch_persistent(playwright, tmp_path / "profile", shader_cache)
    browser: Any = SimpleNamespace(new_context=lambda **_: context)
    with opened_tool(browser, site) as tool:
        expect(tool.page.get_by_text("lets the page keep nothing")).to_be_visible()
        tool.agree()
        expect(tool.page.get_by_text("This browser keeps nothing for this page.")).to_be_visible()
        tool.examine(example_of(site))
        expect(tool.page.locator("#calibrated")).to_be_visible()
        assert tool.problems == []
