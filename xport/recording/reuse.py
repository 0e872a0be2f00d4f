"""What may be taken of an earlier run, and what is kept for a later one: nothing but what is equal.

Whatever may change a recording is in the key under which it is kept, or is asked of the browser
before one is taken. One that failed, or of which anything is not as it must be, is not kept.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from xport.common import digests, progress
from xport.common.document import Document, write_whole
from xport.errors import IntegrityError, XportError
from xport.exchange.prepared import Preparations, asked_of, prepared_models, tried_on
from xport.exchange.recording import Recording, WebEnvironment
from xport.plan.plan import Leg, Plan, PlannedModel
from xport.plan.timing import BackendRuntime
from xport.recording.keeper import Keeper, Kept
from xport.recording.prepared_folder import PreparedFolder
from xport.recording.recorder import Arrays, RecordingFolder
from xport.recording.surroundings import browser_facts, browser_file, surroundings

D = TypeVar("D", bound=Document)

INPUTS = "inputs"
DOCUMENT = "document.json"


@dataclass(frozen=True)
class Reuse:
    """What earlier runs of a plan's parts recorded, in one folder for all runs.

    `ask` opens the browser on a backend and says what it is; `named` is how it was chosen: the
    browser, who draws, and which renderer is demanded. Where the surroundings are not known (None),
    nothing is taken or kept. `program` says which browser's program that is.
    """

    plan: Plan
    keeper: Keeper
    ask: Callable[[str], WebEnvironment]
    named: tuple[str | None, str, str | None]
    around: Callable[[], dict[str, Any] | None] = field(default=surroundings)
    program: Callable[[str | None], dict[str, Any]] = field(default=browser_file)

    def leg(self, model: PlannedModel, leg: Leg, into: RecordingFolder) -> Recording | None:
        """An earlier recording of the same leg, put into a run's folder; None where there is none.

        It is this plan's then, and says when it was recorded.
        """
        planned = model.artifacts[leg.artifact]
        key = self._key("leg", self._of_leg(model, leg), leg.backend)
        if key is None or digests.of_folder(planned.path) != planned.files:
            return None

        def use(folder: Path, kept: Kept) -> Recording:
            found = RecordingFolder(folder).load(model.id, leg.name)
            if found is None or not self._is_whole(model, leg, *found):
                raise IntegrityError("it is no whole recording of this leg", str(folder))
            recording, arrays = found
            if recording.clock is None or recording.clock.python != kept.recorded:
                raise IntegrityError("it was recorded at another time", str(folder))
            update = {
                "plan_digest": self.plan.digest(),
                "reused_from": kept.recorded,
                "reused_at": self._moment(),
            }
            into.save(recording.model_copy(update=update), arrays)
            again = into.load(model.id, leg.name)
            assert again is not None
            return again[0]

        return self.keeper.taken(key, self._fits(leg.backend), use)

    def keep_leg(self, model: PlannedModel, leg: Leg, recordings: RecordingFolder) -> None:
        """Keep what was just recorded of a leg, if nothing of it is doubtful."""
        key = self._key("leg", self._of_leg(model, leg), leg.backend)
        found = recordings.load(model.id, leg.name)
        if key is None or found is None or not self._is_whole(model, leg, *found):
            return
        recording, arrays = found
        assert recording.clock is not None
        web = recording.environment.web if recording.environment else None
        self.keeper.keep(
            key,
            recording.clock.python,
            browser_facts(web, leg.backend) if web and leg.backend else None,
            lambda folder: RecordingFolder(folder).save(recording, arrays),
        )

    def forget(
        self, wrong: Collection[tuple[str, str]], images: PreparedFolder | None = None
    ) -> None:
        """Let these legs, by model and leg, be recorded anew the next time: they did not pass.

        `images`: what is made of images, and what models say of it, is made anew, too.
        """
        keys = [
            self._key("leg", self._of_leg(model, leg), leg.backend)
            for model in self.plan.models
            for leg in self.plan.legs_of(model)
            if (model.id, leg.name) in wrong
        ]
        if images is not None:
            keys += self._keys_of_images(images.load())
        for key in keys:
            if key is not None:
                self.keeper.forget(key)

    def _keys_of_images(self, made: Preparations | None) -> Iterator[str | None]:
        wanted = self.plan.preprocessing
        if wanted is None:
            return
        yield self._key("prepared", self._of_images(), wanted.backend)
        for model in prepared_models(self.plan) if made else ():
            assert made is not None
            for leg, inputs in asked_of(self.plan, model, made):
                yield self._key("leg", self._of_leg(tried_on(model, inputs), leg), leg.backend)

    def prepared(self, into: PreparedFolder) -> Preparations | None:
        """What an earlier run made of the same images, put into a run's folder; None without."""
        wanted = self.plan.preprocessing
        key = self._key("prepared", self._of_images(), wanted.backend) if wanted else None
        if key is None or wanted is None:
            return None

        def use(folder: Path, kept: Kept) -> Preparations:
            found = Preparations.read(folder / DOCUMENT)
            for digest in _inputs_of(found):
                content = (folder / INPUTS / f"{digest}.bin").read_bytes()
                if digests.of_bytes(content) != digest:
                    raise IntegrityError("a prepared input is another one", str(folder))
                write_whole(into.probes.path(digest), content)
            update = {
                "plan_digest": self.plan.digest(),
                "reused_from": kept.recorded,
                "reused_at": self._moment(),
            }
            taken = found.model_copy(update=update)
            taken.write(into.path)
            return taken

        return self.keeper.taken(key, self._fits(wanted.backend), use)

    def keep_prepared(
        self, made: Preparations, folder: PreparedFolder, began: datetime.datetime
    ) -> None:
        """Keep what was made of images, unless something failed."""
        wanted, web = self.plan.preprocessing, made.environment
        if wanted is None or web is None or any(one.failures for one in made.made):
            return
        key = self._key("prepared", self._of_images(), wanted.backend)
        if key is None or web.backend != wanted.backend:
            return

        def fill(place: Path) -> None:
            for digest in _inputs_of(made):
                content = folder.probes.path(digest).read_bytes()
                write_whole(place / INPUTS / f"{digest}.bin", content)
            made.write(place / DOCUMENT)

        self.keeper.keep(key, began, browser_facts(web, wanted.backend), fill)

    def runtime(self, leg: Leg, recorded: Mapping[str, Recording]) -> BackendRuntime | None:
        """What was measured beside these very recordings, all of an earlier run."""
        if not all(one.reused_from for one in recorded.values()):
            return None
        found = self.document("runtime", _of_recordings(recorded), BackendRuntime, leg.backend)
        return found and found[0].model_copy(update={"reused_from": found[1]})

    def keep_runtime(
        self,
        leg: Leg,
        recorded: Mapping[str, Recording],
        timed: BackendRuntime,
        began: datetime.datetime,
    ) -> None:
        """Keep what was measured beside these recordings."""
        web = next((r.environment.web for r in recorded.values() if r.environment), None)
        if web is not None:
            self.keep_document(
                "runtime", _of_recordings(recorded), timed, began, (leg.backend or "", web)
            )

    def document(
        self, kind: str, named: Mapping[str, Any], of: type[D], backend: str | None = None
    ) -> tuple[D, datetime.datetime] | None:
        """A document that was kept under everything that decides it, and when it was made."""
        key = self._key(kind, named, backend)
        if key is None:
            return None
        return self.keeper.taken(
            key,
            self._fits(backend),
            lambda folder, kept: (of.read(folder / DOCUMENT), kept.recorded),
        )

    def keep_document(
        self,
        kind: str,
        named: Mapping[str, Any],
        document: Document,
        began: datetime.datetime,
        browser: tuple[str, WebEnvironment] | None = None,
    ) -> None:
        """Keep a document under everything that decides it; `browser` is by backend."""
        key = self._key(kind, named, browser[0] if browser else None)
        if key is not None:
            facts = browser_facts(browser[1], browser[0]) if browser else None
            self.keeper.keep(key, began, facts, lambda place: document.write(place / DOCUMENT))

    def _key(self, kind: str, named: Mapping[str, Any], backend: str | None) -> str | None:
        """None where something that may change the recording is not known."""
        around, browser = self._around, self._browser_file if backend else {}
        if around is None or browser is None:
            return None
        chosen = {"backend": backend, "how": self.named, **browser} if backend else None
        return digests.of_json(
            {"kind": kind, "of": named, "browser": chosen, "surroundings": around}
        )

    def _of_leg(self, model: PlannedModel, leg: Leg) -> dict[str, Any]:
        planned = model.artifacts[leg.artifact]
        settings = (self.plan.wasm_threads, self.plan.timeout_seconds) if leg.backend else None
        return {
            "model": model.model_dump(mode="json", include={"id", "kind", "signature"}),
            "reference": model.reference,
            "leg": [leg.name, leg.artifact, leg.backend],
            # The stored folder's name is the digest of all that made it, a factory's code too.
            "artifact": [planned.format, planned.digest, planned.files, planned.path.parent.name],
            "probes": [p.model_dump(mode="json") for p in model.probes_on(leg.name)],
            "repeated": [p.name for p in model.repeated_on(leg.name)],
            "settings": settings,
        }

    def _of_images(self) -> dict[str, Any]:
        wanted = self.plan.preprocessing
        return {
            "models": [
                model.model_dump(mode="json", include={"id", "kind", "signature", "preprocess"})
                for model in self.plan.models
            ],
            "wanted": wanted.model_dump(mode="json") if wanted else None,
            "settings": (self.plan.wasm_threads, self.plan.timeout_seconds),
        }

    def _is_whole(
        self, model: PlannedModel, leg: Leg, recording: Recording, arrays: Arrays
    ) -> bool:
        """Whether a recording is of the planned, without a failure, a restart, a NaN or a doubt."""
        probes = model.probes_on(leg.name)
        outputs = {spec.name for spec in model.signature.outputs}
        repeated = [probe.name for probe in model.repeated_on(leg.name)]
        said = recording.output_digests
        web = recording.environment.web if recording.environment else None
        return (
            recording.failure is None
            and recording.restarts == 0
            and recording.environment is not None
            and recording.clock is not None
            and recording.artifact_digest == model.artifacts[leg.artifact].digest
            and recording.input_digests == {probe.name: probe.digests for probe in probes}
            and {name: {*found} for name, found in said.items()}
            == {probe.name: outputs for probe in probes}
            and recording.again_digests == {name: said[name] for name in repeated}
            and all(_finite(array) for found in arrays.values() for array in found.values())
            and (web is not None) == (leg.backend is not None)
            and (web is None or self._ran_as_planned(leg, web))
        )

    def _ran_as_planned(self, leg: Leg, web: WebEnvironment) -> bool:
        page = self.plan.page
        return (
            web.backend == leg.backend
            and web.mantissa_bits >= self.plan.policy.bits(leg.name)
            and (leg.backend != "wasm" or web.wasm_threads == self.plan.wasm_threads)
            and (page is None or (web.files, web.tfjs) == (page.files, page.tfjs))
        )

    def _fits(self, backend: str | None) -> Callable[[Kept], bool]:
        def fits(kept: Kept) -> bool:
            if backend is None:
                return kept.browser is None
            now = self._now
            return now is not None and kept.browser == browser_facts(now, backend)

        return fits

    def _moment(self) -> datetime.datetime:
        return self.keeper.clock().replace(microsecond=0)

    @cached_property
    def _around(self) -> dict[str, Any] | None:
        return self.around()

    @cached_property
    def _browser_file(self) -> dict[str, Any] | None:
        try:
            return self.program(self.named[0])
        except XportError:
            return None

    @cached_property
    def _now(self) -> WebEnvironment | None:
        """The browser of today, asked once: on WebGL if that is used, where it says most."""
        used = [leg.backend for leg in self.plan.legs if leg.backend]
        backend = "webgl" if "webgl" in used else used[0]
        try:
            with progress.step("ask the browser what it is", 1):
                found = self.ask(backend)
                progress.advance(f"{found.browser} {found.version}")
                return found
        except XportError as error:
            progress.say(f"no recording of a browser is reused: {error.what}")
            return None


def _finite(array: Any) -> bool:
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def _inputs_of(prepared: Preparations) -> list[str]:
    return sorted({digest for one in prepared.made for digest in one.digest_by_image.values()})


def _of_recordings(recorded: Mapping[str, Recording]) -> dict[str, Any]:
    """These very recordings, by what they say and when."""
    kept = {"leg", "artifact_digest", "output_digests", "seconds", "load_seconds", "clock"}
    return {model: one.model_dump(mode="json", include=kept) for model, one in recorded.items()}
