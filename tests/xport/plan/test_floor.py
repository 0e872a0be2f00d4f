"""The floor of every policy: what a release file asks too little of, and how wide is too wide."""

from __future__ import annotations

from typing import Any

import pytest

from tests import mini
from tests.conftest import ROOT
from xport.formats.artifact import TensorSpec
from xport.plan import floor
from xport.plan.policy import HALF_BITS, Policy
from xport.plan.rounding import Rounding
from xport.release_file.file import read_release

OUTPUT = TensorSpec(name="logits", shape=(1, 5))
EPS = 2.0**-23


def policy(**changes: Any) -> Policy:
    return Policy.model_validate(mini.policy(**changes))


def short(*backends: str, **changes: Any) -> list[str]:
    return list(floor.shortfalls(policy(**changes), backends or ("webgl", "wasm"), images=True))


def wide(max_abs: float, rounding: Rounding) -> list[str]:
    (one,) = [t for t in mini.policy()["tolerances"] if t["output"] == "latent"]
    asked = policy(
        tolerances=[one | {"model": "m", "output": "logits", "max_abs": max_abs}],
        acceptance_criteria=[],
    )
    return list(floor.wide(asked, "m", OUTPUT, rounding))


@pytest.mark.parametrize(
    "file",
    [
        *(f"reference/defaults/{name}.toml" for name in ("release", "phantoms")),
        *(f"releases/{name}.toml" for name in ("ali", "full-width")),
    ],
)
def test_every_release_of_ours_lies_above(file: str) -> None:
    assert read_release(ROOT / file).shortfalls() == []


def test_the_miniature_release_lies_above() -> None:
    assert short() == []
    assert short("wasm") == []
    assert short("cpu") == []


def test_webgl_alone_is_of_one_graphics_processor() -> None:
    assert short("webgl") == [
        "browser.backends: what ships is verified on webgl alone, a hardware-independent one is "
        "wanted too: wasm or cpu"
    ]


def test_images_count_where_there_are_some() -> None:
    few = policy(min_images=1)
    assert list(floor.shortfalls(few, ["wasm"], images=False)) == []
    assert len(list(floor.shortfalls(few, ["wasm"], images=True))) == 1


def test_everything_that_is_too_little_is_named() -> None:
    found = short("webgl", min_probes=1, min_images=1, mantissa_bits=1)
    assert [line.partition(":")[0] for line in found] == [
        "policy.min_probes",
        "policy.min_images",
        "policy.mantissa_bits",
        "browser.backends",
    ]


@pytest.mark.parametrize(
    "reason",
    [
        "float32 rounding of the network",
        "as in the full-width release",
        "two small float32 layers",
        "Rundung in float32, gemessen an 20 Proben",
        "округление float32 измерено на пробах",
        "浮点舍入误差在二十个探针上测得",
    ],
)
def test_a_reason_may_be_any_sentence(reason: str) -> None:
    assert floor.is_sentence(reason)


@pytest.mark.parametrize(
    "reason",
    [
        "xxxxxxxxxxxx",
        "rounding rounding rounding rounding",
        "aaa bbb ccc ddd eee",
        "1e-5 2e-5 3e-5 4e-5 5e-5",
        "because because",
        "............",
        "哈哈哈哈哈哈哈哈哈哈哈哈",
    ],
)
def test_filling_is_no_reason(reason: str) -> None:
    assert not floor.is_sentence(reason)


def test_a_tolerance_may_be_a_thousand_times_the_rounding() -> None:
    rounding = Rounding(float64=1e-6, runtime=0.0, largest=1.0)
    assert wide(1e-3, rounding) == []
    assert wide(1.001e-3, rounding)


def test_the_least_rounding_lets_less_than_half_precision_through() -> None:
    exact = Rounding(float64=0.0, runtime=0.0, largest=1.0)
    assert wide(4000 * EPS, exact) == []
    (found,) = wide(2.0**-11, exact)
    assert "1000 times the rounding of 4.8e-07" in found


def test_what_rounds_much_may_differ_by_a_tenth_of_its_largest_value_at_most() -> None:
    loose = Rounding(float64=1e-2, runtime=0.0, largest=1.0)
    assert wide(0.1, loose) == []
    assert "10% of the largest value" in wide(0.11, loose)[0]


def test_a_wrong_runtime_does_not_widen_what_is_allowed() -> None:
    rounding = Rounding(float64=1e-6, runtime=1.0, largest=1.0)
    assert wide(1.1e-3, rounding)


@pytest.mark.parametrize("largest", [0.0, float("nan"), float("inf")])
def test_where_nothing_is_known_the_judge_decides(largest: float) -> None:
    assert wide(1e9, Rounding(float64=0.0, runtime=0.0, largest=largest)) == []


def test_what_is_counted_must_be_equal() -> None:
    counts = TensorSpec(name="logits", shape=(1, 5), dtype="int32")
    rounding = Rounding(0.0, 0.0, 100.0)
    (tolerance, *_) = mini.policy()["tolerances"]
    for max_abs, found in ((0.5, 0), (1.0, 1)):
        one = tolerance | {"model": "m", "output": "logits", "max_abs": max_abs}
        asked = policy(tolerances=[one], acceptance_criteria=[])
        assert len(list(floor.wide(asked, "m", counts, rounding))) == found


def test_a_leg_of_half_precision_is_declared_and_asked_for_less() -> None:
    declared = [{"leg": "tfjs/webgl", "rationale": "old phones compute in half precision"}]
    found = policy(half_precision=declared)
    assert (found.bits("tfjs/webgl"), found.bits("tfjs/wasm")) == (HALF_BITS, 23)


def test_a_policy_of_full_precision_is_written_as_before() -> None:
    assert "half_precision" not in policy().model_dump()
