"""A release that its publisher has taken back: the page in its target computes nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from browser_harness.serve.server import serve_bundle
from tests.browser.tiny_model import Classifier
from tests.browser.tool.app_bundles import WAIT_MS, make_bundle, wait_for
from tests.xport.signing.conftest import make_pair
from xport.bundles.manifest import MANIFEST
from xport.common import digests
from xport.publishing.revocations import PAYLOAD_TYPE, Revocations, Revoked
from xport.publishing.signed_documents import signed_envelope
from xport.signing.keys import read_private_key

PLACE = "/tool/releases/chest-1.0.0-0123456789abcdef/"
WHY = "finding 4 was trained on “wrong” labels"
HEADING = "This release must not be used any more"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("revoked") / "bundle", Classifier())


@pytest.fixture
def revocations(bundle: Path, tmp_path: Path) -> bytes:
    """The list as `xport revoke` writes it."""
    when = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    revoked = Revoked(
        release="tiny",
        version="1.0.0",
        manifest_sha256=digests.of_file(bundle / MANIFEST),
        reason=WHY,
        since=when,
    )
    document = Revocations(list_id="0" * 16, sequence=1, revoked=(revoked,), written=when)
    key = read_private_key(make_pair(tmp_path, "my").private, None, str)
    return signed_envelope(document, key, PAYLOAD_TYPE).content()


@contextmanager
def visited(browser: Browser, bundle: Path, place: str, *answers: bytes | None) -> Iterator[Page]:
    """The page at a place of a host, which answers for the list so; the last of them for ever."""
    given = list(answers)
    with serve_bundle(bundle, 0, place, 1) as server:
        context: BrowserContext = browser.new_context()
        context.set_default_timeout(WAIT_MS)

        def listed(route: Route) -> None:
            answer = given.pop(0) if len(given) > 1 else given[0]
            if answer is None:
                route.fulfill(status=404)
            else:
                route.fulfill(body=answer, content_type="application/json")

        context.route("**/revocations.json", listed)
        page = context.new_page()
        page.goto(server.url + place)
        try:
            yield page
        finally:
            context.close()


def test_the_page_says_so_before_anybody_agrees_and_fetches_no_model(
    browser: Browser, bundle: Path, revocations: bytes
) -> None:
    with visited(browser, bundle, PLACE, revocations) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        wait_for(page, "refused")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text(HEADING)
        expect(alert).to_contain_text("Do not rely on results that it gave before")
        expect(alert).to_contain_text(WHY)
        assert [url for url in asked if url.endswith("/tool/revocations.json")]
        assert not [url for url in asked if "/models/" in url]
        page.get_by_role("radio", name="Deutsch").check(force=True)
        expect(alert).to_contain_text("Diese Version darf nicht mehr verwendet werden")


def test_without_a_list_the_page_goes_on_and_an_open_one_ends_when_there_is_one(
    browser: Browser, bundle: Path, revocations: bytes
) -> None:
    other = b"<!doctype html><title>tool</title>"
    with visited(browser, bundle, PLACE, None, other, other, b"{}", revocations) as page:
        wait_for(page, "consent")
        page.locator("button.primary.large").click()
        wait_for(page, "ready")
        for _ in range(2):  # a page in the list's place, and a list that cannot be read
            with page.expect_response("**/revocations.json"):
                page.evaluate("window.dispatchEvent(new Event('online'))")
        page.wait_for_timeout(200)
        wait_for(page, "ready")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        wait_for(page, "refused")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text(HEADING)
        expect(alert).to_contain_text("Do not rely on results that it gave before")
        expect(alert).to_contain_text(WHY)
        expect(page.locator("input[type=file]")).to_have_count(0)
        page.get_by_role("button", name="Try again").click()
        wait_for(page, "refused")


def test_a_page_that_lies_in_no_target_asks_for_no_list(
    browser: Browser, bundle: Path, revocations: bytes
) -> None:
    with visited(browser, bundle, "/tool/", revocations) as page:
        wait_for(page, "consent")
