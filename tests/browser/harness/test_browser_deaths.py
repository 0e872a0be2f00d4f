"""A page that hangs, a process that dies, a context that is lost: errors within bounded time."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from browser_harness.drive.models import ModelSource
from browser_harness.drive.refusals import PageRefused
from browser_harness.drive.runner import TfjsRunner
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from browser_harness.serve.assets import page_files
from xport.errors import RunnerCrashed, RunnerError

Images = dict[str, dict[str, np.ndarray]]
Settings = Callable[..., BrowserSettings]
BOUND_S = 30.0


def page_with(folder: Path, script: str) -> Path:
    """A copy of the built page whose runner.js is `script`."""
    for name, path in page_files().items():
        shutil.copy(path, folder / name)
    (folder / "runner.js").write_text(script)
    return folder


def ours() -> list[psutil.Process]:
    """Living browser processes that this test process started."""
    children = psutil.Process().children(recursive=True)
    return [one for one in children if one.is_running() and "chrom" in one.name()]


@pytest.mark.parametrize(
    "script",
    [
        "console.error('stuck in a loop'); for (;;) {}",
        "console.error('stuck: promise'); window.xport = { open: () => new Promise(() => {}) };",
    ],
    ids=["loop", "promise"],
)
def test_a_page_that_never_answers_ends_in_time(
    tmp_path: Path, settings: Settings, script: str
) -> None:
    before = {process.pid for process in ours()}
    session = BrowserSession([], settings(timeout_s=6, page_folder=page_with(tmp_path, script)))
    start = time.monotonic()
    with pytest.raises(RunnerError, match="did not finish within 6 s") as caught, session:
        pass
    assert time.monotonic() - start < BOUND_S
    assert "error: stuck" in str(caught.value)
    assert {process.pid for process in ours()} <= before


def test_a_page_that_answers_nonsense_is_an_error(tmp_path: Path, settings: Settings) -> None:
    page = page_with(tmp_path, "window.xport = { open: () => ({ fine: true }) };")
    with (
        pytest.raises(RunnerError, match="no typed answer"),
        BrowserSession([], settings(page_folder=page)),
    ):
        pass


def test_a_page_without_the_contract_is_an_error(tmp_path: Path, settings: Settings) -> None:
    page = page_with(tmp_path, "throw new Error('the script is broken');")
    with (
        pytest.raises(RunnerError, match="the script is broken"),
        BrowserSession([], settings(page_folder=page)),
    ):
        pass


def kill_renderers(session: BrowserSession) -> None:
    """End the processes that draw pages, as the system does when memory runs out."""
    for process in session.processes.find():
        if "--type=renderer" in " ".join(process.cmdline()):
            process.kill()


def kill_all(session: BrowserSession) -> None:
    """End the whole browser."""
    session.processes.kill()


def test_a_crash_is_told_and_opening_again_works(
    models: list[ModelSource], images: Images, settings: Settings
) -> None:
    runner = TfjsRunner(models[1], settings())
    results = []
    for kill in (kill_renderers, kill_all, None):
        with runner:
            results.append(runner.run(images["classifier"])[0]["logits"])
            if kill is None:
                break
            kill(runner.session)
            start = time.monotonic()
            with pytest.raises(RunnerCrashed):
                runner.run(images["classifier"])
            assert time.monotonic() - start < BOUND_S
        assert not runner.session.processes.find(thorough=True)
    assert all(np.array_equal(result, results[0]) for result in results)


HOOK = """
const contexts = [];
for (const { prototype } of [HTMLCanvasElement, OffscreenCanvas]) {
  const { getContext } = prototype;
  prototype.getContext = function (...given) {
    contexts.push(getContext.apply(this, given));
    return contexts.at(-1);
  };
}
window.loseContexts = () => contexts.forEach(
  (context) => context?.getExtension?.("WEBGL_lose_context")?.loseContext());
"""


def test_a_lost_context_is_an_error_and_stays_one(
    models: list[ModelSource], images: Images, settings: Settings, tmp_path: Path
) -> None:
    """WEBGL_lose_context on the very context that TF.js uses; its canvas is in no document."""
    page = page_with(tmp_path, page_files()["runner.js"].read_text() + HOOK)
    with BrowserSession(models, settings("webgl", page_folder=page)) as session:
        session.run("classifier", images["classifier"])
        session.evaluate("window.loseContexts()")
        for _ in range(2):
            with pytest.raises(PageRefused, match="WebGL context was lost") as caught:
                session.run("classifier", images["classifier"])
            assert caught.value.code == "context-lost"


def until_lost(session: BrowserSession, images: Images, known: np.ndarray) -> str | None:
    """The code of the error that ends executions; until then every answer is the known one."""
    end = time.monotonic() + BOUND_S
    while time.monotonic() < end:
        try:
            found = session.run("classifier", images["classifier"])
        except PageRefused as error:
            return error.code
        assert np.array_equal(found.outputs["probabilities"], known)
    return None


def test_a_context_lost_at_any_moment_never_gives_other_numbers(
    models: list[ModelSource], images: Images, settings: Settings, tmp_path: Path
) -> None:
    """Lost before, in and after executions: what comes is right to the bit, or the error."""
    page = page_with(tmp_path, page_files()["runner.js"].read_text() + HOOK)
    random, ends = np.random.default_rng(7), []
    with BrowserSession(models, settings("webgl", page_folder=page)) as session:
        whole = [session.run("classifier", images["classifier"]) for _ in range(2)][1]
        known = whole.outputs["probabilities"]
        for _ in range(5):
            delay = 3000 * whole.seconds * random.random()
            session.evaluate(f"void setTimeout(window.loseContexts, {delay:.2f})")
            ends.append(until_lost(session, images, known))
            session.reopen(models)
            again = session.run("classifier", images["classifier"])
            assert np.array_equal(again.outputs["probabilities"], known)
    assert ends == ["context-lost"] * 5
