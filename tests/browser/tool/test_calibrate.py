"""`xport calibrate` says what the page says of the same images, number for number."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser

from tests.browser.tool.app_decisions import gate_at, site_with
from tests.browser.tool.tool_page import opened_tool
from xport.bundles.manifest import MANIFEST, Manifest
from xport.site.summary import Asked
from xport.workflow.site_calibration import Site, measured


def test_calibrate_and_the_page_agree_on_every_image(
    browser: Browser, picture: Path, tmp_path: Path
) -> None:
    site, images = site_with(tmp_path / "site", gate_at("l1", 0.1)), tmp_path / "images"
    images.mkdir()
    shutil.copy(picture, images / "chest.png")
    squares = (np.indices((90, 90)).sum(0) // 9 % 2 * 255).astype(np.uint8)
    Image.fromarray(squares).save(images / "squares.png")
    (images / "torn.png").write_bytes(picture.read_bytes()[:200])
    with opened_tool(browser, site) as tool:
        tool.agree()
        tool.add(*sorted(images.iterdir()))
        tool.examined("chest.png")
        tool.examined("squares.png", "refused")
        backend = tool.page.evaluate("document.body.dataset.backend") or "webgl"
        shown = {one["file"]: one for one in json.loads(tool.saved("Save as JSON"))["images"]}
    asked = Site(images, asked=Asked(names=True), backend=backend)
    report = measured(site, Manifest.read(site / MANIFEST), asked)
    assert report.rows is not None
    rows = {row.name: row for row in report.rows}
    for name in ("chest.png", "squares.png"):
        gate = shown[name]["gate"]
        assert (gate["value"], gate["accepted"]) == (rows[name].scores["l1"], rows[name].accepted)
    assert (report.accepted, report.refused) == (1, 2)
    assert report.reasons["unlike"] == 1
    assert (rows["torn.png"].reason or "").startswith("not read: ")
