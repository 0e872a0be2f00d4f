"""Without a network, and from one release to the next: one version, whole, or the one before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from browser_harness.serve.server import serve_bundle
from tests.browser.tiny_model import Classifier
from tests.browser.tool.app_bundles import spoil_self_test
from tests.browser.tool.tool_page import Tool, opened_tool, outputs_of, until
from tests.browser.tool.tool_site import make_site
from xport.bundles.manifest import MANIFEST
from xport.common import digests

WITHOUT = "This browser does not keep the page for use without a connection."
OFFERED = "A new version is ready."
SHARD = "models/clf/group1-shard1of3.bin"
UNFINISHED = "The new version could not be loaded; this one keeps working."


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release that is visited first."""
    return make_site(tmp_path_factory.mktemp("old") / "site", release="1.0.0")


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A later one, with another classifier."""
    folder = tmp_path_factory.mktemp("new") / "site"
    return make_site(folder, Classifier(seed=8), release="2.0.0")


def publish(tool: Tool, site: Path, *, only: tuple[str, ...] | None = None) -> None:
    """Put a site's files in the place of those that are served; `only` some of them."""
    for file in sorted(site.rglob("*")):
        name = file.relative_to(site).as_posix()
        if file.is_file() and (only is None or name in only):
            tool.server.publish(f"/{name}", file)
            if name == "index.html":
                tool.server.publish("/", file)


def worker(page: Page) -> str | None:
    """The release whose worker serves the page."""
    script = "navigator.serviceWorker.controller?.scriptURL.split('release=')[1] ?? null"
    found: str | None = page.evaluate(script)
    return found


def stored(tool: Tool) -> None:
    """Wait until this release is stored and its worker serves the page."""
    digest = digests.of_bytes(tool.manifest())
    until(lambda: worker(tool.page) == digest, "the service worker")


@contextmanager
def visited(browser: Browser, site: Path) -> Iterator[Tool]:
    """The tool, open, stored for use without a network, and served by its worker."""
    with serve_bundle(site, port=0) as server, opened_tool(browser, site, server=server) as tool:
        tool.agree()
        stored(tool)
        yield tool


def runs(tool: Tool, release: str) -> None:
    """Wait until the page is ready with a release."""
    tool.state("ready")
    expect(tool.page.get_by_text(f"Release {release}")).to_be_visible()


def test_after_one_visit_it_works_without_a_network(
    browser: Browser, old: Path, picture: Path
) -> None:
    with visited(browser, old) as tool:
        tool.context.set_offline(True)
        tool.page.reload()
        tool.state("ready")
        tool.examine(picture)
        shown = tool.numbers("uncalibrated")
        outputs = dict(
            zip((f"Finding {n}" for n in range(1, 15)), outputs_of(picture), strict=True)
        )
        assert shown
        assert all(abs(value - outputs[name]) <= 1e-5 for name, value in shown.items())
        second = tool.context.new_page()
        second.goto(tool.url)
        expect(second.locator("body")).to_have_attribute("data-state", "ready")


def test_hosts_that_shorten_addresses_are_followed(
    browser: Browser, old: Path, picture: Path
) -> None:
    with serve_bundle(old, port=0) as server:
        server.moved = {"/index.html": "/", "/report.html": "/report"}
        server.publish("/report", old / "report.html")
        with opened_tool(browser, old, server=server) as tool:
            tool.agree()
            stored(tool)
            tool.context.set_offline(True)
            for page, words in (("", "Release 1.0.0"), ("report.html", "The report")):
                tool.page.goto(tool.url + page)
                expect(tool.page.get_by_text(words)).to_be_visible()


def test_a_new_release_is_used_when_it_is_whole_and_wanted(
    browser: Browser, old: Path, new: Path, picture: Path
) -> None:
    with visited(browser, old) as tool:
        publish(tool, new, only=(MANIFEST, "app.js", "index.html"))
        (half := tool.page).reload()
        runs(tool, "1.0.0")
        expect(half.get_by_text(UNFINISHED)).to_be_visible()
        tool.context.set_offline(True)
        half.reload()
        runs(tool, "1.0.0")
        tool.context.set_offline(False)
        publish(tool, new)
        tool.page.reload()
        expect(tool.page.get_by_text(OFFERED)).to_be_visible()
        runs(tool, "1.0.0")
        tool.page.get_by_role("button", name="Use it now").click()
        tool.agree()
        runs(tool, "2.0.0")
        assert worker(tool.page) == digests.of_file(new / MANIFEST)
        tool.context.set_offline(True)
        tool.page.reload()
        runs(tool, "2.0.0")
        tool.examine(picture)


def test_what_the_new_release_does_not_need_is_deleted(
    browser: Browser, old: Path, new: Path
) -> None:
    with visited(browser, old) as tool:
        publish(tool, new)
        tool.page.reload()
        tool.page.get_by_role("button", name="Use it now").click()
        tool.agree()
        kept = """async () => {
          const all = await Promise.all((await caches.keys()).map(async (name) =>
            (await (await caches.open(name)).keys()).map(({ url }) => `${name} ${url}`)));
          return all.flat();
        }"""
        gone = [digests.of_file(old / name) for name in (MANIFEST, SHARD)]
        until(
            lambda: not any(one in line for line in tool.page.evaluate(kept) for one in gone),
            "the old release to be deleted",
        )
        now = digests.of_file(new / SHARD)
        assert any(line.endswith(now) for line in tool.page.evaluate(kept))


def test_another_page_goes_on_with_the_release_that_it_runs(
    browser: Browser, old: Path, new: Path, picture: Path
) -> None:
    with visited(browser, old) as tool:
        other = tool.context.new_page()
        other.goto(tool.url)
        expect(other.locator("body")).to_have_attribute("data-state", "ready")
        publish(tool, new)
        tool.page.reload()
        tool.page.get_by_role("button", name="Use it now").click()
        tool.agree()
        runs(tool, "2.0.0")
        second = Tool(other, tool.context, tool.server, tool.url)
        runs(second, "1.0.0")
        asked = "fetch('manifest.json').then((response) => response.text())"
        assert other.evaluate(asked) == (old / MANIFEST).read_text()
        second.examine(picture)
        other.on("dialog", lambda dialog: dialog.accept())
        other.get_by_role("button", name="Use it now").click()
        second.state("ready")
        runs(second, "2.0.0")


def test_a_release_that_does_not_run_here_is_left_for_the_next_one(
    browser: Browser, old: Path, new: Path, tmp_path: Path
) -> None:
    bad = make_site(tmp_path / "bad", release="1.5.0")
    spoil_self_test(bad, "value", "ae")
    with visited(browser, old) as tool:
        publish(tool, bad)
        tool.page.reload()
        tool.page.get_by_role("button", name="Use it now").click()
        tool.page.get_by_role("button", name="I understand").click()
        tool.state("refused")
        publish(tool, new)
        tool.page.reload()
        tool.state("refused")
        tool.page.get_by_role("button", name="Use it now").click()
        tool.agree()
        runs(tool, "2.0.0")


def test_a_later_form_of_the_manifest_is_no_dead_end(
    browser: Browser, old: Path, new: Path, tmp_path: Path
) -> None:
    later = tmp_path / "later"
    shutil.copytree(new, later)
    listed = json.loads((later / MANIFEST).read_text())
    (later / MANIFEST).write_text(json.dumps({**listed, "schema_version": 99}))
    with visited(browser, old) as tool:
        publish(tool, later)
        tool.page.reload()
        tool.page.get_by_role("button", name="Use it now").click()
        expect(tool.page.get_by_role("alert")).to_contain_text("version 99")


def test_a_page_that_stays_open_hears_of_a_new_release(
    browser: Browser, old: Path, new: Path
) -> None:
    later = "const now = Date.now; window.later = 0; Date.now = () => now() + window.later;"
    with opened_tool(browser, old, script=later) as tool:
        tool.agree()
        stored(tool)
        publish(tool, new)
        seen = "document.dispatchEvent(new Event('visibilitychange'))"
        tool.page.evaluate(seen)
        tool.page.wait_for_timeout(1000)
        expect(tool.page.get_by_text(OFFERED)).to_have_count(0)
        tool.page.evaluate(f"window.later = 4 * 60 * 60 * 1000; {seen}")
        expect(tool.page.get_by_text(OFFERED)).to_be_visible()


def test_a_release_that_changes_before_someone_agrees_is_shown_before_it_is_used(
    browser: Browser, old: Path, new: Path
) -> None:
    with opened_tool(browser, old) as tool:
        tool.state("consent")
        publish(tool, new)
        tool.page.get_by_role("button", name="I understand").click()
        expect(tool.page.get_by_text("Release 2.0.0")).to_be_visible()
        tool.agree()
        runs(tool, "2.0.0")


def test_a_page_that_cannot_be_stored_whole_runs_without_being_stored(
    browser: Browser, tmp_path: Path
) -> None:
    site = make_site(tmp_path / "site", release="1.0.1")
    (site / "report.html").write_text("<p>Another report than the manifest's")
    with opened_tool(browser, site) as tool:
        tool.agree()
        status = until(lambda: stored_status(tool, "storing"), "the attempt")
        assert status["offline"] == "failed"
        assert "report.html" in status["reason"]
        assert worker(tool.page) is None


def test_without_service_workers_it_works_and_says_what_is_missing(
    browser: Browser, old: Path, picture: Path
) -> None:
    hidden = "delete Navigator.prototype.serviceWorker"
    with opened_tool(browser, old, script=hidden) as tool:
        tool.agree()
        tool.examine(picture)
        tool.page.get_by_role("button", name="About").click()
        expect(tool.page.get_by_text(WITHOUT)).to_be_visible()


def stored_status(tool: Tool, unlike: str) -> dict[str, Any] | None:
    """What the page says of its copy on this device, once that is something else."""
    found: dict[str, Any] = tool.diagnostics()["updates"]
    return None if found["offline"] == unlike else found
