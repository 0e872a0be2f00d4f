"""From trained weights to what ships: rounded to float16, measured, described, written."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from reference.card import Card, Provenance, Stage, Weights
from reference.data import (
    Dataset,
    Item,
    kermany,
    mura,
    packaged_digits,
    packaged_photographs,
)
from reference.data.dataset import ImageFiles
from reference.decide.labels import LABELS
from reference.decide.scores import ScoreName
from reference.defaults import CLASSIFIERS, Name
from reference.document import write_whole
from reference.networks.ali import Autoencoder, autoencoder
from reference.networks.checkpoints import load_checkpoint
from reference.networks.densenet import DenseNet
from reference.phantoms import Cohort, write_kermany, write_mura
from reference.preprocess import AUTOENCODER, CHESTXNET, Preprocess
from reference.terms import DataTerms
from reference.training.card import described, markdown, versions
from reference.training.defaults import (
    LATENT,
    SEED,
    SHAPE,
    WIDTH,
    Part,
    Remaking,
    Trained,
)
from reference.training.figures import (
    Scores,
    classifier_figures,
    dataset_scores,
    fitted_gate,
    parameters,
    registry_scores,
    rounded,
    score_figures,
)
from reference.training.fitting import write_weights

COMMAND = "python -m reference.training defaults"
SHIFTED = Cohort(seed=2021, patients=250, size=224)
"""Children's chests and bones, to see which scores tell them from adults' chests."""

GATE_SCORE: ScoreName = "ssim"
FALSE_REFUSALS = 0.01
"""Share of the validation phantoms that the gate may refuse."""

MODEL, CARD = "model.safetensors", "card.json"

LICENCE = "Apache-2.0"
"""Of this project, of which default weights and phantoms are a part."""
PHANTOMS = DataTerms(
    name="Procedural phantoms of this project",
    roles=("train", "validation", "test", "external"),
    license=LICENCE,
    source="drawn from seeds by reference.phantoms",
)


@dataclass(frozen=True)
class Publishing:
    """Measures the weights of a remaking and writes them where they ship.

    Args:
        made: has the images and the trained weights.
        out: gets one folder per network.
        xrays: PNG files of real radiographs, which are not shipped; for the cards.
        notes: sentences for every card, of what a reader of its figures has to know.
    """

    made: Remaking
    out: Path
    xrays: Path | None = None
    notes: tuple[str, ...] = ()

    def publish(self, name: Name, trained: Trained) -> Card:
        """Round, measure, describe and write one network."""
        network = self._network(name)
        load_checkpoint(network, trained.weights)
        folder = self.out / name
        file = write_weights(folder / MODEL, rounded(network.state_dict()))
        load_checkpoint(network, file)
        network.eval()
        weights = self._weights(name, file, network)
        origin = self._provenance(name, trained.stages)
        if name in CLASSIFIERS:
            assert isinstance(network, DenseNet)
            card = self._classifier_card(CLASSIFIERS[name], network, weights, origin)
        else:
            card = self._autoencoder_card(name, network, weights, origin)
        for part, file_name in ((card.calibration, "calibration.json"), (card.gate, "gate.json")):
            if part is not None:
                part.write(folder / file_name)
        card.write(folder / CARD)
        write_whole(folder / "card.md", markdown(card).encode())
        return card

    def _network(self, name: Name) -> nn.Module:
        return DenseNet(SHAPE) if name in CLASSIFIERS else autoencoder(LATENT, WIDTH)

    def _weights(self, name: Name, file: Path, network: nn.Module) -> Weights:
        if name in CLASSIFIERS:
            arguments = {
                "in_channels": SHAPE.in_channels,
                "num_classes": SHAPE.num_classes,
                "growth": SHAPE.growth,
                "init_features": SHAPE.init_features,
            }
            return described(
                file, "reference.networks.densenet:classifier", arguments, parameters(network)
            )
        sizes = {"latent": LATENT, "width": WIDTH}
        return described(file, "reference.networks.ali:autoencoder", sizes, parameters(network))

    def _provenance(self, name: Name, stages: tuple[Stage, ...]) -> Provenance:
        preprocess = CHESTXNET if name in CLASSIFIERS else AUTOENCODER
        parts: tuple[Part, ...] = ("train", "validation", "test", "external")
        registries = {part: self.made.registry(part, preprocess) for part in parts}
        return Provenance(
            command=COMMAND,
            seed=SEED,
            data=tuple(f"{part}: {one.about.usage.sentence()}" for part, one in registries.items()),
            images={part: one.about.levels for part, one in registries.items()},
            preprocess=preprocess,
            stages=stages,
            versions=versions(),
            device=f"{platform.machine()} CPU",
        )

    def _classifier_card(
        self, level: str, network: DenseNet, weights: Weights, origin: Provenance
    ) -> Card:
        tests = [self.made.registry(part, CHESTXNET) for part in ("test", "external")]
        validation = self.made.registry("validation", CHESTXNET)
        found = classifier_figures(network, validation, tests, weights.sha256)
        notes = (
            "The external set is hospital B of the phantoms: another device, other marks, faint "
            "findings unlabelled, 6 % of the labels missed and 0.8 % invented, which no model can "
            "make good.",
            *self._radiographs_classified(network),
            *self.notes,
        )
        return Card(
            title=f"DenseNet-121 at half width, trained on phantoms{_moved(level)}",
            weights=weights,
            provenance=origin,
            labels=LABELS,
            license=LICENCE,
            datasets=(PHANTOMS,),
            tables=found.tables,
            calibration=found.calibration,
            notes=notes,
        )

    def _autoencoder_card(
        self, name: Name, network: nn.Module, weights: Weights, origin: Provenance
    ) -> Card:
        assert isinstance(network, Autoencoder)
        test, validation = (
            (registry.about.dataset, registry_scores(network, registry))
            for registry in (
                self.made.registry("test", AUTOENCODER),
                self.made.registry("validation", AUTOENCODER),
            )
        )
        external = self.made.registry("external", AUTOENCODER)
        others = {external.about.dataset: registry_scores(network, external)}
        for other in self._other_sets():
            others[other.name] = dataset_scores(network, other, AUTOENCODER)
        inside = {test[0]: test[1], **others}
        gate = fitted_gate(GATE_SCORE, FALSE_REFUSALS, validation, inside, weights.sha256)
        title = "L2 autoencoder" if name == "l2" else "ALI"
        return Card(
            title=f"{title}, 64 pixels, trained on phantoms",
            weights=weights,
            provenance=origin,
            license=LICENCE,
            datasets=(PHANTOMS,),
            scores=score_figures(title, test, others),
            gate=gate,
            notes=(*_gate_notes(others), *self.notes),
        )

    def _other_sets(self) -> list[Dataset]:
        """Return what does not belong, and what only looks different."""
        bones, children = self.made.work / "mura", self.made.work / "kermany"
        write_mura(bones, SHIFTED)
        write_kermany(children, SHIFTED)
        sets = [
            packaged_photographs(),
            packaged_digits(),
            replace(mura(bones, "train"), name="Phantoms of bones"),
            replace(kermany(children, "train"), name="Phantoms of children's chests"),
        ]
        return sets + ([radiographs(self.xrays)] if self.xrays else [])

    def _radiographs_classified(self, network: DenseNet) -> tuple[str, ...]:
        if self.xrays is None:
            return ("It has not been tried on real radiographs.",)
        outputs = answers(network, radiographs(self.xrays), CHESTXNET)
        spread = ", ".join(
            f"{label} {low:.2f} to {high:.2f}"
            for label, low, high in zip(
                LABELS, outputs.min(axis=0), outputs.max(axis=0), strict=True
            )
        )
        return (
            f"On {len(outputs)} real radiographs, which mean nothing to it, its probabilities are: "
            f"{spread}.",
        )


def radiographs(folder: Path) -> Dataset:
    """Return the PNG files of a folder as a data set without labels."""
    names = sorted(path.name for path in folder.glob("*.png"))
    items = tuple(Item(name, name, "", ()) for name in names)
    return Dataset("Real radiographs", (), items, ImageFiles((folder,)))


@torch.no_grad()
def answers(network: DenseNet, dataset: Dataset, preprocess: Preprocess) -> npt.NDArray[np.float64]:
    """Return a classifier's probabilities of a small set, (images, findings)."""
    inputs = [preprocess.apply(dataset.load(item)) for item in dataset.items]
    logits = [network(torch.from_numpy(image)) for image in inputs]
    outputs: npt.NDArray[np.float64] = torch.sigmoid(torch.cat(logits).double()).numpy()
    return outputs


def _moved(level: str) -> str:
    return "" if level == CLASSIFIERS["classifier"] else f" with augmentation {level}"


def _gate_notes(others: Mapping[str, Scores]) -> tuple[str, ...]:
    notes = [
        "Children's chests are chests: a score that does not tell them apart is not at fault.",
        "The external hospital belongs in the main; what the gate refuses of it is what another "
        "device costs.",
    ]
    if "Real radiographs" in others:
        notes.append(
            "Real radiographs were never trained on; the gate's line above says how many of them "
            "it refuses. Phantoms are not radiographs, and refusing these is the honest answer."
        )
    return tuple(notes)
