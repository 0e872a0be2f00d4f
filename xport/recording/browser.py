"""The browser harness as the workflow uses it: runners and runtime measurements for a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from xport.common.arrays import Tensors
from xport.exchange.preparer import Preparer
from xport.exchange.recording import Runner, WebEnvironment
from xport.formats.artifact import Artifact, Format
from xport.formats.tfjs_model import operators_of
from xport.plan.plan import Plan, PlannedModel
from xport.plan.timing import WarmTimes
from xport.recording.legs import artifact_of

if TYPE_CHECKING:
    from browser_harness.launch.settings import BrowserSettings

PASSES = 5
PAIR = ("autoencoder", "classifier")
"""What the paper times as one figure (appendix E)."""
CHECKED = ("view", *PAIR)
"""What runs for an image that is accepted, where a view model looks at it first."""


@dataclass(frozen=True)
class BrowserOptions:
    """Which browser records, and who draws its WebGL.

    `browser` is a path or command name, None searches. `require_renderer` is a regular expression
    that the WebGL renderer's name must contain; without it nothing is recorded on WebGL.
    """

    browser: str | None = None
    graphics: Literal["auto", "gpu", "llvmpipe", "swiftshader"] = "auto"
    require_renderer: str | None = None


def graph_operators(plan: Plan) -> frozenset[str]:
    """The operators of all TF.js models of a plan; they decide what of the engine runs and ships.

    Raises:
        InputError: a model cannot be read.
    """
    return operators_of_models(plan.models)


def operators_of_models(models: Sequence[PlannedModel]) -> frozenset[str]:
    """The operators of all TF.js artifacts of some models.

    Raises:
        InputError: a model cannot be read.
    """
    planned = [artifact for model in models for artifact in model.artifacts.values()]
    folders = [artifact.path for artifact in planned if artifact.format is Format.TFJS]
    return frozenset().union(*map(operators_of, folders))


@dataclass(frozen=True)
class Harness:
    """Makes runners and measures runtimes for the browser legs of a plan.

    `shader_caches` is an empty folder: what a recording compiles there makes the later start warm.
    `page` is another built page than the one that is installed.
    """

    plan: Plan
    options: BrowserOptions
    shader_caches: Path
    page: Path | None = None

    def runner(self, model_id: str, artifact: Artifact, backend: str) -> Runner:
        """A runner that opens a browser with a new profile; its first opening is a cold start."""
        from browser_harness.drive.models import ModelSource
        from browser_harness.drive.runner import TfjsRunner

        return TfjsRunner(ModelSource.of_artifact(model_id, artifact), self.settings(backend))

    def measure(
        self,
        models: Sequence[PlannedModel],
        inputs_by_model: Mapping[str, Tensors],
        backend: str,
    ) -> WarmTimes:
        """Load, first run and passes in a new browser, on the shaders that recording compiled."""
        from browser_harness.drive.models import ModelSource
        from browser_harness.drive.runtime import measure_warm_start

        sources = [
            ModelSource.of_artifact(m.id, artifact_of(m, self.plan.shipped_artifact))
            for m in models
        ]
        pair = [m.id for m in models if m.kind in PAIR]
        checked = [m.id for m in models if m.kind in CHECKED]
        together = checked if len(pair) == len(PAIR) else [m.id for m in models]
        return measure_warm_start(
            sources, inputs_by_model, self.settings(backend), together=together, passes=PASSES
        )

    def preparer(self, plan: Plan) -> AbstractContextManager[Preparer]:
        """A browser in which images are prepared, by the pipelines that the plan measures."""
        from browser_harness.drive.pipelines import BrowserPreparer

        assert plan.preprocessing is not None
        settings = self.settings(plan.preprocessing.backend)
        return BrowserPreparer(settings, plan.preprocessing.pipelines)

    def environment(self, backend: str) -> WebEnvironment:
        """What a browser says of itself on a backend, opened on the page without a model.

        Raises:
            XportError: it does not open, or is not what was asked for.
        """
        from browser_harness.drive.session import BrowserSession

        with BrowserSession([], replace(self.settings(backend), shader_cache=None)) as session:
            return session.environment()

    @cached_property
    def _operators(self) -> frozenset[str]:
        return graph_operators(self.plan)

    def settings(self, backend: str) -> BrowserSettings:
        """How models run on a backend, as the plan has it."""
        from browser_harness.launch.browsers import Graphics
        from browser_harness.launch.settings import BrowserSettings
        from browser_harness.serve.assets import PAGE_FOLDER

        return BrowserSettings(
            backend=backend,
            threads=self.plan.wasm_threads if backend == "wasm" else None,
            graphics=Graphics(self.options.graphics),
            browser=self.options.browser,
            shader_cache=self.shader_caches / backend,
            timeout_s=self.plan.timeout_seconds,
            operators=self._operators,
            require_renderer=self.options.require_renderer or self.plan.policy.require_renderer,
            page_folder=self.page or PAGE_FOLDER,
        )
