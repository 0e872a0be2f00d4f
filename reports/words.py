"""Numbers in words, the same way in every report; what is not a number says so."""

from __future__ import annotations

import math
import re

from xport.common.numbers import short as short
from xport.judgement.verdict import Check, Note, NoteKind, Status
from xport.plan.plan import Plan
from xport.plan.policy import OtherPolicy

STATUS_WORDS = {
    Status.PASSED: "PASSED",
    Status.PASSED_WITH_WAIVERS: "PASSED WITH WAIVERS",
    Status.WEAK_PASSED: "WEAK_PASSED",
    Status.FAILED: "FAILED",
    Status.NOT_RUN: "NOT RUN",
}
STATUS_MARKS = {
    Status.PASSED: "✓",
    Status.PASSED_WITH_WAIVERS: "!",
    Status.WEAK_PASSED: "!",
    Status.FAILED: "✗",
    Status.NOT_RUN: "?",
}
NOTE_WORDS: dict[NoteKind, str] = {
    "below-floor": "Asks too little",
    "waiver": "Waived",
    "other-policy": "Another policy",
    "advisory": "Beside the verdict",
    "half-precision": "Half precision",
    "reduced-weights": "Rounded weights",
    "near-tolerance": "Close to what is allowed",
    "wide-tolerance": "Far above rounding",
    "no-second-route": "No second opinion",
    "baseline": "Against the baseline",
    "reused": "Reused",
    "clock": "Clock",
}
"""What each kind of note is called in every report."""
MISSING = "missing"
NOTHING = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"
MINUS = "\N{MINUS SIGN}"

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)


def release_of(plan: Plan) -> str:
    """A release by its name, and its version if it has one: `demo 1.2.0`."""
    return f"{plan.release} {plan.version}" if plan.version else plan.release


def note(one: Note) -> str:
    """A note in one line: what it is about, and its sentence."""
    return printable(f"{NOTE_WORDS[one.kind]}: {one.text}").replace("\n", " ")


def under_another(policy: OtherPolicy) -> str:
    """Which policy a verdict is under that is not the release's own."""
    return (
        f"judged under another policy, {policy.file} (SHA-256 {policy.sha256}): "
        "not the release's own verdict"
    )


def said(check: Check) -> str:
    """What a check found, its numbers written as everywhere in a report."""
    text = check.message
    for number in (check.measured, check.bound):
        if number is not None:
            written = re.escape(f"{number:.3g}")
            text = re.sub(rf"(?<![\w.-]){written}(?![\w.-])", short(number), text)
    return text


def error(value: float | None) -> str:
    """A distance: `1.23e-5`, `0, exact`, `NaN`, `infinite`, or `missing`."""
    return MISSING if value is None else "0, exact" if value == 0 else short(value)


def cosine(value: float | None) -> str:
    """A cosine with six digits, rounded down, so that 1 means 1: `0.999984`, `NaN`, `missing`."""
    if value is None or not math.isfinite(value):
        return error(value)
    return f"{math.floor(value * 1e6) / 1e6:.6f}"


def percent(fraction: float | None) -> str:
    """A share of a tolerance: `34 %`, `0.5 %`, `under 0.1 %`, `1,550 times`, `NaN`."""
    if fraction is None or not math.isfinite(fraction):
        return error(fraction)
    share = fraction * 100
    if 0 < share < 0.1:
        return "under 0.1 %"
    if fraction > 10:
        return times(fraction)
    digits = 1 if share < 10 or 99 < share < 101 else 0
    text = f"{share:,.{digits}f} %".replace(".0 %", " %")
    if text == "100 %" and share != 100:
        return "over 100 %" if share > 100 else "under 100 %"
    return text


def times(factor: float) -> str:
    """A multiple: 1.3, 1,550 or 2.1e7 and a multiplication sign; `NaN`."""
    if not 100 <= factor < 1e6:
        return short(factor) + (f" {TIMES}" if math.isfinite(factor) else "")
    return f"{factor:,.0f} {TIMES}"


def relative(fraction: float | None) -> str:
    """A relative error of weights: `0.00031 %`, `25 %`; None is one that no tolerance detects."""
    if fraction is None:
        return "not up to 100 %"
    return f"{fraction * 100:.2g} %" if fraction >= 1e-6 else f"{short(fraction * 100)} %"


def share(fraction: float | None, bound: float | None) -> str:
    """A share with what it is a share of: `34 % of 2e-4`, `1,550 times 2e-4`, `NaN`."""
    if bound is None:
        return "no tolerance"
    text = percent(fraction)
    if text.endswith("%"):
        return f"{text} of {short(bound)}"
    return f"{text} {short(bound)}" if text.endswith(TIMES) else f"tolerance {short(bound)}"


def seconds(value: float | None) -> str:
    """A duration: `850 µs`, `12 ms`, `1.34 s`, `83 s`."""
    if value is None or not math.isfinite(value):
        return error(value)
    if value == 0:
        return "0 s"
    if value < 0.001:
        return f"{value * 1e6:.0f} µs"
    if value < 0.9995:
        return f"{value * 1e3:.0f} ms"
    return f"{value:.1f} s" if value >= 9.995 else f"{value:.2f} s"


def mebibytes(value: float) -> str:
    """Memory or a file size, given in MiB: `1,830 MiB`, `1.3 MiB`, `24 KiB`, `18 bytes`."""
    if not math.isfinite(value):
        return error(value)
    if value >= 1:
        return f"{value:,.0f} MiB" if value >= 10 else f"{value:.2g} MiB"
    kib = value * 1024
    return f"{kib:.0f} KiB" if kib >= 1 else f"{kib * 1024:.0f} bytes"


def printable(text: str) -> str:
    """`text` with control and direction-changing characters made visible: for terminals, XML."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text).replace("\r", " ")


def one_line(text: str) -> str:
    """`text` on one line, control characters made visible."""
    return printable(" ".join(text.split()))


def of_files(plan: Plan) -> str:
    """What is not known of models that are ONNX files."""
    files = [model.id for model in plan.models if model.faithful_to == "ONNX Runtime"]
    return (
        f"{', '.join(files)}: faithful to ONNX Runtime; whether the ONNX file says what was "
        "trained is not known here."
    )
