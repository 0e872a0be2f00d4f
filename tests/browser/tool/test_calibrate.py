"""`xport calibrate` says what the page says of the same images, and the page takes what it sets."""

from __future__ import annotations

import base64
import datetime
import json
import shutil
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.tool.app_decisions import gate_at, site_with
from tests.browser.tool.tool_page import opened_tool
from tests.xport.site.test_configuration import key_in
from xport.bundles.manifest import MANIFEST, Manifest
from xport.common import digests
from xport.site.configuration import SITE_FILE, SiteConfiguration, signed
from xport.site.summary import Asked
from xport.workflow.site_calibration import Site, measured

WORDS = "hresholds set by Sample hospital on 2026-01-02, not part of the verified release"
BOUNDS = {"gate_thresholds": {"l1": [0.001, 0.2]}, "operating_points": [0.1, 0.9], "keys": []}


def configurations(site: Path, folder: Path) -> tuple[Path, str]:
    """A bundle's site.json, beside a file that sets too much; and the fingerprint of their key."""
    manifest, key = json.loads((site / MANIFEST).read_text()), key_in(folder)
    (site / MANIFEST).write_text(json.dumps(manifest | {"site": BOUNDS}))
    der = key.public.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    good = SiteConfiguration(
        site="Sample hospital",
        made=datetime.date(2026, 1, 2),
        until=datetime.date(9999, 12, 31),
        manifest_sha256=digests.of_file(site / MANIFEST),
        public_key=base64.b64encode(der).decode(),
        gate_thresholds={"l1": 0.0999},
        operating_points={},
    )
    (site / SITE_FILE).write_bytes(signed(good, key))
    wider = good.model_copy(update={"gate_thresholds": {"l1": 0.3}})
    (folder / "wider.json").write_bytes(signed(wider, key))
    return folder / "wider.json", key.public.fingerprint


def test_calibrate_and_the_page_agree_and_the_page_names_who_set_its_thresholds(
    browser: Browser, picture: Path, tmp_path: Path
) -> None:
    site, images = site_with(tmp_path / "site", gate_at("l1", 0.1)), tmp_path / "images"
    wider, fingerprint = configurations(site, tmp_path)
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
        shown = {one["file"]: one for one in json.loads(tool.saved("Save as JSON"))["images"]}
        assert shown["chest.png"]["gate"]["threshold"] == 0.0999
        assert shown["chest.png"]["site"]["words"] == f"t{WORDS}"
        assert shown["chest.png"]["site"]["fingerprint"] == fingerprint
        assert f"t{WORDS}" in tool.saved("Save as CSV")
        assert f"T{WORDS}" in (tool.page.locator(".sheet").text_content() or "")
        tool.page.get_by_role("button", name="About").click()
        tool.page.get_by_label("Use the thresholds in a file").set_input_files(wider)
        refusal = tool.page.locator("dialog").get_by_role("alert")
        expect(refusal).to_contain_text("gate threshold l1 is 0.3, the release allows 0.001 to 0.2")
        expect(tool.page.locator(".strip")).to_contain_text(f"T{WORDS}")
    asked = Site(images, asked=Asked(names=True), backend=shown["chest.png"]["backend"])
    report = measured(site, Manifest.read(site / MANIFEST), asked)
    rows = {row.name: row for row in report.rows or ()}
    for name in ("chest.png", "squares.png"):
        gate = shown[name]["gate"]
        assert (gate["value"], gate["accepted"]) == (rows[name].scores["l1"], rows[name].accepted)
    assert (report.accepted, report.refused, report.reasons["unlike"]) == (1, 2, 1)
    assert (rows["torn.png"].reason or "").startswith("not read: ")
