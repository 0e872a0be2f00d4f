"""How a network is trained, as data: the paper's recipe, its authors', and ours for phantoms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from reference.document import Document

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


class Constant(Document):
    """The learning rate stays."""

    kind: Literal["constant"] = "constant"

    def factor(self, time: float, scores: Sequence[float]) -> float:
        """Return 1."""
        return 1.0


class Plateau(Document):
    """Multiplied by ``by`` after ``patience`` epochs without a better validation score.

    The count starts again after each decay.
    """

    kind: Literal["plateau"] = "plateau"
    by: Positive = 0.1
    patience: int = Field(ge=1)

    def factor(self, time: float, scores: Sequence[float]) -> float:
        """Return the factor after these validation scores, one per finished epoch."""
        best, waited, decays = -math.inf, 0, 0
        for score in scores:
            waited = 0 if score > best else waited + 1
            best = max(best, score)
            if waited == self.patience:
                waited, decays = 0, decays + 1
        return float(self.by**decays)


class Steps(Document):
    """Multiplied by ``by`` after every ``epochs`` epochs."""

    kind: Literal["steps"] = "steps"
    by: Positive = 0.1
    epochs: int = Field(ge=1)

    def factor(self, time: float, scores: Sequence[float]) -> float:
        """Return the factor in the epoch that ``time`` lies in."""
        return float(self.by ** (int(time) // self.epochs))


class Cosine(Document):
    """Rises linearly for ``rise`` epochs, then falls along a cosine to zero at ``epochs``."""

    kind: Literal["cosine"] = "cosine"
    epochs: Positive
    rise: float = Field(default=0.0, ge=0)

    def factor(self, time: float, scores: Sequence[float]) -> float:
        """Return the factor at ``time``, in epochs since the start."""
        if time < self.rise:
            return (time + 1e-2) / (self.rise + 1e-2)
        share = min((time - self.rise) / max(self.epochs - self.rise, 1e-9), 1.0)
        return 0.5 * (1 + math.cos(math.pi * share))


Schedule = Annotated[Constant | Plateau | Steps | Cosine, Field(discriminator="kind")]


class Recipe(Document):
    """What every training has.

    Args:
        name: of the recipe.
        learning_rate: of Adam, before the schedule's factor.
        betas: of Adam.
        weight_decay: of Adam: added to the gradient.
        schedule: of the learning rate.
        batch: images per step, over all devices.
        epochs: the most that are trained.
        max_steps: the most steps, where the source counts these.
        stop_after: epochs without a better validation score that end the training; None: never.
        augmentation: name of a level in ``LEVELS``.
        precision: of the arithmetic; "16-mixed" needs a GPU.
    """

    name: str
    learning_rate: Positive
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = Field(default=0.0, ge=0)
    schedule: Schedule = Constant()
    batch: int = Field(ge=1)
    epochs: int = Field(ge=1)
    max_steps: int | None = Field(default=None, ge=1)
    stop_after: int | None = Field(default=None, ge=1)
    augmentation: str = "none"
    precision: Precision = "32-true"


class ClassifierRecipe(Recipe):
    """How a DenseNet is trained: binary cross-entropy, the mean of all known labels.

    Args:
        start: "imagenet" needs weights of that origin, which are not shipped.
        coarse: images are shrunk by this whole factor, each pixel the mean of ``coarse`` squared
            ones, so that a first stage costs less.
    """

    kind: Literal["classifier"] = "classifier"
    start: Literal["random", "imagenet"] = "random"
    coarse: int = Field(default=1, ge=1, le=8)


class AutoencoderRecipe(Recipe):
    """How an autoencoder is trained on the mean squared error alone."""

    kind: Literal["l2"] = "l2"
    latent: int = Field(default=512, ge=1)
    width: int = Field(default=64, ge=2)


class AliRecipe(Recipe):
    """How ALI is trained, with the stabilising tricks of appendix C.

    Args:
        latent: size of the code.
        width: channels of the first layer.
        stochastic: whether the encoder learns sigma.
        true_targets: D's targets for (x, E(x)), drawn per pair, uniformly.
        false_targets: those for (G(z), z).
        max_loss: encoder and decoder are left alone in a step in which the discriminator's loss
            is above this: they are too good.
    """

    kind: Literal["ali"] = "ali"
    latent: int = Field(default=512, ge=1)
    width: int = Field(default=64, ge=2)
    stochastic: bool = False
    true_targets: tuple[float, float] = (0.7, 1.1)
    false_targets: tuple[float, float] = (-0.1, 0.3)
    max_loss: Positive = 4.0


PAPER = ClassifierRecipe(
    name="paper",
    learning_rate=1e-3,
    schedule=Plateau(by=0.1, patience=2),
    batch=16,
    epochs=100,
    stop_after=6,
)
"""Appendix B: Adam (0.9, 0.999) at 0.001, times 0.1 when validation plateaus.

Batch, patience and end are not told there: the batch is the authors', the rest is ours.
"""

AUTHORS = ClassifierRecipe(
    name="authors",
    learning_rate=1e-4,
    weight_decay=1e-5,
    schedule=Steps(by=0.1, epochs=10),
    batch=16,
    epochs=100,
    stop_after=10,
    start="imagenet",
)
"""What the authors' training code did: lower rate, weight decay, steps of ten epochs, ImageNet.

The end is ours.
"""

ALI = AliRecipe(
    name="ali",
    learning_rate=1e-5,
    betas=(0.5, 0.999),
    batch=100,
    epochs=1000,
    max_steps=21_210,
)
"""Appendix C: latent sizes 64 to 512, rates 1e-5 and 1e-6, 2,121,000 images in batches of 100.

The paper's beta2 is 1e-3, most likely from a framework that stores 1 - beta; ``ALI_AS_PRINTED``
has it.
"""

ALI_AS_PRINTED = ALI.model_copy(update={"name": "ali-as-printed", "betas": (0.5, 1e-3)})
"""The same with beta2 = 1e-3."""

L2 = AutoencoderRecipe(name="l2", learning_rate=1e-4, batch=100, epochs=100, stop_after=10)
"""The autoencoder that the paper's figures compare ALI with; rate and loss are the authors'."""

PRESETS: dict[str, ClassifierRecipe | AutoencoderRecipe | AliRecipe] = {
    recipe.name: recipe for recipe in (PAPER, AUTHORS, ALI, ALI_AS_PRINTED, L2)
}
"""The recipes of the paper and of its authors, by name."""


class FilmsRecipe(ClassifierRecipe):
    """How a DenseNet that knows phantoms goes on with real films: few, and labelled by a program.

    Args:
        smoothing: targets are this far from 0 and 1; the labels come from reports and err.
        tones: largest change of contrast, brightness and the exponent of the tone curve.
        averaging: share of the averaged weights that a step keeps; the average is what ships.
    """

    smoothing: float = Field(default=0.05, ge=0, lt=0.5)
    tones: float = Field(default=0.3, ge=0, lt=1)
    averaging: float = Field(default=0.99, ge=0, lt=1)


class ViewRecipe(Recipe):
    """How the gate's network is trained: each film gives a frontal image and one that is not.

    Args:
        drawn: images per step that are drawn or packaged, beside two of each film.
        smoothing: targets are this far from 0 and 1, in all.
        averaging: share of the averaged weights that a step keeps; the average is what ships.
    """

    kind: Literal["view"] = "view"
    drawn: int = Field(ge=1)
    smoothing: float = Field(default=0.02, ge=0, lt=0.5)
    averaging: float = Field(default=0.99, ge=0, lt=1)
