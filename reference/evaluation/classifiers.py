"""Results about the classifier: Table 1, E.4 (ROC), and Figures 3 and E.2 (robustness)."""

from __future__ import annotations

from collections.abc import Sequence

from reference.data.augmentation import LEVELS, level_named
from reference.decide.auc import auc_table
from reference.decide.calibration import Calibration, fit_calibration
from reference.decide.labelled import LabelledPredictions
from reference.decide.predictions import Predictions
from reference.evaluation.figures import robustness_figure, roc_figure
from reference.evaluation.inputs import Evaluation, Unfit, names_of
from reference.evaluation.jobs import NONE, Probabilities, predictions_of
from reference.evaluation.networks import ClassifierNetwork
from reference.evaluation.results import Sheet
from reference.evaluation.robustness import Robustness, robustness
from reference.evaluation.roc import RocCurves, roc_curves
from reference.evaluation.sets import OpenedSet
from reference.evaluation.tables import Cell, Table, table_1

SPLITS = 10


def table1(evaluation: Evaluation) -> None:
    """Write Table 1 for every chest set."""
    network, sets = evaluation.classifier, evaluation.chests
    sentence = (
        f"AUC of each finding on {names_of(sets)}: mean ± standard deviation over {SPLITS} random "
        "halves of the images (ShuffleSplit), halves without a positive or a negative image left "
        "out and counted."
    )
    with evaluation.sheet("table1", "Table 1: AUC per finding", sentence, sets) as sheet:
        for place, one in enumerate(sets, start=1):
            predictions, images = _predicted(evaluation, sheet, one, network)
            table = auc_table(predictions, seed=evaluation.seed, splits=SPLITS)
            sheet.document(f"auc-{place}", table)
            about = network.about
            kept = LabelledPredictions.of(
                predictions, images, about.sha256, about.preprocess.digest()
            )
            sheet.document(f"predictions-{place}", kept)
            sheet.table(table_1(table, f"table1-{place}"))
            if table.without_auc:
                sheet.remarks.append(
                    f"No AUC on {table.dataset}, for want of positive or negative images: "
                    f"{', '.join(table.without_auc)}."
                )


def roc(evaluation: Evaluation) -> None:
    """Write E.4 for every chest set, operating points from validation."""
    network, sets = evaluation.classifier, evaluation.chests
    sentence = (
        f"ROC curves on {names_of(sets)}; a star is where the threshold lies that has the largest "
        "TPR - FPR on validation images."
    )
    with evaluation.sheet("roc", "E.4: ROC with the operating points", sentence, sets) as sheet:
        calibration = operating_points(evaluation, sheet)
        sheet.document("calibration", calibration)
        sheet.remarks.append(calibration.sentence() + ".")
        for place, one in enumerate(sets, start=1):
            predictions = predicted(evaluation, sheet, one, network)
            curves = roc_curves(predictions, calibration)
            sheet.document(f"roc-{place}", curves)
            sheet.table(_roc_table(curves, f"roc-{place}"))
            if not curves.curves:
                sheet.remarks.append(f"No finding has a curve on {curves.dataset}.")
                continue
            areas = ", ".join(f"{curve.finding} {curve.auc:.2f}" for curve in curves.curves)
            sheet.picture(
                f"roc-{place}",
                roc_figure(curves),
                f"ROC curves of {network.about.name} on {curves.dataset}.",
                f"{len(curves.curves)} ROC curves on {curves.dataset}; AUC: {areas}.",
            )


def operating_points(evaluation: Evaluation, sheet: Sheet) -> Calibration:
    """Return the thresholds that were given, or those of the first set that has validation images.

    Raises:
        Unfit: there is neither.
    """
    if evaluation.calibration:
        return evaluation.calibration
    for one in evaluation.chests:
        if one.validation is not None:
            network = evaluation.classifier
            (outputs,) = evaluation.passes.of(one.validation, [Probabilities(network)])
            sheet.uses(outputs.usage)
            return fit_calibration(
                predictions_of(one.validation.name, one.validation.labels, outputs),
                network.about.sha256,
            )
    raise Unfit(
        "there are no operating points and no validation images to choose them on",
        "--data",
        "give --calibration, or an nih:FOLDER with its train_val_list.txt",
    )


def matrices(evaluation: Evaluation) -> None:
    """Write Figures 3 and E.2: every classifier at every level of testing, on every chest set."""
    networks, sets = evaluation.require_classifiers(), evaluation.chests
    levels = evaluation.levels or tuple(LEVELS)
    sentence = (
        "AUC per finding; rows are classifiers by their augmentation in training, columns the "
        "augmentation in testing (degrees of rotation, with the translation and scaling that the "
        f"paper pairs with them), applied before resizing; on {names_of(sets)}."
    )
    title = "Figures 3 and E.2: robustness to augmentation"
    with evaluation.sheet("robustness", title, sentence, sets) as sheet:
        found = [_robustness(evaluation, sheet, one, levels) for one in sets]
        for place, one in enumerate(found, start=1):
            sheet.document(f"robustness-{place}", one)
            sheet.table(_robustness_table(one, f"robustness-{place}"))
        rows = ", ".join(_weak_to_strong(networks))
        sheet.picture(
            "robustness",
            robustness_figure(found),
            f"AUC by training level (rows: {rows}) and testing level (columns).",
            f"Per finding one matrix of AUC, {len(networks)} rows, {len(levels)} columns for each "
            f"of {names_of(sets)}; the numbers are in the tables.",
        )
        if len(networks) == 1:
            sheet.remarks.append("One classifier was given, so each matrix has one row.")


def _robustness(
    evaluation: Evaluation, sheet: Sheet, one: OpenedSet, levels: tuple[str, ...]
) -> Robustness:
    cells: dict[tuple[str, str], Predictions] = {}
    for level in levels:
        jobs = [
            Probabilities(network, level_named(level), evaluation.seed)
            for network in evaluation.classifiers
        ]
        for job, outputs in zip(jobs, evaluation.passes.of(one.images, jobs), strict=True):
            sheet.uses(outputs.usage, job.network.about)
            name = job.network.about.name
            cells[name, level] = predictions_of(one.images.name, one.images.labels, outputs)
    return robustness(_weak_to_strong(evaluation.classifiers), levels, cells)


def _weak_to_strong(networks: Sequence[ClassifierNetwork]) -> tuple[str, ...]:
    """Names of networks by their level in training; other names come last, as they were given."""
    order = list(LEVELS)
    names = [network.about.name for network in networks]
    return tuple(sorted(names, key=lambda one: order.index(one) if one in order else len(order)))


def predicted(
    evaluation: Evaluation, sheet: Sheet, one: OpenedSet, network: ClassifierNetwork
) -> Predictions:
    """Return what a classifier says of a set, and put down what was used."""
    return _predicted(evaluation, sheet, one, network)[0]


def _predicted(
    evaluation: Evaluation, sheet: Sheet, one: OpenedSet, network: ClassifierNetwork
) -> tuple[Predictions, tuple[str, ...]]:
    """The same, with the names of the images."""
    (outputs,) = evaluation.passes.of(one.images, [Probabilities(network, NONE)])
    sheet.uses(outputs.usage, network.about)
    predictions = predictions_of(one.images.name, one.images.labels, outputs)
    return predictions, tuple(item.name for item in outputs.items)


def _roc_table(curves: RocCurves, name: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for curve in curves.curves:
        star = curve.star
        numbers = (
            (star.threshold, star.true_positive_rate, star.false_positive_rate)
            if star
            else (None, None, None)
        )
        counts = (curve.positives, curve.negatives, curve.unknown)
        rows.append((curve.finding, curve.auc, *numbers, *counts))
    rows += [(finding, *(None,) * 7) for finding in curves.without_curve]
    return Table(
        name=name,
        caption=(
            f"Thresholds chosen on {curves.calibrated_on}, and what they do on {curves.dataset}."
        ),
        header=("finding", "auc", "threshold", "TPR", "FPR", "positive", "negative", "unknown"),
        rows=tuple(rows),
    )


def _robustness_table(found: Robustness, name: str) -> Table:
    rows = [
        (matrix.finding, train, *numbers)
        for matrix in found.matrices
        for train, numbers in zip(found.train_levels, matrix.auc, strict=True)
    ]
    return Table(
        name=name,
        caption=f"AUC on {found.dataset} by level in training (rows) and testing (columns).",
        header=("finding", "trained at", *found.test_levels),
        rows=tuple(rows),
    )
