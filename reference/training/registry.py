"""Images as a network reads them, prepared once and kept on disk: memory stays flat.

A registry is a folder with the grey levels of all images of a data set after the release's own
preprocessing, to 16 bits, and their labels. It is written whole or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field

from reference.data import Dataset, Reading, Usage
from reference.document import Document, folder_made_whole
from reference.errors import TrainingError
from reference.preprocess import Preprocess

Tell = Callable[[str], None]

_LEVELS, _LABELS, _ABOUT = "levels.u16", "labels.f32", "registry.json"
_WHITE = 65535


class About(Document):
    """What a registry holds.

    Args:
        dataset: name of the set.
        labels: the meaning of the columns of its labels.
        listing: SHA-256 of the names and labels of the offered images, in order.
        preprocess: how they were prepared.
        images: how many there are.
        levels: SHA-256 of their grey levels.
        usage: how many of how many images were used.
    """

    schema_version: int = Field(default=1, ge=1, le=1)
    dataset: str
    labels: tuple[str, ...]
    listing: str
    preprocess: Preprocess
    images: int = Field(ge=1)
    levels: str
    usage: Usage


@dataclass(frozen=True)
class Registry:
    """Prepared images, read from disk as they are asked for.

    Args:
        about: what they are.
        levels: (N, size, size) uint16, 0 is black.
        truth: (N, labels) float32; 1, 0, or NaN where unknown.
    """

    about: About
    levels: npt.NDArray[np.uint16]
    truth: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return self.about.images

    def grey(self, indices: Sequence[int]) -> torch.Tensor:
        """Return (n, 1, size, size) float32, 0 is black and 1 white."""
        chosen = self.levels[np.asarray(indices, dtype=np.int64)].astype(np.float32)
        return torch.from_numpy(chosen / np.float32(_WHITE))[:, None]

    def known(self, indices: Sequence[int]) -> torch.Tensor:
        """Return (n, labels) float32; NaN where unknown."""
        return torch.from_numpy(self.truth[np.asarray(indices, dtype=np.int64)])


def network_input(grey: torch.Tensor, preprocess: Preprocess) -> torch.Tensor:
    """Return the input of a network: grey levels in its range, in equal channels.

    Args:
        grey: (N, 1, H, W) on [0, 1].
        preprocess: has the range and the number of channels.
    """
    ranged = preprocess.low + grey * (preprocess.high - preprocess.low)
    return ranged.expand(-1, preprocess.channels, -1, -1)


def register(
    dataset: Dataset, preprocess: Preprocess, folder: Path, tell: Tell | None = None
) -> Registry:
    """Prepare all images of a set and keep them in a folder, or take them from there.

    Args:
        dataset: the images; missing and broken ones are left out and named in ``about.usage``.
        preprocess: the release's own.
        folder: absent, or a registry of the same set and preparation.
        tell: is told of progress.

    Raises:
        DataError: not one image could be used.
        TrainingError: the folder holds something else, or cannot be written.
    """
    if (folder / _ABOUT).is_file():
        registry = open_registry(folder)
        if (registry.about.listing, registry.about.preprocess) == (_listing(dataset), preprocess):
            return registry
        raise TrainingError(
            f"the images there are of {registry.about.dataset}, prepared for another training",
            str(folder),
            "give another folder, or remove this one",
        )
    if folder.exists():
        raise TrainingError("the folder holds no images", str(folder), "give another folder")
    try:
        with folder_made_whole(folder) as staging:
            _fill(staging, dataset, preprocess, tell or (lambda line: None))
    except OSError as error:
        raise _unwritable(folder, error) from error
    return open_registry(folder)


def open_registry(folder: Path) -> Registry:
    """Return the registry in a folder.

    Raises:
        DocumentError: there is none, or it is of another version.
        TrainingError: a file of it is too short or too long.
    """
    about = About.read(folder / _ABOUT)
    size = about.preprocess.size
    shapes = {_LEVELS: (about.images, size, size), _LABELS: (about.images, len(about.labels))}
    for name, shape in shapes.items():
        wanted = int(np.prod(shape)) * (2 if name == _LEVELS else 4)
        path = folder / name
        if not path.is_file() or path.stat().st_size != wanted:
            raise TrainingError(
                "the file is absent or damaged", str(path), "remove the folder and prepare again"
            )
    truth = np.fromfile(folder / _LABELS, dtype="<f4").reshape(shapes[_LABELS])
    levels = np.memmap(folder / _LEVELS, dtype="<u2", mode="r", shape=shapes[_LEVELS])
    return Registry(about, levels, truth.astype(np.float32))


def _fill(staging: Path, dataset: Dataset, preprocess: Preprocess, tell: Tell) -> None:
    grey = preprocess.model_copy(update={"channels": 1, "low": 0.0, "high": 1.0})
    reading, digest, count = Reading(dataset), hashlib.sha256(), 0
    every = max(1, len(dataset) // 10)
    with (staging / _LEVELS).open("wb") as levels, (staging / _LABELS).open("wb") as labels:
        for item, image in reading:
            prepared = np.rint(grey.apply(image)[0, 0] * np.float64(_WHITE))
            content = prepared.astype("<u2").tobytes()
            digest.update(content)
            levels.write(content)
            labels.write(np.array(item.labels, dtype="<f4").tobytes())
            count += 1
            if count % every == 0:
                tell(f"{dataset.name}: {count:,} of {len(dataset):,} images prepared")
    tell(reading.usage.sentence())
    About(
        dataset=dataset.name,
        labels=dataset.labels,
        listing=_listing(dataset),
        preprocess=preprocess,
        images=count,
        levels=digest.hexdigest(),
        usage=reading.usage,
    ).write(staging / _ABOUT)


def _listing(dataset: Dataset) -> str:
    digest = hashlib.sha256(repr(dataset.labels).encode())
    for item in dataset.items:
        digest.update(f"{item.name}\0{item.labels!r}\n".encode())
    return digest.hexdigest()


def _unwritable(folder: Path, error: OSError) -> TrainingError:
    return TrainingError(
        f"the images cannot be kept ({error.strerror})", str(folder), "free disk space"
    )
