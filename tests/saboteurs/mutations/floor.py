"""Policies that ask too little: refused, or WEAK_PASSED; and evidence that hides that they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests import mini
from tests.saboteurs.bench import Held
from tests.saboteurs.mutations.releases import alike, criterion, refused, tolerances
from tests.saboteurs.table import Mutation
from xport.plan.plan import Plan
from xport.plan.policy import HalfPrecision


def widen(held: Held, max_abs: float) -> None:
    """A policy whose every tolerance is that wide."""
    wide = [one.model_copy(update={"max_abs": max_abs}) for one in held.plan.policy.tolerances]
    soften(held, tolerances=tuple(wide))


def ease_criterion(held: Held) -> None:
    """An acceptance criterion that everything meets."""
    (first,) = held.plan.policy.acceptance_criteria
    soften(held, acceptance_criteria=(first.model_copy(update={"max_abs": 1e9}),))


def soften(held: Held, **changes: Any) -> None:
    """Judge under another policy than the release's."""
    policy = held.plan.policy.model_copy(update=changes)
    held.plan = held.plan.model_copy(update={"policy": policy})


def weak(name: str, what: str, said: str, spoil: Callable[[Held], object]) -> Mutation:
    """A policy under which every check passes, and which does not count as passed."""
    return Mutation(name, what, "judge", "WEAK_PASSED", said, lambda bench: bench.judged(spoil))


def half(*legs: str) -> tuple[HalfPrecision, ...]:
    """Legs that may compute at half precision."""
    reason = "old phones compute in half precision"
    return tuple(HalfPrecision(leg=leg, rationale=reason) for leg in legs)


def half_beside_broken(held: Held) -> None:
    """A leg may compute at half precision, and those at full precision are wrong."""
    soften(held, half_precision=half("tfjs/webgl", "tfjs/cpu"))
    held.put(("classifier", "tfjs/wasm"), "logits", lambda values: values + 1)


def ask_less(content: dict[str, Any]) -> None:
    """Evidence of a plan that asks for one probe, consistent but for its verdict."""
    content["plan"]["policy"]["min_probes"] = 1
    digest = Plan.model_validate(content["plan"]).digest()
    for recording in [*content["recordings"], *content["prepared"]]:
        recording["plan_digest"] = digest


def ask_less_as_before(content: dict[str, Any]) -> None:
    """The same, of the version before the floor was known."""
    ask_less(content)
    content.update(schema_version=3, rules=2)


def raise_largest(content: dict[str, Any]) -> None:
    """Evidence whose outputs in float64 are said to reach a million."""
    for facts in content["facts"]:
        if facts["leg"] == "torch-float64":
            facts["largest"] = 1e6


WEBGL = {"backends": ["webgl"], "wasm_threads": 1, "timeout_seconds": 120}

MUTATIONS = [
    refused(
        "tolerance of 1e9",
        "A tolerance that everything meets, which shows when rounding is measured.",
        "max_abs 1e+09, at most",
        policy=tolerances(max_abs=1e9),
    ),
    refused(
        "one probe",
        "The policy is content with one probe, on which a constant output passes.",
        "policy.min_probes: 1, at least 3 are wanted",
        policy=mini.policy(min_probes=1),
    ),
    refused(
        "one image",
        "The policy is content with one image file, of sixteen kinds that the page decodes.",
        "policy.min_images: 1, at least 8 are wanted",
        policy=mini.policy(min_images=1),
    ),
    refused(
        "one mantissa bit",
        "The policy is content with one mantissa bit on every leg, so that any precision passes.",
        "policy.mantissa_bits: 1, at least 23 are wanted",
        policy=mini.policy(mantissa_bits=1),
    ),
    refused(
        "half precision everywhere",
        "The policy asks every leg for half precision alone, without declaring it of any.",
        "policy.mantissa_bits: 10, at least 23 are wanted",
        policy=mini.policy(mantissa_bits=10),
    ),
    refused(
        "half precision alone",
        "Every leg of what ships is declared half precision, so that none is left at full.",
        "no leg of what ships is left at full precision",
        policy=mini.policy(
            half_precision=[
                {"leg": f"tfjs/{backend}", "rationale": "it is good enough for us"}
                for backend in ("webgl", "wasm", "cpu")
            ]
        ),
    ),
    refused(
        "half precision on no leg",
        "A leg that does not exist is declared half precision.",
        "is not a browser leg of this release",
        policy=mini.policy(
            half_precision=[{"leg": "tfjs/webgpu", "rationale": "it is good enough for us"}]
        ),
    ),
    refused(
        "filling for a reason",
        "A tolerance whose reason is one letter, as often as the least length wants it.",
        "is no sentence",
        policy=tolerances(rationale="xxxxxxxxxxxx"),
    ),
    refused(
        "one word for a reason",
        "A map whose reason is one word, said again.",
        "is no sentence",
        policy=alike(rationale="rounding rounding rounding rounding"),
    ),
    refused(
        "filling for a criterion's reason",
        "An acceptance criterion whose reason is letters in groups.",
        "is no sentence",
        policy=criterion(rationale="xxx xxx xxx yyy zzz"),
    ),
    refused(
        "graphics processor alone",
        "What ships is verified on WebGL alone, where another device computes something else.",
        "a hardware-independent one is wanted too",
        browser=WEBGL,
    ),
    refused(
        "nearly any direction",
        "A map may point 60 degrees elsewhere.",
        "min_cosine 0.5, at least 0.99 is wanted",
        policy=alike(min_cosine=0.5),
    ),
    refused(
        "any multiple of the gap",
        "A map may be a million times as far as PyTorch is from its own float64.",
        "max_ratio_to_float64_gap 1e+06, at most 1000",
        policy=alike(max_ratio_to_float64_gap=1e6),
    ),
    weak(
        "another policy of 1e9",
        "Recordings are judged under a policy whose tolerances everything meets.",
        "max_abs 1e+09, at most",
        lambda held: widen(held, 1e9),
    ),
    weak(
        "a thousand roundings and more",
        "Recordings are judged under tolerances that let half precision through.",
        "1000 times the rounding of",
        lambda held: widen(held, 0.05),
    ),
    weak(
        "another criterion of 1e9",
        "Recordings are judged under a criterion that everything meets, by the paper's name.",
        'policy.acceptance_criteria of "the paper\'s criterion": max_abs 1e+09, at most',
        ease_criterion,
    ),
    weak(
        "another policy of one probe",
        "Recordings are judged under a policy that is content with one probe.",
        "policy.min_probes: 1, at least 3 are wanted",
        lambda held: soften(held, min_probes=1),
    ),
    weak(
        "another policy of one bit",
        "Recordings are judged under a policy that is content with one mantissa bit.",
        "policy.mantissa_bits: 1, at least 23 are wanted",
        lambda held: soften(held, mantissa_bits=1),
    ),
    Mutation(
        "half precision beside nothing that passes",
        "A leg may compute at half precision, and no leg at full precision passes beside it.",
        "judge",
        "FAILED",
        "no leg at full precision passed: tfjs/wasm",
        lambda bench: bench.judged(half_beside_broken),
    ),
    Mutation(
        "weak verdict called whole",
        "The plan in the evidence asks for one probe, its recordings name that plan, and the "
        "verdict stays PASSED.",
        "verify",
        "refused, exit code 3",
        "the verdict's status are not what its checks and numbers give",
        lambda bench: bench.evidence(ask_less),
    ),
    Mutation(
        "weak verdict called old",
        "The same evidence says that it is of a version that did not know the floor.",
        "verify",
        "refused, exit code 3",
        "the page has a witness, the evidence is of rules 2, without one",
        lambda bench: bench.evidence(ask_less_as_before),
    ),
    Mutation(
        "old rules under the present version",
        "Evidence of the present version says that it was judged by earlier rules.",
        "verify",
        "refused, exit code 2",
        "was judged by rules 2, not 3",
        lambda bench: bench.evidence(lambda content: content.update(rules=2)),
    ),
    Mutation(
        "backends that nobody verified",
        "The manifest lets the page try its backends in another order than they were verified in.",
        "verify",
        "refused, exit code 3",
        "the backends of the page is not that of the evidence",
        lambda bench: bench.manifest(lambda content: content.update(backends=["cpu", "webgl"])),
    ),
    Mutation(
        "backends left out",
        "The manifest does not say what the page may try.",
        "verify",
        "refused, exit code 3",
        "the backends of the page is not that of the evidence",
        lambda bench: bench.manifest(lambda content: content.pop("backends")),
    ),
    Mutation(
        "bounds for a site that nobody declared",
        "The manifest lets a hospital set thresholds that the release lets nobody set.",
        "verify",
        "refused, exit code 3",
        "what a site may set is not that of the evidence",
        lambda bench: bench.manifest(
            lambda content: content.update(
                site={"gate_thresholds": {"ssim": [-1, 1]}, "operating_points": None, "keys": []}
            )
        ),
    ),
    Mutation(
        "another word beside the verdict",
        "The manifest says something beside the verdict that the evidence does not.",
        "verify",
        "refused, exit code 3",
        "what is said beside the verdict is not that of the evidence",
        lambda bench: bench.manifest(
            lambda content: content.update(notes=[{"kind": "advisory", "text": "all is well"}])
        ),
    ),
    Mutation(
        "largest value made larger",
        "The evidence says that an output reaches a million, so that a wide tolerance is narrow.",
        "verify",
        "refused, exit code 3",
        "its largest value is not that of its numbers",
        lambda bench: bench.evidence(raise_largest),
    ),
    Mutation(
        "largest value left out",
        "The evidence does not say how large an output is.",
        "verify",
        "refused, exit code 3",
        "its largest value is not told",
        lambda bench: bench.evidence(lambda content: content["facts"][0].pop("largest")),
    ),
]
