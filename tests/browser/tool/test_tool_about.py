"""What the tool says of itself: release, models, self-test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.tool.app_bundles import relist
from tests.browser.tool.tool_page import AGREE, opened_tool
from tests.browser.tool.tool_site import make_site
from xport.bundles.manifest import MANIFEST, Claim, Manifest, write_file
from xport.common import digests

OWNER = "Radiology, Example Hospital"
FINGERPRINT = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


def claim(site: Path) -> None:
    """Let a bundle name its publisher; what the page reads of the key is its bytes alone."""
    key = write_file(site, "publisher.pub", b"a public key")
    own = Claim(name=OWNER, fingerprint=FINGERPRINT, judged="2026-11-30T12:00:00+00:00", key=key)
    relist(site, Manifest.read(site / MANIFEST).model_copy(update={"publisher": own}))


def test_the_report_is_a_link_away_and_keeps_its_style(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.page.get_by_role("button", name="About").click()
        with tool.context.expect_page() as opened:
            tool.page.get_by_role("link", name="Report of the comparison").click()
        expect(opened.value.get_by_text("The report")).to_have_css("color", "rgb(1, 2, 3)")


def test_the_self_test_is_shown_plainly_and_can_be_run_again(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.page.get_by_role("button", name="About").click()
        dialog = tool.page.get_by_role("dialog", name="About this tool")
        rows = dialog.get_by_role("table").get_by_role("row")
        expect(rows.filter(has_text="probabilities").first).to_contain_text("passed")
        dialog.get_by_role("button", name="Run the self-test again").click()
        expect(dialog.get_by_role("button", name="Run the self-test again")).to_be_enabled()
        expect(dialog).to_contain_text("Passed on WebGL, 3 cases.")


def test_the_dialog_gives_the_focus_back(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site) as tool:
        about = tool.page.get_by_role("button", name="About")
        about.focus()
        tool.page.keyboard.press("Enter")
        expect(tool.page.get_by_role("dialog")).to_be_visible()
        tool.page.keyboard.press("Escape")
        expect(tool.page.get_by_role("dialog")).to_be_hidden()
        expect(about).to_be_focused()


def test_versions_and_digest_of_the_release_are_named(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.page.get_by_role("button", name="About").click()
        dialog = tool.page.get_by_role("dialog")
        expect(dialog).to_contain_text("torch 0.0.0")
        expect(dialog).to_contain_text(digests.of_bytes(tool.manifest()))
        expect(dialog).to_contain_text("Nobody claims this release")


def test_what_differs_and_does_not_decide_stands_with_the_release(
    browser: Browser, tmp_path: Path
) -> None:
    sentence = "ADVISORY: clf/onnx logits: max |Δ| 0.001 from torch (it takes other pixels)"
    site = make_site(tmp_path / "site", notes=[{"kind": "advisory", "text": sentence}])
    claim(site)
    with opened_tool(browser, site) as tool:
        tool.page.get_by_role("button", name="About").click()
        note = tool.page.get_by_role("dialog").get_by_role("note")
        expect(note).to_contain_text("Beside the verdict")
        expect(note).to_contain_text(sentence)
        note.scroll_into_view_if_needed()
        expect(note).to_be_in_viewport()
        dialog = tool.page.get_by_role("dialog")
        expect(dialog).to_contain_text(f"{OWNER} claims this release. Fingerprint of the key:")
        expect(dialog).to_contain_text(f"sha256:{FINGERPRINT} Judged Nov 30, 2026")
        expect(dialog).to_contain_text("verdict PASSED.")
        expect(dialog).to_contain_text("Whoever can replace this page can make it say anything")
        expect(dialog).not_to_contain_text("genuine")
        strip = tool.page.locator(".strip")
        expect(strip).to_contain_text(f"Claimed by {OWNER}; its signature is for whoever")
        expect(strip).not_to_contain_text("verified")


@pytest.mark.parametrize("damaged", ["key", "entry"])
def test_a_damaged_key_or_entry_of_the_publisher_is_refused(
    browser: Browser, tmp_path: Path, damaged: str
) -> None:
    site = make_site(tmp_path / "site")
    claim(site)
    if damaged == "key":
        (site / "publisher.pub").write_bytes(b"another key!")
    else:
        manifest = json.loads((site / MANIFEST).read_text())
        manifest["publisher"]["fingerprint"] = "abc"
        (site / MANIFEST).write_text(json.dumps(manifest))
    with opened_tool(browser, site) as tool:
        if damaged == "key":
            tool.page.get_by_role("button", name=AGREE).click()
        alert = tool.page.get_by_role("alert")
        expect(alert).to_contain_text("This release cannot be used")
        expect(alert).to_contain_text("publisher")
        expect(tool.page.locator("input[type=file]")).to_have_count(0)


def test_a_weak_release_says_so_beside_the_notice_and_runs_where_it_was_verified(
    browser: Browser, tmp_path: Path
) -> None:
    low = {"kind": "below-floor", "text": "policy.min_probes: 1, at least 3 are wanted"}
    said = {"verdict": "WEAK_PASSED", "notes": [low], "backends": ["wasm"]}
    site = make_site(tmp_path / "site", **said)
    with opened_tool(browser, site) as tool:
        strip = tool.page.get_by_role("complementary").first
        expect(strip).to_contain_text("NOT FOR MEDICAL USE")
        expect(strip).to_contain_text("WEAK_PASSED: verified against too little")
        tool.agree()
        tool.page.get_by_role("button", name="About").click()
        dialog = tool.page.get_by_role("dialog")
        expect(dialog.get_by_role("note")).to_contain_text(low["text"])
        expect(dialog).to_contain_text("Passed on WebAssembly")
        expect(dialog).not_to_contain_text("WebGL")


def test_a_release_with_waivers_says_so_beside_the_notice(browser: Browser, tmp_path: Path) -> None:
    note = {"kind": "waiver", "text": "clf/tfjs/webgl logits: waived until 2027-06-30 by Ada"}
    site = make_site(tmp_path / "site", verdict="PASSED_WITH_WAIVERS", notes=[note])
    with opened_tool(browser, site) as tool:
        strip = tool.page.get_by_role("complementary").first
        expect(strip).to_contain_text("PASSED WITH WAIVERS: it failed checks that are waived")
        tool.page.get_by_role("button", name="About").click()
        expect(tool.page.get_by_role("dialog").get_by_role("note")).to_contain_text(note["text"])


def test_a_release_in_which_all_agrees_says_nothing_of_it(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.page.get_by_role("button", name="About").click()
        dialog = tool.page.get_by_role("dialog")
        expect(dialog).to_contain_text("SHA-256 of the manifest")
        expect(dialog.get_by_role("note")).to_have_count(0)
