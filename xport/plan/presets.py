"""Policies that come with xport, by name: a release file names one and writes what differs from it.

They are policy files in `policies`, each tolerance with its reason. What is of every output or map
is spelt out for the release's own, so that nobody who judges needs to know of presets.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from xport.common import digests
from xport.errors import InputError
from xport.plan.plan import Plan
from xport.plan.policy import Policy, Preset, RelativeTolerance, Tolerance

FOLDER = Path(__file__).parent / "policies"
MAPS = ("gradient", "saliency", "cam")
"""The outputs of an explanation that are maps."""
PER_RELEASE = ("tolerances", "relative_tolerances")
"""Keys that name outputs, and what is spelt out stands in."""

Key = tuple[str, str]
"""Model and output."""


def names() -> list[str]:
    """What the presets are called."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def content_of(name: str) -> bytes:
    """The policy file of a preset.

    Raises:
        InputError: none is called so.
    """
    if name not in names():
        raise InputError(
            f"policy.preset: none is called {name!r}", "", f"there are {', '.join(names())}"
        )
    return (FOLDER / f"{name}.toml").read_bytes()


def merged(own: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a `[policy]` table over the preset that it names; as it stands without one.

    A key that is written beside `preset` takes the place of the preset's, whole, and is named
    among `overrides`.

    Raises:
        InputError: no preset is called so.
    """
    if "preset" not in own:
        return dict(own)
    name, beside = own["preset"], {key: value for key, value in own.items() if key != "preset"}
    if not isinstance(name, str):
        raise InputError("policy.preset: is no name", "", f"there are {', '.join(names())}")
    content = content_of(name)
    said = {"name": name, "sha256": digests.of_bytes(content), "overrides": sorted(beside)}
    return _table(content) | beside | {"preset": said}


def spelt_out(policy: Policy, outputs: Collection[Key], maps: Collection[Key]) -> Policy:
    """The policy with a tolerance for every output and map that has none of its own.

    Args:
        outputs: of the release, with its maps.
        maps: those of them that are maps.
    """
    declared = {*policy.declared()}
    open_ones = [key for key in outputs if key not in declared]
    plain, relative = policy.every_output, policy.every_map
    tolerances = [*policy.tolerances]
    relatives = [*policy.relative_tolerances]
    for model, output in open_ones:
        if (model, output) in maps and relative is not None:
            told = relative.model_dump()
            relatives.append(RelativeTolerance(model=model, output=output, **told))
        elif (model, output) not in maps and plain is not None:
            tolerances.append(Tolerance(model=model, output=output, **plain.model_dump()))
    update = {"tolerances": tuple(tolerances), "relative_tolerances": tuple(relatives)}
    return policy.model_copy(update=update)


def spelt_out_for(plan: Plan, policy: Policy) -> Policy:
    """Another policy than a plan's own, spelt out for everything that the plan's models say."""
    said = [(model, spec.name) for model in plan.models for spec in model.signature.outputs]
    maps = [(m.id, o) for m, o in said if m.kind == "explanation" and o in MAPS]
    return spelt_out(policy, [(model.id, output) for model, output in said], maps)


def preset_findings(policy: Policy) -> Iterator[str]:
    """Where a policy names a preset of this version and is another one; others cannot be told."""
    preset = policy.preset
    if not isinstance(preset, Preset) or preset.name not in names():
        return
    content = content_of(preset.name)
    if digests.of_bytes(content) != preset.sha256:
        return
    ours = Policy.model_validate(_table(content))
    for key in Policy.model_fields:
        if key in ("preset", *PER_RELEASE, *preset.overrides):
            continue
        if getattr(policy, key) != getattr(ours, key):
            yield f"policy.{key} is not what the preset {preset.name} has, and is not overridden"
    if "tolerances" not in preset.overrides and policy.every_output is not None:
        every = policy.every_output.model_dump()
        if any(one.model_dump(exclude={"model", "output"}) != every for one in policy.tolerances):
            yield f"policy.tolerances are not those of the preset {preset.name}"
    if "relative_tolerances" not in preset.overrides and policy.every_map is not None:
        every = policy.every_map.model_dump()
        found = (one.model_dump(exclude={"model", "output"}) for one in policy.relative_tolerances)
        if any(one != every for one in found):
            yield f"policy.relative_tolerances are not those of the preset {preset.name}"


@cache
def _table(content: bytes) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(content.decode())["policy"]
    return table
