"""The browser harness as the workflow uses it: runners and runtime measurements for a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xport.arrays import Array
from xport.artifact import Artifact, Format
from xport.plan import Plan, PlannedModel
from xport.recording import Runner
from xport.recording_session import artifact_of
from xport.timing import BackendRuntime, ModelRuntime

if TYPE_CHECKING:
    from browser_harness.settings import BrowserSettings

STEADY_RUNS = 5


@dataclass(frozen=True)
class BrowserOptions:
    """Which browser records, and who draws its WebGL.

    `browser` is a path or command name, None searches. `require_renderer` is a regular expression
    that the WebGL renderer's name must contain; without it nothing is recorded on WebGL.
    """

    browser: str | None = None
    graphics: Literal["auto", "gpu", "llvmpipe", "swiftshader"] = "auto"
    require_renderer: str | None = None


@dataclass(frozen=True)
class Harness:
    """Makes runners and measures runtimes for the browser legs of a plan."""

    plan: Plan
    options: BrowserOptions

    def runner(self, model_id: str, artifact: Artifact, backend: str) -> Runner:
        """A runner that opens a new browser with an empty shader cache."""
        from browser_harness.models import ModelSource
        from browser_harness.runner import TfjsRunner

        return TfjsRunner(ModelSource.of_artifact(model_id, artifact), self._settings(backend))

    def measure(
        self,
        models: Sequence[PlannedModel],
        inputs: Mapping[str, Mapping[str, Array]],
        backend: str,
    ) -> BackendRuntime:
        """Cold, first and steady times of every model, and of all of them as one pass."""
        from browser_harness.models import ModelSource
        from browser_harness.runtime import Repeats, measure_runtime

        sources = [ModelSource.of_artifact(m.id, artifact_of(m, Format.TFJS)) for m in models]
        found = measure_runtime(
            sources, inputs, self._settings(backend), Repeats(steady_runs=STEADY_RUNS)
        )
        return BackendRuntime(
            backend=backend,
            models=tuple(
                ModelRuntime(
                    model=m.id,
                    cold_load=found.cold.load_seconds[m.id].median,
                    cold_first=found.cold.first_run_seconds[m.id].median,
                    load=found.warm.load_seconds[m.id].median,
                    first=found.warm.first_run_seconds[m.id].median,
                    steady=found.steady_run_seconds[m.id].samples,
                )
                for m in models
            ),
            both=found.pass_seconds.samples,
            peak_mib=found.peak_mib,
        )

    def _settings(self, backend: str) -> BrowserSettings:
        from browser_harness.browsers import Graphics
        from browser_harness.settings import BrowserSettings

        return BrowserSettings(
            backend=backend,
            threads=self.plan.wasm_threads if backend == "wasm" else None,
            graphics=Graphics(self.options.graphics),
            browser=self.options.browser,
            timeout_s=self.plan.timeout_seconds,
            require_renderer=self.options.require_renderer or self.plan.policy.require_renderer,
        )
