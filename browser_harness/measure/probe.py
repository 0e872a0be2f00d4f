"""What this machine's browser can do, backend by backend: for `xport doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from xport.errors import XportError
from xport.exchange.recording import WebEnvironment

BACKENDS = ("webgl", "wasm", "cpu")


def probe_browser(
    settings: BrowserSettings | None = None, backends: Sequence[str] = BACKENDS
) -> dict[str, WebEnvironment | str]:
    """Launch the browser once per backend; its environment, or in words why it does not run."""
    chosen = settings or BrowserSettings(timeout_s=60)
    return {backend: _probe(replace(chosen, backend=backend)) for backend in backends}


def _probe(settings: BrowserSettings) -> WebEnvironment | str:
    try:
        with BrowserSession([], settings) as session:
            return session.environment()
    except XportError as error:
        return str(error)
