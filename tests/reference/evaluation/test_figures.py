"""Figures say what their documents say, in SVG and PNG, the same bytes every time."""

from __future__ import annotations

import hashlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from reference.decide.calibration import fit_calibration
from reference.errors import CalibrationError, InputError
from reference.evaluation import (
    Robustness,
    RocCurves,
    cutoff_curve,
    figures,
    robustness,
    roc_curves,
    separation,
)
from tests.reference.evaluation import made

FINDINGS = ("Mass", "Hernia")
NOTE = "Phantoms: nothing medical is claimed."


def _roc() -> RocCurves:
    predictions = made.predictions(60, FINDINGS)
    return roc_curves(predictions, fit_calibration(predictions))


def _robustness(share: float = 0.3) -> Robustness:
    cells = {
        (train, test): made.predictions(40, FINDINGS, share=share)
        for train in ("none", "45")
        for test in ("none", "hflip", "90")
    }
    return robustness(("none", "45"), ("none", "hflip", "90"), cells)


def _all() -> dict[str, Figure]:
    scores = np.random.default_rng(0).normal(0.3, 0.1, 60).tolist()
    apart = separation("ALI", "ssim", ("chest", scores), {"digits": scores[:9]})
    curve = cutoff_curve(made.predictions(60, ("Pneumonia",)), "ALI", "l2", scores)
    return {
        "roc": figures.roc_figure(_roc()),
        "separation": figures.separation_figure([apart]),
        "cutoff": figures.cutoff_figure([curve]),
        "robustness": figures.robustness_figure([_robustness(), _robustness()]),
    }


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, figure in _all().items()
        for path in figures.save(figure, folder, name, NOTE)
    }


def test_svg_and_png_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    first = _digests(tmp_path / "first")
    assert first == _digests(tmp_path / "second")
    assert len(set(first.values())) == 8
    for path in (tmp_path / "first").glob("*.png"):
        with Image.open(path) as image:
            assert image.width > 300
            assert len(image.convert("L").getcolors(256) or []) > 10
    for path in (tmp_path / "first").glob("*.svg"):
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
        assert "dc:date" not in path.read_text()


def test_roc_has_a_star_at_each_operating_point_and_names_findings_without_curve() -> None:
    curves = _roc().model_copy(update={"without_curve": ("Edema",)})
    figure = figures.roc_figure(curves)
    for panel, curve in zip(figure.axes, curves.curves, strict=True):
        stars = [line for line in panel.lines if line.get_marker() == "*"]
        assert curve.star is not None
        assert [float(stars[0].get_xdata()[0]), float(stars[0].get_ydata()[0])] == [
            curve.star.false_positive_rate,
            curve.star.true_positive_rate,
        ]
        assert f"AUC {curve.auc:.2f}" in panel.get_title()
    assert "Edema" in figure.get_suptitle()


def test_legend_has_the_auc_of_every_set() -> None:
    apart = separation("ALI", "l2", ("chest", [0.1, 0.2]), {"digits": [0.9], "bones": [0.15]})
    legend = figures.separation_figure([apart]).axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "chest (2)",
        "digits (1), AUC 1.00",
        "bones (1), AUC 0.50",
    ]


def test_cutoff_gets_stricter_to_the_right_and_lacking_aucs_are_counted() -> None:
    predictions = made.of([1, 0, 1, 0], [0.1, 0.9, 0.8, 0.2], "Pneumonia")
    curve = cutoff_curve(predictions, "ALI", "l2", [1.0, 2.0, 3.0, 4.0], steps=4)
    panel = figures.cutoff_figure([curve]).axes[0]
    assert panel.get_xlim() == (4, 1)
    assert "1 cutoffs without AUC" in panel.get_title()


def test_matrices_of_two_sets_stand_side_by_side_with_cells_without_auc_left_empty() -> None:
    left, right = _robustness(), _robustness(share=0)
    panel = figures.robustness_figure([left, right]).axes[0]
    cells = np.ma.filled(panel.images[0].get_array().astype(float), np.nan)
    np.testing.assert_array_equal(cells[:, :3], np.array(left.matrices[0].auc))
    assert np.isnan(cells[:, 3:]).all()
    assert right.matrices[0].auc == ((None,) * 3,) * 2


def test_figures_refuse_nothing_and_sets_that_do_not_fit() -> None:
    for draw in (
        figures.separation_figure,
        figures.cutoff_figure,
        figures.robustness_figure,
    ):
        with pytest.raises(CalibrationError, match="nothing to draw"):
            draw([])
    with pytest.raises(CalibrationError, match="no finding has a curve"):
        figures.roc_figure(_roc().model_copy(update={"curves": ()}))
    cells = {("none", "none"): made.predictions(40, FINDINGS)}
    other = robustness(("none",), ("none",), cells)
    with pytest.raises(CalibrationError, match="other findings or levels"):
        figures.robustness_figure([_robustness(), other])


def test_folder_that_cannot_be_written_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError):
        figures.save(figures.roc_figure(_roc()), tmp_path / "file", "roc", NOTE)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_matplotlibs_own_settings_are_neither_used_nor_changed(tmp_path: Path) -> None:
    import matplotlib as mpl

    expected = figures.save(figures.roc_figure(_roc()), tmp_path, "plain", NOTE)[0].read_bytes()
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9}):
        found = figures.save(figures.roc_figure(_roc()), tmp_path, "told", NOTE)[0].read_bytes()
        assert mpl.rcParams["font.size"] == 30
    assert found == expected
