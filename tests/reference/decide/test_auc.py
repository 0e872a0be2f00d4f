"""Table 1: AUC over ten half splits, with every half that has none counted."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import ShuffleSplit

from reference.decide.auc import auc
from reference.decide.labels import LABELS, TABLE_1_LABELS
from reference.decide.predictions import Predictions
from reference.errors import CalibrationError
from reference.evaluation import AucTable, auc_table
from reference.evaluation.tables import Table, csv_text, markdown_text, table_1
from tests.reference.evaluation import made

NAN = float("nan")


def test_auc_is_the_share_of_pairs_in_the_right_order_ties_counting_half() -> None:
    assert auc(made.of([1, 1, 0, 0], [0.9, 0.5, 0.5, 0.1]).known(0)) == 3.5 / 4
    assert auc(made.of([1, 0], [0.1, 0.9]).known(0)) == 0
    assert auc(made.of([1, 0, NAN], [0.9, 0.1, 0.0]).known(0)) == 1
    assert auc(made.of([1, 1], [0.9, 0.1]).known(0)) is None
    assert auc(made.of([0, NAN], [0.9, 0.1]).known(0)) is None


def test_rows_are_mean_and_deviation_over_the_halves_of_shuffle_split() -> None:
    predictions = made.predictions()
    row = auc_table(predictions, seed=4).rows[6]
    halves = [
        roc_auc_score(predictions.truth[half, 6], predictions.outputs[half, 6])
        for _, half in ShuffleSplit(10, test_size=0.5, random_state=4).split(predictions.truth)
    ]
    assert row.finding == LABELS[6]
    assert row.halves == pytest.approx(halves, abs=1e-12)
    assert row.mean == pytest.approx(np.mean(halves))
    assert row.std == pytest.approx(np.std(halves, ddof=0))
    assert row.auc == pytest.approx(
        roc_auc_score(predictions.truth[:, 6], predictions.outputs[:, 6])
    )


def test_halves_without_a_positive_are_left_out_and_counted() -> None:
    rare = made.of([1.0] + [0.0] * 39, [0.9] + [0.1] * 39)
    row = auc_table(rare, seed=0).rows[0]
    splits = ShuffleSplit(10, test_size=0.5, random_state=0).split(np.zeros(40))
    without = sum(0 not in half for _, half in splits)
    assert 0 < without < 10
    assert row.halves_without == without
    assert row.halves == (1.0,) * (10 - without)
    assert (row.mean, row.std) == (1.0, 0.0)


def test_finding_that_nobody_has_is_named_and_not_averaged() -> None:
    truth = np.array([[1, 0], [0, 0], [1, 0], [0, 0]] * 4, dtype=float)
    outputs = np.tile([0.5, 0.5], (16, 1))
    table = auc_table(Predictions("test", ("Mass", "Hernia"), truth, outputs), seed=0)
    assert table.rows[1].auc is None
    assert table.rows[1].mean is None
    assert table.rows[1].halves_without == 10
    assert table.without_auc == ("Hernia",)
    assert table.mean_auc == 0.5


def test_seed_decides_the_halves_and_nothing_else_does() -> None:
    predictions = made.predictions()
    assert auc_table(predictions, seed=1) == auc_table(predictions, seed=1)
    assert auc_table(predictions, seed=1) != auc_table(predictions, seed=2)


def test_single_image_has_no_half() -> None:
    with pytest.raises(CalibrationError, match="one image has no half"):
        auc_table(made.of([1], [0.5]), seed=0)


def test_document_is_read_as_it_was_written(tmp_path: Path) -> None:
    table = auc_table(made.predictions(), seed=0)
    assert AucTable.read(table.write(tmp_path / "table.json")) == table


def _rare_first() -> AucTable:
    predictions = made.predictions(60)
    truth = predictions.truth.copy()
    truth[:, 0] = 0
    return auc_table(
        Predictions("phantoms, test", LABELS, truth, predictions.outputs), seed=0, splits=3
    )


NOTICES = ("NOT FOR MEDICAL USE", "test: procedural phantoms")


def test_csv_has_every_number_in_full_in_the_papers_order() -> None:
    table = _rare_first()
    rows = list(csv.DictReader(io.StringIO(csv_text(table_1(table), NOTICES))))
    assert [row["finding"] for row in rows] == [*TABLE_1_LABELS, "Mean of 13"]
    by_name = {row.finding: row for row in table.rows}
    for row in rows[1:-1]:
        assert float(row["mean"]) == by_name[row["finding"]].mean
        assert int(row["positive"]) == by_name[row["finding"]].positives
    assert (rows[0]["auc"], rows[0]["mean"], rows[0]["halves without"]) == ("", "", "3")
    assert {row["notice"] for row in rows} == {"; ".join(NOTICES)}


def test_markdown_is_the_papers_table_and_says_what_lacks() -> None:
    table = _rare_first()
    lines = markdown_text(table_1(table), NOTICES).splitlines()
    assert lines[:2] == [f"**{notice}**  " for notice in NOTICES]
    assert lines[3].startswith("AUC on phantoms, test, 60 images; ± over 3 random halves")
    assert lines[7] == "| Atelectasis | – | – | – | – | 3 | 0 | 60 | 0 |"
    row = next(row for row in table.rows if row.finding == "Cardiomegaly")
    assert lines[8].startswith(f"| Cardiomegaly | {row.mean:.2f} ± {row.std:.2f} | {row.auc:.3f}")
    assert lines[-1] == f"| Mean of 13 | – | {table.mean_auc:.3f} | – | – | – | – | – | – |"


def test_markdown_cannot_be_torn_by_a_name() -> None:
    torn = Table(name="t", caption="c", header=("a",), rows=(("x|y",),))
    assert "x\\|y" in markdown_text(torn, NOTICES)
