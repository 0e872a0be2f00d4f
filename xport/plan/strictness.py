"""Comparing two policies: what one asks for that the other asked less of, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from xport.common.numbers import short
from xport.plan.baseline import Baseline
from xport.plan.policy import AcceptanceCriterion, Advisory, Policy, RelativeTolerance, Waiver

NONE = "nothing"
Kind = Literal[
    "output", "criterion", "waived", "probes", "images", "bits", "change", "baseline", "age"
]


@dataclass(frozen=True)
class Shortfall:
    """A key of which the policy that was applied asks less than the one that is demanded.

    `asked` and `given` are both values in words. `kind` says what was measured of it, and `model`,
    `leg`, `output` and `check` of what (None for any); a demand of no kind can be met by no number:
    it was not asked for, so it was not held to. `lets_through`: what was given is that something
    may fail.
    """

    key: str
    asked: str
    given: str
    kind: Kind | None = None
    model: str | None = None
    leg: str | None = None
    output: str | None = None
    check: str | None = None
    lets_through: bool = False

    def words(self) -> str:
        """The key and both values."""
        return f"{self.key}: {self.asked} is demanded, the evidence's policy has {self.given}"


def shortfalls_under(asked: Policy, given: Policy) -> Iterator[Shortfall]:
    """Where `given`, which was applied, is less strict than `asked`; none where it is as strict."""
    yield from _numbers(asked, given)
    yield from _tolerances(asked, given)
    yield from _relative(asked, given)
    for criterion in asked.acceptance_criteria:
        for leg in criterion.legs:
            yield from _criterion(criterion, leg, given)
    yield from _let_through(asked, given)
    if asked.baseline is not None:
        yield from _baseline(asked.baseline, given.baseline)


def merged(asked: Policy, given: Policy) -> Policy:
    """A policy that asks what either does, so that what was measured can be judged under both.

    What only one lets through is not let through. Limits of a baseline are the demanded ones where
    both have them.
    """
    own = {*asked.declared()}
    kept = tuple(t for t in given.tolerances if (t.model, t.output) not in own)
    relative = tuple(r for r in given.relative_tolerances if (r.model, r.output) not in own)
    limits = asked.baseline and {
        name: getattr(asked.baseline, name)
        for name in (*LIMITS, *_least(asked.baseline))
        if getattr(asked.baseline, name) is not None
    }
    baseline = given.baseline and given.baseline.model_copy(update=limits or {})
    return given.model_copy(
        update={
            "min_probes": max(asked.min_probes, given.min_probes),
            "min_images": max(asked.min_images, given.min_images),
            "mantissa_bits": max(asked.mantissa_bits, given.mantissa_bits),
            "max_recording_age_days": min(
                asked.max_recording_age_days, given.max_recording_age_days
            ),
            "tolerances": (*asked.tolerances, *kept),
            "relative_tolerances": (*asked.relative_tolerances, *relative),
            "acceptance_criteria": (*asked.acceptance_criteria, *given.acceptance_criteria),
            "advisory": tuple(a for a in given.advisory if _advised(a, asked)),
            "half_precision": tuple(h for h in given.half_precision if asked.half(h.leg)),
            "waivers": tuple(w for w in given.waivers if _waived(w, asked)),
            "baseline": baseline,
        }
    )


def _numbers(asked: Policy, given: Policy) -> Iterator[Shortfall]:
    kinds: tuple[tuple[str, Kind], ...] = (
        ("min_probes", "probes"),
        ("min_images", "images"),
        ("mantissa_bits", "bits"),
    )
    for name, kind in kinds:
        wanted, has = getattr(asked, name), getattr(given, name)
        if not has >= wanted:
            yield Shortfall(f"policy.{name}", str(wanted), str(has), kind)
    ages = asked.max_recording_age_days, given.max_recording_age_days
    if not ages[1] <= ages[0]:
        yield Shortfall("policy.max_recording_age_days", short(ages[0]), short(ages[1]), "age")
    for name in ("require_second_route", "require_determinism"):
        if getattr(asked, name) and not getattr(given, name):
            yield Shortfall(f"policy.{name}", "true", "false")
    if asked.require_renderer and asked.require_renderer != given.require_renderer:
        has = repr(given.require_renderer) if given.require_renderer else NONE
        yield Shortfall("policy.require_renderer", repr(asked.require_renderer), has)


def _tolerances(asked: Policy, given: Policy) -> Iterator[Shortfall]:
    for one in asked.tolerances:
        key = f"policy.tolerances of {one.model}.{one.output}: max_abs"
        there = given.tolerance(one.model, one.output)
        if there is None:
            other = given.relative_tolerance(one.model, one.output)
            yield Shortfall(key, short(one.max_abs), "a relative tolerance" if other else NONE)
        elif not there.max_abs <= one.max_abs:
            yield Shortfall(
                key,
                short(one.max_abs),
                short(there.max_abs),
                "output",
                model=one.model,
                output=one.output,
            )


def _relative(asked: Policy, given: Policy) -> Iterator[Shortfall]:
    for one in asked.relative_tolerances:
        key = f"policy.relative_tolerances of {one.model}.{one.output}"
        there = given.relative_tolerance(one.model, one.output)
        if there is None:
            other = given.tolerance(one.model, one.output)
            wanted = f"min_cosine {one.min_cosine:g}"
            yield Shortfall(key, wanted, "an absolute tolerance" if other else NONE)
            continue
        cosines = one.min_cosine, there.min_cosine
        gaps = one.max_ratio_to_float64_gap, there.max_ratio_to_float64_gap
        for name, (wants, has), held in (
            ("min_cosine", cosines, cosines[1] >= cosines[0]),
            ("max_ratio_to_float64_gap", gaps, gaps[1] <= gaps[0]),
        ):
            if not held:
                yield Shortfall(
                    f"{key}: {name}",
                    f"{wants:.9g}",
                    f"{has:.9g}",
                    "output",
                    model=one.model,
                    output=one.output,
                )
        yield from _regions(key, one, there)


def _regions(key: str, asked: RelativeTolerance, given: RelativeTolerance) -> Iterator[Shortfall]:
    """What maps explain: of another share of their pixels no number was measured."""
    wants, has = asked.min_region_iou, given.min_region_iou
    if wants is None:
        return
    if has is None:
        yield Shortfall(f"{key}: min_region_iou", short(wants), NONE)
        return
    shares = asked.explained_share, given.explained_share
    if shares[0] != shares[1]:
        yield Shortfall(f"{key}: explained_share", short(shares[0]), short(shares[1]))
    elif not has >= wants:
        yield Shortfall(
            f"{key}: min_region_iou",
            f"{wants:.9g}",
            f"{has:.9g}",
            "output",
            model=asked.model,
            output=asked.output,
        )


def _criterion(one: AcceptanceCriterion, leg: str, given: Policy) -> Iterator[Shortfall]:
    """A requirement on one leg: one of the same output there must ask as much, whatever its name.

    Of several, none may ask less of the bound and of the probes by turns: each is held by itself.
    """
    key = f"policy.acceptance_criteria of {one.name!r} on {leg}"
    there = [
        other
        for other in given.acceptance_criteria
        if (other.model, other.output) == (one.model, one.output) and leg in other.legs
    ]
    if not there:
        wanted = f"{one.model}.{one.output} within {short(one.max_abs)} on {one.probes} probes"
        yield Shortfall(key, wanted, NONE)
    elif not any(o.max_abs <= one.max_abs and o.probes >= one.probes for o in there):
        best = min(there, key=lambda other: (other.max_abs, -other.probes))
        yield Shortfall(
            key,
            f"max_abs {short(one.max_abs)} on {one.probes} probes",
            f"{short(best.max_abs)} on {best.probes}",
            "criterion",
            model=one.model,
            leg=leg,
            output=one.output,
            check=one.name,
        )


def _let_through(asked: Policy, given: Policy) -> Iterator[Shortfall]:
    """What the applied policy let pass, or stand beside the verdict, and the demanded one not."""
    for half in given.half_precision:
        if asked.half(half.leg) is None:
            yield Shortfall(
                f"policy.half_precision of {half.leg}",
                f"{asked.mantissa_bits} mantissa bits",
                "half precision",
                "bits",
                leg=half.leg,
                lets_through=True,
            )
    for one in given.advisory:
        if not _advised(one, asked):
            place = f"policy.advisory of {one.model}/{one.leg} {one.output}"
            yield Shortfall(
                place,
                "that it decides",
                "that it does not",
                "output",
                *(one.model, one.leg, one.output),
                lets_through=True,
            )
    for waiver in given.waivers:
        if not _waived(waiver, asked):
            yield Shortfall(
                f"policy.waivers of {waiver.place}: {waiver.check}",
                "that it passes",
                f"a waiver up to {short(waiver.bound)} until {waiver.until}",
                "waived",
                *waiver.key,
                lets_through=True,
            )


def _advised(one: Advisory, policy: Policy) -> bool:
    return policy.advisory_of(one.model, one.leg, one.output) is not None


def _waived(one: Waiver, policy: Policy) -> bool:
    """Whether a policy waives the same check as far and as long."""
    there = policy.waiver_of(*one.key)
    return there is not None and one.bound <= there.bound and one.until <= there.until


MOST = (
    *("max_flipped_share", "max_gate_flipped_share", "max_auc_drop", "max_calibrated_change"),
    *("max_bytes_ratio", "max_slowdown"),
)
LEAST = ("min_map_cosine", "min_region_iou")
LIMITS = (*MOST, *LEAST)
"""Limits of a baseline; the first are kept by what is at most so much."""


def _least(asked: Baseline) -> tuple[str, ...]:
    """How much must have been compared; rounds where a time is limited alone."""
    rounds = ("min_rounds",) if asked.max_slowdown is not None else ()
    return ("min_images", "min_positives", *rounds)


def _baseline(asked: Baseline, given: Baseline | None) -> Iterator[Shortfall]:
    key = "policy.baseline"
    if given is None:
        yield Shortfall(key, "a release that it is held to", NONE)
        return
    for name in LIMITS:
        wanted, has = getattr(asked, name), getattr(given, name)
        if wanted is None:
            continue
        if has is None:
            yield Shortfall(f"{key}.{name}", short(wanted), NONE)
        elif not (has <= wanted if name in MOST else has >= wanted):
            yield Shortfall(f"{key}.{name}", short(wanted), short(has), "change", check=name)
    share = asked.region_share
    if share is not None and given.region_share not in (share, None):
        has = short(given.explained_share)
        yield Shortfall(f"{key}.explained_share", short(share), has)
    for name in _least(asked):
        wanted, has = getattr(asked, name), getattr(given, name)
        if not has >= wanted:
            yield Shortfall(f"{key}.{name}", str(wanted), str(has), "change")
    if asked.evidence_sha256 is None:
        yield Shortfall(
            f"{key}.evidence_sha256",
            "a release that the file names by its folder alone, which no evidence tells,",
            given.evidence_sha256 or NONE,
        )
    elif asked.evidence_sha256 != given.evidence_sha256:
        has = given.evidence_sha256 or NONE
        yield Shortfall(f"{key}.evidence_sha256", asked.evidence_sha256, has, "baseline")
