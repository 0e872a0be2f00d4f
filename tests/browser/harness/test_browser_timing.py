"""The warm start and the self-check, on the tiny models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from browser_harness.drive.models import ModelSource
from browser_harness.drive.runtime import measure_warm_start
from browser_harness.drive.session import BrowserSession
from browser_harness.launch import browsers
from browser_harness.launch.browsers import Graphics, find_browser, graphics_of, plan_launch
from browser_harness.launch.settings import BrowserSettings
from browser_harness.measure.probe import probe_browser
from xport.errors import RunnerError, UnavailableError
from xport.exchange.recording import WebEnvironment

Settings = Callable[..., BrowserSettings]


def test_a_warm_start_is_timed_on_an_earlier_sessions_shaders(
    models: list[ModelSource],
    images: dict[str, dict[str, np.ndarray]],
    settings: Settings,
    tmp_path: Path,
) -> None:
    chosen = settings("webgl", shader_cache=tmp_path / "shaders")
    with BrowserSession(models, chosen) as session:
        for model in session.model_ids:
            session.run(model, images[model])
    assert list((tmp_path / "shaders").rglob("*"))
    warm = measure_warm_start(
        models, images, chosen, together=[model.id for model in models], passes=3
    )
    assert set(warm.load) == set(warm.first) == {"autoencoder", "classifier"}
    assert len(warm.passes) == 3
    assert min(*warm.passes, *warm.load.values(), *warm.first.values()) > 0
    assert warm.peak_mib > 50


def test_a_warm_start_without_a_shader_cache_is_refused(
    models: list[ModelSource], images: dict[str, dict[str, np.ndarray]]
) -> None:
    with pytest.raises(ValueError, match="needs the shader cache"):
        measure_warm_start(models, images, BrowserSettings(), together=[], passes=1)


def test_the_self_check_reports_each_backend_or_why_not(settings: Settings) -> None:
    found = probe_browser(settings(extra_flags=("--disable-gpu",)), ("webgl", "cpu"))
    assert isinstance(found["cpu"], WebEnvironment)
    assert found["cpu"].mantissa_bits == 23
    assert isinstance(found["webgl"], str)
    assert "webgl-missing" in found["webgl"]


def test_finding_a_browser_prefers_the_one_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own, named = tmp_path / "own", tmp_path / "named"
    for path in (own, named):
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    monkeypatch.setenv(browsers.BROWSER_VARIABLE, "")
    monkeypatch.setattr(browsers, "ON_PATH", (str(named),))
    assert find_browser(str(named), own) == named
    assert find_browser(None, own) == own
    assert find_browser(None, tmp_path / "absent") == named
    monkeypatch.setenv(browsers.BROWSER_VARIABLE, str(named))
    assert find_browser(None, own) == named
    monkeypatch.setenv(browsers.BROWSER_VARIABLE, "/nowhere/chromium")
    with pytest.raises(UnavailableError, match="named by XPORT_BROWSER"):
        find_browser(None, own)
    monkeypatch.setenv(browsers.BROWSER_VARIABLE, "")
    monkeypatch.setattr(browsers, "ON_PATH", ())
    with pytest.raises(UnavailableError, match="apt-get install chromium libegl1"):
        find_browser(None, tmp_path / "absent")


def test_each_graphics_mode_has_its_flags(tmp_path: Path) -> None:
    software = plan_launch(Graphics.SWIFTSHADER, shader_cache=tmp_path)
    mesa = plan_launch(Graphics.LLVMPIPE, shader_cache=tmp_path, extra_flags=("--extra",))
    assert "--enable-unsafe-swiftshader" in software.flags
    assert "--use-angle=gl-egl" in mesa.flags
    assert mesa.flags[-1] == "--extra"
    assert mesa.variables["LIBGL_ALWAYS_SOFTWARE"] == "1"
    assert mesa.variables["MESA_SHADER_CACHE_DIR"] == str(tmp_path)
    assert ("--no-sandbox" in mesa.flags) == browsers.needs_no_sandbox()


def test_an_unknown_renderer_is_an_error() -> None:
    for unknown in (None, ""):
        with pytest.raises(RunnerError, match="does not say which renderer"):
            browsers.require_renderer(unknown, accepts=frozenset(Graphics), pattern=None)
    assert graphics_of("ANGLE (NVIDIA, GeForce, OpenGL 4.6)") is Graphics.GPU
