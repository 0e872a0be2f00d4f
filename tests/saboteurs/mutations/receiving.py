"""Bundles that are held to another policy, and hosts that lie of what was published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.saboteurs.bench import Bench
from tests.saboteurs.hosted import CHANNEL, Answers, Site
from tests.saboteurs.said import Said, refusal_of
from tests.saboteurs.table import Mutation, Outcome
from tests.xport.fetching.conftest import to
from xport.judgement.under import require_held
from xport.plan.policy import Policy

BAD = "refused, exit code 3"
MODEL = "models/classifier/model.json"


def under(
    name: str, what: str, said: str, outcome: Outcome, asked: Callable[[Policy], Mapping[str, Any]]
) -> Mutation:
    """A sound release under a policy that it was not held to."""

    def attempt(bench: Bench) -> Said:
        evidence = bench.run.evidence
        own = evidence.plan.policy
        policy = Policy.model_validate(own.model_dump() | {**asked(own)})
        return refusal_of(lambda: require_held(evidence, policy, "bundle", "asked.toml"))

    return Mutation(name, what, "verify --policy", outcome, said, attempt)


def hosted(
    name: str,
    what: str,
    said: str,
    answers: Callable[[Site], tuple[Answers, ...]],
    path: str = CHANNEL,
) -> Mutation:
    """A sound release on a host that says something else in one answer."""
    return Mutation(
        name,
        what,
        "verify ADDRESS",
        BAD,
        said,
        lambda bench: bench.site.received(path, *answers(bench.site)),
    )


def of_folder(name: str, what: str, said: str, answers: Answers) -> Mutation:
    """The same of the address of the release's folder, with no key at hand."""
    return Mutation(
        name,
        what,
        "verify ADDRESS",
        BAD,
        said,
        lambda bench: bench.site.received(f"{bench.site.release}/", answers, key=False),
    )


def narrower(policy: Policy) -> dict[str, Any]:
    """Tolerances that no arithmetic meets."""
    return {"tolerances": [one.model_dump() | {"max_abs": 1e-12} for one in policy.tolerances]}


def of_another(policy: Policy) -> dict[str, Any]:
    """A tolerance of an output that the release does not have."""
    other = policy.tolerances[0].model_dump() | {"output": "uncertainty"}
    return {"tolerances": [*(one.model_dump() for one in policy.tolerances), other]}


MUTATIONS = [
    under(
        "demanded tolerances that its numbers break",
        "Whoever receives the bundle demands tolerances that nothing measured meets.",
        "1e-12 is demanded",
        "refused, exit code 1",
        narrower,
    ),
    under(
        "demanded of an output that it has not",
        "Whoever receives the bundle demands a tolerance of an output that was never compared.",
        "uncertainty",
        BAD,
        of_another,
    ),
    under(
        "demanded probes that never ran",
        "Whoever receives the bundle demands a thousand probes of each model.",
        "policy.min_probes: 1000 is demanded",
        BAD,
        lambda _: {"min_probes": 1000},
    ),
    under(
        "demanded images that were never prepared",
        "Whoever receives the bundle demands a thousand image files.",
        "policy.min_images: 1000 is demanded",
        BAD,
        lambda _: {"min_images": 1000},
    ),
    of_folder(
        "a model that its host changed",
        "A host serves another model.json than was published.",
        f"file {MODEL} is changed",
        {MODEL: b"{}"},
    ),
    of_folder(
        "a script that its host has no more",
        "A host has lost a script of the page.",
        "file app.js is missing",
        {"/app.js": None},
    ),
    of_folder(
        "led to another host",
        "A host answers with the address of another one, which has all files.",
        "leads to another origin",
        {"/manifest.json": to("http://127.0.0.2:9/manifest.json")},
    ),
    hosted(
        "another release in the named one's place",
        "A host has another manifest where the channel's release lies.",
        "the channel names",
        lambda site: ({"/manifest.json": _later(site)},),
    ),
    hosted(
        "a channel of somebody else",
        "A channel's file that names the same release, signed with another key.",
        "is signed with another key",
        lambda site: ({CHANNEL: site.signed(stranger=True)},),
    ),
    hosted(
        "a channel that has ended",
        "A host goes on with a channel's file after its end date.",
        "expired at",
        lambda site: ({CHANNEL: site.ended()},),
    ),
    hosted(
        "a channel that goes back",
        "A host puts back an older file of the channel than this visitor has seen.",
        "this machine has seen number 9",
        lambda site: ({CHANNEL: site.signed(sequence=9), "/manifest.json": None}, {}),
    ),
    hosted(
        "a list of revoked releases held back",
        "A host has no list of revoked releases, and the channel's file names its number.",
        "names number 1 of the list of revoked releases, and there is none",
        lambda site: ({CHANNEL: site.signed(revocations=1)},),
    ),
    hosted(
        "a release that is revoked",
        "The release that the channel is at is on its target's list.",
        "is revoked since",
        lambda site: ({"/revocations.json": site.revoked()},),
    ),
]


def _later(site: Site) -> bytes:
    """The manifest with another title."""
    content = (site.folder / site.release / "manifest.json").read_bytes()
    return content.replace(b"Miniature", b"Miniatura")
