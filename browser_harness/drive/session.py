"""A browser session: one page, one backend, one or several models."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from browser_harness.drive import wire
from browser_harness.drive.models import ModelSource
from browser_harness.drive.outcomes import GradientOutcome, PassOutcome, RunOutcome
from browser_harness.drive.page import BrowserFacts, BrowserPage
from browser_harness.drive.private_loop import PrivateLoop
from browser_harness.drive.refusals import refusal
from browser_harness.launch.browsers import Graphics, plan_launch, require_renderer
from browser_harness.launch.processes import BrowserProcesses, MemoryWatch
from browser_harness.launch.settings import BrowserSettings
from browser_harness.serve.assets import bench_files, page_files
from browser_harness.serve.server import LoopbackServer, Resource
from xport.common import digests
from xport.common.arrays import Array, Tensors
from xport.common.document import Document
from xport.errors import RunnerCrashed, RunnerError
from xport.exchange.recording import WebEnvironment
from xport.exchange.witness import Account, Witness

T = TypeVar("T", bound=Document)
STOP_S = 12.0


class BrowserSession:
    """A context manager around one browser page with models on one backend.

    Opening it again after an error starts from nothing. Every step ends within `timeout_s`.
    """

    def __init__(self, models: Sequence[ModelSource], settings: BrowserSettings) -> None:
        self.settings = settings
        self._models = {model.id: model for model in models}
        self._stack = ExitStack()
        self._memory: MemoryWatch | None = None
        self._graphics: Graphics | None = None

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _open(self) -> None:
        files = self._page_files()
        self._page_digests = {name: digests.of_file(path) for name, path in files.items()}
        self._server = self._stack.enter_context(LoopbackServer(self._resources(files)))
        self._launch = plan_launch(
            self.settings.graphics,
            shader_cache=self._shader_cache(),
            extra_flags=self.settings.extra_flags,
        )
        self._loop = PrivateLoop()
        self._stack.callback(self._loop.close)
        self._page = BrowserPage(self.settings.browser, self._launch)
        self._memory = self._page.memory
        self._stack.callback(self._end)
        self._facts: BrowserFacts = self._step("launching the browser", self._page.start())
        if self.settings.hardware_concurrency is not None:
            told = self._page.tell_processors(self.settings.hardware_concurrency)
            self._step("setting the number of processors", told)
        self._open_page()

    def reopen(self, models: Sequence[ModelSource]) -> None:
        """A fresh page in the same browser, with these models instead; errors as in opening."""
        self._models = {model.id: model for model in models}
        for path, file in self._model_resources():
            self._server.publish(path, file)
        self._open_page()

    def _page_files(self) -> dict[str, Path]:
        if not self.settings.bench:
            return page_files(self.settings.page_folder, operators=self.settings.operators)
        return bench_files(self.settings.page_folder)

    def _open_page(self) -> None:
        name = "bench" if self.settings.bench else "runner"
        self._step("opening the page", self._page.goto(f"{self._server.url}/{name}.html"))
        self._runs = self._idle = 0
        self.opened = self._call("open", self._open_request(), wire.OpenResult)
        self._require_environment(self.opened.environment)

    def _shader_cache(self) -> Path:
        if self.settings.shader_cache is not None:
            self.settings.shader_cache.mkdir(parents=True, exist_ok=True)
            return self.settings.shader_cache
        folder = tempfile.mkdtemp(prefix="xport-shaders-")
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)

    def _resources(self, page: Mapping[str, Path]) -> dict[str, Resource]:
        resources: dict[str, Resource] = {f"/{name}": path for name, path in page.items()}
        return {**resources, **dict(self._model_resources())}

    def _model_resources(self) -> Iterator[tuple[str, Path]]:
        for model in self._models.values():
            yield from model.resources()

    def _open_request(self) -> wire.OpenRequest:
        return wire.OpenRequest(
            backend=self.settings.backend,
            threads=self.settings.threads,
            wasm_path="/",
            flags=dict(self.settings.tfjs_flags),
            allow_reduced_precision=self.settings.allow_reduced_precision,
            stock_kernels=self.settings.stock_kernels,
            models={model.id: model.request() for model in self._models.values()},
        )

    def _require_environment(self, found: wire.PageEnvironment) -> None:
        if found.backend != self.settings.backend:
            raise RunnerError(f"{self.settings.backend} was asked for, {found.backend} runs")
        if self.settings.backend == "webgl":
            self._graphics = require_renderer(
                found.renderer,
                accepts=self._launch.accepts,
                pattern=self.settings.require_renderer,
            )

    def environment(self) -> WebEnvironment:
        """The browser, backend and bytes that run, and what was seen so far; valid while open."""
        found = self.opened.environment
        return WebEnvironment(
            browser=self._facts.name,
            version=self._facts.version,
            launch_flags=self._launch.flags,
            files=self._page_digests,
            model_files={
                f"{model.id}/{name}": file.sha256
                for model in self._models.values()
                for name, file in model.files.items()
            },
            tfjs_flags=dict(self.settings.tfjs_flags),
            graphics=self._graphics.value if self._graphics else None,
            witness=self.witness(),
            **found.model_dump(exclude={"forced_float16"}),
        )

    def witness(self) -> Witness:
        """What the page's witness saw since the page was opened; errors as in `run`."""
        account = self._call("witness", {}, Account)
        return Witness(**dict(account), runs=self._runs, idle=self._idle)

    def _outcome(self, model_id: str, reply: wire.RunReply) -> RunOutcome:
        self._runs += 1
        self._idle += reply.work.draws + reply.work.submits == 0
        return RunOutcome.of(reply, self._models[model_id].signature)

    @property
    def model_ids(self) -> tuple[str, ...]:
        """The models, in the order they were given."""
        return tuple(self._models)

    @property
    def load_seconds(self) -> dict[str, float]:
        """Seconds to fetch, verify and parse each model, by id."""
        return self.opened.load_seconds

    @property
    def peak_mib(self) -> float:
        """Largest memory of the browser's processes, MiB; still there after closing."""
        return self._memory.peak_mib if self._memory else 0.0

    def run(self, model_id: str, inputs: Tensors) -> RunOutcome:
        """Run one model once.

        Raises:
            InputError: the inputs are not the signature's.
            RunnerCrashed: the page or browser died.
            RunnerError: the page refused, or did not answer in time.
        """
        with ExitStack() as published:
            request = self._request(model_id, inputs, published)
            reply = self._call("run", request, wire.RunReply)
        return self._outcome(model_id, reply)

    def run_pass(self, steps: Sequence[tuple[str, Tensors]]) -> PassOutcome:
        """Run several models in a row, timed as one pass; errors as in `run`."""
        with ExitStack() as published:
            requests = [self._request(model_id, inputs, published) for model_id, inputs in steps]
            body = {"steps": [request.model_dump(by_alias=True) for request in requests]}
            reply = self._call("pass", body, wire.PassReply)
        outcomes = tuple(
            self._outcome(model_id, one)
            for (model_id, _), one in zip(steps, reply.steps, strict=True)
        )
        return PassOutcome(outcomes, reply.seconds)

    def warm_up(self, model_id: str) -> wire.WarmUp:
        """Compile what a model needs, so that its first run is no slower; errors as in `run`."""
        return self._call("warmUp", {"model": model_id}, wire.WarmUp)

    def gradient(
        self, model_id: str, inputs: Tensors, class_index: int, logits: str = "logits"
    ) -> GradientOutcome:
        """Gradient of one class's logit with respect to the model's one input, by `tf.grad`.

        Args:
            class_index: which value of the output `logits`, counted in C order.

        Raises:
            InputError: the inputs are not the signature's, or there is no such output or class.
            RunnerError: as in `run`; the backend cannot differentiate an operation.
        """
        with ExitStack() as published:
            request = wire.GradientRequest(
                **dict(self._request(model_id, inputs, published)),
                one_hot=self.publish(self._one_hot(model_id, logits, class_index), published),
                logits=logits,
            )
            reply = self._call("gradient", request, wire.GradientReply)
        return GradientOutcome.of(reply, logits)

    def _one_hot(self, model_id: str, logits: str, class_index: int) -> Array:
        return wire.one_hot(self._models[model_id].signature.outputs, logits, class_index)

    def _request(self, model_id: str, inputs: Tensors, published: ExitStack) -> wire.RunRequest:
        arrays = wire.encode(self._models[model_id].signature.inputs, inputs)
        return wire.RunRequest(
            model=model_id,
            input_files={name: self.publish(array, published) for name, array in arrays.items()},
        )

    def publish_file(self, path: str, file: Path) -> wire.FileDigest:
        """Serve a file to the page for as long as the session is open."""
        self._server.publish(path, file)
        return wire.FileDigest(sha256=digests.of_file(file), bytes=file.stat().st_size)

    def publish_content(self, content: bytes, published: ExitStack) -> wire.ContentFile:
        """Serve bytes to the page until `published` closes."""
        return wire.ContentFile.model_validate(self._server.lend(content, published))

    def publish_bytes(self, data: bytes, published: ExitStack) -> dict[str, str | int]:
        """Serve bytes to the page until `published` closes: their url, sha256 and length."""
        return self._server.lend(data, published)

    def publish(self, array: Array, published: ExitStack) -> wire.TensorFile:
        """Serve an array to the page until `published` closes."""
        file = self.publish_content(array.tobytes(), published)
        return wire.TensorFile.model_validate({**dict(file), "dtype": array.dtype.name})

    def call(self, method: str, request: wire.Wire | dict[str, Any], kind: type[T]) -> T:
        """Call any method of the page's contract; errors as in `run`."""
        return self._call(method, request, kind)

    def evaluate(self, script: str) -> object:
        """A JavaScript expression's value on the page, for tests and diagnosis."""
        return self._step("evaluating a script", self._page.evaluate(script))

    def clock_ahead(self) -> float:
        """By how many seconds the page's clock is ahead of this process's, to half a round trip."""
        before = time.time()
        theirs = float(str(self.evaluate("Date.now()"))) / 1000
        return theirs - (before + time.time()) / 2

    @property
    def processes(self) -> BrowserProcesses:
        """The browser's processes."""
        return self._page.processes

    def _call(self, method: str, request: wire.Wire | dict[str, Any], kind: type[T]) -> T:
        body = request.model_dump(by_alias=True) if isinstance(request, wire.Wire) else request
        answer = self._step(f"the page's {method}()", self._page.call(method, body))
        if isinstance(answer, dict) and answer.get("ok") is True:
            return wire.parse(kind, answer.get("result"))
        raise refusal(answer, self._page.words())

    def _step(self, name: str, work: Any) -> Any:
        """One bounded step; a step that is not done in time ends the browser."""
        try:
            return self._loop.run(work, self.settings.timeout_s)
        except TimeoutError as error:
            message = f"{name} did not finish within {self.settings.timeout_s:g} s"
            self._page.processes.kill()
            raise RunnerError(
                message,
                where=f"tfjs/{self.settings.backend}",
                remedy="raise the time limit if the machine is slow; otherwise the page hangs",
                details=self._page.words(),
            ) from error
        except RunnerCrashed:
            self._page.processes.kill()
            raise

    def _end(self) -> None:
        with suppress(Exception):  # what does not close politely is killed next
            self._loop.run(self._page.stop(), STOP_S)
        self._page.end()
