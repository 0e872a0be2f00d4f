"""The probable kind of fault behind the worst check, from which legs show it and what was seen.

It is a guess that says what it rests on: a verdict is the checks', and a cause is found by looking.
"""

from __future__ import annotations

from reports.release.reading import Reading
from xport.judgement.determinism_checks import DETERMINISM
from xport.judgement.document_checks import DOCUMENTS
from xport.judgement.environment_checks import ENVIRONMENT
from xport.judgement.preprocessing_checks import PREPROCESSING
from xport.judgement.slowdown_checks import CHANGE
from xport.judgement.verdict import Check, Status
from xport.judgement.witness_checks import WITNESS
from xport.plan.plan import FLOAT64_LEG, Leg
from xport.plan.routes import ONNX, TORCH

BY_NAME = {
    ENVIRONMENT: "the machine: another backend, precision, renderer or page ran than was asked for",
    WITNESS: "the engine: it says one backend, and the browser’s own interfaces saw another",
    DETERMINISM: "chance: the same input does not give the same bits twice",
}


def kind_of_fault(reading: Reading, check: Check) -> str:
    """What a check that did not pass most probably comes from, in one sentence."""
    if check.leg == CHANGE:
        return "the new version: it differs from the one that it is held to"
    if check.status is Status.NOT_RUN and check.measured is None:
        return "something is missing on this machine, or ended early; the message names it"
    if check.leg.startswith(PREPROCESSING):
        return "preparation: the page makes other numbers of an image than Python does"
    if check.leg == DOCUMENTS:
        return "documents: calibration, gate or card belong to other weights"
    if check.name in BY_NAME:
        return BY_NAME[check.name]
    leg = next((one for one in reading.plan.legs if one.name == check.leg), None)
    if leg is None or check.output is None:
        return ""
    return _of_numbers(reading, check) or _of_legs(reading, check, leg)


def _of_numbers(reading: Reading, check: Check) -> str:
    """What is no number, and whether the model itself says so."""
    none = {
        one.leg
        for one in reading.evidence.facts
        if (one.model, one.output) == (check.model, check.output) and one.nan + one.inf
    }
    if check.leg not in none:
        return ""
    if {TORCH, FLOAT64_LEG} & none:
        return "numbers: the model itself gives NaN or infinity on a probe, in PyTorch too"
    return "numbers: a value overflows, or is undefined, on this leg and not in PyTorch"


def _of_legs(reading: Reading, check: Check, leg: Leg) -> str:
    """Where on the way the error begins, by the legs that show it and those that do not."""
    model = reading.plan.model(check.model)
    legs = {one.name: one for one in reading.plan.legs_of(model)}
    bad = {
        one.leg
        for one in reading.verdict.checks
        if (one.model, one.output) == (check.model, check.output)
        and one.status is Status.FAILED
        and one.against in (None, model.reference)
        and one.leg in legs
    }
    if leg.artifact == TORCH:
        return "the reference: PyTorch float32 is too far from its own float64 to hold others to"
    browsers = [one for one in legs.values() if one.backend is not None]
    if leg.artifact == ONNX:
        agree = [one.name for one in browsers if one.name not in bad]
        if browsers and len(agree) == len(browsers):
            return f"the runtime: {', '.join(agree)}, made of the same file, agree with PyTorch"
        return "the export: what PyTorch is and what ONNX computes differ, on all that follows too"
    if leg.backend is None:
        return "the conversion to a SavedModel: ONNX agrees with PyTorch, or is not as far off"
    twins = [one for one in browsers if one.artifact == leg.artifact and one.name != leg.name]
    agree = [one.name for one in twins if one.name not in bad]
    if agree:
        return (
            f"the device: {', '.join(agree)}, of the same bytes, agree; {leg.backend}’s precision, "
            "a driver or a kernel of the engine"
        )
    if any(one in bad for one in legs if legs[one].artifact == ONNX):
        return "the export, and what follows it: ONNX is off too"
    if twins:
        return "the conversion to TF.js: every backend is off, and ONNX is not"
    return "the conversion to TF.js, or the device: no other backend ran these bytes"
