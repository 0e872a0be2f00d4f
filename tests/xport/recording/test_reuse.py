"""What did not change is not recorded again; whatever is not certain to be equal is."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest

from tests.reports.release.sample_environment import environment
from tests.reports.release.sample_plan import SampleRelease, make_plan
from xport.common import digests, progress
from xport.common.arrays import Array, Tensors
from xport.errors import RunnerCrashed, RunnerError
from xport.exchange.prepared import Preparations, PreparedInputs
from xport.exchange.recording import Environment, Recording, Runner, WebEnvironment
from xport.formats.artifact import Artifact, Signature, TensorSpec
from xport.inputs.probes import Probe, ProbeFolder
from xport.plan.pipeline_description import PipelineDescription
from xport.plan.plan import Leg, Plan, PlannedModel, PlannedPreprocessing
from xport.plan.timing import WarmTimes
from xport.recording.keeper import ENTRY, Keeper
from xport.recording.legs import LegRecorder
from xport.recording.prepared_folder import PreparedFolder
from xport.recording.recorder import RecordingFolder
from xport.recording.reuse import Reuse
from xport.recording.runtimes import measure_runtimes

LEGS = tuple(
    Leg(name=f"tfjs/{backend}", artifact="tfjs", predecessor=None, backend=backend)
    for backend in ("webgl", "wasm")
)
DAY = datetime.timedelta(days=1)


class Doubling:
    """A runner in this process that says twice its input, or whatever `spoil` makes of that."""

    load_seconds, peak_mib = 0.25, 8.0

    def __init__(self, leg: str, where: Environment, spoil: Callable[[int, Array], Array]) -> None:
        self.leg, self.where, self.spoil, self.runs = leg, where, spoil, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""

    def environment(self) -> Environment:
        return self.where

    def run(self, inputs: Tensors) -> tuple[dict[str, Array], float]:
        self.runs += 1
        return {"logits": self.spoil(self.runs, 2 * inputs["image"])}, 0.125


@dataclass
class Told:
    """A display that keeps what was said."""

    lines: list[str] = field(default_factory=list)

    def step(self, title: str, total: int) -> Any:
        return progress.Silent().step(title, total)

    def say(self, line: str) -> None:
        self.lines.append(line)


def as_it_is(run: int, array: Array) -> Array:
    return array


@dataclass
class Laboratory:
    """Runs of a tiny release: two models on two backends, all in this process."""

    root: Path
    weights: dict[str, bytes] = field(default_factory=lambda: {"first": b"1", "second": b"2"})
    around: dict[str, Any] | None = field(default_factory=lambda: {"torch": "2.9"})
    program: dict[str, Any] = field(default_factory=lambda: {"browser": "a build"})
    named: tuple[str | None, str, str | None] = (None, "auto", None)
    web: dict[str, Any] = field(default_factory=dict)
    spoil: Callable[[int, Array], Array] = as_it_is
    scale: float = 1.0
    threads: int = 1
    days: float = 7.0
    later: datetime.timedelta = datetime.timedelta(seconds=1)
    opened: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    run: int = 0

    def plan(self, probes: ProbeFolder) -> Plan:
        sample = make_plan(SampleRelease(legs=LEGS))
        models = tuple(self._model(sample.models[0], name, probes) for name in self.weights)
        return sample.model_copy(update={"models": models, "wasm_threads": self.threads})

    def _model(self, sample: PlannedModel, name: str, probes: ProbeFolder) -> PlannedModel:
        place = self.root / "store" / digests.of_bytes(self.weights[name]) / "content"
        place.mkdir(parents=True, exist_ok=True)
        (place / "model.bin").write_bytes(self.weights[name])
        files = digests.of_folder(place)
        own = {"path": place, "files": files, "digest": digests.of_listing(files)}
        inputs = [
            Probe(f"probe-{i}", "drawn", {"image": np.float32([[self.scale, i]])}) for i in range(3)
        ]
        spec = TensorSpec(name="image", shape=(1, 2))
        return sample.model_copy(
            update={
                "id": name,
                "signature": Signature(
                    inputs=(spec,), outputs=(spec.model_copy(update={"name": "logits"}),)
                ),
                "artifacts": {"tfjs": sample.artifacts["tfjs"].model_copy(update=own)},
                "probes": probes.save(inputs),
            }
        )

    def where(self, plan: Plan, model: PlannedModel, backend: str) -> Environment:
        found = environment(model, next(leg for leg in plan.legs if leg.backend == backend))
        assert found.web is not None
        threads = {"wasm_threads": plan.wasm_threads} if backend == "wasm" else {}
        web = found.web.model_copy(update=threads | self.web)
        return found.model_copy(update={"web": web})

    def reuse(self, plan: Plan) -> Reuse:
        def ask(backend: str) -> WebEnvironment:
            self.asked.append(backend)
            web = self.where(plan, plan.models[0], backend).web
            assert web is not None
            return web.model_copy(update={"model_files": {}, "witness": None})

        clock = datetime.datetime.now(datetime.UTC) + self.later
        keeper = Keeper(self.root / "recordings", self.days, lambda: clock)
        return Reuse(plan, keeper, ask, self.named, lambda: self.around, lambda named: self.program)

    def record(self) -> list[Recording]:
        """A run in a folder of its own; `opened` are then the legs that were recorded in it."""
        self.run += 1
        self.opened, self.asked = [], []
        folder = self.root / f"run{self.run}"
        probes = ProbeFolder(folder / "probes")
        plan = self.plan(probes)

        def runner(model_id: str, artifact: Artifact, backend: str) -> Runner:
            self.opened.append(f"{model_id}/{backend}")
            where = self.where(plan, plan.model(model_id), backend)
            return Doubling(f"tfjs/{backend}", where, self.spoil)

        into = RecordingFolder(folder / "recordings")
        found = LegRecorder(plan, probes, into, runner, reuse=self.reuse(plan)).every_leg()
        assert {one.plan_digest for one in found} == {plan.digest()}
        for one in found:
            assert into.load(one.model, one.leg) is not None
        return found

    @property
    def kept(self) -> list[Path]:
        return sorted(path.parent for path in (self.root / "recordings").glob(f"*/*/{ENTRY}"))


EVERY = ["first/webgl", "first/wasm", "second/webgl", "second/wasm"]


@pytest.fixture
def lab(tmp_path: Path) -> Laboratory:
    """One in which everything was recorded once."""
    made = Laboratory(tmp_path)
    first = made.record()
    assert made.opened == EVERY
    assert made.asked == [], "nothing is kept yet that a browser could be asked for"
    assert {one.reused_from for one in first} == {None}
    return made


def test_what_did_not_change_is_not_recorded_again(lab: Laboratory) -> None:
    before = {(r.model, r.leg): r for r in map(Recording.read, lab.root.glob("run1/rec*/*/*.json"))}
    found = lab.record()
    assert lab.opened == []
    assert lab.asked == ["webgl"], "one browser is asked, once"
    for one in found:
        old = before[one.model, one.leg]
        assert old.clock is not None
        assert (one.reused_from, one.clock) == (old.clock.python, old.clock)
        assert one.output_digests == old.output_digests
        assert one.again_digests == old.output_digests, "what is reused was run twice then"
        assert one.reused_at is not None


def test_only_the_model_that_changed_is_recorded_again(lab: Laboratory) -> None:
    lab.weights["second"] = b"3"
    found = lab.record()
    assert lab.opened == ["second/webgl", "second/wasm"]
    assert [one.model for one in found if one.reused_from] == ["first", "first"]
    lab.record()
    assert lab.opened == []


@pytest.mark.parametrize(
    "change",
    [
        {"scale": 2.0},
        {"around": {"torch": "2.10"}},
        {"program": {"browser": "another build of this version"}},
        {"named": (None, "llvmpipe", None)},
        {"named": (None, "auto", "NVIDIA")},
        {"named": ("chrome", "auto", None)},
        {"web": {"version": "141.0.1.1"}},
        {"web": {"files": {"engine.js": "0" * 64}}},
        {"web": {"tfjs": "4.23.0"}},
        {"web": {"launch_flags": ("--other",)}},
        {"web": {"hardware_concurrency": 4}},
        {"threads": 2},
        {"days": 0.0},
        {"around": None},
    ],
    ids=str,
)
def test_what_may_change_a_recording_lets_all_be_recorded(
    lab: Laboratory, change: dict[str, Any]
) -> None:
    lab = replace(lab, **change)
    found = lab.record()
    assert lab.opened == EVERY
    assert {one.reused_from for one in found} == {None}


def test_another_renderer_lets_webgl_be_recorded(lab: Laboratory) -> None:
    lab.web = {"renderer": "ANGLE (Another)"}
    lab.record()
    assert lab.opened == ["first/webgl", "second/webgl"]


def test_a_browser_that_does_not_open_lets_all_be_recorded(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_browser(backend: str) -> WebEnvironment:
        raise RunnerError("it did not open")

    whole = Laboratory.reuse
    monkeypatch.setattr(
        Laboratory, "reuse", lambda self, plan: replace(whole(self, plan), ask=no_browser)
    )
    told = Told()
    with progress.shown(told):
        lab.record()
    assert lab.opened == EVERY
    assert told.lines == ["no recording of a browser is reused: it did not open"]


@pytest.mark.parametrize(
    ("later", "days", "again"),
    [
        (7 * DAY - datetime.timedelta(minutes=1), 7.0, False),
        (7 * DAY, 7.0, True),
        (DAY / 2, 0.5, True),
        (30 * DAY, 60.0, False),
        (-DAY, 7.0, True),
    ],
)
def test_what_is_too_old_or_of_the_future_is_recorded_again(
    lab: Laboratory, later: datetime.timedelta, days: float, again: bool
) -> None:
    lab.later, lab.days = later, days
    lab.record()
    assert lab.opened == (EVERY if again else [])


def test_what_was_recorded_anew_takes_the_place_of_the_old(lab: Laboratory) -> None:
    kept = {place: (place / ENTRY).stat().st_mtime_ns for place in lab.kept}
    lab.days = 0.0
    lab.record()
    again = {place: (place / ENTRY).stat().st_mtime_ns for place in lab.kept}
    assert kept.keys() == again.keys()
    assert all(again[place] > kept[place] for place in kept)


def test_what_did_not_pass_is_recorded_again(lab: Laboratory) -> None:
    lab.reuse(lab.plan(ProbeFolder(lab.root / "probes"))).forget({("first", "tfjs/wasm")})
    lab.record()
    assert lab.opened == ["first/wasm"]
    lab.record()
    assert lab.opened == []


def cut_arrays(place: Path) -> None:
    path = next(place.rglob("*.npz"))
    path.write_bytes(path.read_bytes()[:-1])


def edit_outputs(place: Path) -> None:
    """Another output in document and arrays, with every digest of them redone."""
    (path,) = place.rglob("tfjs-*.json")
    folder, recording = RecordingFolder(place / "content"), Recording.read(path)
    found = folder.load(recording.model, recording.leg)
    assert found is not None
    folder.save(found[0], {name: {"logits": said["logits"] + 1} for name, said in found[1].items()})


def edit_date(place: Path) -> None:
    """A later date in the entry, so that it seems to be young."""
    entry = json.loads((place / ENTRY).read_text())
    entry["recorded"] = (datetime.datetime.now(datetime.UTC)).isoformat()
    (place / ENTRY).write_text(json.dumps(entry))


def no_entry(place: Path) -> None:
    (place / ENTRY).write_text("{}")


def another_s_place(place: Path) -> None:
    """The kept recording of another leg, whole, under this one's key."""
    entry = json.loads((place / ENTRY).read_text())
    (place / ENTRY).write_text(json.dumps(entry | {"key": "0" * 64}))


@pytest.mark.parametrize(
    "spoil",
    [cut_arrays, edit_outputs, edit_date, no_entry, another_s_place],
    ids=lambda f: f.__name__,
)
def test_what_was_damaged_or_edited_is_recorded_again_and_said(
    lab: Laboratory, spoil: Callable[[Path], None]
) -> None:
    spoil(lab.kept[0])
    told = Told()
    with progress.shown(told):
        found = lab.record()
    assert len(lab.opened) == 1
    assert sum(one.reused_from is not None for one in found) == 3
    (line,) = (line for line in told.lines if "recorded again" in line)
    assert str(lab.kept[0]) in line


def nan(run: int, array: Array) -> Array:
    return array * np.float32(np.nan) if run == 3 else array


def crash_once(run: int, array: Array) -> Array:
    if run == 2:
        raise RunnerCrashed("the page died")
    return array


def refuse(run: int, array: Array) -> Array:
    raise RunnerError("it does not run")


def waver(run: int, array: Array) -> Array:
    return array + np.float32(run % 2)


@pytest.mark.parametrize("spoil", [nan, crash_once, refuse, waver], ids=lambda f: f.__name__)
def test_what_failed_or_is_doubtful_is_never_kept(
    tmp_path: Path, spoil: Callable[[int, Array], Array]
) -> None:
    lab = Laboratory(tmp_path, spoil=spoil)
    lab.record()
    assert lab.kept == []


@pytest.mark.parametrize("web", [{"backend": "cpu"}, {"mantissa_bits": 10}])
def test_a_fallback_is_never_kept(tmp_path: Path, web: dict[str, Any]) -> None:
    lab = Laboratory(tmp_path, web=web)
    lab.record()
    assert lab.kept == []


def test_what_was_recorded_before_an_interruption_is_taken(tmp_path: Path) -> None:
    runs = 0

    def interrupted(run: int, array: Array) -> Array:
        nonlocal runs
        runs += 1
        if runs > 2 * 3 + 1:  # within the second leg
            raise KeyboardInterrupt
        return array

    lab = Laboratory(tmp_path, spoil=interrupted)
    with pytest.raises(KeyboardInterrupt):
        lab.record()
    lab.spoil = as_it_is
    lab.record()
    assert lab.opened == EVERY[1:]


def test_a_cache_that_cannot_be_written_is_said_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file")
    lab, told = Laboratory(tmp_path), Told()
    with progress.shown(told):
        lab.record()
    assert lab.opened == EVERY
    assert told.lines
    assert all("not kept for later runs" in line for line in told.lines)


@dataclass
class Warm:
    """A warm start that took no time."""

    load: dict[str, float]
    first: dict[str, float]
    passes: tuple[float, ...] = ()
    peak_mib: float = 1.0


def timed(lab: Laboratory) -> tuple[list[str], list[bool]]:
    """Record and measure: the backends in the order they were measured, and what was reused."""
    recordings = lab.record()
    probes = ProbeFolder(lab.root / f"run{lab.run}" / "probes")
    plan, measured = lab.plan(probes), []

    def measure(models: Any, inputs: Any, backend: str) -> WarmTimes:
        measured.append(backend)
        seconds = {model.id: 0.5 for model in models}
        return Warm(seconds, seconds)

    found = list(measure_runtimes(plan, recordings, probes, measure, lab.reuse(plan)))
    return measured, [one.reused_from is not None for one in found]


def test_times_are_those_of_their_recordings(lab: Laboratory) -> None:
    lab.days = 0.0
    assert timed(lab) == (["webgl", "wasm"], [False, False])
    lab.days = 7.0
    assert timed(lab) == ([], [True, True])
    lab.weights["second"] = b"3"
    measured, reused = timed(lab)
    assert measured == ["webgl", "webgl", "wasm"], "shaders that were not compiled are, first"
    assert reused == [False, False]


def prepared_by(lab: Laboratory, failures: dict[str, str]) -> tuple[Reuse, PreparedFolder]:
    """A reuse that has been given one prepared image, with what failed."""
    plan = lab.plan(ProbeFolder(lab.root / "probes"))
    wanted = PlannedPreprocessing(images=(), pipelines=(), backend="wasm")
    reuse = lab.reuse(plan.model_copy(update={"preprocessing": wanted}))
    folder = PreparedFolder(lab.root / "prepared")
    (planned,) = folder.probes.save([Probe("one.png", "exact", {"image": np.float32([1, 2])})])
    made = PreparedInputs(
        model="first",
        pipeline=PipelineDescription(name="exact", title="", side="browser", sentence=""),
        digest_by_image={"one.png": planned.digests["image"]},
        failures=failures,
    )
    web = lab.where(plan, plan.models[0], "wasm").web
    document = Preparations(plan_digest="an older one", made=(made,), environment=web)
    reuse.keep_prepared(document, folder, datetime.datetime.now(datetime.UTC))
    return reuse, folder


def test_prepared_images_are_taken_with_their_bytes(lab: Laboratory) -> None:
    reuse, folder = prepared_by(lab, {})
    into = PreparedFolder(lab.root / "into")
    taken = reuse.prepared(into)
    assert taken is not None
    assert taken == into.load()
    assert taken.plan_digest == reuse.plan.digest()
    assert taken.reused_from is not None
    assert digests.of_folder(into.probes.root) == digests.of_folder(folder.probes.root)


def test_images_that_did_not_pass_are_prepared_again(lab: Laboratory) -> None:
    reuse, folder = prepared_by(lab, {})
    reuse.forget((), folder)
    assert reuse.prepared(folder) is None


def test_images_of_which_one_failed_are_prepared_again(lab: Laboratory) -> None:
    reuse, _ = prepared_by(lab, {"two.png": "the page died"})
    assert reuse.prepared(PreparedFolder(lab.root / "into")) is None
