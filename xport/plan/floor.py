"""The least that a policy must ask, which no release file can lower.

A release declares what must hold, and could declare nothing: a tolerance that everything meets, one
probe, no browser that a person has. What lies below is not PASSED. What can be read in the file is
held to it before anything runs; how wide a tolerance is shows against the rounding that is measured
on the release's own probes, as `xport init` measures it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence

from xport.errors import InputError
from xport.formats.artifact import TensorSpec
from xport.plan.policy import Policy
from xport.plan.rounding import FACTOR, Rounding

PROBES = 3
"""As many images as the paper compared; on one a constant passes. `xport init` asks for 20."""
IMAGES = 8
"""Half of the sixteen kinds of files that the page decodes; the paper compared 20."""
MANTISSA_BITS = 23
"""Those that float32 stores, of 24. Fewer are half precision, which is declared leg by leg."""
WITHIN = 100
"""How many times what `xport init` suggests a tolerance may be: 1000 times the measured rounding.

The least rounding is four float32 steps of the largest value. A thousand times that is 4.8e-4, and
one rounding of half precision is 4.9e-4: what is wider cannot tell float32 from half precision.
"""
SHARE = 0.1
"""Of the largest value: a tolerance beyond it says nothing of an output, whatever rounds there."""
COUNTED = 1.0
"""What is counted must be equal: a tolerance of 1 lets every count be off by one."""
COSINE = 0.99
"""The least cosine of a map; a wrong rule for ties in max pooling alone was measured at 0.968."""
GAPS = FACTOR * WITHIN
"""How many times its own float64 gap a map may differ by, as of a tolerance."""
WORDS = 4
"""A reason is a sentence: so many different words, of letters."""
HARDWARE_INDEPENDENT = ("wasm", "cpu")
"""Backends that compute the same on every device; what WebGL says is its graphics processor's."""

_WORD = re.compile(r"[^\W\d_]+[\w'-]*")
_WITHOUT_SPACES = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def shortfalls(policy: Policy, shipped: Collection[str], *, images: bool) -> Iterator[str]:
    """What a policy asks too little of, as far as it can be read there.

    Args:
        shipped: the backends on which what ships is verified.
        images: whether image files are prepared, so that `min_images` counts.
    """
    if policy.min_probes < PROBES:
        yield f"policy.min_probes: {policy.min_probes}, at least {PROBES} are wanted"
    if images and policy.min_images < IMAGES:
        yield f"policy.min_images: {policy.min_images}, at least {IMAGES} are wanted"
    if policy.mantissa_bits < MANTISSA_BITS:
        yield (
            f"policy.mantissa_bits: {policy.mantissa_bits}, at least {MANTISSA_BITS} are wanted; "
            "declare a leg of fewer under [[policy.half_precision]]"
        )
    if not {*shipped} & {*HARDWARE_INDEPENDENT}:
        yield (
            f"browser.backends: what ships is verified on {', '.join(shipped) or 'none'} alone, a "
            f"hardware-independent one is wanted too: {' or '.join(HARDWARE_INDEPENDENT)}"
        )
    for relative in policy.relative_tolerances:
        place = f"policy.relative_tolerances of {relative.model}.{relative.output}"
        if relative.min_cosine < COSINE:
            yield f"{place}: min_cosine {relative.min_cosine:g}, at least {COSINE:g} is wanted"
        if relative.max_ratio_to_float64_gap > GAPS:
            yield (
                f"{place}: max_ratio_to_float64_gap {relative.max_ratio_to_float64_gap:g}, at most "
                f"{GAPS} is allowed"
            )
    for place, rationale in _rationales(policy):
        if not is_sentence(rationale):
            yield f"{place}: its rationale {rationale!r} is no sentence of {WORDS} words"


def wide(policy: Policy, model: str, spec: TensorSpec, rounding: Rounding) -> Iterator[str]:
    """Where what a policy lets an output differ by is more than the rounding measured there."""
    widest = _widest(spec, rounding)
    for place, bound in _bounds(policy, model, spec.name):
        if not bound <= widest:
            yield (
                f"{place}: max_abs {bound:.3g}, at most {widest:.3g} is allowed: "
                + _why(spec, rounding, widest)
            )


def is_sentence(rationale: str) -> bool:
    """Whether a reason is more than filling: different words of different letters.

    In a script without spaces every character is a word.
    """
    words = [word.lower() for word in _WORD.findall(_WITHOUT_SPACES.sub(" ", rationale))]
    spelt = {word for word in words if len({*word}) > 1}
    return len(spelt) + len({*_WITHOUT_SPACES.findall(rationale)}) >= WORDS


def _widest(spec: TensorSpec, rounding: Rounding) -> float:
    """The widest tolerance; infinite where nothing is known, of which no verdict is PASSED."""
    if not spec.dtype.startswith("float"):
        return math.nextafter(COUNTED, 0.0)
    if not (rounding.largest > 0 and math.isfinite(rounding.counted)):
        return math.inf
    return min(FACTOR * WITHIN * rounding.counted, SHARE * rounding.largest)


def _why(spec: TensorSpec, rounding: Rounding, widest: float) -> str:
    if not spec.dtype.startswith("float"):
        return f"{spec.dtype} values are counted, and must be equal"
    if widest < FACTOR * WITHIN * rounding.counted:
        return f"{SHARE:.0%} of the largest value, {rounding.largest:.3g}"
    return (
        f"{FACTOR * WITHIN} times the rounding of {rounding.counted:.2g} that is measured on these "
        f"probes, {WITHIN} times what `xport init` suggests"
    )


def _bounds(policy: Policy, model: str, output: str) -> Iterator[tuple[str, float]]:
    for tolerance in policy.tolerances:
        if (tolerance.model, tolerance.output) == (model, output):
            yield f"policy.tolerances of {model}.{output}", tolerance.max_abs
    for criterion in policy.acceptance_criteria:
        if (criterion.model, criterion.output) == (model, output):
            yield f"policy.acceptance_criteria of {criterion.name!r}", criterion.max_abs


def _rationales(policy: Policy) -> Iterator[tuple[str, str]]:
    for name, every in (("every_output", policy.every_output), ("every_map", policy.every_map)):
        if every is not None:
            yield f"policy.{name}", every.rationale
    for tolerance in policy.tolerances:
        yield f"policy.tolerances of {tolerance.model}.{tolerance.output}", tolerance.rationale
    for relative in policy.relative_tolerances:
        place = f"policy.relative_tolerances of {relative.model}.{relative.output}"
        yield place, relative.rationale
    for criterion in policy.acceptance_criteria:
        yield f"policy.acceptance_criteria of {criterion.name!r}", criterion.rationale
    for one in policy.advisory:
        yield f"policy.advisory of {one.model}/{one.leg} {one.output}", one.rationale
    for half in policy.half_precision:
        yield f"policy.half_precision of {half.leg}", half.rationale
    for waiver in policy.waivers:
        yield f"policy.waivers of {waiver.place}", waiver.rationale


def require(found: Sequence[str], where: str) -> None:
    """Refuse a policy of which something was found to lie below the floor.

    Raises:
        InputError: something was; the first is named, and all others in its details.
    """
    if found:
        raise InputError(
            f"below the floor of every policy: {found[0]}",
            where,
            "ask for more, or allow it with --allow-weak (allow_weak=True): the verdict is then "
            "WEAK_PASSED at most",
            "\n".join(f"also: {one}" for one in found[1:]),
        )
