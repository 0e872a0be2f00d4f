"""One pass of networks over a data set: image by image, rows straight to disk, computed once.

A pass is ``KEY.csv``, one row per image that could be read, and ``KEY.json``, which says what it is
of and is written last; rows without it do not count. The key covers the images (names, labels,
sizes and times of change), the weights, the preprocessing and the augmentation.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from reference import progress
from reference.data import Dataset, Item, Reading, Usage
from reference.data.dataset import ImageFiles
from reference.document import Document, writing_whole
from reference.errors import DocumentError

Float64Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.floating[Any]]


class Job(Protocol):
    """What a pass computes of every image."""

    @property
    def title(self) -> str:
        """What it is, for people."""

    @property
    def identity(self) -> str:
        """What its numbers depend on besides the images."""

    @property
    def preparation(self) -> str:
        """What ``prepare`` depends on besides the image: equal ones share their inputs."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the numbers of an image."""

    def prepare(self, item: Item, levels: Float64Array) -> npt.NDArray[np.float32]:
        """Return the network's input, (C, H, W)."""

    def run(self, batch: npt.NDArray[np.float32]) -> Rows:
        """Return (N, columns) of a batch (N, C, H, W)."""


class Pass(Document):
    """What a file of rows is of."""

    schema_version: Literal[1] = 1
    title: str
    identity: str
    columns: tuple[str, ...]
    usage: Usage
    rows_sha256: str


@dataclass(frozen=True)
class Outputs:
    """The numbers of the images that were used: (images, columns) float64, in the set's order."""

    items: tuple[Item, ...]
    columns: tuple[str, ...]
    values: Float64Array
    usage: Usage

    def column(self, name: str) -> Float64Array:
        """Return one number of every image."""
        return self.values[:, self.columns.index(name)]


@dataclass(frozen=True)
class Passes:
    """The passes kept in a folder.

    Args:
        folder: where; made when needed.
        batch: images that a network sees at once.
    """

    folder: Path
    batch: int = 16
    _listings: dict[int, tuple[Dataset, str]] = field(default_factory=dict, repr=False)

    def of(self, dataset: Dataset, jobs: Sequence[Job]) -> list[Outputs]:
        """Return the numbers of every job; those that are not there yet in one reading.

        Raises:
            DataError: not one image could be used.
            UnavailableError: the folder cannot be written.
        """
        listing = self._listing(dataset)
        keys = [hashlib.sha256(f"{job.identity}\n{listing}".encode()).hexdigest() for job in jobs]
        keys = [key[:24] for key in keys]
        lacking = [
            (key, job) for key, job in zip(keys, jobs, strict=True) if not self._complete(key, job)
        ]
        if lacking:
            self._compute(dataset, lacking)
        by_name = {item.name: item for item in dataset.items}
        return [self._read(key, job, by_name) for key, job in zip(keys, jobs, strict=True)]

    def _listing(self, dataset: Dataset) -> str:
        """Return the digest of a set's images; looking at every file again would take long."""
        if id(dataset) not in self._listings:
            self._listings[id(dataset)] = dataset, _listing(dataset)
        return self._listings[id(dataset)][1]

    def _complete(self, key: str, job: Job) -> bool:
        rows, about = self._paths(key)
        if not (rows.is_file() and about.is_file()):
            return False
        try:
            found = Pass.read(about)
        except DocumentError:
            return False
        return found.identity == job.identity and found.rows_sha256 == _digest(rows)

    def _compute(self, dataset: Dataset, jobs: Sequence[tuple[str, Job]]) -> None:
        title = f"{dataset.name}: {', '.join(job.title for _, job in jobs)}"
        reading = Reading(dataset)
        with ExitStack() as files, progress.step(title, len(dataset)):
            sinks = []
            for key, job in jobs:
                file = files.enter_context(writing_whole(self._paths(key)[0]))
                sinks.append(_Sink(job, csv.writer(file, lineterminator="\n"), self.batch))
            for item, levels in reading:
                inputs: dict[str, npt.NDArray[np.float32]] = {}
                for sink in sinks:
                    key = sink.job.preparation
                    if key not in inputs:
                        inputs[key] = sink.job.prepare(item, levels)
                    sink.add(item, inputs[key])
                progress.advance()
            for sink in sinks:
                sink.flush()
        for key, job in jobs:
            rows, about = self._paths(key)
            Pass(
                title=job.title,
                identity=job.identity,
                columns=job.columns,
                usage=reading.usage,
                rows_sha256=_digest(rows),
            ).write(about)

    def _read(self, key: str, job: Job, by_name: dict[str, Item]) -> Outputs:
        rows, about = self._paths(key)
        items: list[Item] = []
        values = np.empty((len(by_name), len(job.columns)))
        with rows.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            for row in reader:
                values[len(items)] = [float(cell) for cell in row[1:]]
                items.append(by_name[row[0]])
        return Outputs(tuple(items), job.columns, values[: len(items)], Pass.read(about).usage)

    def _paths(self, key: str) -> tuple[Path, Path]:
        return self.folder / f"{key}.csv", self.folder / f"{key}.json"


@dataclass
class _Sink:
    """A job, its half-filled batch, and where its rows go."""

    job: Job
    writer: Any  # csv has no public name for it
    size: int
    names: list[str] = field(default_factory=list)
    inputs: list[npt.NDArray[np.float32]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.writer.writerow(["image", *self.job.columns])

    def add(self, item: Item, prepared: npt.NDArray[np.float32]) -> None:
        self.names.append(item.name)
        self.inputs.append(prepared)
        if len(self.names) == self.size:
            self.flush()

    def flush(self) -> None:
        if self.names:
            found = self.job.run(np.stack(self.inputs))
            for name, row in zip(self.names, found, strict=True):
                self.writer.writerow([name, *(repr(float(value)) for value in row)])
        self.names.clear()
        self.inputs.clear()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listing(dataset: Dataset) -> str:
    """Return a digest of what is read."""
    told = hashlib.sha256(f"{dataset.name}\n".encode())
    for item in dataset.items:
        told.update(f"{item.name}\t{item.labels}\t{_stamp(dataset, item)}\n".encode())
    for reason, count in dataset.left_out.items():
        told.update(f"{reason}\t{count}\n".encode())
    return told.hexdigest()


def _stamp(dataset: Dataset, item: Item) -> str:
    """Return size and time of change of an image's file, so that another image is another pass."""
    images = dataset.images
    if isinstance(images, ImageFiles):
        paths = [folder / item.name for folder in images.folders]
    else:
        path = getattr(images, "path", None)
        paths = [path] if isinstance(path, Path) else []
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            continue
        return f"{state.st_size}:{state.st_mtime_ns}"
    return ""
