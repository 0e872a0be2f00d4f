"""Release files that ask for nothing, or for what cannot be: refused before anything is done."""

from __future__ import annotations

from typing import Any

from tests import mini
from tests.saboteurs.table import Mutation


def refused(name: str, what: str, said: str, **changes: Any) -> Mutation:
    """A release file that `convert` refuses."""
    return Mutation(
        name,
        what,
        "convert",
        "refused, exit code 2",
        said,
        lambda bench: bench.converted(mini.release(**changes)),
    )


def tolerances(**changes: Any) -> dict[str, Any]:
    """A policy whose first tolerance is another."""
    first, *others = mini.policy()["tolerances"]
    return mini.policy(tolerances=[first | changes, *others])


def alike(**changes: Any) -> dict[str, Any]:
    """A policy whose first relative tolerance is another."""
    first, *others = mini.policy()["relative_tolerances"]
    return mini.policy(relative_tolerances=[first | changes, *others])


def criterion(**changes: Any) -> dict[str, Any]:
    """A policy whose acceptance criterion is another."""
    (first,) = mini.policy()["acceptance_criteria"]
    return mini.policy(acceptance_criteria=[first | changes])


def advisory(leg: str) -> dict[str, Any]:
    """A policy that lets a leg of the classifier differ."""
    one = {
        "model": "classifier",
        "leg": leg,
        "output": "logits",
        "rationale": "known to be wrong here",
    }
    return mini.policy(advisory=[one])


WITHOUT_BROWSER = {"backends": [], "wasm_threads": 1, "timeout_seconds": 120}

MUTATIONS = [
    refused(
        "tolerance of nothing",
        "A tolerance of zero, which NaN alone would not meet.",
        "max_abs",
        policy=tolerances(max_abs=0.0),
    ),
    refused(
        "negative tolerance", "A tolerance below zero.", "max_abs", policy=tolerances(max_abs=-1.0)
    ),
    refused(
        "no reason",
        "A tolerance whose reason is two letters.",
        "rationale",
        policy=tolerances(rationale="ok"),
    ),
    refused(
        "tolerance left out",
        "An output of a model has no tolerance.",
        "classifier",
        policy=mini.policy(tolerances=mini.policy()["tolerances"][1:]),
    ),
    refused(
        "two tolerances for one output",
        "A wider tolerance is declared beside the first.",
        "more than one tolerance for",
        policy=mini.policy(
            tolerances=[
                *mini.policy()["tolerances"],
                mini.policy()["tolerances"][0] | {"max_abs": 1.0},
            ]
        ),
    ),
    refused(
        "no probes wanted",
        "The policy wants no probe at all.",
        "min_probes",
        policy=mini.policy(min_probes=0),
    ),
    refused(
        "no images wanted",
        "The policy wants no image at all.",
        "min_images",
        policy=mini.policy(min_images=0),
    ),
    refused(
        "no bits wanted",
        "The policy wants no mantissa bit at all.",
        "mantissa_bits",
        policy=mini.policy(mantissa_bits=0),
    ),
    refused(
        "any direction",
        "A map may point anywhere: a least cosine of zero.",
        "min_cosine",
        policy=alike(min_cosine=0.0),
    ),
    refused(
        "no browser", "No backend of a browser is verified.", "backends", browser=WITHOUT_BROWSER
    ),
    refused(
        "criterion on no leg",
        "An acceptance criterion is asked of a leg that does not exist.",
        "is not a leg of this release",
        policy=criterion(legs=["tfjs/webgpu"]),
    ),
    refused(
        "what ships is advisory",
        "A leg that ships is let differ.",
        "is what ships, or PyTorch, and cannot be advisory",
        policy=advisory("tfjs/webgl"),
    ),
    refused(
        "the reference is advisory",
        "PyTorch itself is let differ.",
        "is what ships, or PyTorch, and cannot be advisory",
        policy=advisory("torch"),
    ),
    refused(
        "unknown key",
        "A key of the policy is misspelt, so that what it asks would go unheard.",
        "min_probe",
        policy=mini.policy() | {"min_probe": 20},
    ),
    refused(
        "fewer probes than wanted",
        "The release has fewer probes than its policy wants.",
        "probes, policy.min_probes wants",
        policy=mini.policy(min_probes=500),
    ),
    refused(
        "fewer images than wanted",
        "The release has fewer image files than its policy wants.",
        "image files, policy.min_images wants",
        policy=mini.policy(min_images=500),
    ),
    refused(
        "a renderer nobody can be",
        "The renderer that is required is no regular expression.",
        "not a regular expression",
        policy=mini.policy(require_renderer="("),
    ),
    refused(
        "a second route that is left out",
        "Two routes are required, one is made.",
        "name both routes",
        routes={"direct": {}},
        policy=mini.policy(require_second_route=True),
    ),
]
