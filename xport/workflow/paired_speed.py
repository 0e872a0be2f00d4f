"""Times of a new release against an old one's: what ships of both, run in turn in one browser."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xport.benchmark.paired import run_in_turn
from xport.bundles.manifest import MANIFEST, Manifest
from xport.bundles.shipped import shipped_from
from xport.comparison.paired_speed import AFTER, BEFORE, SpeedPair
from xport.difference.side import Side
from xport.errors import InputError, XportError
from xport.judgement.slowdown_checks import timed_legs
from xport.plan.plan import Leg, Plan, PlannedArtifact, PlannedModel
from xport.recording.browser import BrowserOptions, Harness
from xport.recording.legs import artifact_of


@dataclass(frozen=True)
class Shipping:
    """A release by its plan, and the bundle that holds its models; None where the cache does."""

    plan: Plan
    bundle: Path | None = None

    @classmethod
    def of_side(cls, side: Side) -> Shipping:
        """One of the two sides of a difference."""
        return cls(side.plan, Path(side.place) if side.held == "bundle" else None)

    def artifact(self, model: PlannedModel, place: Path) -> PlannedArtifact:
        """What ships of a model, its files in one folder, which is `place` where it is made.

        Raises:
            InputError: the cache has it no more.
        """
        if self.bundle is not None:
            manifest = Manifest.read(self.bundle / MANIFEST)
            return shipped_from(self.bundle, manifest, (self.plan, model), place)
        found = model.artifacts[self.plan.shipped_artifact]
        if not found.path.is_dir():
            raise InputError(
                f"the cache has what ships of {model.id} no more",
                str(found.path),
                "make the release again, or compare its bundle",
            )
        return found


def speeds_between(
    before: Shipping, after: Shipping, rounds: int, options: BrowserOptions
) -> Iterator[SpeedPair]:
    """Every model that both releases have, on every leg of the new one that ships in browsers.

    A model of which both ship the same files is not run: it takes the same time.
    """
    old = {model.id: model for model in before.plan.models}
    for model in after.plan.models:
        for leg in timed_legs(after.plan, model) if model.id in old else ():
            files = old[model.id].artifacts[before.plan.shipped_artifact].files
            pair = SpeedPair(model=model.id, leg=leg.name, files_before=files)
            if files != model.artifacts[after.plan.shipped_artifact].files:
                pair = _run(pair, (before, after), (old[model.id], model, leg), rounds, options)
            yield pair


def _run(
    pair: SpeedPair,
    sides: tuple[Shipping, Shipping],
    of: tuple[PlannedModel, PlannedModel, Leg],
    rounds: int,
    options: BrowserOptions,
) -> SpeedPair:
    plan, (*models, leg) = sides[1].plan, of
    assert leg.backend is not None
    with tempfile.TemporaryDirectory(prefix="xport-turns-") as temporary:
        scratch = Path(temporary)
        try:
            placed = [
                model.model_copy(
                    update={
                        "artifacts": {plan.shipped_artifact: side.artifact(model, scratch / name)}
                    }
                )
                for side, model, name in zip(sides, models, (BEFORE, AFTER), strict=True)
            ]
            both = plan.model_copy(update={"models": tuple(placed)})
            settings = Harness(both, options, scratch / "shaders").settings(leg.backend)
        except (XportError, OSError) as error:
            return pair.model_copy(update={"failure": str(error)})
        before, after = (artifact_of(model, plan.shipped_artifact) for model in placed)
        return run_in_turn(pair, (before, after), settings, rounds)
