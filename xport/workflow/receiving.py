"""Receiving a bundle: checked whole, and held to what whoever receives it demands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xport.bundles.manifest import Manifest
from xport.judgement.evidence import EVIDENCE, Evidence
from xport.judgement.under import require_held
from xport.release_file.file import read_policy
from xport.workflow.verification import verify


@dataclass(frozen=True)
class Demands:
    """What a bundle is held to beyond being whole.

    Args:
        allow_unchecked: let pass what another version of xport made and cannot be judged again.
        expect: the SHA-256 that its manifest must have.
        key: a public key in PEM, whose owner must have signed it.
        policy: a TOML file with a `[policy]`; the evidence must say PASSED under at least that.
    """

    allow_unchecked: bool = False
    expect: str | None = None
    key: Path | None = None
    policy: Path | None = None


@dataclass(frozen=True)
class Received:
    """A bundle that is what was demanded: its manifest, and where it lies.

    `said` are sentences on how demands were met, `unchecked` on what nothing was known of.
    """

    manifest: Manifest
    folder: Path
    said: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


@contextmanager
def received(place: Path, demands: Demands) -> Iterator[Received]:
    """A bundle that was checked and is what is demanded; it lies there as long as this is entered.

    Raises:
        VerdictError: its evidence does not say PASSED under at least the demanded policy.
        InputError: the policy's file is none.
        XportError: as `xport.workflow.verification.verify`.
    """
    policy = read_policy(demands.policy)[0] if demands.policy else None
    manifest = verify(
        place, allow_unchecked=demands.allow_unchecked, expect=demands.expect, key=demands.key
    )
    said: tuple[str, ...] = ()
    if policy is not None:
        evidence = Evidence.read(place / EVIDENCE)
        met = require_held(evidence, policy, str(place), str(demands.policy))
        said = (f"its policy is at least as strict as {demands.policy}, or its numbers are", *met)
    yield Received(manifest, place, said)
