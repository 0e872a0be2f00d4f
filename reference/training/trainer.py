"""One training of a user's own, from a data set's folder to weights with their provenance."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch

from reference.card import Provenance
from reference.data import cut_by_patient, nih, padchest
from reference.decide.labels import LABELS
from reference.document import Document
from reference.errors import TrainingError
from reference.networks.ali import ALI, autoencoder
from reference.networks.densenet import densenet121
from reference.preprocess import AUTOENCODER, PRESETS, Preprocess
from reference.training.autoencoders import AliTask, L2Task
from reference.training.card import stage, versions
from reference.training.classifier import ClassifierTask
from reference.training.fitting import Fitting, Outcome, fabric_for
from reference.training.recipes import AliRecipe, AutoencoderRecipe, ClassifierRecipe
from reference.training.registry import Registry, register
from reference.training.seeds import derived_seed
from reference.training.tasks import Task
from reference.training.warm_start import load_features

Layout = Literal["nih", "padchest"]
AnyRecipe = ClassifierRecipe | AutoencoderRecipe | AliRecipe
Tell = Callable[[str], None]

PROVENANCE = "provenance.json"


class TrainerCard(Document):
    """Provenance of the weights in a training's folder."""

    schema_version: Literal[1] = 1
    notice: str = "NOT FOR MEDICAL USE"
    weights: str
    sha256: str
    provenance: Provenance


@dataclass(frozen=True)
class Trainer:
    """What to train, on what, and where to.

    Args:
        recipe: how.
        layout: of the data set.
        data: its folder, as published.
        out: gets prepared images, states, weights and provenance; an interrupted training in it
            goes on.
        preprocess: name of one of the release's definitions.
        seed: of everything, the cut by patient included.
        initial: weights whose features the network begins with.
        accelerator: "cpu", "cuda" or "auto".
        command: for the provenance.
    """

    recipe: AnyRecipe
    layout: Layout
    data: Path
    out: Path
    preprocess: str
    seed: int = 2019
    initial: Path | None = None
    accelerator: str = "auto"
    command: str = "python -m reference.training train"

    def run(self, tell: Tell = print, pause_at: int | None = None) -> Outcome:
        """Train to the end, or until ``pause_at`` steps are done; write weights and provenance.

        Raises:
            ReferenceInputError: of the data, the checkpoint or the training; see there.
        """
        definition = self._definition()
        fabric = fabric_for(self.recipe.precision, self.accelerator)
        fabric.launch()
        say: Tell = tell if fabric.is_global_zero else (lambda line: None)
        if fabric.is_global_zero:
            self._registries(definition, say)
        fabric.barrier()
        registries = self._registries(definition, lambda line: None)
        torch.manual_seed(derived_seed(self.seed, "weights"))
        task = self._task(definition, *registries)
        outcome = Fitting(task, fabric, self.out, self.seed, say).run(pause_at)
        if fabric.is_global_zero and outcome.progress.history:
            self._write_card(definition, registries, outcome, str(fabric.device))
        fabric.barrier()
        return outcome

    def _definition(self) -> Preprocess:
        if self.preprocess not in PRESETS:
            raise TrainingError(
                f"{self.preprocess!r} is no definition of preprocessing",
                "preprocess",
                f"known are {', '.join(PRESETS)}",
            )
        return PRESETS[self.preprocess]

    def _registries(self, definition: Preprocess, tell: Tell) -> tuple[Registry, Registry]:
        whole = nih(self.data, "train_val") if self.layout == "nih" else padchest(self.data)
        if (self.data / "phantoms.json").is_file():
            whole = replace(whole, name=f"Phantoms as {whole.name}")
        parts = cut_by_patient(whole, seed=self.seed)
        train, validation = (
            register(part, definition, self.out / name, tell)
            for part, name in zip(parts, ("train", "validation"), strict=True)
        )
        return train, validation

    def _task(self, definition: Preprocess, train: Registry, validation: Registry) -> Task:
        recipe = self.recipe
        if isinstance(recipe, ClassifierRecipe):
            if (recipe.start == "imagenet") != (self.initial is not None):
                raise TrainingError(
                    f"the recipe starts from {recipe.start} weights",
                    recipe.name,
                    "name the file of ImageNet's weights, which are not shipped"
                    if recipe.start == "imagenet"
                    else "name no file of weights",
                )
            network = densenet121(definition.channels, len(LABELS))
            if self.initial is not None:
                load_features(network, self.initial)
            return ClassifierTask(network, recipe, train, validation)
        if self.initial is not None:
            raise TrainingError(
                "autoencoders start from random weights", recipe.name, "name no file of weights"
            )
        if definition != AUTOENCODER:
            raise TrainingError(
                "autoencoders read images prepared as `autoencoder`", recipe.name, "choose it"
            )
        if isinstance(recipe, AliRecipe):
            ali = ALI(recipe.latent, recipe.width, recipe.stochastic)
            return AliTask(ali, recipe, train, validation)
        return L2Task(autoencoder(recipe.latent, recipe.width), recipe, train, validation)

    def _write_card(
        self,
        definition: Preprocess,
        registries: tuple[Registry, Registry],
        outcome: Outcome,
        device: str,
    ) -> None:
        train, validation = registries
        TrainerCard(
            weights=outcome.best.name,
            sha256=hashlib.sha256(outcome.best.read_bytes()).hexdigest(),
            provenance=Provenance(
                command=self.command,
                seed=self.seed,
                data=(train.about.usage.sentence(), validation.about.usage.sentence()),
                images={"train": train.about.levels, "validation": validation.about.levels},
                preprocess=definition,
                stages=(stage(self.recipe, outcome),),
                versions=versions(),
                device=device,
            ),
        ).write(self.out / PROVENANCE)
