"""Runs that are not of this plan, page or machine, or did not run at all."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.saboteurs.bench import Held, edit
from tests.saboteurs.mutations.numbers import WEBGL, judged
from tests.saboteurs.table import Mutation
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

WASM = ("classifier", "tfjs/wasm")
OTHER = "0" * 64


def says(name: str, what: str, said: str, **updates: Any) -> Mutation:
    """The WebGL leg's document says other things of itself."""
    return judged(name, what, said, lambda held: held.change(WEBGL, **updates))


def ran(name: str, what: str, said: str, key: tuple[str, str] = WEBGL, **updates: Any) -> Mutation:
    """The WebGL leg says other things of its browser."""
    return judged(name, what, said, lambda held: held.change_web(key, **updates))


def not_run(name: str, what: str, said: str, spoil: Callable[[Held], object]) -> Mutation:
    """A leg without a result."""
    return judged(name, what, said, spoil, "NOT_RUN")


def inputs(change: Callable[[dict[str, Any]], None]) -> Callable[[Held], None]:
    """Change which probes a leg says it ran."""

    def spoil(held: Held) -> None:
        found = dict(held.documents[WEBGL].input_digests)
        change(found)
        held.change(WEBGL, input_digests=found)

    return spoil


def files(change: Callable[[dict[str, str]], object], *legs: str) -> Callable[[Held], None]:
    """Change which files of the page some legs of the classifier ran; all of them by default."""

    def spoil(held: Held) -> None:
        for key, recording in list(held.documents.items()):
            web = recording.environment.web if recording.environment else None
            if web is not None and (not legs or key[1] in legs):
                found = dict(web.files)
                change(found)
                held.change_web(key, files=found)

    return spoil


def reused(age_days: float, off_days: float = 0.0) -> Callable[[Held], None]:
    """Say of the WebGL leg that it was reused, so old, and of another day than its clock says."""

    def spoil(held: Held) -> None:
        clock = held.documents[WEBGL].clock
        assert clock is not None
        made = clock.python + datetime.timedelta(days=off_days)
        taken = made + datetime.timedelta(days=age_days)
        held.change(WEBGL, reused_from=made, reused_at=taken)

    return spoil


def required_renderer(held: Held) -> None:
    """The policy asks for a GPU; the run was drawn by software."""
    policy = held.plan.policy.model_copy(update={"require_renderer": "NVIDIA|Apple|Radeon"})
    held.plan = held.plan.model_copy(update={"policy": policy})


def engines(held: Held) -> None:
    """Every leg ran another engine than the plan names."""
    for key, recording in list(held.documents.items()):
        if recording.environment and recording.environment.web:
            held.change_web(key, tfjs="4.21.0")


def more_probes(held: Held) -> None:
    """The policy asks for more probes than ran."""
    policy = held.plan.policy.model_copy(update={"min_probes": 1000})
    held.plan = held.plan.model_copy(update={"policy": policy})


def second_route(held: Held) -> None:
    """The policy asks for a second route, and its legs are gone."""
    policy = held.plan.policy.model_copy(update={"require_second_route": True})
    legs = ("torch-float64", "torch", "onnx", "tfjs/webgl", "tfjs/wasm", "tfjs/cpu")
    models = tuple(m.model_copy(update={"legs": legs}) for m in held.plan.models)
    held.plan = held.plan.model_copy(update={"policy": policy, "models": models})


def document(change: Callable[[dict[str, Any]], object]) -> Callable[[RunFolder], None]:
    """Edit the JSON of the WebGL recording on disk."""
    return lambda run: edit(run.recordings.path(*WEBGL), change)


def on_disk(
    name: str, what: str, said: str, spoil: Callable[[RunFolder], None], code: int = 3
) -> Mutation:
    """A recording on disk that `judge` refuses to read."""
    outcome = "refused, exit code 2" if code == 2 else "refused, exit code 3"
    return Mutation(
        name, what, "judge", outcome, said, lambda bench: bench.on_disk(spoil, commands.judge)
    )  # type: ignore[arg-type]


def other_output(found: dict[str, Any]) -> None:
    """The first output of the first probe has another digest."""
    outputs: Mapping[str, dict[str, str]] = found["outputs"]
    first = next(iter(outputs.values()))
    first[next(iter(first))] = OTHER


def another_array(run: RunFolder) -> None:
    """One byte of the arrays is another."""
    path: Path = run.recordings.path(*WEBGL).with_suffix(".npz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def another_legs_arrays(run: RunFolder) -> None:
    """The WebGL recording is a copy of the wasm one."""
    for suffix in (".json", ".npz"):
        source = run.recordings.path(*WASM).with_suffix(suffix)
        run.recordings.path(*WEBGL).with_suffix(suffix).write_bytes(source.read_bytes())


def seconds(found: dict[str, Any]) -> None:
    """A probe took less than no time."""
    found["seconds"][next(iter(found["seconds"]))] = -1.0


def edited_plan(run: RunFolder) -> None:
    """A tolerance in the plan is raised after the recording."""
    plan = json.loads(run.plan_path.read_text())
    plan["policy"]["tolerances"][0]["max_abs"] = 1.0
    run.plan_path.write_text(json.dumps(plan))


def verdict_of(root: Path) -> object:
    """Judge, and refuse to bundle what did not pass."""
    commands.judge(root)
    return commands.bundle(root)


MUTATIONS = [
    not_run(
        "no recording",
        "A leg that ships was never recorded.",
        "there is no recording",
        lambda held: held.documents.pop(WEBGL),
    ),
    not_run(
        "a leg that failed",
        "The browser died, and the recording says so.",
        "the page crashed",
        lambda held: held.change(WEBGL, failure="the page crashed"),
    ),
    not_run(
        "stale",
        "The recording was made for another conversion of the same release.",
        "the recording belongs to another conversion",
        lambda held: held.change(WEBGL, plan_digest=OTHER),
    ),
    not_run(
        "reused too old",
        "The recording is of an earlier run, eight days old when it was taken.",
        "it was 8 days old when it was reused, and the policy takes none of 7",
        reused(age_days=8),
    ),
    not_run(
        "made younger",
        "An old recording that was reused says that it was made a month later than it was.",
        "it says that it is reused from another time than it was recorded at",
        reused(age_days=1, off_days=30),
    ),
    says(
        "another artifact",
        "The recording was made with another model's files.",
        "the recording was made with another artifact",
        artifact_digest=OTHER,
    ),
    judged(
        "fewer probes",
        "One probe was left out of a leg.",
        "the probes that ran are not the planned bytes",
        inputs(lambda f: f.pop(next(iter(f)))),
    ),
    judged(
        "an extra probe",
        "A leg ran a probe that the plan does not have.",
        "the probes that ran are not the planned bytes",
        inputs(lambda f: f.update(extra={"image": OTHER})),
    ),
    judged(
        "other probes",
        "A leg ran one probe whose bytes are others.",
        "the probes that ran are not the planned bytes",
        inputs(lambda f: f.update({next(iter(f)): {"image": OTHER}})),
    ),
    not_run(
        "too few probes",
        "Fewer probes ran than the policy wants.",
        "the policy wants at least 1000",
        more_probes,
    ),
    judged(
        "no environment",
        "A browser's leg says nothing of the browser that it ran in.",
        "carries no browser environment",
        lambda held: held.change(WEBGL, environment=None),
    ),
    ran(
        "silent fallback",
        "WebGL was asked for, and the engine fell back to its processor backend.",
        "backend 'cpu' ran instead of 'webgl'",
        backend="cpu",
    ),
    ran(
        "half precision",
        "WebGL computes with 10 mantissa bits, as on many phones.",
        "10 mantissa bits measured",
        mantissa_bits=10,
    ),
    ran(
        "no float32 targets",
        "WebGL has no float32 render targets, so textures hold halves.",
        "WebGL has no float32 render targets",
        render_float32=False,
    ),
    ran(
        "unknown renderer",
        "The browser hides who draws its WebGL.",
        "the WebGL renderer is unknown",
        renderer="unknown",
    ),
    judged(
        "software renderer",
        "The policy requires hardware; the run was drawn by software.",
        "is not 'NVIDIA|Apple|Radeon'",
        required_renderer,
    ),
    ran(
        "other threads",
        "Wasm ran with four threads where the release says one.",
        "4 wasm threads ran, 1 asked for",
        WASM,
        wasm_threads=4,
    ),
    ran(
        "other model files",
        "The page loaded a model file that is not the planned one.",
        "the model files that the page loaded are not the planned ones",
        model_files={"classifier/model.json": OTHER},
    ),
    ran(
        "no page files",
        "The leg lists no file of the page that ran.",
        "no file of the page that ran is listed",
        files={},
    ),
    judged(
        "one leg's other page",
        "One leg ran another engine.js than the rest.",
        "engine.js of the page that ran is not the file that the plan names",
        files(lambda f: f.update({"engine.js": OTHER}), "tfjs/wasm"),
    ),
    judged(
        "every leg's other page",
        "All legs ran another engine.js than the plan names.",
        "engine.js of the page that ran is not the file that the plan names",
        files(lambda f: f.update({"engine.js": OTHER})),
    ),
    judged(
        "an unlisted page file",
        "A leg does not list the WebAssembly module that computed.",
        "tfjs-backend-wasm-simd.wasm of the page that ran is not",
        files(lambda f: f.pop("tfjs-backend-wasm-simd.wasm"), "tfjs/wasm"),
    ),
    ran(
        "two engines",
        "One leg ran another version of TF.js than the rest.",
        "engine TF.js 4.21.0 ran, the plan names",
        tfjs="4.21.0",
    ),
    judged(
        "another engine",
        "All legs ran another version of TF.js than the plan names.",
        "engine TF.js 4.21.0 ran, the plan names",
        engines,
    ),
    not_run(
        "no second route",
        "The policy requires a second route; its legs are not there.",
        "there is no second route",
        second_route,
    ),
    on_disk(
        "false digest",
        "The digest of an output in the document is not the recorded array's.",
        "the outputs' digests are not those of the recorded arrays",
        document(other_output),
    ),
    on_disk(
        "changed arrays",
        "A byte of the recorded arrays is another.",
        "the arrays are not the recorded ones",
        another_array,
    ),
    on_disk(
        "another leg's recording",
        "The wasm leg's files lie where the WebGL leg's should.",
        "the recording is of classifier/tfjs/wasm, not of classifier/tfjs/webgl",
        another_legs_arrays,
    ),
    on_disk(
        "negative time",
        "A probe took less than no time.",
        "greater than or equal to 0",
        document(seconds),
        2,
    ),
    Mutation(
        "a plan edited after recording",
        "A tolerance in the run's plan is raised once the numbers are known.",
        "judge",
        "refused, exit code 3",
        "the verdict is NOT_RUN, only PASSED is bundled",
        lambda bench: bench.on_disk(edited_plan, verdict_of),
    ),
]
