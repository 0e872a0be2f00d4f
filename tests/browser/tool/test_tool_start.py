"""What a first visit says and fetches, also in browsers in which the page's script does not run."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from browser_harness.serve import server
from browser_harness.serve.answers import Answer
from tests.browser.tool.app_bundles import launch
from tests.browser.tool.tool_page import opened_tool, until
from tests.browser.tool.tool_site import make_site, read_manifest

HEADINGS = {
    "old": "This browser is too old",
    "blocked": "The page's script did not run",
    "off": "JavaScript is switched off",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


def as_an_old_browser(route: Route) -> None:
    """Style sheets in a browser that does not know what the newest of them ask for."""
    found = route.fetch()
    route.fulfill(response=found, body=found.text().replace("1lh", "1unknown"))


def without_digests(route: Route) -> None:
    """A page that loads its files whatever their bytes are."""
    found = route.fetch()
    route.fulfill(response=found, body=re.sub(r' integrity="[^"]+"', "", found.text()))


@pytest.mark.parametrize("why", HEADINGS)
def test_old_browser_blocked_script_and_no_javascript_are_three_messages(
    browser: Browser, site: Path, why: str
) -> None:
    context: Any = browser.new_context(java_script_enabled=why != "off")
    context.route("**/app.js", lambda route: route.abort())
    if why == "old":
        context.route("**/app.css", as_an_old_browser)
        context.route("**/", without_digests)  # else the changed style sheet is refused
    with opened_tool(_Given(context), site, backend=None) as tool:
        for heading, words in HEADINGS.items():
            one = tool.page.get_by_role("heading", name=words)
            expect(one).to_be_visible(visible=heading == why)
        expect(tool.page.get_by_text("NOT FOR MEDICAL USE").first).to_be_in_viewport()


class _Given:
    """A browser whose next context is there already."""

    def __init__(self, context: Any) -> None:
        self.new_context = lambda **_: context


def test_what_is_promised_is_what_is_shown_and_sent_and_nothing_is_sent_twice(
    browser: Browser, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, sent = read_manifest(site), list[tuple[str, int]]()
    answer = server._Handler._send

    def count(handler: Any, answered: Answer, with_body: bool) -> None:
        body = len(answered.body) if with_body else 0
        sent.append((urlsplit(handler.path).path.removeprefix("/"), body))
        answer(handler, answered, with_body)

    monkeypatch.setattr(server._Handler, "_send", count)
    with opened_tool(browser, site, backend="wasm") as tool:
        promised = tool.page.get_by_text("of models are loaded, once.").inner_text()
        tool.page.evaluate(
            """() => { window.shown = new Set(); new MutationObserver(() => {
              const text = document.querySelector(".running .stage-state")?.textContent ?? "";
              if (text.includes(" of ")) window.shown.add(text.split(" of ")[1].split(",")[0]);
            }).observe(document.body, { subtree: true, childList: true, characterData: true }); }"""
        )
        tool.agree()
        size = re.match(r"[\d.]+ \w+", promised)
        assert size
        assert size[0] in tool.page.evaluate("[...window.shown]")
        loaded = [(path, count) for path, count in sent if path in model_paths(site)]
        assert {path for path, _ in loaded} == model_paths(site)
        assert sum(count for _, count in loaded) == sum(
            (site / path).stat().st_size for path in model_paths(site)
        )
        tool.page.get_by_role("button", name=re.compile("^Example: |Phantom")).first.click()
        tool.examined(Path(manifest.examples[0].path).name)
        until(lambda: tool.diagnostics()["updates"]["offline"] == "ready", "the page to be kept")
        asked = Counter(path for path, count in sent if count > 0)
        # The manifest is read anew, past what is kept, to learn of newer releases; browsers load a
        # worker's script past their caches themselves.
        twice = {path for path, times in asked.items() if times > 1}
        assert twice <= {"manifest.json", "sw.js"}


def model_paths(site: Path) -> set[str]:
    """What is loaded after consent, by path: equal files once."""
    first: dict[bytes, str] = {}
    folders = ("models/", "self_test/", "examples/")
    for file in sorted(site.rglob("*")):
        path = file.relative_to(site).as_posix()
        if path.startswith(folders) and file.is_file():
            first.setdefault(file.read_bytes(), path)
    return set(first.values())


def test_a_browser_that_compiles_nothing_is_told_why_it_is_slow(
    playwright: Any, shader_cache: Path, tmp_path: Path
) -> None:
    site = make_site(tmp_path / "site", backends=["wasm", "cpu"])
    slow = launch(playwright, shader_cache, "--js-flags=--jitless")
    try:
        with opened_tool(slow, site, backend=None) as tool:
            tool.agree()
            hint = tool.page.locator(".compiles-nothing")
            expect(hint).to_contain_text("compiles nothing for this page")
            expect(hint).to_be_in_viewport()
    finally:
        slow.close()
