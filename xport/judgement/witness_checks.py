"""Judging what the witness saw: a backend is what the browser's interfaces were asked for.

An engine's own word of its backend is no evidence. The page's witness stands before the engine and
counts draw calls, submits and WebAssembly modules; what is missing there was not done.
"""

from __future__ import annotations

from collections.abc import Iterator

from xport.exchange.prepared import EXACT, deployed_leg, prepared_models
from xport.exchange.recording import WebEnvironment
from xport.exchange.witness import SCRIPT, Witness
from xport.judgement.environment_checks import web_of
from xport.judgement.preprocessing_checks import leg_of
from xport.judgement.verdict import Case, Check, Status
from xport.plan.plan import Leg, Plan, PlannedModel

WITNESS = "witness"
WITNESSED = 3
"""The rules from which on recordings have an account of a witness."""

WEBGL_INTERFACES = ("WebGL2RenderingContext.drawArrays", "WebGL2RenderingContext.drawElements")
WASM_INTERFACES = ("WebAssembly.instantiate", "WebAssembly.Instance")
WASM_BINARY = "tfjs-backend-wasm"
"""How the names of the engine's WebAssembly modules begin."""
LONG = "ed97339a3c2cdcd30fe7903ecad11562b7b9bfcfde24e0e584346f54c9247148"
"""The module of 64-bit multiplication within long, a package that TF.js's hashing of strings takes:
its script instantiates it where it is loaded, on every backend."""


def witness_check(case: Case, model: PlannedModel, leg: Leg) -> Iterator[Check]:
    """A browser leg did what its backend does, by the witness's count; evidence of rules 3 on."""
    if case.rules < WITNESSED:
        return
    recording = case.recordings[model.id, leg.name]
    # A crash takes the counts of the runs before it along.
    least = 2 * len(model.repeated_on(leg.name)) if not recording.restarts else 1
    yield _check(case.plan, model, leg, web_of(recording), least)


def prepared_witnesses(case: Case) -> Iterator[Check]:
    """The same of the page that prepared images, and of the model that ran on them."""
    if case.plan.preprocessing is None or case.rules < WITNESSED:
        return
    leg = deployed_leg(case.plan)
    for model in prepared_models(case.plan):
        recording = case.prepared.get((model.id, leg.name))
        if recording is None or recording.failure is not None:
            continue  # its own check says so
        least = len(recording.input_digests) if not recording.restarts else 1
        ran = _check(case.plan, model, leg, web_of(recording), least)
        yield ran.model_copy(update={"leg": leg_of(leg.name)})
        web = case.preparations.environment if case.preparations else None
        made = _check(case.plan, model, leg, web, None)
        yield made.model_copy(update={"leg": leg_of(EXACT)})


def _check(
    plan: Plan, model: PlannedModel, leg: Leg, web: WebEnvironment | None, least: int | None
) -> Check:
    problems = list(problems_of(plan, leg, web, least))
    return Check(
        name=WITNESS,
        model=model.id,
        leg=leg.name,
        output=None,
        status=Status.FAILED if problems else Status.PASSED,
        message="; ".join(problems) or _describe(web.witness if web else None),
    )


def problems_of(
    plan: Plan, leg: Leg, web: WebEnvironment | None, least: int | None
) -> Iterator[str]:
    """Why what the witness saw is not what a leg's backend does.

    Args:
        plan: of the leg, which names the page.
        leg: one with a backend.
        web: where the leg ran.
        least: runs of a model that must have been seen; None where the page has no model.
    """
    witness = web.witness if web else None
    if web is None or witness is None:
        yield "the recording has no account of the page's witness"
        return
    yield from _own_problems(plan, web, witness)
    yield from _work_problems(leg, web, witness)
    if least is not None:
        yield from _run_problems(leg, witness, least)


def _own_problems(plan: Plan, web: WebEnvironment, witness: Witness) -> Iterator[str]:
    """Whether the witness itself can be believed."""
    if SCRIPT not in web.files:
        yield f"{SCRIPT} is not among the page's files"
    elif plan.page and plan.page.deployed.get(SCRIPT) != web.files[SCRIPT]:
        yield f"{SCRIPT} is not the file that ships"
    unwatched = {*WEBGL_INTERFACES, *WASM_INTERFACES} - {*witness.watched}
    if unwatched:
        yield f"{min(unwatched)} was not watched"
    if witness.foreign:
        yield f"{witness.foreign[0]} was not the browser's own when the witness began"
    if witness.replaced:
        yield f"{witness.replaced[0]} was taken from the witness"


def _work_problems(leg: Leg, web: WebEnvironment, witness: Witness) -> Iterator[str]:
    """What the backend had to do and did not, or did although another backend does it."""
    says = f"it says {leg.backend} and"
    if leg.backend == "webgl":
        if not witness.draws:
            yield f"{says} drew nothing"
        elif not witness.programs:
            yield f"{says} linked no program"
        elif not witness.reads:
            yield f"{says} read nothing back"
    elif witness.draws:
        yield f"{says} drew {witness.draws} times on WebGL"
    if leg.backend == "webgpu":
        if not witness.submits or not witness.pipelines:
            yield f"{says} submitted nothing to WebGPU"
    elif witness.submits:
        yield f"{says} submitted {witness.submits} times to WebGPU"
    if leg.backend == "wasm":
        yield from _wasm_problems(web, witness, says)
    else:
        yield from _other_module_problems(witness, says)


def _other_module_problems(witness: Witness, says: str) -> Iterator[str]:
    """Modules beside the one that the engine's script always instantiates once."""
    others = [module for module in witness.modules if module.sha256 != LONG]
    if others:
        yield f"{says} instantiated the WebAssembly module {others[0].sha256[:12]}"
    elif witness.instantiations > len(witness.modules):
        yield f"{says} instantiated {witness.instantiations} WebAssembly modules"


def _wasm_problems(web: WebEnvironment, witness: Witness, says: str) -> Iterator[str]:
    engine = {digest for name, digest in web.files.items() if name.startswith(WASM_BINARY)}
    modules = [module for module in witness.modules if module.sha256 != LONG]
    ran = [module for module in modules if module.sha256 in engine]
    if not modules and witness.instantiations <= len(witness.modules):
        yield f"{says} instantiated no WebAssembly module"
    elif not ran or len(ran) < len(modules):
        yield f"{says} instantiated a WebAssembly module that is not the page's"
    elif any(module.simd != web.wasm_simd for module in ran):
        yield f"{says} {'no SIMD' if web.wasm_simd else 'SIMD'} ran, other than the engine says"
    elif any(module.threads != ((web.wasm_threads or 0) > 1) for module in ran):
        yield f"{says} {web.wasm_threads} threads, and its memory is not what they need"


def _run_problems(leg: Leg, witness: Witness, least: int) -> Iterator[str]:
    """Every run of the model was on the GPU, or none."""
    if witness.runs < max(least, 1):
        yield f"{witness.runs} runs were seen, {max(least, 1)} were recorded"
    elif leg.backend in ("webgl", "webgpu"):
        if witness.idle:
            yield f"nothing was drawn in {witness.idle} of {witness.runs} runs"
        elif witness.draws + witness.submits < witness.runs:
            yield f"{witness.draws} draw calls were seen in {witness.runs} runs"
    elif witness.idle != witness.runs:
        yield f"{witness.runs - witness.idle} of {witness.runs} runs were on the GPU"


def _describe(witness: Witness | None) -> str:
    if witness is None:
        return ""
    counts = {
        "draw calls": witness.draws,
        "programs": witness.programs,
        "WebGPU submits": witness.submits,
        "WebAssembly instantiations": witness.instantiations,
        "workers": witness.workers,
    }
    seen = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"{seen or 'neither WebGL, WebGPU nor WebAssembly'} in {witness.runs} runs"
