"""The tool from the first visit to the exported results, in a real browser."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import skimage
from playwright.sync_api import Browser, expect

from tests.browser.tool.app_bundles import LABELS, WEIGHTS
from tests.browser.tool.app_decisions import gate_at
from tests.browser.tool.tool_page import (
    AGREE,
    NAMES,
    PHONE,
    Tool,
    calibrated_of,
    nothing_predicted,
    opened_tool,
    outputs_of,
)
from tests.browser.tool.tool_site import example_of, make_site
from tests.images.broken import broken
from tests.images.dicom_files import Dicom
from xport.common import digests

CAMERA = Path(skimage.__file__).parent / "data" / "camera.png"
ALLOWED = 1e-5
"""The default release's tolerance for probabilities."""

OPEN = gate_at("ssim", -1.0)
"""A gate that refuses nothing."""

PAGE = (
    *("index.html", "app.js", "app.css", "witness.js"),
    *("manifest.json", "app.webmanifest"),
)
"""What may be asked for before anyone agrees, beside icons."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


def test_nothing_but_the_page_is_loaded_before_someone_agrees(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.state("consent")
        expect(tool.page.get_by_role("heading", name="Not for medical use")).to_be_visible()
        expect(tool.page.get_by_text(WEIGHTS)).to_be_visible()
        tool.page.wait_for_load_state("networkidle")
        asked = {path for path in tool.paths() if not re.match(r"icon[-.]|data:", path)}
        assert asked <= {"", *PAGE}
        assert {"", "app.js", "manifest.json"} <= asked
        tool.agree()
        assert "engine.worker.js" in tool.paths()
        assert tool.problems == []


def test_a_script_that_is_another_does_not_start_and_the_page_says_so(
    browser: Browser, site: Path
) -> None:
    other = (site / "app.js").read_bytes() + b"//"
    with opened_tool(browser, site) as tool:
        tool.state("consent")
        tool.context.route(
            "**/app.js",
            lambda route: route.fulfill(body=other, content_type="text/javascript"),
        )
        tool.page.reload()
        tool.state("unserved")
        expect(tool.page.get_by_text("a file of it is damaged")).to_be_visible()
        expect(tool.page.get_by_text("Oder eine Datei ist beschädigt")).to_be_visible()


def test_loading_shows_its_stages_and_can_be_called_off(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.page.get_by_role("button", name="I understand").click()
        stages = tool.page.locator(".stages li")
        expect(stages).to_have_count(5)
        expect(stages.nth(1)).to_contain_text("Load and verify the models")
        tool.page.get_by_role("button", name="Cancel").click()
        expect(tool.page.get_by_role("heading", name="Loading was cancelled")).to_be_visible()
        tool.page.get_by_role("button", name="Try again").click()
        tool.state("ready")


def test_agreement_is_remembered_for_the_release(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.page.reload()
        tool.state("ready")


def shows_what_python_gives(tool: Tool, file: Path) -> None:
    """Check tables and both exports against the reference, number by number."""
    outputs = dict(zip(LABELS, outputs_of(file), strict=True))
    calibrated = dict(zip(LABELS, calibrated_of(file), strict=True))
    none = {label for label, value in calibrated.items() if np.isnan(value)}
    plain = dict(zip(LABELS, NAMES, strict=True))
    shown = tool.numbers("calibrated")
    assert set(shown) == {plain[label] for label in LABELS if label not in none}
    assert set(tool.numbers("uncalibrated")) == {plain[label] for label in none}
    for label in LABELS:
        if label in none:
            assert abs(tool.numbers("uncalibrated")[plain[label]] - outputs[label]) <= ALLOWED
        else:
            assert abs(shown[plain[label]] - calibrated[label]) <= ALLOWED
    rows = list(csv.DictReader(io.StringIO(tool.saved("Save as CSV"))))
    assert [row["finding"] for row in rows] == LABELS
    for row in rows:
        assert abs(float(row["output"]) - outputs[row["finding"]]) <= ALLOWED
        if row["finding"] in none:
            assert (row["calibrated"], row["standing"]) == ("", "no-operating-point")
        else:
            assert abs(float(row["calibrated"]) - calibrated[row["finding"]]) <= ALLOWED
        assert row["notice"] == "NOT FOR MEDICAL USE"
        assert row["file_sha256"] == digests.of_file(file)
        assert row["manifest_sha256"] == digests.of_bytes(tool.manifest())
    (image,) = json.loads(tool.saved("Save as JSON"))["images"]
    assert (image["file"], image["sha256"]) == (file.name, digests.of_file(file))
    found = {one["finding"]: one["output"] for one in image["findings"]}
    assert found == {row["finding"]: float(row["output"]) for row in rows}


def test_an_image_gives_the_findings_and_exports_that_python_gives(
    browser: Browser, site: Path, picture: Path
) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        shows_what_python_gives(tool, picture)
        expect(tool.page.get_by_text("NOT FOR MEDICAL USE").nth(1)).to_be_visible()
        expect(tool.page.get_by_text(WEIGHTS)).to_be_visible()


def test_a_dicom_file_needs_no_extension(browser: Browser, tmp_path: Path) -> None:
    rows, columns = np.mgrid[:90, :70]
    window = {"WindowCenter": "2000", "WindowWidth": "3000"}
    stored = ((rows * columns) % 61) * 60 + rows
    file = tmp_path / "IM000001"
    file.write_bytes(Dicom(bits=12, photometric="MONOCHROME1", display=window).file(stored))
    with opened_tool(browser, make_site(tmp_path / "site", gate=OPEN)) as tool:
        tool.agree()
        tool.examine(file)
        shows_what_python_gives(tool, file)


def test_a_photograph_is_refused_and_nothing_is_predicted(
    browser: Browser, site: Path, picture: Path
) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(CAMERA, "refused")
        expect(tool.page.get_by_text("Not near enough to the training").first).to_be_visible()
        nothing_predicted(tool)
        tool.examine(picture)
        expect(tool.page.locator("#calibrated")).to_be_visible()
        tool.image("camera.png").locator(".image-select").click()
        nothing_predicted(tool)
        rows = list(csv.DictReader(io.StringIO(tool.saved("Save as CSV"))))
        (refused,) = (row for row in rows if row["file"] == "camera.png")
        assert (refused["status"], refused["finding"], refused["output"]) == ("refused", "", "")


def test_files_that_cannot_be_read_say_why_and_hold_up_nothing(
    browser: Browser, site: Path, picture: Path, tmp_path: Path
) -> None:
    notes, cine = tmp_path / "notes.png", tmp_path / "cine.dcm"
    notes.write_text("no image")
    cine.write_bytes(broken()["dicom/multi-frame"].content)
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.add(notes, cine, picture)
        tool.examined("chest.png")
        for name, words in (("notes.png", "not a PNG, JPEG or DICOM"), ("cine.dcm", "3 frames")):
            tool.examined(name, "failed")
            tool.image(name).locator(".image-select").click()
            expect(tool.page.get_by_role("alert")).to_contain_text(words)
            nothing_predicted(tool)


def test_the_example_of_the_release_is_one_click_away(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.page.get_by_role("button", name=re.compile("^Example: ")).first.click()
        tool.examined(example_of(site).name)


def test_a_damaged_file_is_fetched_again_then_refused_and_explained(
    browser: Browser, tmp_path: Path
) -> None:
    site = make_site(tmp_path / "site")
    shard = site / "models/clf/group1-shard2of3.bin"
    whole = shard.read_bytes()
    shard.write_bytes(b"\1" + whole[1:])
    with opened_tool(browser, site) as tool:
        tool.page.get_by_role("button", name="I understand").click()
        tool.state("refused")
        alert = tool.page.get_by_role("alert")
        expect(alert).to_contain_text("This release cannot be used")
        expect(alert).to_contain_text("group1-shard2of3.bin")
        expect(tool.page.locator("input[type=file]")).to_have_count(0)
        asked = [path for path in tool.paths() if path.endswith("group1-shard2of3.bin")]
        assert len(asked) == 2
        shard.write_bytes(whole)
        tool.page.get_by_role("button", name="Try again").click()
        tool.state("ready")


def test_it_works_under_any_path(browser: Browser, site: Path, picture: Path) -> None:
    with opened_tool(browser, site, prefix="/tools/xray/") as tool:
        tool.agree()
        tool.examine(picture)
        assert all(
            url.startswith(tool.url) for url in (r.url for r in tool.requests) if url[:5] != "blob:"
        )


@pytest.mark.parametrize(("locale", "agree", "findings"), [
    ("en-GB", AGREE, "Findings"), ("de-DE", "Verstanden", "Befunde"),
])  # fmt: skip
def test_it_speaks_the_readers_language(
    browser: Browser, site: Path, picture: Path, locale: str, agree: str, findings: str
) -> None:
    with opened_tool(browser, site, locale=locale) as tool:
        expect(tool.page.locator("html")).to_have_attribute("lang", locale[:2])
        tool.agree(agree)
        tool.examine(picture)
        expect(tool.page.get_by_role("heading", name=findings, exact=True)).to_be_visible()
        expect(tool.page.get_by_text("NOT FOR MEDICAL USE").first).to_be_visible()


def test_the_language_can_be_changed_and_is_remembered(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site, locale="en-GB") as tool:
        tool.page.get_by_role("radio", name="Deutsch").check(force=True)
        expect(tool.page.locator("html")).to_have_attribute("lang", "de")
        tool.page.reload()
        expect(tool.page.locator("html")).to_have_attribute("lang", "de")


def test_a_phone_shows_everything_without_scrolling_sideways(
    browser: Browser, site: Path, picture: Path
) -> None:
    with opened_tool(browser, site, **PHONE) as tool:
        for step in (lambda: None, tool.agree, lambda: tool.examine(picture)):
            step()
            assert tool.page.evaluate("document.documentElement.scrollWidth") <= 390
        expect(tool.page.get_by_text("NOT FOR MEDICAL USE").first).to_be_in_viewport()


def test_opened_as_a_file_it_says_that_it_must_be_served(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    expect(page.get_by_text("xport serve FOLDER")).to_be_visible()
    expect(page.get_by_text("NOT FOR MEDICAL USE").first).to_be_visible()
    page.close()
