"""The deployed page in a real browser, from an image file to what a user sees."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from reference.decoding import decode
from tests.browser.app_bundles import (
    LABELS,
    RULE,
    WEIGHTS,
    BadClassifier,
    attach,
    expected_values,
    grey_of,
    launch,
    make_bundle,
    opened,
    wait_for,
)
from tests.browser.tiny_model import Classifier
from tests.images.broken import broken
from tests.images.dicom_files import Dicom
from xport.bundle import MANIFEST


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_bundle(tmp_path_factory.mktemp("bundle") / "site", Classifier())


def test_an_image_gives_fourteen_findings(browser: Browser, bundle: Path, picture: Path) -> None:
    with opened(browser, bundle) as (page, requests):
        wait_for(page, "ready")
        expect(page.get_by_role("table")).to_be_hidden()
        page.get_by_label("Choose an X-ray image").set_input_files(picture)
        wait_for(page, "done")
        rows = page.get_by_role("table").get_by_role("row")
        expect(rows).to_have_count(15)
        names = page.get_by_role("rowheader").all_inner_texts()
        shown = [float(text) for text in page.locator(".value > data").all_inner_texts()]
        assert names == [label.replace("_", " ") for label in LABELS]
        assert np.abs(shown - expected_values(picture, Classifier())).max() <= 0.00051
        expect(page.get_by_text("NOT FOR MEDICAL USE").nth(1)).to_be_visible()
        expect(page.get_by_text("Not checked against the training images")).to_have_count(2)
        expect(page.get_by_text(WEIGHTS)).to_be_visible()
        expect(page.get_by_text(re.compile("Running on WebGL 2 on .+; 23-bit"))).to_be_visible()
        expect(page.get_by_text("decoded, cropped and scaled by this page")).to_be_visible()
        expect(page.get_by_role("status")).to_contain_text("computed in")
        assert grey_of(page, "input").std() > 10
        assert grey_of(page, "reconstruction").std() > 10
        assert {re.sub(r":\d+/.*", "", url) for url in requests} == {"http://127.0.0.1"}


def test_the_page_may_contact_no_other_address(browser: Browser, bundle: Path) -> None:
    with opened(browser, bundle) as (page, _):
        wait_for(page, "ready")
        for attempt in (
            "fetch('http://localhost:1/').then(() => 'out')",
            "new Promise(done => { const i = new Image(); i.onerror = () => done('blocked');"
            " i.onload = () => done('out'); i.src = 'http://localhost:1/x.png'; })",
            "(() => { new WebSocket('ws://localhost:1/'); return 'out'; })()",
        ):
            script = f"""async () => {{
              const seen = new Promise((done) => document.addEventListener(
                "securitypolicyviolation", (event) => done(event.effectiveDirective)));
              try {{ await ({attempt}); }} catch {{ /* refused, as it must be */ }}
              return await seen;
            }}"""
            assert page.evaluate(script) in {"connect-src", "img-src"}


def test_the_report_is_a_link_away_and_keeps_its_style(browser: Browser, bundle: Path) -> None:
    with opened(browser, bundle) as (page, _):
        wait_for(page, "ready")
        page.get_by_role("link", name="report").click()
        expect(page.get_by_text("The report")).to_have_css("color", "rgb(1, 2, 3)")


def test_a_tampered_shard_is_refused_visibly(
    browser: Browser, tmp_path: Path, picture: Path
) -> None:
    site = make_bundle(tmp_path / "site", Classifier())
    shard = site / "models/clf/group1-shard2of3.bin"
    shard.write_bytes(b"\1" + shard.read_bytes()[1:])
    with opened(browser, site) as (page, _):
        wait_for(page, "failed")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("shard 2 of 3, group1-shard2of3.bin: SHA-256")
        expect(page.get_by_role("button", name="WebAssembly")).to_be_hidden()
        expect(page.get_by_role("table")).to_be_hidden()
        expect(page.get_by_label("Choose an X-ray image")).to_be_disabled()


@pytest.mark.parametrize(
    ("content", "listed", "words"),
    [
        (RULE.document().replace(b"crop", b"stretch"), False, "clf.json: "),
        (RULE.document().replace(b'n":1', b'n":2'), True, "this page knows version 1 only"),
        (RULE.document().replace(b"bilinear", b"nearest"), True, 'resampler is "nearest"'),
    ],
    ids=["changed", "of another version", "unknown resampler"],
)
def test_a_definition_of_preprocessing_that_was_not_verified_is_refused_visibly(
    browser: Browser, tmp_path: Path, content: bytes, listed: bool, words: str
) -> None:
    site = make_bundle(tmp_path / "site", Classifier())
    if listed:
        attach(site, "clf", "preprocess", content)
    else:
        (site / "models/clf.json").write_bytes(content)
    with opened(browser, site) as (page, _):
        wait_for(page, "failed")
        expect(page.get_by_role("alert")).to_contain_text(words)
        expect(page.get_by_label("Choose an X-ray image")).to_be_disabled()


def test_without_webgl_it_says_so_and_offers_wasm(
    playwright: Any, shader_cache: Path, bundle: Path, picture: Path
) -> None:
    without = launch(playwright, shader_cache, "--disable-gpu")
    with opened(without, bundle) as (page, _):
        wait_for(page, "failed")
        expect(page.get_by_role("alert")).to_contain_text("WebGL cannot be used here")
        expect(page.get_by_text("No backend runs.")).to_be_visible()
        page.get_by_role("button", name="Run on WebAssembly").click()
        wait_for(page, "ready")
        expect(page.get_by_role("alert")).to_be_hidden()
        expect(page.get_by_label("Computed on")).to_have_value("wasm")
        expect(page.get_by_text(re.compile("Running on WebAssembly"))).to_be_visible()
        page.get_by_label("Choose an X-ray image").set_input_files(picture)
        wait_for(page, "done")
        expect(page.get_by_role("row")).to_have_count(15)
    without.close()


@pytest.mark.parametrize(
    ("kernel", "bias", "words"),
    [(np.nan, 0.0, "values that are not numbers"), (0.0, 0.3, "one and the same value")],
    ids=["nan", "constant"],
)
def test_outputs_that_say_nothing_are_not_shown(
    browser: Browser, tmp_path: Path, picture: Path, kernel: float, bias: float, words: str
) -> None:
    site = make_bundle(tmp_path / "site", BadClassifier(kernel, bias))
    with opened(browser, site) as (page, _):
        wait_for(page, "ready")
        page.get_by_label("Choose an X-ray image").set_input_files(picture)
        wait_for(page, "failed")
        expect(page.get_by_role("alert")).to_contain_text(words)
        expect(page.get_by_role("table")).to_be_hidden()


def test_a_release_without_an_autoencoder_shows_its_findings(
    browser: Browser, tmp_path: Path, picture: Path
) -> None:
    site = make_bundle(tmp_path / "site", Classifier())
    shutil.rmtree(site / "models" / "ae")
    manifest = json.loads((site / MANIFEST).read_text())
    del manifest["models"]["ae"]
    (site / MANIFEST).write_text(json.dumps(manifest))
    with opened(browser, site) as (page, _):
        wait_for(page, "ready")
        page.get_by_label("Choose an X-ray image").set_input_files(picture)
        wait_for(page, "done")
        expect(page.locator("#findings-rows tr")).to_have_count(14)
        expect(page.locator("#reconstruction")).to_be_hidden()


def test_a_release_that_did_not_pass_does_not_run(browser: Browser, tmp_path: Path) -> None:
    site = make_bundle(tmp_path / "site", Classifier(), verdict="FAILED")
    with opened(browser, site) as (page, _):
        wait_for(page, "failed")
        expect(page.get_by_role("alert")).to_contain_text("has not passed its verification")


def test_a_file_that_is_no_image_is_named(browser: Browser, bundle: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.png"
    text.write_text("no image")
    with opened(browser, bundle) as (page, _):
        wait_for(page, "ready")
        page.get_by_label("Choose an X-ray image").set_input_files(text)
        wait_for(page, "failed")
        expect(page.get_by_role("alert")).to_contain_text(
            "notes.png: the file is not a PNG, JPEG or DICOM image"
        )
        expect(page.get_by_label("Choose an X-ray image")).to_be_enabled()


def test_a_dicom_file_needs_no_extension(browser: Browser, bundle: Path, tmp_path: Path) -> None:
    rows, columns = np.mgrid[:90, :70]
    window = {"WindowCenter": "2000", "WindowWidth": "3000"}
    stored = ((rows * columns) % 61) * 60 + rows
    file = tmp_path / "IM000001"
    file.write_bytes(Dicom(bits=12, photometric="MONOCHROME1", display=window).file(stored))
    with opened(browser, bundle) as (page, _):
        wait_for(page, "ready")
        page.get_by_label("Choose an X-ray image").set_input_files(file)
        wait_for(page, "done")
        shown = [float(text) for text in page.locator(".value > data").all_inner_texts()]
        image = RULE.apply(decode(file.read_bytes()))
        expected = Classifier().in_numpy(image)["probabilities"][0]
        assert np.abs(shown - expected).max() <= 0.00051


def test_a_dicom_file_of_many_frames_is_refused_by_name(
    browser: Browser, bundle: Path, tmp_path: Path
) -> None:
    file = tmp_path / "cine.dcm"
    file.write_bytes(broken()["dicom/multi-frame"].content)
    with opened(browser, bundle) as (page, _):
        wait_for(page, "ready")
        page.get_by_label("Choose an X-ray image").set_input_files(file)
        wait_for(page, "failed")
        expect(page.locator("#error-text")).to_have_text(
            "cine.dcm: the DICOM file holds 3 frames, one is read; export one frame."
        )
        expect(page.get_by_label("Choose an X-ray image")).to_be_enabled()


def codecs_in(requests: list[str]) -> set[str]:
    """The codecs' files among the requests."""
    return {url.rpartition("/")[2] for url in requests if "codec-" in url}


def test_a_codec_is_loaded_when_a_picture_needs_it(
    browser: Browser, bundle: Path, picture: Path, tmp_path: Path
) -> None:
    photograph = tmp_path / "chest.jpg"
    Image.open(picture).save(photograph)
    with opened(browser, bundle) as (page, requests):
        wait_for(page, "ready")
        page.get_by_label("Choose an X-ray image").set_input_files(picture)
        wait_for(page, "done")
        assert codecs_in(requests) == set()
        page.get_by_label("Choose an X-ray image").set_input_files(photograph)
        expect(page.get_by_role("status")).to_contain_text("chest.jpg: computed in")
        assert codecs_in(requests) == {"codec-jpeg.js", "codec-jpeg.wasm"}


DROP = """(target) => {
  const canvas = new OffscreenCanvas(40, 40);
  const context = canvas.getContext("2d");
  context.fillStyle = "#888";
  context.fillRect(5, 9, 20, 13);
  return canvas.convertToBlob().then((blob) => {
    const data = new DataTransfer();
    data.items.add(new File([blob], "dropped.png", { type: "image/png" }));
    const options = { bubbles: true, cancelable: true, dataTransfer: data };
    target.dispatchEvent(new DragEvent("dragover", options));
    target.dispatchEvent(new DragEvent("drop", options));
  });
}"""


def test_an_image_can_be_dropped(browser: Browser, bundle: Path) -> None:
    with opened(browser, bundle) as (page, _):
        wait_for(page, "ready")
        page.locator("#drop").evaluate(DROP)
        wait_for(page, "done")
        expect(page.get_by_role("status")).to_contain_text("dropped.png: computed in")


def test_a_phone_shows_everything_without_scrolling_sideways(
    browser: Browser, bundle: Path, picture: Path
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with opened(browser, bundle, **phone) as (page, _):
        wait_for(page, "ready")
        page.get_by_label("Choose an X-ray image").set_input_files(picture)
        wait_for(page, "done")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        rows = page.get_by_role("row")
        rows.nth(7).scroll_into_view_if_needed()
        expect(page.get_by_text("NOT FOR MEDICAL USE").first).to_be_in_viewport()


def test_the_keyboard_reaches_the_image_and_the_backend(browser: Browser, bundle: Path) -> None:
    with opened(browser, bundle) as (page, _):
        wait_for(page, "ready")
        reached = []
        for _press in range(3):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id"))
        assert reached[:2] == ["file", "backend"]


def test_opened_as_a_file_it_says_that_it_must_be_served(browser: Browser, bundle: Path) -> None:
    page = browser.new_page()
    page.goto((bundle / "index.html").as_uri())
    expect(page.get_by_text("xport serve FOLDER")).to_be_visible()
    expect(page.get_by_text("NOT FOR MEDICAL USE").first).to_be_visible()
    page.close()
