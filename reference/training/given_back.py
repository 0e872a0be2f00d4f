"""What an autoencoder gives back of the films that it was trained on, by nearest neighbours.

Films of its training stand beside as many of other patients: what is nearer to the former than
chance has it was kept in the weights. Distances are the root of the mean squared difference of
64 × 64 pixels on [-1, 1], the score ``l2``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from torch.nn import functional

from reference.document import Document
from reference.networks.ali import Autoencoder
from reference.training.tasks import chunks

Films = npt.NDArray[np.float32]
Damage = Callable[[torch.Tensor], torch.Tensor]

SEED, _AT_ONCE = 61, 128


def blurred(images: torch.Tensor) -> torch.Tensor:
    """Return images of 8 × 8 means, enlarged again; (N, 1, 64, 64)."""
    small = functional.avg_pool2d(images, 8)
    return functional.interpolate(small, images.shape[-2:], mode="bilinear", align_corners=False)


def covered(images: torch.Tensor) -> torch.Tensor:
    """Return images whose right half is mid-grey."""
    other = images.clone()
    other[..., images.shape[-1] // 2 :] = 0
    return other


INPUTS: dict[str, Damage] = {
    "itself": lambda images: images,
    "blurred to 8 × 8": blurred,
    "its right half covered": covered,
}


class Recovered(Document):
    """What comes back of one kind of input, of films trained on and of films held out.

    Args:
        given: what the network is given of a film.
        trained: share of films of the training whose reconstruction is nearer to the film than to
            any other film of both parts.
        held: the same share of films held out.
        trained_distance: median distance of a reconstruction from its own film, of the training.
        held_distance: the same, held out.
        trained_other: median distance of a reconstruction from the nearest other film.
        held_other: the same, held out.
    """

    given: str
    trained: float = Field(ge=0, le=1)
    held: float = Field(ge=0, le=1)
    trained_distance: float
    held_distance: float
    trained_other: float
    held_other: float


class GivenBack(Document):
    """What an autoencoder gives back.

    Args:
        trained: films of its training.
        held: films of other patients, as many or nearly.
        inputs: by what it is given.
        films_to_trained: median distance of a held-out film from the nearest film of the training.
        codes: random codes that were decoded, drawn as the training's codes are spread.
        codes_to_trained: median distance of what they give from the nearest film of the training.
        codes_to_held: the same from the nearest film held out.
        codes_least: the least distance of what they give from a film of the training.
        codes_nearer: share of them that are nearer to a film of the training than to one held out.
    """

    schema_version: Literal[1] = 1
    trained: int = Field(ge=2)
    held: int = Field(ge=2)
    inputs: tuple[Recovered, ...]
    films_to_trained: float
    codes: int
    codes_to_trained: float
    codes_to_held: float
    codes_least: float
    codes_nearer: float = Field(ge=0, le=1)

    def markdown(self) -> str:
        """Return a table of what comes back of what."""
        lines = [
            "| given of a film | its own film is the nearest: trained on, held out | distance from "
            "its own film | distance from the nearest other |",
            "| --- | --- | --- | --- |",
        ]
        for one in self.inputs:
            lines.append(
                f"| {one.given} | {100 * one.trained:.1f} %, {100 * one.held:.1f} % | "
                f"{one.trained_distance:.3f}, {one.held_distance:.3f} | "
                f"{one.trained_other:.3f}, {one.held_other:.3f} |"
            )
        return "\n".join(lines)

    def sentences(self) -> tuple[str, ...]:
        """Say what the figures mean, plainly."""
        whole, *damaged = self.inputs
        easier = "; ".join(
            f"{one.given}: {100 * one.trained:.1f} % of the films trained on, {100 * one.held:.1f} "
            "% of those held out"
            for one in damaged
        )
        return (
            "What it could give back, as far as was tried: of a film trained on, what comes back "
            f"is {whole.trained_distance:.3f} away (median), of one held out "
            f"{whole.held_distance:.3f}: so whether somebody's film was in the training may be "
            "guessed from its own reconstruction better than by chance.",
            "Of a damaged film the nearest film to what comes back is the original in: "
            f"{easier}. What the training's share is above the other was kept in the weights.",
            f"{self.codes:,} codes drawn at random, spread as the training's are, give images "
            f"{self.codes_to_trained:.3f} (median) from the nearest film of the training and "
            f"{self.codes_to_held:.3f} from the nearest held out; {100 * self.codes_nearer:.0f} % "
            "are nearer to one of the training, where chance is "
            f"{100 * self.trained / (self.trained + self.held):.0f} %. The nearest of all is "
            f"{self.codes_least:.3f} away; a held-out film is {self.films_to_trained:.3f} (median) "
            "from the nearest film of the training. Whoever tries harder than this may get more.",
        )


def given_back(network: Autoencoder, trained: Films, held: Films, codes: int = 2000) -> GivenBack:
    """Measure what an autoencoder gives back.

    Args:
        network: in evaluation mode.
        trained: (N, 64, 64) on [-1, 1], films of its training.
        held: (M, 64, 64), of other patients.
        codes: how many random codes are decoded.
    """
    both = np.concatenate([trained, held])
    recovered = tuple(
        _recovered(network, name, damage, (trained, held)) for name, damage in INPUTS.items()
    )
    spread = _coded(network, trained)
    random = np.random.default_rng(SEED)
    drawn = random.multivariate_normal(spread.mean(0), np.cov(spread.T), codes, method="eigh")
    decoded = _decoded(network, drawn.astype(np.float32))
    distances = _distances(decoded, both)
    near = distances[:, : len(trained)].min(1)
    far = distances[:, len(trained) :].min(1)
    return GivenBack(
        trained=len(trained),
        held=len(held),
        inputs=recovered,
        films_to_trained=float(np.median(_distances(held, trained).min(1))),
        codes=codes,
        codes_to_trained=float(np.median(near)),
        codes_to_held=float(np.median(far)),
        codes_least=float(near.min()),
        codes_nearer=float((near < far).mean()),
    )


def _recovered(
    network: Autoencoder, name: str, damage: Damage, parts: tuple[Films, Films]
) -> Recovered:
    both = np.concatenate(parts)
    given = damage(torch.from_numpy(both)[:, None])
    distances = _distances(_rebuilt(network, given), both)
    own = np.diagonal(distances).copy()
    np.fill_diagonal(distances, np.inf)
    other, count = distances.min(1), len(parts[0])
    found = own < other
    return Recovered(
        given=name,
        trained=float(found[:count].mean()),
        held=float(found[count:].mean()),
        trained_distance=float(np.median(own[:count])),
        held_distance=float(np.median(own[count:])),
        trained_other=float(np.median(other[:count])),
        held_other=float(np.median(other[count:])),
    )


def _distances(some: Films, others: Films) -> npt.NDArray[np.float64]:
    """Return the distance of each of some images from each of others, (N, M)."""
    x, y = (one.reshape(len(one), -1).astype(np.float64) for one in (some, others))
    squares = (x * x).sum(1)[:, None] + (y * y).sum(1)[None] - 2 * x @ y.T
    found: npt.NDArray[np.float64] = np.sqrt(np.maximum(squares, 0) / x.shape[1])
    return found


@torch.no_grad()
def _rebuilt(network: Autoencoder, images: torch.Tensor) -> Films:
    parts = [network(images[list(rows)])[0][:, 0] for rows in chunks(len(images), _AT_ONCE)]
    return torch.cat(parts).numpy()


@torch.no_grad()
def _coded(network: Autoencoder, films: Films) -> Films:
    images = torch.from_numpy(films)[:, None]
    parts = [network(images[list(rows)])[1] for rows in chunks(len(images), _AT_ONCE)]
    return torch.cat(parts).numpy()


@torch.no_grad()
def _decoded(network: Autoencoder, codes: Films) -> Films:
    maps = torch.from_numpy(codes)[:, :, None, None]
    parts = [network.decoder(maps[list(rows)])[:, 0] for rows in chunks(len(maps), _AT_ONCE)]
    return torch.cat(parts).numpy()
