"""What an evaluation is made of: sets, networks, and the passes that both share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from reference.data import Broken, Dataset, Item, Usage
from reference.data.pixels import Float64Array
from reference.decide.calibration import Calibration
from reference.errors import DataError, ImageError, MissingImageError
from reference.evaluation.networks import AutoencoderNetwork, ClassifierNetwork
from reference.evaluation.passes import Passes
from reference.evaluation.results import Sheet, new_sheet
from reference.evaluation.sets import MEDICAL, OpenedSet, by_lot


class Unfit(DataError):
    """A table or figure needs a set or a network that was not given."""


@dataclass(frozen=True)
class Evaluation:
    """Everything that the tables and figures are made of.

    Args:
        out: the folder of the results.
        sets: the first chest set is the one that the networks were trained for.
        classifiers: the first is the one that is evaluated; all are rows of the robustness
            matrices, named by their level of augmentation in training.
        autoencoders: in the order of the figures.
        calibration: the operating points; None: chosen on validation images.
        passes: where what the networks said is kept.
        seed: of halves, lots and movements.
        levels: of augmentation in testing.
        findings: of Figure 7.
        per_finding: images per finding in the pointing game.
    """

    out: Path
    sets: tuple[OpenedSet, ...]
    classifiers: tuple[ClassifierNetwork, ...]
    autoencoders: tuple[AutoencoderNetwork, ...]
    calibration: Calibration | None
    passes: Passes
    seed: int = 0
    levels: tuple[str, ...] = ()
    findings: tuple[str, ...] = ("Cardiomegaly", "Nodule")
    per_finding: int = 25

    @property
    def classifier(self) -> ClassifierNetwork:
        """The classifier that is evaluated.

        Raises:
            Unfit: there is none.
        """
        return self.require_classifiers()[0]

    def require_classifiers(self) -> tuple[ClassifierNetwork, ...]:
        """Return the classifiers.

        Raises:
            Unfit: there is none.
        """
        if not self.classifiers:
            raise Unfit("no classifier is given", "--classifier", "give a checkpoint")
        return self.classifiers

    def require_autoencoders(self) -> tuple[AutoencoderNetwork, ...]:
        """Return the autoencoders.

        Raises:
            Unfit: there is none.
        """
        if not self.autoencoders:
            raise Unfit("no autoencoder is given", "--autoencoder", "give a checkpoint")
        return self.autoencoders

    @property
    def chests(self) -> tuple[OpenedSet, ...]:
        """The sets of chests with findings.

        Raises:
            Unfit: there is none.
        """
        found = tuple(one for one in self.sets if one.part == "chest")
        if not found:
            raise Unfit(
                "no chest X-rays with findings are given", "--data", "give nih: or padchest:FOLDER"
            )
        return found

    def sheet(
        self, name: str, title: str, sentence: str, sets: Iterable[OpenedSet]
    ) -> AbstractContextManager[Sheet]:
        """Begin a result on these sets, with what must be said of them."""
        notices = dict.fromkeys(one.notice for one in sets if one.notice)
        return new_sheet(self.out, name, title, sentence, (MEDICAL, *notices))


def readable_by_lot(
    dataset: Dataset, count: int, seed: int
) -> tuple[list[tuple[Item, Float64Array]], Usage]:
    """Return the first ``count`` images in the order of the lot that can be read.

    Raises:
        DataError: not one can be read.
    """
    by_name = {item.name: item for item in dataset.items}
    found: list[tuple[Item, Float64Array]] = []
    missing: list[str] = []
    broken: list[Broken] = []
    for name in by_lot(list(by_name), seed):
        if len(found) == count:
            break
        try:
            found.append((by_name[name], dataset.load(by_name[name])))
        except MissingImageError:
            missing.append(name)
        except ImageError as error:
            broken.append(Broken(name=name, reason=error.what))
    tried = len(found) + len(missing) + len(broken)
    rest = len(dataset) - tried
    usage = Usage(
        dataset=dataset.name,
        offered=tried,
        used=len(found),
        missing=tuple(missing),
        broken=tuple(broken),
        left_out={**dataset.left_out, **({"not drawn by lot": rest} if rest else {})},
    )
    if not found:
        raise DataError(usage.sentence(), dataset.name, "check the folder of the images")
    return found, usage


def names_of(sets: Sequence[OpenedSet]) -> str:
    """Return the names of sets as part of a sentence."""
    return " and ".join(one.images.name for one in sets)
