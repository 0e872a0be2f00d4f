"""The networks that real films made: recipes, and the command's way from a folder to weights.

NOT FOR MEDICAL USE. ``python -m reference.training real --from FOLDER`` makes them again; the
folder is not part of this project (see ``reference.data.films``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from reference.card import Stage
from reference.data import Dataset
from reference.data.films import Part, films, labelled_films
from reference.defaults import default_folder
from reference.networks.ali import autoencoder
from reference.networks.checkpoints import load_checkpoint
from reference.networks.densenet import DenseNet
from reference.networks.view import ViewNet
from reference.preprocess import AUTOENCODER_STRETCH, CHESTXNET, Preprocess
from reference.training.autoencoders import L2Task
from reference.training.card import stage
from reference.training.classifier import prior_logits
from reference.training.defaults import LATENT, SHAPE, WIDTH, Trained
from reference.training.films import FilmsTask
from reference.training.fitting import Fitting, Outcome, fabric_for, write_weights
from reference.training.recipes import AutoencoderRecipe, Cosine, FilmsRecipe, ViewRecipe
from reference.training.registry import Registry, register
from reference.training.strangers import SIZE, drawn_strangers
from reference.training.tasks import Task
from reference.training.views import ViewTask, drawn_as_often

Tell = Callable[[str], None]

SEED, VIEW_SEED = 2019, 7
"""Of all that is drawn, and of the gate's first weights."""

LARGER = Preprocess(size=SIZE, fit="stretch")
"""How films are kept for the gate's network: whole, and large enough to be framed tighter."""

OFTEN = {"chest/hannover": 4.0, "chest/kermany_squashed_224": 0.5}
"""How often a film of these folders is drawn where one of another is drawn once."""

VIEW_RECIPE = ViewRecipe(
    name="gate",
    learning_rate=4e-3,
    weight_decay=0.02,
    schedule=Cosine(epochs=26, rise=0.5),
    batch=48,
    drawn=32,
    epochs=26,
)

VIEW_AGAIN = ViewRecipe(
    name="gate, once more",
    learning_rate=1.5e-3,
    weight_decay=0.02,
    schedule=Cosine(epochs=9, rise=0.3),
    batch=48,
    drawn=40,
    epochs=9,
)
"""The same from a lower rate, with more that is drawn."""

COARSE_FILMS = FilmsRecipe(
    name="films, 112 pixels",
    learning_rate=7e-4,
    weight_decay=1e-4,
    schedule=Cosine(epochs=18, rise=0.3),
    batch=24,
    epochs=16,
    augmentation="15",
    coarse=2,
)
"""Most of the training, at half the side, from the network that knows phantoms.

It ends before its rate is down, where the next stage takes over.
"""

FINE_FILMS = FilmsRecipe(
    name="films, 224 pixels",
    learning_rate=1e-4,
    weight_decay=1e-4,
    schedule=Cosine(epochs=1, rise=0.1),
    batch=24,
    epochs=1,
    augmentation="10",
    averaging=0.9,
)
"""The end, at the size that is deployed."""


L2_FILMS_RECIPE = AutoencoderRecipe(
    name="films, L2",
    learning_rate=2e-3,
    schedule=Cosine(epochs=28, rise=0.5),
    batch=18,
    epochs=28,
    augmentation="5",
    latent=LATENT,
    width=WIDTH,
)
"""The gate's autoencoder: mildly moved, for few films."""


@dataclass(frozen=True)
class RealTraining:
    """One making of the networks of real films.

    Args:
        root: the folder of films.
        work: for prepared images and states; goes on where it was interrupted.
        tell: is told of progress.
        recipes: of the gate's two stages, and of the classifier's two.
        share: of what is drawn beside the films; less than 1 for tests.
        reconstruction: recipe of the gate's autoencoder.
    """

    root: Path
    work: Path
    tell: Tell = print
    recipes: tuple[ViewRecipe, ViewRecipe, FilmsRecipe, FilmsRecipe] = (
        VIEW_RECIPE,
        VIEW_AGAIN,
        COARSE_FILMS,
        FINE_FILMS,
    )
    share: float = 1.0
    reconstruction: AutoencoderRecipe = L2_FILMS_RECIPE

    def larger(self, part: Part) -> Registry:
        """Return the chests of a part as the gate's training keeps them."""
        folder = self.work / f"films-{part}-{SIZE}"
        return register(films(self.root, (part,)), LARGER, folder, self.tell)

    def strangers(self) -> Registry:
        """Return what is drawn, packaged, and the emoji that are trained on."""
        drawn = drawn_strangers(self.root, SEED, self.share)
        return register(drawn, LARGER, self.work / f"strangers-{SIZE}", self.tell)

    def labelled(self, part: Part) -> Registry:
        """Return the NIH films of a part as the classifier reads them."""
        folder = self.work / f"nih-{part}-{CHESTXNET.size}"
        return register(labelled_films(self.root, (part,)), CHESTXNET, folder, self.tell)

    def small(self, part: Part) -> Registry:
        """Return the chests of a part as the gate's autoencoder reads them."""
        folder = self.work / f"films-{part}-{AUTOENCODER_STRETCH.size}"
        return register(films(self.root, (part,)), AUTOENCODER_STRETCH, folder, self.tell)

    def view(self) -> Trained:
        """Train the gate's network, or finish what was interrupted."""
        train, held = self.larger("train"), self.larger("calibration")
        names = tuple(item.name for item in present(films(self.root, ("train",)), train).items)
        often = drawn_as_often(train, names, OFTEN)
        torch.manual_seed(VIEW_SEED)
        network, stages = ViewNet(), list[Stage]()
        for name, recipe in zip(("view", "view-again"), self.recipes[:2], strict=True):
            task = ViewTask(network, recipe, train, held, self.strangers(), often)
            outcome = self._fit(name, task)
            stages.append(stage(recipe, outcome))
            load_checkpoint(network, outcome.best)
        return Trained(tuple(stages), outcome.best)

    def classifier(self) -> Trained:
        """Train the classifier from the one that knows phantoms, or finish what was interrupted.

        The average at the end is kept: 78 validation films are too few to choose an epoch by.
        """
        coarse, fine = self.recipes[2:]
        registries = (self.labelled("train"), self.labelled("calibration"))
        network = DenseNet(SHAPE)
        load_checkpoint(network, default_folder("classifier") / "model.safetensors")
        with torch.no_grad():
            network.classifier.bias.copy_(prior_logits(registries[0]))
        stages, weights = list[Stage](), dict[str, torch.Tensor]()
        for name, recipe in (("films-112px", coarse), ("films-224px", fine)):
            task = FilmsTask(network, recipe, *registries)
            stages.append(_to_its_end(stage(recipe, self._fit(name, task))))
            weights = task.weights()
            network.load_state_dict(weights)
        return Trained(tuple(stages), write_weights(self.work / "films.safetensors", weights))

    def autoencoder(self) -> Trained:
        """Train the gate's autoencoder, or finish what was interrupted."""
        recipe = self.reconstruction
        registries = (self.small("train"), self.small("calibration"))
        torch.manual_seed(SEED)
        task = L2Task(autoencoder(recipe.latent, recipe.width), recipe, *registries)
        outcome = self._fit("l2-films", task)
        return Trained((stage(recipe, outcome),), outcome.best)

    def _fit(self, name: str, task: Task) -> Outcome:
        fabric = fabric_for(task.recipe.precision, "cpu")
        self.tell(f"training: {task.recipe.name}, {len(task.train):,} images")
        return Fitting(task, fabric, self.work / name, SEED, self.tell).run()


def _to_its_end(one: Stage) -> Stage:
    """Return a stage of which the weights of the last epoch were kept."""
    return one.model_copy(update={"best_epoch": one.history[-1].number})


def present(dataset: Dataset, registry: Registry) -> Dataset:
    """Return the part of a set that its registry has, in its order: what could be read."""
    usage = registry.about.usage
    lacking = {*usage.missing, *(one.name for one in usage.broken)}
    return dataset.part(dataset.name, lambda item: item.name not in lacking)
