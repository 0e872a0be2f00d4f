"""The minimal model that is left on disk shows the difference again, by itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import onnx
import pytest

from tests.xport.divergence import faulty
from tests.xport.divergence.test_faults import FAULTS, examined
from xport.divergence.reproducer import is_reproducer, lines
from xport.errors import InputError
from xport.workflow.debugging import reproduce


@pytest.mark.parametrize("fault", ["flipped weight", "wrong stride", "NaN"])
def test_it_is_one_node_that_is_off_again(fault: str, tmp_path: Path) -> None:
    spoil, node, _, _ = FAULTS[fault]
    found = examined(tmp_path, spoil)
    folder = Path(found.reproducer or "")
    assert is_reproducer(folder)
    assert [one.name for one in onnx.load(str(folder / "model/model.onnx")).graph.node] == [node]
    shutil.rmtree(tmp_path / "tested")
    shutil.rmtree(tmp_path / "source")
    done = reproduce(folder)
    assert done.over
    assert found.suspect is not None
    assert str(done.distance) == str(found.suspect.distance), "NaN is not equal to itself"
    assert "over its tolerance" in "\n".join(lines(done))


def test_a_mended_model_is_within_tolerance(tmp_path: Path) -> None:
    found = examined(tmp_path, FAULTS["flipped weight"][0])
    folder = Path(found.reproducer or "")
    (whole,) = (w for w in faulty.network().graph.initializer if w.name == "conv2.weight")
    model = onnx.load(str(folder / "model/model.onnx"))
    (spoilt,) = (w for w in model.graph.initializer if w.name == "conv2.weight")
    spoilt.CopyFrom(whole)
    onnx.save(model, str(folder / "model/model.onnx"))
    assert not reproduce(folder).over


def test_it_takes_the_place_of_an_earlier_one_and_of_nothing_else(tmp_path: Path) -> None:
    spoil = FAULTS["wrong pads"][0]
    assert examined(tmp_path, spoil).reproducer
    assert examined(tmp_path, spoil).reproducer
    shutil.rmtree(tmp_path / "minimal")
    (tmp_path / "minimal").mkdir()
    (tmp_path / "minimal" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="no reproducer"):
        examined(tmp_path, spoil)
    assert (tmp_path / "minimal" / "notes.txt").read_text() == "mine"


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    folder = Path(examined(tmp_path, FAULTS["NaN"][0]).reproducer or "")
    (folder / "expected.npy").unlink()
    with pytest.raises(InputError, match=r"expected\.npy"):
        reproduce(folder)
