"""Evidence under a policy that is demanded: what it asked, or what was measured, and no less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xport.comparison.parity import Comparison
from xport.errors import InputError, VerdictError
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.judgement.under import Held, held_under, require_held
from xport.plan.policy import EveryOutput, Policy
from xport.workflow.receiving import Demands, received

WHY = "what the hospital's own list of requirements says"


@pytest.fixture(scope="session")
def evidence(plain_bundle: Path) -> Evidence:
    return Evidence.read(plain_bundle / EVIDENCE)


def asked(evidence: Evidence, **other: Any) -> Policy:
    """The evidence's own policy, but for this."""
    return evidence.plan.policy.model_copy(update=other)


def bound(evidence: Evidence, max_abs: float, output: str = "probabilities") -> Policy:
    """The same, with a tolerance of the classifier's output."""
    tolerances = tuple(
        one.model_copy(update={"max_abs": max_abs})
        if (one.model, one.output) == ("classifier", output)
        else one
        for one in evidence.plan.policy.tolerances
    )
    return asked(evidence, tolerances=tolerances)


def test_its_own_policy_and_a_looser_one_are_held(evidence: Evidence) -> None:
    assert held_under(evidence, evidence.plan.policy) == Held((), (), ())
    assert held_under(evidence, bound(evidence, 1e-3)) == Held((), (), ())


def test_a_stricter_bound_is_met_by_the_number_that_was_measured(evidence: Evidence) -> None:
    held = held_under(evidence, bound(evidence, 1e-6))
    assert (held.broken, held.unasked) == ((), ())
    (said,) = held.met
    assert "classifier.probabilities: max_abs: 1e-6 is demanded" in said
    assert "the evidence's policy has 1e-5; it is met by what was measured: at most 5.36e-7" in said


@pytest.mark.parametrize(("max_abs", "held"), [(1e-2, True), (1e-9, False)])
def test_what_is_said_of_every_output_is_demanded_of_each(
    evidence: Evidence, max_abs: float, held: bool
) -> None:
    every = EveryOutput(max_abs=max_abs, rationale=WHY)
    found = held_under(evidence, asked(evidence, tolerances=(), every_output=every))
    assert bool(found.broken) is not held
    if not held:
        broken = " ".join(found.broken)
        for one in evidence.plan.policy.tolerances:
            assert f"{one.model}.{one.output}: max_abs: 1e-9 is demanded" in broken


def test_a_preset_is_demanded_by_its_name(plain_bundle: Path) -> None:
    """Its tolerances are of every output: the miniature's are narrower, its probes fewer."""
    with (
        pytest.raises(VerdictError, match="NOT_RUN under mobile-float16") as said,
        received(plain_bundle, Demands(allow_unchecked=True, policy=Path("mobile-float16"))),
    ):
        pass
    keys = {one.partition(":")[0] for one in said.value.findings}
    assert keys == {"policy.min_probes", "policy.min_images"}


def test_a_number_beyond_the_bound_is_failed(evidence: Evidence) -> None:
    with pytest.raises(VerdictError, match=r"FAILED under strict\.toml") as said:
        require_held(evidence, bound(evidence, 5e-7), "bundle", "strict.toml")
    assert (said.value.exit_code, said.value.status) == (1, "FAILED")
    assert "5e-7 is demanded, the evidence's policy has 1e-5" in str(said.value)
    assert "max |Δ| 5.36e-07" in str(said.value) or "max |Δ| 5.07e-07" in str(said.value)


def test_pytorchs_own_rounding_counts_as_it_does_for_the_judge(evidence: Evidence) -> None:
    assert held_under(evidence, bound(evidence, 4e-7)).broken
    assert "own distance" not in str(held_under(evidence, bound(evidence, 6e-7)).broken)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_fails(evidence: Evidence, number: float) -> None:
    def spoilt(one: Comparison) -> Comparison:
        if (one.model, one.output, one.leg) != ("classifier", "probabilities", "tfjs/wasm"):
            return one
        pooled = one.pooled.model_copy(update={"max_abs": number})
        return one.model_copy(update={"pooled": pooled})

    comparisons = tuple(map(spoilt, evidence.comparisons))
    bad = evidence.model_copy(update={"comparisons": comparisons})
    held = held_under(bad, bound(evidence, 1e-6))
    assert held.broken
    assert not held.met


def test_least_numbers_are_met_by_as_many_as_ran_and_no_more(evidence: Evidence) -> None:
    (met,) = held_under(evidence, asked(evidence, min_probes=3)).met
    assert "policy.min_probes: 3 is demanded, the evidence's policy has 2; it is met" in met
    (more,) = held_under(evidence, asked(evidence, min_probes=1000)).unasked
    assert "the policy wants at least 1000" in more
    (images,) = held_under(evidence, asked(evidence, min_images=1000)).unasked
    assert "policy.min_images: 1000 is demanded, the evidence's policy has 2" in images


def test_what_was_not_asked_for_is_refused_whatever_was_measured(evidence: Evidence) -> None:
    policy = asked(evidence, require_determinism=True, require_renderer="llvmpipe")
    with pytest.raises(VerdictError, match=r"NOT_RUN under strict\.toml") as said:
        require_held(evidence, policy, "bundle", "strict.toml")
    assert said.value.exit_code == 3
    assert said.value.findings == (
        "policy.require_determinism: true is demanded, the evidence's policy has false",
        "policy.require_renderer: 'llvmpipe' is demanded, the evidence's policy has nothing",
    )
    assert "also: policy.require_renderer" in said.value.details


def test_a_criterion_on_a_leg_that_was_not_demanded_is_refused(evidence: Evidence) -> None:
    (own,) = evidence.plan.policy.acceptance_criteria
    more = own.model_copy(update={"legs": (*own.legs, "tfjs/wasm")})
    held = held_under(evidence, asked(evidence, acceptance_criteria=(more,)))
    assert len(held.unasked) == 1
    assert "on tfjs/wasm" in held.unasked[0]
    tight = own.model_copy(update={"max_abs": 1e-6})
    (met,) = held_under(evidence, asked(evidence, acceptance_criteria=(tight,))).met
    assert "max_abs 1e-6 on 3 probes is demanded" in met
    tighter = own.model_copy(update={"max_abs": 1e-7})
    assert held_under(evidence, asked(evidence, acceptance_criteria=(tighter,))).broken


POLICY = f"""\
schema_version = 2

[policy]
min_probes = 2
min_images = 2

[[policy.tolerances]]
model = "classifier"
output = "probabilities"
max_abs = {{bound}}
rationale = "{WHY}"
"""


@pytest.mark.parametrize(("most", "code"), [("1e-4", 0), ("1e-6", 0), ("1e-7", 1)])
def test_a_bundle_is_held_to_the_policy_in_a_file(
    plain_bundle: Path, tmp_path: Path, most: str, code: int
) -> None:
    file = tmp_path / "strict.toml"
    file.write_text(POLICY.format(bound=most))
    demands = Demands(allow_unchecked=True, policy=file)
    if code:
        with pytest.raises(VerdictError) as said, received(plain_bundle, demands):
            pass
        assert said.value.exit_code == code
        return
    with received(plain_bundle, demands) as got:
        assert got.said[0].startswith("its policy is at least as strict as")
        assert len(got.said) == (1 if most == "1e-4" else 2)


def test_a_file_that_is_no_policy_is_bad_input(plain_bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "strict.toml").write_text("schema_version = 2\n")
    demands = Demands(allow_unchecked=True, policy=tmp_path / "strict.toml")
    with pytest.raises(InputError, match="policy"), received(plain_bundle, demands):
        pass
