"""Judging where browser legs ran: the backend asked for, full precision, one page's bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xport.exchange.prepared import EXACT, deployed_leg, prepared_models
from xport.exchange.recording import Recording, WebEnvironment
from xport.judgement.preprocessing_checks import leg_of
from xport.judgement.verdict import Case, Check, Status
from xport.plan.plan import Leg, Plan, PlannedModel

ENVIRONMENT = "environment"


def environment(case: Case, model: PlannedModel, leg: Leg, recording: Recording) -> Check:
    """The leg ran where it claims to have run, at full precision, on the planned bytes."""
    web = web_of(recording)
    if web is None:
        problems = ["the recording carries no browser environment"]
    else:
        files = model.artifacts[leg.artifact].files
        planned = {f"{model.id}/{name}": digest for name, digest in files.items()}
        problems = [*environment_problems(case.plan, leg, web), *_page_problems(case, web)]
        if web.model_files != planned:
            problems.append("the model files that the page loaded are not the planned ones")
    return Check(
        name=ENVIRONMENT,
        model=model.id,
        leg=leg.name,
        output=None,
        status=Status.FAILED if problems else Status.PASSED,
        message="; ".join(problems) or _describe(web),
    )


def prepared_environments(case: Case) -> Iterator[Check]:
    """The browser that prepared images, and the one that ran models on them: one page's bytes."""
    if case.plan.preprocessing is None:
        return
    leg = deployed_leg(case.plan)
    for model in prepared_models(case.plan):
        recording = case.prepared.get((model.id, leg.name))
        if recording is None or recording.failure is not None:
            continue  # its own check says so
        ran = environment(case, model, leg, recording)
        yield ran.model_copy(update={"leg": leg_of(leg.name)})
        web = case.preparations.environment if case.preparations else None
        problems = list(_preparing_problems(case, leg, web, recording))
        yield Check(
            name=ENVIRONMENT,
            model=model.id,
            leg=leg_of(EXACT),
            output=None,
            status=Status.FAILED if problems else Status.PASSED,
            message="; ".join(problems) or _describe(web),
        )


def _preparing_problems(
    case: Case, leg: Leg, web: WebEnvironment | None, recording: Recording
) -> Iterator[str]:
    if web is None:
        yield "there is no account of the browser"
        return
    yield from environment_problems(case.plan, leg, web)
    yield from _page_problems(case, web)
    ran = web_of(recording)
    if ran is None or not ran.files or web.files != ran.files:
        yield "the page that prepared images is not the one that ran the model"


def environment_problems(plan: Plan, leg: Leg, web: WebEnvironment) -> Iterator[str]:
    """Why a browser is not what a leg asks for: backend, precision, threads, who draws."""
    policy = plan.policy
    if web.backend != leg.backend:
        yield f"backend {web.backend!r} ran instead of {leg.backend!r}"
    needed = policy.bits(leg.name)
    if not web.mantissa_bits >= needed:
        yield f"{web.mantissa_bits} mantissa bits measured, {needed} required"
    if leg.backend == "wasm" and web.wasm_threads != plan.wasm_threads:
        yield f"{web.wasm_threads} wasm threads ran, {plan.wasm_threads} asked for"
    if leg.backend == "webgl":
        if not web.renderer or "unknown" in web.renderer.lower():
            yield "the WebGL renderer is unknown"
        elif policy.require_renderer and not re.search(
            policy.require_renderer, web.renderer, re.IGNORECASE
        ):
            yield f"renderer {web.renderer!r} is not {policy.require_renderer!r}"
        if web.render_float32 is not True:
            yield "WebGL has no float32 render targets"


def _describe(web: WebEnvironment | None) -> str:
    if web is None:
        return ""
    return f"{web.backend} on {web.renderer or web.browser}, {web.mantissa_bits} mantissa bits"


def web_of(recording: Recording) -> WebEnvironment | None:
    """The browser that a recording was made in, if it was in one."""
    return recording.environment.web if recording.environment else None


def _page_problems(case: Case, web: WebEnvironment) -> Iterator[str]:
    """What ran is not the page that the plan names, or, without one, not every leg's."""
    if not web.files:
        yield "no file of the page that ran is listed"
        return
    named = case.plan.page
    first = next(filter(None, map(web_of, case.recordings.values())), web)
    files, tfjs = (named.files, named.tfjs) if named else (first.files, first.tfjs)
    whose = "the plan names" if named else "the first leg ran"
    other = sorted({name for name, _ in web.files.items() ^ files.items()})
    if other:
        yield f"{other[0]} of the page that ran is not the file that {whose}"
    if web.tfjs != tfjs:
        yield f"engine TF.js {web.tfjs} ran, {whose} {tfjs}"
