"""Maps of explanations against another release: where they point, and what they explain."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reports.release.sample_evidence import make_evidence
from xport.common.arrays import Array
from xport.comparison.change import Changes, ReleaseIdentity
from xport.difference.maps import map_changes
from xport.difference.side import Said, Side
from xport.formats.artifact import Signature, TensorSpec
from xport.judgement.change_checks import change_checks
from xport.judgement.verdict import Check, Status
from xport.plan.baseline import ChangeLimits
from xport.plan.plan import Plan

RNG = np.random.default_rng(3)
MAP = RNG.random((1, 1, 16, 16), dtype=np.float32)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The sample release, whose classifier stands for an explanation with one map."""
    found = make_evidence().plan
    model = found.model("classifier")
    spec = TensorSpec(name="saliency", dtype="float32", shape=(1, 1, 16, 16))
    signature = Signature(inputs=model.signature.inputs, outputs=(spec,))
    explains = model.model_copy(
        update={"kind": "explanation", "signature": signature, "labels": None}
    )
    return found.model_copy(update={"models": (explains,)})


def side(plan: Plan, maps: dict[str, Array]) -> Side:
    said = Said({key: key for key in maps}, {"saliency": maps}, lambda _: None)
    return Side("somewhere", "run", plan, maps_on_probes={("classifier", "torch"): said})


def checked(plan: Plan, before: dict[str, Array], after: dict[str, Array]) -> dict[str, Check]:
    limits = ChangeLimits(min_map_cosine=0.95, min_region_iou=0.5)
    one = ReleaseIdentity(release="old", version=None, held="run", evidence_sha256=None)
    maps = tuple(map_changes(side(plan, before), side(plan, after), limits.explained_share))
    found = Changes(before=one, after=one, maps=maps)
    checks = change_checks(limits, found, plan)
    return {check.name.partition("(")[2].rstrip(")"): check for check in checks}


def moved() -> Array:
    """The same but for its region: the top tenth changes place with the next, in the same order."""
    flat = MAP.ravel().copy()
    order = np.argsort(flat)
    top, following = order[-26:], order[-52:-26]
    flat[top], flat[following] = MAP.ravel()[following], MAP.ravel()[top]
    return flat.reshape(MAP.shape)


def test_the_same_maps_keep_both_limits_and_say_on_how_many_probes(plan: Plan) -> None:
    found = checked(plan, {"a": MAP, "b": 2 * MAP}, {"a": MAP, "b": MAP, "c": MAP})
    assert {check.status for check in found.values()} == {Status.PASSED}
    said = found["min_region_iou"].message
    assert "of 2 shared probes, saliency of torch (min_region_iou 0.5)" in said


def test_a_moved_region_breaks_its_limit_within_the_cosine(plan: Plan) -> None:
    found = checked(plan, {"a": MAP, "b": MAP}, {"a": MAP, "b": moved()})
    assert found["min_map_cosine"].status is Status.PASSED
    assert found["min_region_iou"].status is Status.FAILED
    assert "IoU 0 on b of 2 shared probes" in found["min_region_iou"].message


def test_a_constant_map_or_one_of_no_numbers_fails_both(plan: Plan) -> None:
    for spoilt in (0 * MAP, MAP + np.float32("nan")):
        found = checked(plan, {"a": MAP}, {"a": spoilt})
        assert {check.status for check in found.values()} == {Status.FAILED}


def test_without_a_shared_probe_neither_was_run(plan: Plan) -> None:
    found = checked(plan, {"a": MAP}, {"b": MAP})
    assert {check.status for check in found.values()} == {Status.NOT_RUN}
    assert "both sides share no probe" in found["min_region_iou"].message


def test_regions_of_another_share_were_not_compared(plan: Plan) -> None:
    one = ReleaseIdentity(release="old", version=None, held="run", evidence_sha256=None)
    maps = tuple(map_changes(side(plan, {"a": MAP}), side(plan, {"a": MAP}), 0.2))
    limits = ChangeLimits(min_region_iou=0.5)
    (check,) = change_checks(limits, Changes(before=one, after=one, maps=maps), plan)
    assert check.status is Status.NOT_RUN
