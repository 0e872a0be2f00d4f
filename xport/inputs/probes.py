"""Probes: named inputs whose bytes are the same for every runner."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reference.preprocess import Preprocess
from xport.common import digests
from xport.common.arrays import Array, Tensors
from xport.common.document import write_whole
from xport.errors import InputError, IntegrityError, located
from xport.formats.artifact import Signature, TensorSpec
from xport.inputs.images import ImageFile
from xport.plan.plan import PlannedProbe


@dataclass(frozen=True)
class Probe:
    """One set of inputs, by input name, and where it came from."""

    name: str
    source: str
    inputs: Tensors

    def planned(self) -> PlannedProbe:
        """The probe's identity: name, source and the digest of every input."""
        return PlannedProbe(
            name=self.name,
            source=self.source,
            digests={name: digests.of_array(array) for name, array in self.inputs.items()},
        )


def synthetic_inputs(
    signature: Signature, preprocess: Preprocess | None, *, seed: int, count: int
) -> list[Probe]:
    """Deterministic images for a model with preprocessing; for any other, noise.

    Noise is standard normal for floats and 0 or 1 for booleans. Integers are 0 or 1 too, or where
    values are declared of all of these, least and largest included: evenly spread over the probes,
    and each once at least where so many fit.
    """
    from reference.samples.synthetic import synthetic_image, synthetic_name

    probes = []
    for index in range(count):
        if preprocess is None:
            rng = np.random.default_rng([seed, index])
            inputs = {spec.name: _noise(spec, rng, (index, count)) for spec in signature.inputs}
            name = f"synthetic-{index:03d}-noise"
        else:
            image = preprocess.apply(synthetic_image(index, seed))
            name, inputs = synthetic_name(index), {signature.inputs[0].name: image}
        probes.append(Probe(name, f"synthetic, seed {seed}, index {index}", inputs))
    return probes


def distinct_channel_inputs(
    signature: Signature, preprocess: Preprocess, *, seed: int, count: int
) -> list[Probe]:
    """Probes in which every channel is another synthetic image; none for a single channel.

    On gray probes a conversion that swaps the channels would say the same.
    """
    from reference.samples.synthetic import synthetic_image

    if preprocess.channels == 1:
        return []
    gray, channels = preprocess.model_copy(update={"channels": 1}), range(preprocess.channels)
    probes = []
    for index in range(count):
        images = [synthetic_image(index * len(channels) + c, seed + 1) for c in channels]
        stacked = np.concatenate([gray.apply(image) for image in images], axis=1)
        source = f"distinct channels, seed {seed}, index {index}"
        probes.append(
            Probe(f"distinct-channels-{index:03d}", source, {signature.inputs[0].name: stacked})
        )
    return probes


def image_inputs(
    signature: Signature, preprocess: Preprocess | None, images: Sequence[ImageFile]
) -> list[Probe]:
    """Image files as inputs.

    Raises:
        InputError: the model has no preprocessing, or an image cannot be used (unreadable,
            zero-sized, too large); the file is named.
    """
    from reference.decoding import decode

    if preprocess is None:
        raise InputError(
            "images cannot be fed to a model without preprocessing",
            "models.*.preprocess",
            "declare how an image becomes the model's input",
        )
    (spec,), probes = signature.inputs, []
    for image in images:
        with located(image.source):
            values = preprocess.apply(decode(image.content, image.source))
        probes.append(Probe(image.name, image.source, {spec.name: values}))
    return probes


def contrast(probe: Probe, preprocess: Preprocess | None) -> float:
    """The standard deviation of an image over the range of its values."""
    (image,) = probe.inputs.values()
    span = preprocess.high - preprocess.low if preprocess else 1.0
    return float(image.std()) / span


def explained_probes(
    probes: Sequence[Probe], signature: Signature, labels: Sequence[str], count: int
) -> list[Probe]:
    """`count` of a classifier's probes, evenly spread, each with a class to explain in turn.

    Args:
        signature: the explanation's: the image, and the one-hot class vector, (1, classes).
        labels: the classes' names.
    """
    image, one_hot = signature.inputs
    classes = one_hot.shape[1]
    chosen = [probes[i * len(probes) // count] for i in range(count)]
    return [
        Probe(
            f"{probe.name}, {labels[i % classes] if labels else i % classes}",
            f"{probe.source}, class {i % classes}",
            {
                image.name: probe.inputs[image.name],
                one_hot.name: np.eye(classes, dtype=np.float32)[[i % classes]],
            },
        )
        for i, probe in enumerate(chosen)
    ]


def _noise(spec: TensorSpec, rng: np.random.Generator, place: tuple[int, int]) -> Array:
    """Values of one input; `place` is the probe's, of how many."""
    if spec.dtype.startswith("float"):
        return rng.standard_normal(spec.shape).astype(spec.dtype)
    if spec.values is not None:
        return rng.permutation(_share(spec, spec.values, place)).reshape(spec.shape)
    return rng.integers(0, 2, spec.shape).astype(spec.dtype)


def _share(spec: TensorSpec, values: tuple[int, int], place: tuple[int, int]) -> Array:
    """Every so-manyth of the declared values, in order: those of one probe among all."""
    (low, high), (index, count) = values, place
    numbers = index + count * np.arange(math.prod(spec.shape), dtype=np.int64)
    last = count * math.prod(spec.shape) - 1
    found = low + np.floor((numbers + 0.5) * ((high - low + 1) / (last + 1))).astype(np.int64)
    found[numbers == 0] = low
    found[(numbers == last) & (last > 0)] = high
    clipped: Array = np.clip(found, low, high).astype(np.int32)
    return clipped


@dataclass(frozen=True)
class ProbeFolder:
    """Probes on disk: raw little-endian bytes, one file per input, named by their digest."""

    root: Path

    def save(self, probes: Sequence[Probe]) -> tuple[PlannedProbe, ...]:
        """Write every input once and return the probes' identities."""
        for probe in probes:
            for array in probe.inputs.values():
                path = self.path(digests.of_array(array))
                if not path.is_file():
                    write_whole(path, digests.bytes_of(array))
        return tuple(probe.planned() for probe in probes)

    def path(self, digest: str) -> Path:
        """The file that holds the input of that digest."""
        return self.root / f"{digest}.bin"

    def load(self, probe: PlannedProbe, signature: Signature) -> dict[str, Array]:
        """A probe's inputs by name.

        Raises:
            IntegrityError: a file is missing or its bytes are not the planned ones.
        """
        inputs = {}
        for spec in signature.inputs:
            path = self.path(probe.digests[spec.name])
            data = path.read_bytes() if path.is_file() else b""
            if digests.of_bytes(data) != probe.digests[spec.name]:
                raise IntegrityError(
                    f"input {spec.name!r} of probe {probe.name!r} is missing or changed",
                    str(path),
                    "run `xport convert` again",
                )
            inputs[spec.name] = np.frombuffer(data, spec.dtype).reshape(spec.shape)
        return inputs
