"""The networks that real films made: recipes, and the command's way from a folder to weights.

NOT FOR MEDICAL USE. ``python -m reference.training real --from FOLDER`` makes them again; the
folder is not part of this project (see ``reference.data.films``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from reference.data import Dataset
from reference.data.films import Part, films, labelled_films
from reference.defaults import default_folder
from reference.networks.checkpoints import load_checkpoint
from reference.networks.densenet import DenseNet
from reference.networks.view import ViewNet
from reference.preprocess import CHESTXNET, Preprocess
from reference.training.card import stage
from reference.training.classifier import prior_logits
from reference.training.defaults import SHAPE, Trained
from reference.training.films import FilmsTask
from reference.training.fitting import Fitting, Outcome, fabric_for
from reference.training.recipes import Cosine, FilmsRecipe, ViewRecipe
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
    schedule=Cosine(epochs=2, rise=0.1),
    batch=24,
    epochs=2,
    augmentation="10",
    averaging=0.95,
)
"""The end, at the size that is deployed."""


@dataclass(frozen=True)
class RealTraining:
    """One making of the networks of real films.

    Args:
        root: the folder of films.
        work: for prepared images and states; goes on where it was interrupted.
        tell: is told of progress.
        recipes: of the gate's network, and of the classifier's two stages.
        share: of what is drawn beside the films; less than 1 for tests.
    """

    root: Path
    work: Path
    tell: Tell = print
    recipes: tuple[ViewRecipe, FilmsRecipe, FilmsRecipe] = (VIEW_RECIPE, COARSE_FILMS, FINE_FILMS)
    share: float = 1.0

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

    def view(self) -> Trained:
        """Train the gate's network, or finish what was interrupted."""
        recipe = self.recipes[0]
        train = self.larger("train")
        names = tuple(item.name for item in present(films(self.root, ("train",)), train).items)
        torch.manual_seed(VIEW_SEED)
        task = ViewTask(
            ViewNet(),
            recipe,
            train,
            self.larger("calibration"),
            self.strangers(),
            drawn_as_often(train, names, OFTEN),
        )
        outcome = self._fit("view", task)
        return Trained((stage(recipe, outcome),), outcome.best)

    def classifier(self) -> Trained:
        """Train the classifier from the one that knows phantoms, or finish what was interrupted."""
        _, coarse, fine = self.recipes
        registries = (self.labelled("train"), self.labelled("calibration"))
        network = DenseNet(SHAPE)
        load_checkpoint(network, default_folder("classifier") / "model.safetensors")
        with torch.no_grad():
            network.classifier.bias.copy_(prior_logits(registries[0]))
        first = self._fit("films-112px", FilmsTask(network, coarse, *registries))
        load_checkpoint(network, first.best)
        last = self._fit("films-224px", FilmsTask(network, fine, *registries))
        return Trained((stage(coarse, first), stage(fine, last)), last.best)

    def _fit(self, name: str, task: Task) -> Outcome:
        fabric = fabric_for(task.recipe.precision, "cpu")
        self.tell(f"training: {task.recipe.name}, {len(task.train):,} images")
        return Fitting(task, fabric, self.work / name, SEED, self.tell).run()


def present(dataset: Dataset, registry: Registry) -> Dataset:
    """Return the part of a set that its registry has, in its order: what could be read."""
    usage = registry.about.usage
    lacking = {*usage.missing, *(one.name for one in usage.broken)}
    return dataset.part(dataset.name, lambda item: item.name not in lacking)
