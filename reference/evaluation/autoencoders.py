"""Results about the autoencoders: Figure 4, Figures 5 and E.3, Figure 6, and E.1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reference.decide.scores import DEFINITIONS, ScoreName
from reference.errors import CalibrationError
from reference.evaluation.cutoff import CutoffCurve, CutoffPoint, cutoff_curve
from reference.evaluation.figures import cutoff_figure, separation_figure
from reference.evaluation.inputs import Evaluation, Unfit, names_of, readable_by_lot
from reference.evaluation.jobs import SCORES, Probabilities, Reconstructed, predictions_of
from reference.evaluation.networks import AutoencoderNetwork
from reference.evaluation.pictures import hardest_figure, reconstruction_figure
from reference.evaluation.results import Sheet
from reference.evaluation.samples import (
    Reconstructions,
    Sample,
    Shown,
    hard_to_easy,
    ranking,
    samples_of,
)
from reference.evaluation.separation import Separation, separation
from reference.evaluation.sets import OpenedSet
from reference.evaluation.tables import Cell, Table

PER_SET = 2
"""Images of each set in Figure 4."""

IN_A_ROW = 10
"""Images of each set in E.1."""

CUTOFF_SCORES: tuple[ScoreName, ...] = ("ssim", "l2")


def reconstructions(evaluation: Evaluation) -> None:
    """Write Figure 4: images of every set, their reconstructions, and the error in red."""
    networks, sets = evaluation.require_autoencoders(), evaluation.sets
    sentence = (
        f"{PER_SET} images of each set, drawn by lot (seed {evaluation.seed}), what each "
        "autoencoder makes of them, and the pixel-wise error |x - y| in red over the image."
    )
    with evaluation.sheet("reconstructions", "Figure 4: reconstructions", sentence, sets) as sheet:
        columns = []
        for network in networks:
            samples = [
                one for opened in sets for one in _by_lot(evaluation, sheet, network, opened)
            ]
            columns.append((network.about.name, samples))
            shown = tuple(one.shown for one in samples)
            name = f"reconstructions-{len(columns)}"
            document = Reconstructions(model=network.about.name, shown=shown)
            sheet.document(name, document)
            sheet.table(_shown_table(name, f"Images of Figure 4, {network.about.name}.", shown))
            sheet.uses(network.about)
        sheet.picture(
            "reconstructions",
            reconstruction_figure(columns),
            "Input, reconstruction, and pixel-wise error in red.",
            f"{len(columns[0][1])} images of {names_of(sets)} above their reconstructions by "
            f"{', '.join(name for name, _ in columns)} and the error in red; the scores are in "
            "the tables.",
        )


def _by_lot(
    evaluation: Evaluation, sheet: Sheet, network: AutoencoderNetwork, opened: OpenedSet
) -> list[Sample]:
    found, usage = readable_by_lot(opened.images, PER_SET, evaluation.seed)
    sheet.uses(usage)
    return samples_of(network, opened.images, [(None, item) for item, _ in found])


def distributions(evaluation: Evaluation) -> None:
    """Write Figures 5 and E.3: how the scores of the other sets lie apart from the chests'."""
    networks = evaluation.require_autoencoders()
    inside = evaluation.chests[0]
    outside = [one for one in evaluation.sets if one is not inside]
    if not outside:
        raise Unfit(
            "there is no second set to tell apart", "--data", "give another, such as mura:FOLDER"
        )
    sentence = (
        f"How four scores tell {inside.images.name} from the other sets; AUC 1 when every other "
        "image scores less likely than every image of it. "
        + " ".join(f"{score}: {DEFINITIONS[score]}." for score in SCORES)
    )
    title = "Figures 5 and E.3: scores of in- and out-of-distribution images"
    with evaluation.sheet("distributions", title, sentence, evaluation.sets) as sheet:
        found = [
            one
            for network in networks
            for one in _separations(evaluation, sheet, network, inside, outside)
        ]
        for one in found:
            sheet.document(f"separation-{_place(networks, one.model)}-{one.score}", one)
        sheet.table(_separation_table(found))
        sheet.picture(
            "distributions",
            separation_figure(found),
            "Densities of the scores per set; in the legends the AUC of each against "
            f"{inside.images.name}.",
            f"{len(found)} panels of densities, a row per autoencoder and a column per score; the "
            "AUC and medians are in the table.",
        )


def _separations(
    evaluation: Evaluation,
    sheet: Sheet,
    network: AutoencoderNetwork,
    inside: OpenedSet,
    outside: Sequence[OpenedSet],
) -> list[Separation]:
    job = Reconstructed(network)
    scored = {}
    for one in (inside, *outside):
        (scored[one.images.name],) = evaluation.passes.of(one.images, [job])
        sheet.uses(scored[one.images.name].usage, network.about)
    return [
        separation(
            network.about.name,
            score,
            (inside.images.name, scored[inside.images.name].column(score).tolist()),
            {one.images.name: scored[one.images.name].column(score).tolist() for one in outside},
        )
        for score in SCORES
    ]


def cutoff(evaluation: Evaluation) -> None:
    """Write Figure 6: AUC for pneumonia and retained share against the cutoff."""
    networks, classifier = evaluation.require_autoencoders(), evaluation.classifier
    sets = [one for one in evaluation.sets if one.part == "pneumonia"]
    if not sets:
        raise Unfit("no pneumonia set is given", "--data", "give kermany:FOLDER")
    sentence = (
        f"The cutoff of a score swept on {names_of(sets)}: which share of the images it retains, "
        "and the classifier's AUC for pneumonia on these."
    )
    title = "Figure 6: AUC and retained share against the cutoff"
    with evaluation.sheet("cutoff", title, sentence, sets) as sheet:
        curves = []
        for one in sets:
            (said,) = evaluation.passes.of(one.images, [Probabilities(classifier)])
            predictions = predictions_of(one.images.name, one.images.labels, said)
            sheet.uses(said.usage, classifier.about)
            for network in networks:
                (scored,) = evaluation.passes.of(one.images, [Reconstructed(network)])
                sheet.uses(network.about)
                if scored.items != said.items:
                    raise CalibrationError(
                        "classifier and autoencoder have read other images",
                        one.images.name,
                        "evaluate again, and leave the images alone meanwhile",
                    )
                curves += [
                    cutoff_curve(
                        predictions, network.about.name, score, scored.column(score).tolist()
                    )
                    for score in CUTOFF_SCORES
                ]
        for place, curve in enumerate(curves, start=1):
            sheet.document(f"cutoff-{place}", curve)
        sheet.table(_cutoff_table(curves))
        sheet.picture(
            "cutoff",
            cutoff_figure(curves),
            "Retained share (blue, left) and AUC (red, right); stricter cutoffs to the right.",
            f"{len(curves)} panels, one per autoencoder and score, of retained share and AUC "
            "against the cutoff; the numbers are in the table.",
        )


def hardest(evaluation: Evaluation) -> None:
    """Write E.1: images of every set from the hardest to the easiest to reconstruct."""
    networks, sets = evaluation.require_autoencoders(), evaluation.sets
    sentence = (
        f"Up to {IN_A_ROW} images of each set, from the hardest to reconstruct to the easiest at "
        "equal steps of rank, sorted by L2 and by SSIM."
    )
    title = "E.1: images from hard to easy"
    with evaluation.sheet("hardest", title, sentence, sets) as sheet:
        for place, network in enumerate(networks, start=1):
            for score in CUTOFF_SCORES:
                _rank(evaluation, sheet, network, score, f"{score}-{place}")


def _rank(
    evaluation: Evaluation,
    sheet: Sheet,
    network: AutoencoderNetwork,
    score: ScoreName,
    name: str,
) -> None:
    rows = []
    for place, one in enumerate(evaluation.sets, start=1):
        (outputs,) = evaluation.passes.of(one.images, [Reconstructed(network)])
        sheet.uses(outputs.usage, network.about)
        samples = samples_of(network, one.images, hard_to_easy(outputs, score, IN_A_ROW))
        rows.append(samples)
        sheet.document(f"{name}-{place}", ranking(network, score, outputs, samples))
    about = f"{network.about.name}, sorted by {score}"
    shown = [one.shown for row in rows for one in row]
    sheet.table(_shown_table(name, f"Images of E.1, {about}; rank 1 is the hardest.", shown))
    sheet.picture(
        name,
        hardest_figure(score, network.about.name, rows),
        f"{about}: hardest on the left, easiest on the right.",
        f"{len(rows)} rows of images, one per set, from the hardest to the easiest; the scores "
        "are in the table.",
    )


def _place(networks: Sequence[AutoencoderNetwork], name: str) -> int:
    return [network.about.name for network in networks].index(name) + 1


def _shown_table(name: str, caption: str, shown: Sequence[Shown]) -> Table:
    rows = [
        (one.dataset, one.image, one.rank, one.l2, one.ssim, one.l1, one.latent) for one in shown
    ]
    header = ("set", "image", "rank", "L2", "SSIM", "L1", "latent")
    return Table(name=name, caption=caption, header=header, rows=tuple(rows))


def _separation_table(found: Sequence[Separation]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        inside = one.in_distribution
        rows += [
            (
                one.model,
                one.score,
                outlier.scores.dataset,
                outlier.scores.images,
                outlier.auc,
                outlier.scores.median,
                inside.median,
            )
            for outlier in one.out_of_distribution
        ]
    return Table(
        name="distributions",
        caption=f"AUC of telling each set from {found[0].in_distribution.dataset}.",
        header=("autoencoder", "score", "set", "images", "AUC", "its median", "chests' median"),
        rows=tuple(rows),
    )


def _cutoff_table(curves: Sequence[CutoffCurve]) -> Table:
    rows = [
        (
            curve.model,
            curve.score,
            point.cutoff,
            point.images,
            point.retained,
            point.auc,
            point.positives,
            point.negatives,
        )
        for curve in curves
        for point in _some(curve)
    ]
    return Table(
        name="cutoff",
        caption=(
            f"AUC of {curves[0].finding} on what each cutoff retains; every point is in the "
            "documents, at most 11 per curve here."
        ),
        header=(
            "autoencoder",
            "score",
            "cutoff",
            "images",
            "retained",
            "AUC",
            "positive",
            "negative",
        ),
        rows=tuple(rows),
    )


def _some(curve: CutoffCurve) -> list[CutoffPoint]:
    places = np.unique(np.linspace(0, len(curve.points) - 1, 11).round().astype(int))
    return [curve.points[place] for place in places]
