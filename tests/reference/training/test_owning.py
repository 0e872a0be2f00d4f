"""Documents of decisions say which weights they were made for, and are not claimed for others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from reference.defaults import AUTOENCODERS, CLASSIFIERS, NAMES, default_folder
from reference.training.__main__ import main

DOCUMENTS = {name: "calibration.json" if name in CLASSIFIERS else "gate.json" for name in NAMES}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the L2 autoencoder's folder, whose gate is of version 1."""
    copy = Path(shutil.copytree(default_folder("l2"), tmp_path / "l2"))
    gate = json.loads((copy / "gate.json").read_text())
    del gate["weights_sha256"]
    (copy / "gate.json").write_text(json.dumps(gate | {"schema_version": 1}))
    return copy


@pytest.mark.parametrize("name", NAMES)
def test_every_default_document_names_the_weights_beside_it(name: str) -> None:
    place = default_folder(name)
    card = json.loads((place / "card.json").read_text())
    document = json.loads((place / DOCUMENTS[name]).read_text())
    part = card["gate" if name in AUTOENCODERS else "calibration"]
    assert document["weights_sha256"] == card["weights"]["sha256"] == part["weights_sha256"]


def test_a_document_is_named_as_the_shipped_one_is(folder: Path) -> None:
    weights = folder / "model.safetensors"
    files = [str(folder / name) for name in ("gate.json", "card.json")]
    assert main(["name-weights", "--weights", str(weights), *files]) == 0
    for name in ("gate.json", "card.json"):
        assert (folder / name).read_bytes() == (default_folder("l2") / name).read_bytes()


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("gate.json", "it was made for the weights"),
        ("card.json", "it is the card of"),
        ("model.safetensors", "not a valid Calibration"),
    ],
)
def test_what_is_of_other_weights_is_not_claimed(
    document: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = default_folder("ali") / "model.safetensors"
    path = default_folder("l2") / document
    assert main(["name-weights", "--weights", str(weights), str(path)]) == 2
    assert words in capsys.readouterr().err
