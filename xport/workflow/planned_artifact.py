"""What a plan says of one artifact: its files by digest, its cost, and its weights."""

from __future__ import annotations

from collections.abc import Mapping

from xport.common import digests
from xport.conversion.pipeline import Converted
from xport.formats.artifact import Format
from xport.formats.tfjs_model import stored_weights
from xport.formats.torch_module import WEIGHTS
from xport.plan.plan import PlannedArtifact, StoredWeights
from xport.plan.routes import TORCH
from xport.release_file.tables import ModelEntry


def weights_digest(entry: ModelEntry, artifacts: Mapping[str, PlannedArtifact]) -> str:
    """The SHA-256 by which documents name a model's weights.

    It is that of the checkpoint or ONNX file; of a model that has neither, that of the weights as
    they were stored.
    """
    if entry.weights_file is not None:
        return digests.of_file(entry.weights_file)
    return artifacts[TORCH].files.get(WEIGHTS, artifacts[TORCH].digest)


def planned_artifact(done: Converted) -> PlannedArtifact:
    """An artifact as a plan has it."""
    path = done.artifact.path
    return PlannedArtifact(
        format=done.artifact.format,
        path=path.resolve(),
        digest=done.artifact.digest,
        files=done.files,
        bytes=sum((path / name).stat().st_size for name in done.files),
        cost=done.cost,
        weights=_weights(done),
    )


def _weights(done: Converted) -> tuple[StoredWeights, ...]:
    if done.artifact.format is not Format.TFJS:
        return ()
    found = stored_weights(done.artifact.path)
    return tuple(StoredWeights(dtype=dtype, **row) for dtype, row in sorted(found.items()))
