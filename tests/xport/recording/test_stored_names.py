"""What is called by its kind here keeps the name on disk that pages and older versions know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xport.bundles.self_test import PictureInputs, SelfTestCase
from xport.common.document import Document
from xport.errors import DocumentError
from xport.exchange.prepared import PreparedInputs
from xport.exchange.recording import Recording
from xport.plan.pipeline_description import PipelineDescription

DIGESTS = {"probe": {"image": "0" * 64}}
EXACT = PipelineDescription(name="exact", title="", side="browser", sentence="")
FILE = {"path": "self_test/one.bin", "sha256": "0" * 64, "bytes": 4}

CASES: dict[str, tuple[Document, dict[str, Any]]] = {
    "recording": (
        Recording(
            model="m", leg="onnx", plan_digest="1", artifact_digest="2",
            input_digests=DIGESTS, output_digests=DIGESTS, again_digests=DIGESTS,
        ),
        {"inputs": DIGESTS, "outputs": DIGESTS, "again": DIGESTS},
    ),
    "prepared inputs": (
        PreparedInputs(model="m", pipeline=EXACT, digest_by_image={"one.png": "3"}),
        {"inputs": {"one.png": "3"}},
    ),
    "self-test": (
        SelfTestCase.model_validate({"probe": "p", "inputs": {"x": FILE}, "outputs": {"y": FILE}}),
        {"inputs": {"x": FILE}, "outputs": {"y": FILE}},
    ),
    "picture": (
        PictureInputs(path="examples/one.png", digest_by_model={"m": "4"}),
        {"inputs": {"m": "4"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_is_written_and_read_under_the_stored_names(name: str, tmp_path: Path) -> None:
    document, stored = CASES[name]
    path = document.write(tmp_path / "document.json")
    written = json.loads(path.read_text())
    assert {key: written[key] for key in stored} == stored
    assert not {"input_digests", "output_digests", "input_files", "output_files"} & written.keys()
    assert type(document).read(path) == document
    assert document.model_dump(mode="json") == written


@pytest.mark.parametrize("name", ["recording", "prepared inputs"])
def test_another_name_on_disk_is_refused(name: str, tmp_path: Path) -> None:
    document, _ = CASES[name]
    path = document.write(tmp_path / "document.json")
    ours = "input_digests" if name == "recording" else "digest_by_image"
    path.write_text(path.read_text().replace('"inputs"', f'"{ours}"'))
    with pytest.raises(DocumentError, match=ours):
        type(document).read(path)
