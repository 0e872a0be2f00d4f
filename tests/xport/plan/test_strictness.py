"""Comparing two policies: every key of which one asks less is named, with both values."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from xport.plan.policy import Policy
from xport.plan.strictness import merged, shortfalls_under

WHY = "as large as float32 rounding makes it"
TOLERANCE = {"model": "net", "output": "logits", "max_abs": 1e-5, "rationale": WHY}
RELATIVE = {
    "model": "map", "output": "gradient", "min_cosine": 0.999, "max_ratio_to_float64_gap": 3.0,
    "rationale": WHY,
}  # fmt: skip
CRITERION = {
    "name": "bar", "model": "net", "output": "logits", "legs": ["tfjs/webgl"], "max_abs": 1e-5,
    "probes": 3, "rationale": WHY,
}  # fmt: skip
BASELINE = {
    "release": "old", "evidence_sha256": "0" * 64, "max_bytes_ratio": 1.5, "rationale": WHY,
}  # fmt: skip
WAIVER = {
    "model": "net", "leg": "tfjs/webgl", "output": "logits", "check": "within tolerance of torch",
    "bound": 1e-4, "rationale": WHY, "owner": "Ada", "until": datetime.date(2026, 1, 1),
}  # fmt: skip
ADVISORY = {"model": "net", "leg": "savedmodel", "output": "logits", "rationale": WHY}
HALF = {"leg": "tfjs/webgl", "rationale": WHY}


def policy(**asked: Any) -> Policy:
    base = {"min_probes": 8, "tolerances": [TOLERANCE], "relative_tolerances": [RELATIVE]}
    return Policy.model_validate(base | asked)


def found(asked: Policy, given: Policy) -> list[str]:
    return [one.words() for one in shortfalls_under(asked, given)]


STRICTER: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a tolerance": (
        {"tolerances": [TOLERANCE | {"max_abs": 1e-6}]}, {},
        "tolerances of net.logits: max_abs: 1e-6 is demanded, the evidence's policy has 1e-5",
    ),
    "another output": (
        {"tolerances": [TOLERANCE | {"output": "more"}]}, {},
        "net.more: max_abs: 1e-5 is demanded, the evidence's policy has nothing",
    ),
    "a cosine": (
        {"relative_tolerances": [RELATIVE | {"min_cosine": 0.9999}]}, {},
        "map.gradient: min_cosine: 0.9999 is demanded, the evidence's policy has 0.999",
    ),
    "a gap": (
        {"relative_tolerances": [RELATIVE | {"max_ratio_to_float64_gap": 2.0}]}, {},
        "max_ratio_to_float64_gap: 2 is demanded, the evidence's policy has 3",
    ),
    "a region": (
        {"relative_tolerances": [RELATIVE | {"min_region_iou": 0.9}]}, {},
        "map.gradient: min_region_iou: 0.9 is demanded, the evidence's policy has nothing",
    ),
    "a larger overlap": (
        {"relative_tolerances": [RELATIVE | {"min_region_iou": 0.9}]},
        {"relative_tolerances": [RELATIVE | {"min_region_iou": 0.8}]},
        "map.gradient: min_region_iou: 0.9 is demanded, the evidence's policy has 0.8",
    ),
    "another share of the pixels": (
        {"relative_tolerances": [RELATIVE | {"min_region_iou": 0.9, "explained_share": 0.2}]},
        {"relative_tolerances": [RELATIVE | {"min_region_iou": 0.9}]},
        "map.gradient: explained_share: 0.2 is demanded, the evidence's policy has 0.1",
    ),
    "an absolute bound for a relative one": (
        {"tolerances": [TOLERANCE, TOLERANCE | {"model": "map", "output": "gradient"}],
         "relative_tolerances": []}, {},
        "the evidence's policy has a relative tolerance",
    ),
    "probes": ({"min_probes": 9}, {}, "min_probes: 9 is demanded, the evidence's policy has 8"),
    "images": ({"min_images": 21}, {}, "policy.min_images: 21 is demanded"),
    "bits": ({"mantissa_bits": 23}, {"mantissa_bits": 10}, "policy.mantissa_bits: 23 is demanded"),
    "a second route": (
        {"require_second_route": True}, {},
        "policy.require_second_route: true is demanded, the evidence's policy has false",
    ),
    "determinism": ({"require_determinism": True}, {}, "require_determinism: true is demanded"),
    "a renderer": (
        {"require_renderer": "nvidia"}, {"require_renderer": "amd"},
        "'nvidia' is demanded, the evidence's policy has 'amd'",
    ),
    "a criterion": (
        {"acceptance_criteria": [CRITERION]}, {},
        "of 'bar' on tfjs/webgl: net.logits within 1e-5 on 3 probes is demanded",
    ),
    "a criterion on one more leg": (
        {"acceptance_criteria": [CRITERION | {"legs": ["tfjs/webgl", "tfjs/wasm"]}]},
        {"acceptance_criteria": [CRITERION]},
        "of 'bar' on tfjs/wasm: net.logits within 1e-5 on 3 probes is demanded",
    ),
    "a criterion on more probes": (
        {"acceptance_criteria": [CRITERION | {"probes": 4}]},
        {"acceptance_criteria": [CRITERION]},
        "max_abs 1e-5 on 4 probes is demanded, the evidence's policy has 1e-5 on 3",
    ),
    "a waiver": ({}, {"waivers": [WAIVER]}, "has a waiver up to 1e-4 until 2026-01-01"),
    "a shorter waiver": (
        {"waivers": [WAIVER | {"until": datetime.date(2025, 1, 1)}]}, {"waivers": [WAIVER]},
        "has a waiver up to 1e-4 until 2026-01-01",
    ),
    "younger recordings": (
        {"max_recording_age_days": 1}, {},
        "policy.max_recording_age_days: 1 is demanded, the evidence's policy has 7",
    ),
    "an advisory": ({}, {"advisory": [ADVISORY]}, "of net/savedmodel logits: that it decides is"),
    "half precision": ({}, {"half_precision": [HALF]}, "tfjs/webgl: 23 mantissa bits is"),
    "a baseline": ({"baseline": BASELINE}, {}, "policy.baseline: a release that it is held to"),
    "a limit": (
        {"baseline": BASELINE | {"max_bytes_ratio": 1.1}}, {"baseline": BASELINE},
        "policy.baseline.max_bytes_ratio: 1.1 is demanded, the evidence's policy has 1.5",
    ),
    "another limit": (
        {"baseline": BASELINE | {"max_flipped_share": 0.0}}, {"baseline": BASELINE},
        "policy.baseline.max_flipped_share: 0 is demanded, the evidence's policy has nothing",
    ),
    "flips at the gate": (
        {"baseline": BASELINE | {"max_gate_flipped_share": 0.01}},
        {"baseline": BASELINE | {"max_gate_flipped_share": 0.02}},
        "policy.baseline.max_gate_flipped_share: 0.01 is demanded, the evidence's policy has 0.02",
    ),
    "a region of before": (
        {"baseline": BASELINE | {"min_region_iou": 0.7}},
        {"baseline": BASELINE | {"min_region_iou": 0.6}},
        "policy.baseline.min_region_iou: 0.7 is demanded, the evidence's policy has 0.6",
    ),
    "another share of before": (
        {"baseline": BASELINE | {"min_region_iou": 0.7, "explained_share": 0.2}},
        {"baseline": BASELINE | {"min_region_iou": 0.7}},
        "policy.baseline.explained_share: 0.2 is demanded, the evidence's policy has 0.1",
    ),
    "the direction of before": (
        {"baseline": BASELINE | {"min_map_cosine": 0.9}}, {"baseline": BASELINE},
        "policy.baseline.min_map_cosine: 0.9 is demanded, the evidence's policy has nothing",
    ),
    "more images": (
        {"baseline": BASELINE | {"min_images": 5000}}, {"baseline": BASELINE},
        "policy.baseline.min_images: 5000 is demanded",
    ),
    "another baseline": (
        {"baseline": BASELINE | {"evidence_sha256": "1" * 64}}, {"baseline": BASELINE},
        f"policy.baseline.evidence_sha256: {'1' * 64} is demanded",
    ),
    "a baseline by its folder alone": (
        {"baseline": BASELINE | {"evidence_sha256": None}}, {"baseline": BASELINE},
        "a release that the file names by its folder alone, which no evidence tells,",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STRICTER)
def test_what_is_asked_for_less_is_named_with_both_values(case: str) -> None:
    asked, given, words = STRICTER[case]
    (said,) = found(policy(**asked), policy(**given))
    assert words in said


@pytest.mark.parametrize("case", STRICTER)
def test_a_policy_is_as_strict_as_itself(case: str) -> None:
    asked, given, _ = STRICTER[case]
    if asked.get("baseline", BASELINE)["evidence_sha256"] is not None:
        assert found(policy(**asked), policy(**asked)) == []
    assert found(policy(**given), policy(**given)) == []


SPELT_OUT = {"preset", "every_output", "every_map"}
"""What is compared as what it stands for, once it is spelt out for a plan's outputs."""


def test_every_key_of_a_policy_is_compared() -> None:
    keys = " ".join(found_keys())
    for name in {*Policy.model_fields} - SPELT_OUT:
        assert f"policy.{name}" in keys, name


def found_keys() -> list[str]:
    every = [(policy(**asked), policy(**given)) for asked, given, _ in STRICTER.values()]
    return [one.key for asked, given in every for one in shortfalls_under(asked, given)]


def test_a_looser_policy_demands_nothing() -> None:
    loose = policy(
        min_probes=1, min_images=1, mantissa_bits=10, waivers=[WAIVER], advisory=[ADVISORY],
        half_precision=[HALF], relative_tolerances=[],
        tolerances=[TOLERANCE | {"max_abs": 1e-2}],
    )  # fmt: skip
    assert found(loose, policy()) == []


def test_both_together_ask_what_either_does() -> None:
    for asked, given, _ in STRICTER.values():
        both = merged(policy(**asked), policy(**given))
        assert not [one for one in shortfalls_under(policy(**given), both) if one.kind]


def test_policies_without_later_limits_are_written_and_so_digested_as_before() -> None:
    written = policy(baseline=BASELINE).model_dump(mode="json")
    assert [*written["relative_tolerances"][0]] == [*RELATIVE]
    later = {"max_gate_flipped_share", "min_map_cosine", "min_region_iou", "explained_share"}
    assert not later & {*written["baseline"]}


@pytest.mark.parametrize(
    "asked",
    [
        {"relative_tolerances": [RELATIVE | {"explained_share": 0.2}]},
        {"baseline": BASELINE | {"explained_share": 0.2}},
    ],
)
def test_a_share_of_no_limit_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="nothing is limited by it; give min_region_iou"):
        policy(**asked)
