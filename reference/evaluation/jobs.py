"""What networks compute of each image in a pass: probabilities, or scores of a reconstruction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from reference.data import Item
from reference.data.augmentation import Level, drawn_movements, moved
from reference.decide import scores
from reference.decide.predictions import Predictions
from reference.decide.scores import ScoreName
from reference.errors import CalibrationError
from reference.evaluation.networks import AutoencoderNetwork, ClassifierNetwork
from reference.evaluation.passes import Float64Array, Outputs, Rows

SCORES: tuple[ScoreName, ...] = ("latent", "l1", "l2", "ssim")
"""In the order of the paper's figures."""

NONE = Level("none")


@dataclass(frozen=True)
class Probabilities:
    """A classifier's outputs on images that are moved first, each by its own lot.

    Args:
        network: the classifier.
        level: how far images are moved, before they are resized.
        seed: of the lots; each depends on it, the level and the image's name alone.
    """

    network: ClassifierNetwork
    level: Level = NONE
    seed: int = 0

    @property
    def title(self) -> str:
        """Name and level."""
        level = f" at {self.level.name}" if self.level.moves else ""
        return f"classifier {self.network.about.name}{level}"

    @property
    def identity(self) -> str:
        """Weights, preprocessing, level and seed."""
        return f"probabilities {self.network.about.sha256} {self.preparation}"

    @property
    def preparation(self) -> str:
        """Preprocessing, level and seed."""
        lots = f"{self.level} {self.seed}" if self.level.moves else "unmoved"
        return f"{self.network.about.preprocess.digest()} {lots}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The findings."""
        return self.network.findings

    def prepare(self, item: Item, levels: Float64Array) -> npt.NDArray[np.float32]:
        """Return the input of one image."""
        if self.level.moves:
            levels = moved_levels(levels, self.level, f"{self.seed}:{self.level.name}:{item.name}")
        made: npt.NDArray[np.float32] = self.network.about.preprocess.apply(levels)[0]
        return made

    def run(self, batch: npt.NDArray[np.float32]) -> Rows:
        """Return probabilities."""
        # Channels last is a third faster on a CPU.
        images = torch.from_numpy(batch).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            found: Rows = self.network.module(images)[1].numpy()
        return found


@dataclass(frozen=True)
class Reconstructed:
    """How far images are from what an autoencoder makes of them."""

    network: AutoencoderNetwork

    @property
    def title(self) -> str:
        """The autoencoder's name."""
        return f"autoencoder {self.network.about.name}"

    @property
    def identity(self) -> str:
        """Weights, preprocessing, and the definitions of the scores."""
        definitions = "; ".join(scores.DEFINITIONS[score] for score in SCORES)
        return f"scores {self.network.about.sha256} {self.preparation} {definitions}"

    @property
    def preparation(self) -> str:
        """Preprocessing."""
        return self.network.about.preprocess.digest()

    @property
    def columns(self) -> tuple[str, ...]:
        """The scores."""
        return SCORES

    def prepare(self, item: Item, levels: Float64Array) -> npt.NDArray[np.float32]:
        """Return the input of one image."""
        made: npt.NDArray[np.float32] = self.network.about.preprocess.apply(levels)[0]
        return made

    def run(self, batch: npt.NDArray[np.float32]) -> Rows:
        """Return the scores of every image."""
        reconstructions, codes = reconstruct(self.network, batch)
        return np.array(
            [
                scores_of(image[0], made, code)
                for image, made, code in zip(batch, reconstructions, codes, strict=True)
            ]
        )


def reconstruct(
    network: AutoencoderNetwork, batch: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return reconstructions (N, H, W) on [-1, 1] and codes (N, latent) of a batch."""
    with torch.inference_mode():
        made, codes = network.module(torch.from_numpy(batch))
    return made[:, 0].numpy(), codes.numpy()


def scores_of(
    image: npt.NDArray[np.float32],
    made: npt.NDArray[np.float32],
    code: npt.NDArray[np.float32],
) -> tuple[float, ...]:
    """Return the scores in the order of ``SCORES``."""
    found = {
        "latent": scores.latent_distance(code),
        "l1": scores.l1(image, made),
        "l2": scores.l2(image, made),
        "ssim": scores.ssim(image, made),
    }
    return tuple(found[score] for score in SCORES)


def moved_levels(levels: Float64Array, level: Level, lot: str) -> Float64Array:
    """Return gray levels that are moved within a level, as the lot decides; outside is black."""
    seed = int.from_bytes(hashlib.sha256(lot.encode()).digest()[:8], "big") >> 1
    movements = drawn_movements(level, 1, torch.Generator().manual_seed(seed))
    image = torch.from_numpy(np.ascontiguousarray(levels, dtype=np.float32))[None, None]
    # Bilinear weights add up to 1 only to the last bit.
    result: Float64Array = moved(image, movements)[0, 0].double().numpy().clip(0.0, 1.0)
    return result


def predictions_of(name: str, labels: tuple[str, ...], outputs: Outputs) -> Predictions:
    """Return labels and probabilities of the findings that set and classifier have in common.

    Args:
        name: of the set.
        labels: what the items' labels mean.
        outputs: of ``Probabilities``.

    Raises:
        CalibrationError: they have none in common.
    """
    common = tuple(finding for finding in labels if finding in outputs.columns)
    if not common:
        raise CalibrationError(
            "the classifier scores none of the labels", name, "give a set with its findings"
        )
    truth = np.array([item.labels for item in outputs.items], dtype=np.float64)
    return Predictions(
        name,
        common,
        truth[:, [labels.index(finding) for finding in common]],
        np.stack([outputs.column(finding) for finding in common], axis=1),
    )
