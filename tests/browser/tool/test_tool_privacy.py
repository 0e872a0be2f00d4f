"""Nothing of an image leaves the device: by policy, by watching, and where there is no network."""

from __future__ import annotations

import gzip
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from browser_harness.serve.assets import app_files
from tests.browser.tool.tool_page import opened_tool, outputs_of, until
from tests.browser.tool.tool_site import make_site

ROOT = Path(__file__).parents[3]
BUDGET = 500_000
"""Bytes of script and style, compressed, until the tool is ready."""

ALLOW = (
    "let this user make a network namespace: run the tests as root, or "
    "`sudo sysctl -w kernel.unprivileged_userns_clone=1 "
    "kernel.apparmor_restrict_unprivileged_userns=0`, and install util-linux's `unshare`"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


@contextmanager
def trap() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine beside the page's, and what is said to it, by TCP or UDP.

    Browsers open a connection for a navigation before they have asked the policy, and close it
    again without a word: b"" is not noted.
    """
    heard: list[bytes] = []
    over = threading.Event()

    def listen(tcp: socket.socket, udp: socket.socket) -> None:
        while not over.is_set():
            for one in select.select([tcp, udp], [], [], 0.1)[0]:
                if one is udp:
                    heard.append(one.recv(2048))
                    continue
                caller = one.accept()[0]
                caller.settimeout(0.5)
                with caller, suppress(TimeoutError, ConnectionError):
                    if said := caller.recv(2048):
                        heard.append(said)

    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        port: int = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        tcp.listen()
        listener = threading.Thread(target=listen, args=(tcp, udp))
        listener.start()
        try:
            yield port, heard
        finally:
            over.set()
            listener.join()


ATTEMPTS = {
    "fetch": "fetch(`http://${to}/`, { method: 'POST', body: 'image', mode: 'no-cors' })",
    "beacon": "navigator.sendBeacon(`http://${to}/`, 'image')",
    "image": "Object.assign(new Image(), { src: `http://${to}/x.png` })",
    "socket": "new WebSocket(`ws://${to}/`)",
    "events": "new EventSource(`http://${to}/`)",
    "script": "put('script', { src: `http://${to}/x.js` })",
    "style": "put('link', { rel: 'stylesheet', href: `http://${to}/x.css` })",
    "prefetch": "put('link', { rel: 'prefetch', href: `http://${to}/` })",
    "preconnect": "put('link', { rel: 'preconnect', href: `http://${to}/` })",
    "frame": "put('iframe', { src: `http://${to}/` })",
    "object": "put('object', { data: `http://${to}/` })",
    "form": "send(put('form', { action: `http://${to}/`, method: 'post', target: '_self' }))",
    "worker": "new Worker(`http://${to}/x.js`)",
    "module": "import(`http://${to}/x.js`)",
}


def test_a_whole_session_asks_its_own_server_for_files_and_sends_nothing(
    browser: Browser, site: Path, picture: Path
) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        tool.page.get_by_role("button", name="Explain Finding 1", exact=True).click()
        tool.saved("Save as CSV")
        tool.diagnostics()
        tool.page.wait_for_load_state("networkidle")
        assert len(tool.requests) > 20
        own = (tool.url, f"blob:{tool.server.url}/", "data:")
        for request in tool.requests:
            assert request.url.startswith(own), request.url
            assert request.method in {"GET", "HEAD"}
            assert request.post_data_buffer is None
            assert "?" not in request.url or re.search(
                r"sw\.js\?release=[0-9a-f]{64}$", request.url
            )
        assert tool.context.cookies() == []
        assert tool.problems == []


def test_no_way_leads_to_another_address(browser: Browser, site: Path) -> None:
    with trap() as (port, heard), opened_tool(browser, site) as tool:
        tool.agree()
        for way, script in ATTEMPTS.items():
            tool.page.evaluate(
                f"""async (to) => {{
                  const put = (name, fields) => document.body.appendChild(
                    Object.assign(document.createElement(name), fields));
                  const send = (form) => form.submit();
                  try {{ await {script}; }} catch {{ /* refused, as it must be */ }}
                }}""",
                f"127.0.0.1:{port}",
            )
            tool.page.wait_for_timeout(150)
            assert heard == [], way
        tool.page.wait_for_timeout(600)
        assert heard == []
        assert tool.page.url == tool.url


def test_the_trap_hears_what_a_page_without_a_policy_says(browser: Browser, site: Path) -> None:
    with trap() as (port, heard), opened_tool(browser, site, bypass_csp=True) as tool:
        tool.state("consent")
        tool.page.evaluate(
            f"fetch('http://127.0.0.1:{port}/', {{ mode: 'no-cors' }}).catch(() => 0)"
        )
        assert until(lambda: heard, "the request")[0].startswith(b"GET / ")


def test_no_script_of_the_page_can_talk_peer_to_peer_or_past_the_policy() -> None:
    # WebRTC is the one way out that browsers' policies do not close yet.
    ways = r"RTCPeerConnection|RTCDataChannel|sendBeacon|new WebSocket|WebTransport|EventSource"
    for name, path in app_files().items():
        if name.endswith(".js"):
            assert re.findall(ways, path.read_text(encoding="utf-8")) == [], name


def test_it_works_where_there_is_no_network_at_all(
    site: Path, picture: Path, shader_cache: Path
) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.fail(ALLOW)
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    if subprocess.run([unshare, "--net", *as_root, "true"], capture_output=True).returncode:
        pytest.fail(ALLOW)
    script = [sys.executable, "-m", "tests.browser.tool.lonely_session"]
    command = [unshare, "--net", *as_root, *script, *map(str, (site, picture, shader_cache))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, f"{done.stderr}\n{ALLOW}"
    found = json.loads(done.stdout)
    assert found["interfaces"] == ["lo"]
    outputs = outputs_of(picture)
    assert np.abs(np.array(found["outputs"]) - outputs).max() <= 1e-5
    assert found["explained"] is True


def test_scripts_and_styles_until_ready_stay_within_their_budget(
    browser: Browser, site: Path
) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        asked = {path.partition("?")[0] for path in tool.paths()}
        counted = {path for path in asked if path.endswith((".js", ".css")) and path != "sw.js"}
        assert {"app.js", "engine.js", "engine.worker.js", "picture.worker.js"} <= counted
        sizes = {path: len(gzip.compress((site / path).read_bytes(), 9)) for path in counted}
        sizes["index.html"] = len(gzip.compress((site / "index.html").read_bytes(), 9))
        assert sum(sizes.values()) <= BUDGET, sizes
