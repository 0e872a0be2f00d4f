"""The witness counts what an engine does, and an engine that gets round it is found out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from browser_harness.serve.assets import page_files
from tests.conftest import MiniRun
from xport.exchange.recording import WebEnvironment
from xport.judgement.witness_checks import LONG, problems_of
from xport.plan.plan import Plan

Images = dict[str, dict[str, np.ndarray]]
Settings = Callable[..., BrowserSettings]

TAKE = """
const taken = {};
const names = ["drawArrays", "drawElements", "linkProgram", "readPixels", "getBufferSubData"];
for (const name of names) {
  taken[name] = WebGL2RenderingContext.prototype[name];
}
for (const { prototype } of [HTMLCanvasElement, OffscreenCanvas]) {
  const { getContext } = prototype;
  prototype.getContext = function (...given) {
    const context = getContext.apply(this, given);
    return context instanceof WebGL2RenderingContext ? Object.assign(context, taken) : context;
  };
}
"""
"""An engine that takes the browser's functions and puts them on every context it makes."""

FRAME = TAKE.replace(
    "WebGL2RenderingContext.prototype[name]",
    "document.documentElement.appendChild(document.createElement('iframe'))"
    ".contentWindow.WebGL2RenderingContext.prototype[name]",
)
"""One that takes them later, from a frame that no witness stands in."""

WRAP = """
const { drawArrays } = WebGL2RenderingContext.prototype;
WebGL2RenderingContext.prototype.drawArrays = function (...given) {
  return drawArrays.apply(this, given);
};
"""
"""Something that stands before the browser's own function."""

HIDE = """
const { drawArrays } = WebGL2RenderingContext.prototype;
WebGL2RenderingContext.prototype.drawArrays = new Proxy(drawArrays, {});
"""
"""The same, with the browser's text of a function."""


@pytest.fixture
def plan(mini_run: MiniRun) -> Plan:
    """A plan that names the built page."""
    return mini_run.evidence.plan


def problems(plan: Plan, web: WebEnvironment, least: int = 1) -> str:
    """What is said of a session by the rules of the judge."""
    leg = next(leg for leg in plan.legs if leg.name == f"tfjs/{web.backend}")
    return "; ".join(problems_of(plan, leg, web, least))


def page_with(folder: Path, change: Callable[[Path], object]) -> Path:
    """A changed copy of the built page."""
    for name, path in page_files().items():
        shutil.copy(path, folder / name)
    change(folder)
    return folder


def before_the_engine(code: str, *, first: bool) -> Callable[[Path], None]:
    """An engine that begins with `code`, and that the page imports before the witness if asked."""

    def change(folder: Path) -> None:
        engine, runner = folder / "engine.js", folder / "runner.js"
        engine.write_text(code + engine.read_text())
        if first:
            runner.write_text(f'import "./engine.js";{runner.read_text()}')

    return change


def after_the_witness(code: str) -> Callable[[Path], None]:
    """A page that changes interfaces when the witness and the engine stand."""

    def change(folder: Path) -> None:
        runner = folder / "runner.js"
        runner.write_text(runner.read_text() + code)

    return change


def seen_in(
    change: Callable[[Path], object],
    folder: Path,
    models: list[ModelSource],
    images: Images,
    settings: Settings,
) -> tuple[np.ndarray, WebEnvironment]:
    """The logits of a run on WebGL on a changed page, and what the witness saw of it."""
    page = page_with(folder, change)
    with BrowserSession([models[1]], settings("webgl", page_folder=page)) as session:
        outputs = session.run("classifier", images["classifier"]).outputs
        return outputs["logits"], session.environment()


def test_a_backend_does_what_it_does_and_nothing_else(
    session: BrowserSession, images: Images, plan: Plan
) -> None:
    before = session.witness()
    for _ in range(2):
        session.run("classifier", images["classifier"])
    web = session.environment()
    seen = web.witness
    assert seen is not None
    assert seen.runs == before.runs + 2
    assert (seen.foreign, seen.replaced, seen.submits, seen.pipelines) == ((), (), 0, 0)
    assert {"WebGL2RenderingContext.drawElements", "WebAssembly.instantiate"} <= {*seen.watched}
    if web.backend == "webgl":
        assert seen.draws - before.draws >= 2 * 5  # several layers
        assert seen.programs >= 5
        assert seen.idle == before.idle
    else:
        assert (seen.draws, seen.programs) == (0, 0)
        assert seen.idle == before.idle + 2
    assert seen.instantiations == len(seen.modules) == 1 + (web.backend == "wasm")
    if web.backend != "wasm":  # asked for no number of threads, TF.js takes the binary for many
        assert problems(plan, web, least=2) == ""


def test_a_module_is_known_by_its_bytes(session: BrowserSession) -> None:
    web = session.environment()
    assert web.witness is not None
    long, *others = web.witness.modules
    assert (long.sha256, long.simd, long.threads) == (LONG, False, False)
    if web.backend != "wasm":
        assert others == []
        return
    (module,) = others
    binary = "threaded-simd" if module.threads else "simd"
    assert module.sha256 == web.files[f"tfjs-backend-wasm-{binary}.wasm"]
    assert module.simd
    assert module.threads or web.wasm_threads == 1


SHARED = """(async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]); // a module without anything
  const module = new WebAssembly.Module(bytes);
  new WebAssembly.Instance(module, { e: { m: memory } });
  new Worker(URL.createObjectURL(new Blob([""]))).terminate();
  const { result } = await window.xport.witness();
  const { threads, simd } = result.modules.at(-1);
  return [result.instantiations, threads, simd, result.workers];
})()"""


def test_shared_memory_workers_and_instances_are_seen(
    settings: Settings,
) -> None:
    with BrowserSession([], settings("cpu")) as session:
        assert session.evaluate(SHARED) == [2, True, False, 1]


@pytest.mark.parametrize(
    "change",
    [before_the_engine(TAKE, first=True), before_the_engine(FRAME, first=False)],
    ids=["earlier", "from another frame"],
)
def test_an_engine_that_grabs_the_interfaces_earlier_or_elsewhere_is_found_out(
    change: Callable[[Path], None],
    models: list[ModelSource],
    images: Images,
    settings: Settings,
    tmp_path: Path,
    plan: Plan,
) -> None:
    logits, web = seen_in(change, tmp_path, models, images, settings)
    assert np.isfinite(logits).all()
    assert web.backend == "webgl"
    assert web.witness is not None
    assert (web.witness.draws, web.witness.idle) == (0, 1)
    said = problems(plan, web)
    assert "it says webgl and drew nothing" in said
    assert "nothing was drawn in 1 of 1 runs" in said


def test_as_the_page_is_built_grabbing_them_hides_nothing(
    models: list[ModelSource], images: Images, settings: Settings, tmp_path: Path, plan: Plan
) -> None:
    change = before_the_engine(TAKE, first=False)
    _, web = seen_in(change, tmp_path, models, images, settings)
    assert web.witness is not None
    assert web.witness.draws > 5
    assert problems(plan, web) == ""


@pytest.mark.parametrize("code", [WRAP, HIDE], ids=["function", "proxy"])
def test_what_stands_before_the_browsers_functions_is_found_out(
    code: str, settings: Settings, tmp_path: Path, plan: Plan
) -> None:
    page = page_with(tmp_path, before_the_engine(code, first=True))
    with BrowserSession([], settings("webgl", page_folder=page)) as session:
        said = problems(plan, session.environment(), 0)
    assert "WebGL2RenderingContext.drawArrays was not the browser's own when the witness" in said


def test_a_counter_that_was_taken_away_is_found_out(
    settings: Settings, tmp_path: Path, plan: Plan
) -> None:
    page = page_with(tmp_path, after_the_witness(WRAP))
    with BrowserSession([], settings("webgl", page_folder=page)) as session:
        said = problems(plan, session.environment(), 0)
    assert "WebGL2RenderingContext.drawArrays was taken from the witness" in said


def test_another_witness_than_the_one_that_ships_is_found_out(
    settings: Settings, tmp_path: Path, plan: Plan
) -> None:
    def blind(folder: Path) -> None:
        script = folder / "witness.js"
        script.write_text(script.read_text() + "\n")

    page = page_with(tmp_path, blind)
    with BrowserSession([], settings("webgl", page_folder=page)) as session:
        said = problems(plan, session.environment(), 0)
    assert said.startswith("witness.js is not the file that ships")
