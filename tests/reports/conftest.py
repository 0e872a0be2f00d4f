"""Evidence shared by the report tests: one that passes, one with many faults, one with a gap."""

from __future__ import annotations

import pytest

from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import WASM, SampleRelease, waivers_of_wasm
from xport.judgement.evidence import Evidence


@pytest.fixture(scope="session")
def passing() -> Evidence:
    """All checks passed."""
    return make_evidence()


@pytest.fixture(scope="session")
def weak() -> Evidence:
    """All checks passed, but fewer probes were asked for than must be."""
    return make_evidence(SampleRelease(min_probes=1))


@pytest.fixture(scope="session")
def waived() -> Evidence:
    """The wasm leg swaps the classifier's findings, and the policy waives that."""
    return make_evidence(SampleRelease(swapped=frozenset({WASM}), waivers=waivers_of_wasm()))


@pytest.fixture(scope="session")
def failing() -> Evidence:
    """The SavedModel leg swaps channels, WebGL makes a NaN, and a recording is missing."""
    return make_evidence(
        SampleRelease(
            swapped=frozenset({"classifier/savedmodel"}),
            nan=frozenset({"classifier/tfjs/webgl"}),
            missing=frozenset({"autoencoder/tfjs/wasm"}),
        )
    )


@pytest.fixture(scope="session")
def incomplete() -> Evidence:
    """Nothing failed, but the runner of one leg crashed; no times, no pictures."""
    return make_evidence(
        SampleRelease(crashed=frozenset({"classifier/tfjs/wasm"}), runtimes=(), pictures=False)
    )
