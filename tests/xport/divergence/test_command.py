"""`xport debug` on a terminal, as JSON and as a page; and on folders in which it cannot work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports.divergence.html import html_divergence
from reports.divergence.lines import divergence_lines
from tests.reports.parsed import Page
from tests.xport.difference.sides import ended, run_in
from tests.xport.divergence.test_faults import FAULTS, examined
from xport.divergence.document import DIVERGENCE, Divergence
from xport.errors import InputError
from xport.judgement.evidence import Evidence
from xport.workflow.debugging import Asked, _brought, _not_again, choose, rule_of


@pytest.fixture(scope="module")
def old_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was judged elsewhere: its artifacts are not here."""
    return run_in(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Divergence:
    """What was found of a network with a flipped weight."""
    done = examined(tmp_path_factory.mktemp("found"), FAULTS["flipped weight"][0])
    return done.model_copy(update={"command": f"xport debug {done.reproducer}"})


def test_lines_name_the_node_both_tensors_what_differs_and_the_command(found: Divergence) -> None:
    said = "\n".join(divergence_lines(found))
    assert said.startswith(
        "tiny/onnx-optimised probabilities: the first node over tolerance is Conv conv2 (node 3"
    )
    for fact in (
        "the run’s verdict is FAILED; recorded: 0.2 off on noise, 1e-4 allowed",
        "tolerance of a node: 1e-4 of each node’s own largest absolute value",
        "inherited 0, exact", "expected  float32[1, 6, 4, 4]: min ", "0 NaN, 0 infinite",
        "largest at [0, 1, ", "differs: weight conv2.weight of Conv conv2: ",
        "1 of 216 elements differ", "reproduce it: xport debug ", "NOT FOR MEDICAL USE",
    ):  # fmt: skip
        assert fact in said


def test_the_page_shows_error_against_depth_and_every_node(found: Divergence) -> None:
    page = html_divergence(found)
    text = Page(page).text
    assert "DIVERGES NOT FOR MEDICAL USE" in text
    assert "Conv conv2" in text
    assert "conv2.weight" in text
    assert "<script" not in page
    assert page.count('class="limit"') == 1
    assert page.count('class="adds"') == len(found.nodes)
    assert 'aria-label="Error against depth of tiny on onnx-optimised at 8 nodes' in page


def test_the_page_of_a_run_within_tolerance_says_so(tmp_path: Path) -> None:
    text = Page(html_divergence(examined(tmp_path, None))).text
    assert "WITHIN TOLERANCE" in text
    assert "The node closest to its tolerance" in text
    assert "Reproduce it" not in text


def test_nothing_over_tolerance_is_no_pass_of_a_run_that_failed(tmp_path: Path) -> None:
    failed = examined(tmp_path, None)
    assert failed.target.verdict == "FAILED"
    assert 'class="verdict passed"' not in html_divergence(failed)
    target = failed.target.model_copy(update={"verdict": "PASSED"})
    passed = failed.model_copy(update={"target": target})
    assert 'class="verdict passed"' in html_divergence(passed)


def test_an_error_that_does_not_come_again_is_said(tmp_path: Path) -> None:
    found = examined(tmp_path, None)
    (said,) = _not_again(found.target, found)
    assert "does not come again" in said
    within = found.target.model_copy(update={"error": 1e-6})
    assert _not_again(within, found) == ()


def test_tensors_of_an_image_that_was_brought_are_not_to_be_published(failing: Evidence) -> None:
    target = choose(failing, Asked())
    assert _brought(target) == ()
    (said,) = _brought(target.model_copy(update={"probe": "image-0007"}))
    assert "do not publish" in said


def test_the_page_obeys_no_text(found: Divergence) -> None:
    target = found.target.model_copy(update={"probe": "<script>alert(1)</script>"})
    assert "<script" not in html_divergence(found.model_copy(update={"target": target}))


def test_the_document_is_read_again(found: Divergence, tmp_path: Path) -> None:
    assert Divergence.read(found.write(tmp_path / DIVERGENCE)) == found


def test_a_minimal_model_is_run_by_the_same_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examined(tmp_path, FAULTS["wrong epsilon"][0])
    assert ended("debug", tmp_path / "minimal") == 1
    assert capsys.readouterr().out.startswith("norm of tiny on onnx-optimised: off by ")
    assert ended("debug", tmp_path / "minimal", "--json") == 1
    assert json.loads(capsys.readouterr().out)["reproducer"]["node"] == "norm"


def test_the_worst_of_a_verdict_is_looked_at(failing: Evidence) -> None:
    target = choose(failing, Asked())
    assert (target.model, target.leg, target.output) == (
        "classifier", "savedmodel", "probabilities",
    )  # fmt: skip
    assert target.probe == "probe-03"
    assert target.bound == 2e-4
    assert target.verdict == "FAILED"


def test_what_is_asked_for_is_looked_at(failing: Evidence) -> None:
    target = choose(failing, Asked(leg="onnx", model="autoencoder"))
    assert (target.model, target.leg) == ("autoencoder", "onnx")


@pytest.mark.parametrize("asked", [Asked(leg="tfjs/webgpu"), Asked(output="nothing")])
def test_what_was_not_measured_is_refused_with_what_was(asked: Asked, failing: Evidence) -> None:
    with pytest.raises(InputError, match="nothing was measured there") as caught:
        choose(failing, asked)
    assert "savedmodel" in str(caught.value)


def test_a_nodes_tolerance_is_the_policys_scaled_to_its_range(failing: Evidence) -> None:
    rule = rule_of(failing.plan.policy, choose(failing, Asked()), 0.5)
    assert rule.share == pytest.approx(4e-4)
    assert rule.allowed(10.0) == pytest.approx(4e-3)
    assert "the tolerance of probabilities" in rule.words


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "is not there"),
        (("--leg", "tfjs/webgpu"), "nothing was measured there"),
        (("--memory", "0"), "is not at least 1"),
    ],
)
def test_what_is_missing_is_bad_input(
    given: tuple[str, ...], said: str, old_run: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert ended("debug", old_run, "--out", tmp_path / "out", *given) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.glob("out/*"))


def test_a_run_that_was_not_judged_is_refused(
    old_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("debug", tmp_path) == 2
    assert "there is no plan here" in capsys.readouterr().err


def test_a_reference_is_held_to_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = run_in(tmp_path / "run")
    assert ended("debug", run, "--leg", "torch") == 2
    assert "nothing was measured there" in capsys.readouterr().err
