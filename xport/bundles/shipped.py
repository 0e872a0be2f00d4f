"""A model of a bundle in a folder of its own: files that models share in the bundle are copied."""

from __future__ import annotations

from pathlib import Path

from xport.bundles.manifest import Manifest
from xport.common.document import write_whole
from xport.plan.plan import Plan, PlannedArtifact, PlannedModel


def shipped_from(
    bundle: Path, manifest: Manifest, of: tuple[Plan, PlannedModel], place: Path
) -> PlannedArtifact:
    """The artifact that ships of a model of a checked bundle, its files written into `place`.

    Raises:
        UnavailableError: `place` cannot be written.
    """
    plan, model = of
    bundled = manifest.models[model.id]
    for name, entry in bundled.files.items():
        write_whole(place / name, (bundle / (entry.path or f"{bundled.path}{name}")).read_bytes())
    return model.artifacts[plan.shipped_artifact].model_copy(update={"path": place})
