"""`xport diff` on a terminal, as JSON, as a page, as JUnit; and on folders that are neither."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.xport.difference.sides import edit, ended, model_of, record_again
from xport.difference.difference import Difference
from xport.recording.recorder import Arrays


@pytest.fixture
def flipped(new_run: Path) -> Path:
    """A run in which every decision of one probe flips on two legs; one is an image of a user."""

    def flip(arrays: Arrays) -> None:
        for outputs in list(arrays.values())[:2]:
            outputs["probabilities"] = 1 - outputs["probabilities"]

    for leg in ("torch", "tfjs/wasm"):
        record_again(new_run, "classifier", leg, flip)
    return new_run


def test_a_terminal_is_told_what_flips_and_what_was_not_compared(
    old_run: Path, flipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("diff", old_run, flipped) == 0
    said = capsys.readouterr().out
    assert said.startswith("DIFFERENCE No limit was asked for. Of what was compared, 20 d")
    assert "NOT FOR MEDICAL USE" in said
    assert "decisions of classifier, torch: 10 of 20 decisions flip on 4 shared probes" in said
    assert "NOT COMPARED: now: the run has nothing of what models said of image files" in said
    assert "not interleaved: no verdict follows" in said
    assert "checks: 185 the same, 0 gained, 0 lost, 0 changed" in said


def test_json_is_one_document_that_is_read_again(
    old_run: Path, flipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("diff", old_run, flipped, "--json") == 0
    said = capsys.readouterr().out
    found = Difference.model_validate_json(said)
    assert json.loads(said)["notice"] == "NOT FOR MEDICAL USE"
    assert sum(len(one.flips) for one in found.changes.decisions) == 20


def test_the_page_shows_every_image_that_flips_and_obeys_no_text(
    old_run: Path, flipped: Path, tmp_path: Path
) -> None:
    edit(flipped, lambda found: found["plan"].update(title="<script>alert(1)</script>"))
    page = tmp_path / "difference.html"
    assert ended("diff", old_run, flipped, "--html", page) == 0
    said = page.read_text()
    assert said.count('<img src="data:image/png;base64,') == 2
    assert "<script" not in said
    assert "NOT FOR MEDICAL USE" in said
    assert said.count('<td class="leg">tfjs/wasm</td><td class="num">') >= 10
    assert "Nothing is said of these" in said


def test_junit_has_a_case_for_every_limit(old_run: Path, flipped: Path, tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    limits = ("--max-flipped-share", "0.1", "--max-auc-drop", "0.1", "--max-bytes-ratio", "1.5")
    assert ended("diff", old_run, flipped, "--junit", path, *limits) == 1
    root = ElementTree.parse(path).getroot()
    assert (root.get("failures"), root.get("errors")) == ("1", "1")
    suites = {suite.get("name"): suite for suite in root}
    names = [(c.get("classname"), c.get("name")) for c in suites["limits"].iter("testcase")]
    assert ("classifier", "flipped decisions (max_flipped_share)") in names
    assert ("autoencoder", "bytes that ship (max_bytes_ratio)") in names
    assert suites["limits"].find(".//failure") is not None
    assert suites["changes"].find(".//failure") is None
    assert root.get("tests") == str(len([*root.iter("testcase")]))


def no_folder(run: Path) -> Path:
    return run / "nowhere"


def empty(run: Path) -> Path:
    (run / "empty").mkdir()
    return run / "empty"


def a_file(run: Path) -> Path:
    return run / "plan.json"


def garbage(run: Path) -> Path:
    (run / "evidence.json").write_bytes(b"\x00\xff{")
    return run


def another_document(run: Path) -> Path:
    (run / "evidence.json").write_text("[1, 2]")
    return run


def of_the_future(run: Path) -> Path:
    edit(run, lambda found: found.update(schema_version=99))
    return run


def half_a_manifest(run: Path) -> Path:
    (run / "manifest.json").write_text('{"schema_version": 3')
    return run


def without_its_artifact(run: Path) -> Path:
    edit(run, lambda found: model_of(found, "classifier")["artifacts"].pop("tfjs"))
    return run


def points_for_fewer_labels(run: Path) -> Path:
    edit(run, lambda found: model_of(found, "classifier").update(operating_points=[0.5]))
    return run


def a_point_that_is_none(run: Path) -> Path:
    edit(run, lambda found: model_of(found, "classifier").update(operating_points=[1.5] * 5))
    return run


def cut_arrays(run: Path) -> Path:
    path = run / "recordings" / "classifier" / "torch.npz"
    path.write_bytes(path.read_bytes()[:100])
    return run


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (no_folder, 2, "there is no such folder"),
        (empty, 2, "there is neither evidence.json nor manifest.json here"),
        (a_file, 2, "there is no such folder"),
        (garbage, 2, "not a valid Evidence"),
        (another_document, 2, "not a valid Evidence"),
        (of_the_future, 2, "evidence of version 99"),
        (half_a_manifest, 2, "not a valid Manifest"),
        (without_its_artifact, 2, "has no artifact"),
        (points_for_fewer_labels, 2, "1 operating points for 5 labels"),
        (a_point_that_is_none, 2, "the operating point 1.5 is not between 0 and 1"),
        (cut_arrays, 3, "the arrays are not the recorded ones"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_what_is_no_release_is_refused_in_one_line(
    spoil: Callable[[Path], Path],
    code: int,
    words: str,
    first: bool,
    old_run: Path,
    new_run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sides = (spoil(new_run), old_run) if first else (old_run, spoil(new_run))
    page = tmp_path / "page.html"
    assert ended("diff", *sides, "--html", page, "--json") == code
    told = capsys.readouterr()
    assert words in told.err
    assert told.err.count("\n") == 1
    assert json.loads(told.out)["exit_code"] == code
    assert not page.exists()
