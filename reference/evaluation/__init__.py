"""The paper's tables and figures: from labels and scores to frozen documents, and to pictures."""

from reference.decide.auc import AucTable, FindingAuc, auc, auc_table
from reference.evaluation.cutoff import CutoffCurve, CutoffPoint, cutoff_curve
from reference.evaluation.robustness import Robustness, RobustnessMatrix, robustness
from reference.evaluation.roc import RocCurve, RocCurves, Star, roc_curves
from reference.evaluation.separation import Outlier, ScoreHistogram, Separation, separation

__all__ = [
    "AucTable",
    "CutoffCurve",
    "CutoffPoint",
    "FindingAuc",
    "Outlier",
    "Robustness",
    "RobustnessMatrix",
    "RocCurve",
    "RocCurves",
    "ScoreHistogram",
    "Separation",
    "Star",
    "auc",
    "auc_table",
    "cutoff_curve",
    "robustness",
    "roc_curves",
    "separation",
]
