"""TfjsRunner: one TF.js model in a real browser, as the recorder sees it."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Self

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from xport.common.arrays import Array, Tensors
from xport.exchange.recording import Environment


class TfjsRunner:
    """Implements `xport.exchange.recording.Runner` with a browser session that holds one model.

    Entering it again, after `RunnerCrashed` or after leaving, starts a new browser.
    """

    def __init__(self, model: ModelSource, settings: BrowserSettings | None = None) -> None:
        self._model, self._warm = model, False
        self.session = BrowserSession([model], settings or BrowserSettings())

    @property
    def leg(self) -> str:
        """`tfjs/webgl`, `tfjs/wasm` or `tfjs/cpu`."""
        return f"tfjs/{self.session.settings.backend}"

    def __enter__(self) -> Self:
        self._warm = False
        self.session.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.session.__exit__(*error)

    def environment(self) -> Environment:
        """Where the model runs; valid while open."""
        web = self.session.environment()
        return Environment(
            runner="browser_harness",
            platform=platform.platform(),
            tools={
                "playwright": version("playwright"),
                "tfjs": web.tfjs,
                web.browser: web.version,
            },
            threads=web.wasm_threads,
            web=web,
        )

    def clock_ahead(self) -> float:
        """By how many seconds the page's clock is ahead of this process's; valid while open."""
        return self.session.clock_ahead()

    def run(self, inputs: Tensors) -> tuple[dict[str, Array], float]:
        """Outputs by name and the seconds they took, readback included; errors as in a session.

        The first run is preceded by warming the model up, as on the deployed page, and its seconds
        include that.
        """
        warming = 0.0 if self._warm else self.session.warm_up(self._model.id).seconds
        self._warm = True
        outcome = self.session.run(self._model.id, inputs)
        return outcome.outputs, warming + outcome.seconds

    @property
    def load_seconds(self) -> float:
        """Seconds to fetch, verify and parse the model; the first run uploads it to the GPU."""
        return self.session.load_seconds[self._model.id]

    @property
    def peak_mib(self) -> float:
        """Largest memory of the browser's processes, MiB."""
        return self.session.peak_mib
