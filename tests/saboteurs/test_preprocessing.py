"""The gate rejects a page that prepares images in any other way than the release declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from reference.preprocess import Preprocess
from tests import mini
from xport.bundles.build import NotPassed
from xport.common.arrays import Array
from xport.errors import RunnerError
from xport.exchange.prepared import EXACT
from xport.exchange.preparer import Made, Preparer, Unsupported
from xport.exchange.recording import WebEnvironment
from xport.judgement.verdict import Status, Verdict
from xport.plan.pipeline_description import PipelineDescription
from xport.plan.plan import Plan
from xport.recording.browser import BrowserOptions, Harness
from xport.recording.preparing import PreprocessingRecorder
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

Answer = Callable[[Preparer, str, bytes, Preprocess], Made | Unsupported]


@dataclass(frozen=True)
class Saboteur:
    """A browser whose page does something else."""

    page: Preparer
    answer: Answer

    @property
    def pipelines(self) -> Sequence[PipelineDescription]:
        return self.page.pipelines

    def environment(self) -> WebEnvironment | None:
        return self.page.environment()

    def by_all(self, content: bytes, definitions: Sequence[Preprocess]) -> Sequence[Array]:
        return self.page.by_all(content, definitions)

    def prepare(self, pipeline: str, content: bytes, to: Preprocess) -> Made | Unsupported:
        honest = pipeline != EXACT
        return (
            self.page.prepare(pipeline, content, to)
            if honest
            else self.answer(self.page, pipeline, content, to)
        )


def another_resampler(
    page: Preparer, pipeline: str, content: bytes, to: Preprocess
) -> Made | Unsupported:
    return page.prepare(pipeline, content, to.model_copy(update={"resampler": "box"}))


def another_gray_rule(
    page: Preparer, pipeline: str, content: bytes, to: Preprocess
) -> Made | Unsupported:
    return page.prepare(pipeline, content, to.model_copy(update={"gray": "first"}))


def not_turned(page: Preparer, pipeline: str, content: bytes, to: Preprocess) -> Made | Unsupported:
    return page.prepare(pipeline, content, to.model_copy(update={"orientation": "stored"}))


def one_bit_off(
    page: Preparer, pipeline: str, content: bytes, to: Preprocess
) -> Made | Unsupported:
    made = page.prepare(pipeline, content, to)
    assert isinstance(made, Made)
    image = made.input.copy()
    image.flat[7] = np.nextafter(image.flat[7], np.float32(2))
    return replace(made, input=image)


def nothing_but_nan(
    page: Preparer, pipeline: str, content: bytes, to: Preprocess
) -> Made | Unsupported:
    made = page.prepare(pipeline, content, to)
    assert isinstance(made, Made)
    return replace(made, input=np.full_like(made.input, np.nan))


def no_image(page: Preparer, pipeline: str, content: bytes, to: Preprocess) -> Made | Unsupported:
    raise RunnerError("the page has lost its worker")


def recorded(run: RunFolder, page: Preparer, answer: Answer) -> Verdict:
    """Record the preprocessing leg anew with the saboteur, judge, and try to bundle."""
    plan = run.plan()
    harness = Harness(plan, BrowserOptions(), run.root / "shaders")

    def opened(plan: Plan) -> AbstractContextManager[Preparer]:
        return nullcontext(Saboteur(page, answer))

    run.clear("judge")
    PreprocessingRecorder(plan, run.images, run.prepared, opened, harness.runner).run()
    verdict = commands.judge(run.root).verdict
    with pytest.raises(NotPassed):
        commands.bundle(run.root)
    return verdict


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory, store: Path) -> RunFolder:
    """A release of the classifier alone, with the exact path and nothing else measured."""
    folder = tmp_path_factory.mktemp("preprocessing")
    content = mini.only_classifier() | {
        "routes": {"direct": {}},
        "preprocessing": {"synthetic": 12, "pipelines": ["canvas"]},
        "policy": mini.policy(
            tolerances=[t for t in mini.policy()["tolerances"] if t["model"] == "classifier"],
            relative_tolerances=[],
            acceptance_criteria=[],
        ),
    }
    release_file = mini.write(content, folder / "release.toml")
    evidence = commands.release(release_file, folder / "run", cache_dir=store, fresh=True)
    assert evidence.verdict.status is Status.PASSED, evidence.verdict.findings
    return RunFolder(folder / "run")


@pytest.fixture(scope="module")
def page(honest: RunFolder) -> Iterator[Preparer]:
    """The browser that all saboteurs share."""
    plan = honest.plan()
    with Harness(plan, BrowserOptions(), honest.root / "shaders").preparer(plan) as preparer:
        yield preparer


@pytest.mark.parametrize(
    "answer", [another_resampler, another_gray_rule, not_turned, one_bit_off, nothing_but_nan]
)
def test_rejects(answer: Answer, honest: RunFolder, page: Preparer) -> None:
    verdict = recorded(honest, page, answer)
    assert verdict.status is Status.FAILED
    assert verdict.culprits == ("classifier/preprocessing/exact",)
    (equal,) = (c for c in verdict.checks if c.name == "equal to the definition")
    assert equal.status is Status.FAILED


def test_a_page_that_prepares_nothing_is_no_pass(honest: RunFolder, page: Preparer) -> None:
    verdict = recorded(honest, page, no_image)
    assert verdict.status is Status.NOT_RUN
    assert any("the page has lost its worker" in finding for finding in verdict.findings)
