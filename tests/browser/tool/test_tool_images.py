"""How images come into the tool, how they are looked at, and how results leave it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.tiny_model import Classifier
from tests.browser.tool.app_bundles import RULE, WAIT_MS, attach, make_bundle, relist
from tests.browser.tool.tool_page import AGREE, PHONE, Tool, opened_tool, until
from tests.browser.tool.tool_site import make_site
from tests.images.corpus import corpus
from tests.images.dicom_files import DICOM_NOTES
from xport.bundles.manifest import MANIFEST


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


GIVE = """([kind, names]) => {
  const canvas = new OffscreenCanvas(40, 40);
  const context = canvas.getContext("2d");
  context.fillStyle = "#888";
  context.fillRect(5, 9, 20, 13);
  return canvas.convertToBlob().then((blob) => {
    const data = new DataTransfer();
    for (const name of names) data.items.add(new File([blob], name, { type: "image/png" }));
    const options = { bubbles: true, cancelable: true };
    document.body.dispatchEvent(kind === "paste"
      ? new ClipboardEvent("paste", { ...options, clipboardData: data })
      : new DragEvent(kind, { ...options, dataTransfer: data }));
  });
}"""


def give(page: Page, kind: str, *names: str) -> None:
    """Drop or paste files of these names."""
    page.evaluate(GIVE, [kind, list(names)])


def test_images_can_be_dropped_anywhere_and_pasted(browser: Browser, site: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        give(tool.page, "dragover", "first.png")
        expect(tool.page.get_by_text("Drop to add")).to_be_visible()
        give(tool.page, "drop", "first.png", "second.png")
        give(tool.page, "paste", "pasted.png")
        expect(tool.page.get_by_text("Drop to add")).to_be_hidden()
        for name in ("first.png", "second.png", "pasted.png"):
            expect(tool.image(name)).to_have_attribute("data-status", re.compile("done|refused"))


def test_of_a_folder_only_what_may_be_an_image_is_taken(
    browser: Browser, site: Path, picture: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    shutil.copy(picture, folder / "chest.png")
    (folder / "notes.txt").write_text("no image")
    (folder / "DICOMDIR").write_bytes(b"")
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.page.get_by_label("Choose a folder").set_input_files(folder)
        tool.examined("study/chest.png")
        expect(tool.page.locator("li.image")).to_have_count(1)


@pytest.mark.parametrize(
    ("locale", "agree", "words"),
    [
        ("en-GB", AGREE, "The pixels of this file are not square."),
        ("de-DE", "Verstanden", "Die Pixel dieser Datei sind nicht quadratisch."),
    ],
)
def test_what_a_file_needed_is_said_beside_its_image(
    browser: Browser, site: Path, picture: Path, tmp_path: Path, locale: str, agree: str, words: str
) -> None:
    noted = tmp_path / "noted.dcm"
    noted.write_bytes(corpus()["dicom/noted-thrice"])
    with opened_tool(browser, site, locale=locale) as tool:
        tool.agree(agree)
        tool.add(noted)
        expect(tool.image("noted.dcm")).to_have_attribute(
            "data-status", re.compile("done|refused"), timeout=WAIT_MS
        )
        notes = tool.page.locator(".viewer .file-notes li")
        expect(notes).to_have_count(3)
        assert [note.get_attribute("data-note") for note in notes.all()] == list(DICOM_NOTES)
        expect(notes.last).to_contain_text(words)
        tool.add(picture)
        tool.examined(picture.name)
        tool.image(picture.name).get_by_role("button").first.click()
        expect(notes).to_have_count(0)


def test_an_image_that_needs_what_the_release_forbids_is_refused(
    browser: Browser, picture: Path, tmp_path: Path
) -> None:
    strict = make_bundle(tmp_path / "strict", Classifier())
    rule = RULE.model_copy(update={"forbid": ("lut-descriptor",)})
    attach(strict, "clf", "preprocess", rule.document())
    relist(strict)
    dark = tmp_path / "dark.dcm"
    dark.write_bytes(corpus()["dicom/voi-lut-12-bits-in-16"])
    with opened_tool(browser, strict) as tool:
        tool.agree()
        tool.examine(dark, "failed")
        words = "needs a correction that this release does not allow"
        expect(tool.page.get_by_text(words).first).to_be_visible()
        tool.examine(picture)


def test_a_codec_is_loaded_when_a_picture_needs_it(
    browser: Browser, site: Path, picture: Path, tmp_path: Path
) -> None:
    photograph = tmp_path / "chest.jpg"
    Image.open(picture).save(photograph)
    with opened_tool(browser, site, service_workers="block") as tool:
        tool.agree()
        tool.examine(picture)
        assert not [path for path in tool.paths() if "codec-" in path]
        tool.add(photograph)
        expect(tool.image("chest.jpg")).to_have_attribute("data-status", re.compile("done|refused"))
        codecs = {path for path in tool.paths() if "codec-" in path}
        assert codecs == {"codec-jpeg.js", "codec-jpeg.wasm"}


def stage_of(tool: Tool) -> np.ndarray:
    """The red channel of what the viewer shows."""
    script = """(canvas) => [canvas.width, ...canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data.filter((_, i) => i % 4 === 0)]"""
    width, *red = tool.page.locator("canvas.stage-canvas").evaluate(script)
    return np.asarray(red, float).reshape(-1, width)


def test_the_viewer_shows_the_picture_itself_and_obeys_keys(
    browser: Browser, site: Path, picture: Path
) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        stage = tool.page.get_by_role("application", name=f"Image viewer: {picture.name}")
        until(lambda: stage_of(tool).std() > 10, "the picture")
        whole = stage_of(tool)
        pixels = np.asarray(Image.open(picture), float)
        scale = min(whole.shape[0] / 120, whole.shape[1] / 150)
        middle = whole[whole.shape[0] // 2, whole.shape[1] // 2]
        assert abs(middle - pixels[58:62, 73:77].mean()) < 12
        assert (whole > 0).sum() == pytest.approx(120 * 150 * scale**2, rel=0.05)
        stage.focus()
        tool.page.keyboard.press("i")
        until(lambda: abs(255 - middle - middle_of(stage_of(tool))) <= 1, "the inverted picture")
        tool.page.keyboard.press("0")
        tool.page.keyboard.press("+")
        expect(tool.page.locator(".zoom-now")).not_to_have_text(f"{round(100 * scale)}%")


def middle_of(stage: np.ndarray) -> float:
    """The pixel in the middle."""
    return float(stage[stage.shape[0] // 2, stage.shape[1] // 2])


def test_a_narrower_window_shows_fewer_grays(browser: Browser, site: Path, picture: Path) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        until(lambda: stage_of(tool).std() > 10, "the picture")
        before = np.unique(stage_of(tool)).size
        tool.page.get_by_text("Brightness and contrast", exact=True).click()
        tool.page.get_by_label("Contrast (window width)").fill("500")
        until(lambda: np.unique(stage_of(tool)).size < before / 2, "the narrow window")
        tool.page.get_by_role("button", name="Reset view").click()
        until(lambda: np.unique(stage_of(tool)).size >= before - 5, "the whole window")


def test_paper_shows_one_image_with_notice_numbers_and_versions(
    browser: Browser, site: Path, picture: Path
) -> None:
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        tool.page.emulate_media(media="print")
        tool.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        sheet = tool.page.locator(".sheet")
        expect(tool.page.locator(".screen")).to_be_hidden()
        expect(sheet.get_by_text("NOT FOR MEDICAL USE")).to_have_count(2)
        for words in (picture.name, "Finding 14", "SHA-256 of the manifest", "torch 0.0.0"):
            expect(sheet.get_by_text(words).first).to_be_visible()
        pixels = sheet.locator("canvas").first.evaluate("(canvas) => canvas.width")
        assert pixels == 960


def test_files_that_are_called_alike_can_be_told_apart(
    browser: Browser, site: Path, picture: Path, tmp_path: Path
) -> None:
    name = "A long name that is cut in the list, pasted image.png"
    damaged = [picture.read_bytes()[:size] for size in (500, 600)]
    files = []
    for place, content in enumerate([picture.read_bytes(), *damaged]):
        files.append(tmp_path / str(place) / name)
        files[-1].parent.mkdir()
        files[-1].write_bytes(content)
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.add(*files)
        for place, status in enumerate(("done", "failed", "failed")):
            image = tool.page.locator("li.image").nth(place)
            expect(image).to_have_attribute("data-status", status, timeout=WAIT_MS)
        shown = tool.page.locator(".image-name [aria-hidden]").all()
        assert [one.inner_text() for one in shown] == [
            "A long name …pasted image.png",
            "A long name …ed image.png (2)",
            "A long name …ed image.png (3)",
        ]
        for seen in tool.page.locator(".image-name").all():
            cut = seen.evaluate("(name) => name.scrollHeight - name.clientHeight")
            assert cut <= 1, "the end of the name is not seen"
        saved = json.loads(tool.saved("Save as JSON"))
    assert {image["file"] for image in saved["images"]} == {name}
    assert [image["sha256"] for image in saved["images"]] == [
        hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    ]


def test_leaving_asks_only_while_results_were_not_exported(
    browser: Browser, site: Path, picture: Path
) -> None:
    asked: list[str] = []
    with opened_tool(browser, site) as tool:
        tool.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        tool.agree()
        tool.page.reload()
        tool.state("ready")
        tool.examine(picture)
        tool.page.locator(".add-more, .queue").first.click()  # browsers ask only after a touch
        tool.page.reload()
        assert asked == ["beforeunload"]
        tool.state("ready")
        tool.examine(picture)
        tool.saved("Save as CSV")
        tool.page.reload()
        tool.state("ready")
        assert asked == ["beforeunload"]


def test_a_release_without_an_autoencoder_says_that_nothing_was_checked(
    browser: Browser, tmp_path: Path, picture: Path
) -> None:
    site = make_site(tmp_path / "site")
    shutil.rmtree(site / "models" / "ae")
    manifest = json.loads((site / MANIFEST).read_text())
    del manifest["models"]["ae"]
    (site / MANIFEST).write_text(json.dumps(manifest))
    test = json.loads((site / "self_test/self_test.json").read_text())
    del test["models"]["ae"]
    for shown in test["pictures"]:
        del shown["inputs"]["ae"]
    (site / "self_test/self_test.json").write_text(json.dumps(test))
    relist(site)
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.examine(picture)
        expect(tool.page.get_by_text("Not checked against the training images.")).to_have_count(2)
        expect(tool.page.get_by_text("Image, reconstruction, error")).to_have_count(0)


def test_on_a_phone_an_explanation_comes_into_view(
    browser: Browser, site: Path, picture: Path
) -> None:
    with opened_tool(browser, site, **PHONE, reduced_motion="reduce") as tool:
        tool.agree()
        tool.examine(picture)
        tool.page.get_by_role("button", name="Explain Finding 5", exact=True).click()
        expect(tool.page.locator(".stage-frame")).to_be_in_viewport(ratio=0.9)
        heading = tool.page.get_by_role("heading", name="Why: Finding 5")
        expect(heading).to_be_visible(timeout=WAIT_MS)
