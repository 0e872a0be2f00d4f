"""The page's engine in its worker, from the first visit to a lost graphics processor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.browser.tiny_model import Classifier
from tests.browser.tool.app_bundles import expected_values, launch, make_bundle, spoil_self_test
from tests.browser.tool.host_page import (
    LOSE_CONTEXT,
    HostPage,
    host_page,
    make_host_site,
    outputs_of,
)

ORDER = ("webgl", "wasm", "cpu")
LONGEST_BLOCK_MS = 100


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle under the test's page."""
    return make_host_site(make_bundle(tmp_path_factory.mktemp("host") / "site", Classifier()))


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A good bundle, to be spoilt."""
    return make_host_site(make_bundle(tmp_path / "site", Classifier()))


@pytest.fixture
def host(browser: Browser, site: Path) -> Iterator[HostPage]:
    """A first visit."""
    with host_page(browser, site) as page:
        yield page
        assert page.errors == []


@pytest.mark.parametrize("backend", ORDER)
def test_the_engine_runs_in_a_worker_and_gives_the_reference_s_numbers(
    host: HostPage, picture: Path, backend: str
) -> None:
    running = host.running(backend)
    assert running["backend"] == backend
    assert running["attempts"] == []
    assert running["environment"]["mantissaBits"] >= 23
    for _ in range(2):
        found = np.asarray(outputs_of(host.examine(picture)))
        assert np.abs(found - expected_values(picture, Classifier())).max() <= 1e-5
    assert "engine.worker.js" in host.engine.url


def test_the_page_s_thread_is_never_held(host: HostPage, picture: Path) -> None:
    host.running("webgl")
    host.examine(picture)
    assert max(host.page.evaluate("driven.blocks"), default=0) < LONGEST_BLOCK_MS


def test_every_stage_is_told_of(host: HostPage) -> None:
    host.running("wasm")
    told = host.page.evaluate("driven.progress")
    stages = list(dict.fromkeys(now["stage"] for now in told))
    assert stages == ["manifest", "download", "start", "warm-up", "self-test"]
    downloads = [now for now in told if now["stage"] == "download"]
    assert downloads[-1]["done"] == downloads[-1]["total"] > 0
    assert downloads[-1]["cached"] == 0
    tests = [now for now in told if now["stage"] == "self-test"]
    assert (tests[-1]["done"], tests[-1]["total"]) == (6, 6)


def test_a_second_visit_takes_files_and_self_test_from_the_first(
    host: HostPage, picture: Path
) -> None:
    first = host.running("wasm")
    assert not first["selfTest"]["remembered"]
    assert len(host.fetched("/models/")) == 8
    host.reload()
    second = host.running("wasm")
    assert host.fetched("/models/") == []
    assert host.fetched("/self_test/") == []
    assert second["selfTest"] == {**first["selfTest"], "remembered": True}
    last = [now for now in host.page.evaluate("driven.progress") if now["stage"] == "download"][-1]
    assert last["cached"] == last["done"] == last["total"]
    assert len(outputs_of(host.examine(picture))) == 14


SPOIL_ENTRY = """async (name) => {
  const manifest = await (await fetch("manifest.json")).json();
  const digest = manifest.models.clf.files[name].sha256;
  const cache = await caches.open("xport-models-v1");
  const key = new URL("by-digest/" + digest, document.baseURI).href;
  await cache.put(key, new Response("another"));
  return key;
}"""


def test_a_stored_file_that_has_changed_is_fetched_again(host: HostPage) -> None:
    host.running("wasm")
    key = host.page.evaluate(SPOIL_ENTRY, "group1-shard2of3.bin")
    host.running("wasm")
    assert [url.rpartition("/")[2] for url in host.fetched("/models/")] == ["group1-shard2of3.bin"]
    script = "async (key) => (await (await caches.match(key)).blob()).size"
    assert host.page.evaluate(script, key) != len("another")


def test_a_wrong_byte_is_refused_after_a_second_try(browser: Browser, fresh: Path) -> None:
    shard = fresh / "models/clf/group1-shard2of3.bin"
    shard.write_bytes(b"\1" + shard.read_bytes()[1:])
    with host_page(browser, fresh) as page:
        error = page.open(*ORDER)["error"]
        assert error["code"] == "file-refused"
        assert error["facts"]["file"] == "models/clf/group1-shard2of3.bin"
        assert error["message"].endswith(f"{error['facts']['found']} found")
        assert error["facts"]["expected"] != error["facts"]["found"]
        assert len(page.fetched("group1-shard2of3.bin")) == 2
        assert page.fetched("engine.worker.js") == []


WITHOUT_CACHE = "delete self.caches; Object.defineProperty(self, 'caches', {get() { throw 0; }});"


def test_without_cache_storage_it_works_and_says_so(
    browser: Browser, site: Path, picture: Path
) -> None:
    with host_page(browser, site, setup=WITHOUT_CACHE) as page:
        page.running("wasm")
        assert page.page.evaluate("driven.session.unstored") == "unavailable"
        assert len(outputs_of(page.examine(picture))) == 14


def test_without_room_it_works_and_says_so(browser: Browser, site: Path, picture: Path) -> None:
    with host_page(browser, site) as page:
        cdp = page.page.context.new_cdp_session(page.page)
        origin = {"origin": page.server.url, "quotaSize": 1}
        cdp.send("Storage.overrideQuotaForOrigin", origin)
        page.running("wasm")
        assert page.page.evaluate("driven.session.unstored") == "full"
        found = np.asarray(outputs_of(page.examine(picture)))
        assert np.abs(found - expected_values(picture, Classifier())).max() <= 1e-5


def test_files_of_an_earlier_release_go_once_the_new_one_runs(host: HostPage) -> None:
    host.running("wasm")
    add = """async () => {
      const cache = await caches.open("xport-models-v1");
      await cache.put("by-digest/" + "0".repeat(64), new Response("old"));
      await cache.put("elsewhere/by-digest/" + "0".repeat(64), new Response("another page's"));
    }"""
    host.page.evaluate(add)
    host.reload()
    host.running("wasm")
    left = """async () => {
      const cache = await caches.open("xport-models-v1");
      for (let i = 0; i < 100; i++) {
        const zeros = (await cache.keys()).filter(({ url }) => url.endsWith("0".repeat(64)));
        if (zeros.length === 1) return zeros[0].url;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return null;
    }"""
    assert "elsewhere" in host.page.evaluate(left)


@pytest.mark.parametrize("isolated", [True, False], ids=["isolated", "not isolated"])
def test_one_wasm_thread_needs_no_blob_and_is_the_same_binary_everywhere(
    browser: Browser, site: Path, picture: Path, isolated: bool
) -> None:
    with host_page(browser, site, isolated=isolated) as page:
        assert page.page.evaluate("crossOriginIsolated") is isolated
        environment = page.running("wasm")["environment"]
        assert environment["wasmThreads"] == 1
        assert environment["crossOriginIsolated"] is isolated
        assert [url.rpartition("/")[2] for url in page.fetched(".wasm")] == [
            "tfjs-backend-wasm-simd.wasm"
        ]
        assert len(outputs_of(page.examine(picture))) == 14
        assert page.errors == []


def test_a_lost_context_is_started_and_tested_again(host: HostPage, picture: Path) -> None:
    host.running(*ORDER)
    first = host.engine
    before = outputs_of(host.examine(picture))
    assert first.evaluate(LOSE_CONTEXT) == "webglcontextlost"
    assert outputs_of(host.examine(picture)) == pytest.approx(before, abs=1e-6)
    [change] = host.page.evaluate("driven.changes")
    assert change["running"]["backend"] == "webgl"
    assert change["running"]["selfTest"]["remembered"] is False
    assert "context was lost" in change["reason"]
    assert len([one for one in host.page.workers if "engine" in one.url]) == 1
    host.page.evaluate("driven.changes.length = 0")


LOSES_EVERY_EXAMINATION = """
self.addEventListener("message", ({ data }) => {
  if (data.name !== "examine") return;
  for (const context of self.contexts) context.getExtension("WEBGL_lose_context")?.loseContext();
});
"""


def test_a_context_that_is_lost_again_and_again_gives_way_to_the_next_backend(
    browser: Browser, fresh: Path, picture: Path
) -> None:
    worker = fresh / "engine.worker.js"
    worker.write_text(LOSES_EVERY_EXAMINATION + worker.read_text())
    with host_page(browser, fresh) as page:
        assert page.running(*ORDER)["backend"] == "webgl"
        found = np.asarray(outputs_of(page.examine(picture)))
        assert np.abs(found - expected_values(picture, Classifier())).max() <= 1e-5
        running = page.page.evaluate("driven.session.running")
        assert running["backend"] == "wasm"
        assert [(one["backend"], one["code"]) for one in running["attempts"]] == [
            ("webgl", "context-lost")
        ]
        changes = page.page.evaluate("driven.changes")
        assert [one["running"]["backend"] for one in changes] == ["webgl", "wasm"]


def test_a_session_that_no_backend_can_carry_on_says_why(
    browser: Browser, fresh: Path, picture: Path
) -> None:
    worker = fresh / "engine.worker.js"
    worker.write_text(LOSES_EVERY_EXAMINATION + worker.read_text())
    with host_page(browser, fresh) as page:
        page.running("webgl")
        for _ in range(2):
            error = page.examine(picture)["error"]
            assert error["name"] == "NothingPasses"
            assert [one["code"] for one in error["attempts"]] == ["context-lost"]
        last = page.page.evaluate("driven.changes.at(-1)")
        assert last["running"] is None
        assert "context was lost" in last["reason"]


DRAWS_BEHIND_THE_WITNESS = """
const { drawArrays, drawElements } = WebGL2RenderingContext.prototype;
const { getContext } = OffscreenCanvas.prototype;
OffscreenCanvas.prototype.getContext = function (...given) {
  const context = getContext.apply(this, given);
  return context && Object.assign(context, { drawArrays, drawElements });
};
"""


def test_an_engine_that_draws_behind_the_witness_gives_way_to_the_next_backend(
    browser: Browser, fresh: Path
) -> None:
    engine, worker = fresh / "engine.js", fresh / "engine.worker.js"
    engine.write_text(DRAWS_BEHIND_THE_WITNESS + engine.read_text())
    worker.write_text('import "./engine.js";' + worker.read_text())
    with host_page(browser, fresh) as page:
        running = page.running(*ORDER)
        assert running["backend"] == "wasm"
        (attempt,) = running["attempts"]
        assert attempt["backend"] == "webgl"
        assert "webgl ran, and the self-test drew nothing" in attempt["reason"]


def test_a_worker_that_breaks_down_is_replaced(host: HostPage, picture: Path) -> None:
    host.running("wasm")
    before = outputs_of(host.examine(picture))
    host.engine.evaluate("() => { setTimeout(() => { throw new Error('broken'); }); }")
    assert outputs_of(host.examine(picture)) == before
    host.errors.clear()  # the error is the test's own


def test_a_device_that_computes_otherwise_runs_nothing(browser: Browser, fresh: Path) -> None:
    spoil_self_test(fresh, "value")
    with host_page(browser, fresh) as page:
        error = page.open("webgl", "wasm")["error"]
        assert error["name"] == "NothingPasses"
        assert [one["backend"] for one in error["attempts"]] == ["webgl", "wasm"]
        for attempt in error["attempts"]:
            assert attempt["code"] == "self-test-failed"
            failed = [one for one in attempt["selfTest"]["checks"] if not one["passed"]]
            assert [one["measure"] for one in failed] == ["max-abs"]
            assert failed[0]["value"] == pytest.approx(0.5, abs=1e-3)
        assert page.page.evaluate("localStorage.length") == 0


def test_without_webgl_wasm_runs_and_the_reason_is_kept(
    playwright: Any, shader_cache: Path, site: Path
) -> None:
    without = launch(playwright, shader_cache, "--disable-gpu")
    with host_page(without, site) as page:
        running = page.running(*ORDER)
        assert running["backend"] == "wasm"
        assert [one["code"] for one in running["attempts"]] == ["webgl-missing"]
        assert len([one for one in page.page.workers if "engine.worker" in one.url]) == 1
    without.close()


def test_thirty_images_leave_nothing_behind(host: HostPage, picture: Path) -> None:
    host.running("webgl")
    script = """async () => {
      const { tensors, bytes } = await driven.session.memory();
      return [tensors, bytes];
    }"""
    host.examine(picture)
    before = host.page.evaluate(script)
    for _ in range(30):
        host.examine(picture)
    assert host.page.evaluate(script) == before
