"""A fault in a TF.js model is found in a real browser, on WebGL and wasm, and reproduced there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from browser_harness.launch.settings import BrowserSettings
from tests.xport.divergence import faulty
from tests.xport.divergence.test_faults import target
from xport.conversion.stages.tfjs_from_onnx import write_tfjs
from xport.divergence import reproducer
from xport.divergence.browser import BrowserExecutor
from xport.divergence.document import Divergence
from xport.divergence.examine import Examination
from xport.divergence.legs import open_tfjs
from xport.divergence.onnx_model import OnnxModel
from xport.formats.tfjs_model import MODEL

Settings = Callable[..., BrowserSettings]
TWOS = {"list": {"i": ["1", "2", "2", "1"]}}
FAULTS = {
    "dilation": ("_FusedConv2D", "dilations", TWOS, "conv1"),
    "stride": ("Conv2D", "strides", TWOS, "conv2"),
}
"""The operator whose first node is spoilt, its attribute, and the ONNX node it stands for."""


def examined(folder: Path, fault: str, settings: BrowserSettings) -> Divergence:
    """The tiny network in a browser with a fault in model.json, held to its ONNX file."""
    operator, attribute, value, _ = FAULTS[fault]
    source = OnnxModel(faulty.in_folder(folder / "onnx"))
    (folder / "tfjs").mkdir()
    write_tfjs(source.path, folder / "tfjs")
    document = json.loads((folder / "tfjs" / MODEL).read_text())
    nodes = document["modelTopology"]["node"]
    next(n for n in nodes if n["op"] == operator)["attr"][attribute] = value
    (folder / "tfjs" / MODEL).write_text(json.dumps(document))
    leg = f"tfjs/{settings.backend}"
    with BrowserExecutor(lambda: settings) as runs:
        opened = open_tfjs(source, folder / "tfjs", faulty.image(), runs, direct=True)
        examination = Examination(
            target(leg), opened, faulty.image(), faulty.RULE, settings.backend, settings.threads
        )
        return examination.run(folder / "minimal")


@pytest.mark.browser
@pytest.mark.parametrize(("backend", "fault"), [("webgl", "dilation"), ("wasm", "stride")])
def test_the_node_is_named_and_its_minimal_model_is_off_again(
    backend: str, fault: str, tmp_path: Path, settings: Settings
) -> None:
    chosen = settings(backend, threads=1 if backend == "wasm" else None)
    found = examined(tmp_path, fault, chosen)
    assert found.suspect is not None
    first = found.suspect.node
    assert first.local_over
    assert found.suspect.causes[0].name == FAULTS[fault][1]
    assert not any(node.local_over for node in found.nodes if node.value != first.value)
    folder = Path(found.reproducer or "")
    told = reproducer.Reproducer.read(folder / reproducer.DOCUMENT)
    with BrowserExecutor(lambda: chosen) as runs:
        done = reproducer.run(folder, told, runs)
    assert done.over
