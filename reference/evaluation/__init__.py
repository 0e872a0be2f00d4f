"""The paper's tables and figures: from labels and scores to frozen documents, and to pictures.

- `autoencoders`: results about the autoencoders: Figure 4, Figures 5 and E.3, Figure 6, and E.1.
- `classifiers`: results about the classifier: Table 1, E.4 (ROC), and Figures 3 and E.2
  (robustness).
- `cutoff`: the paper's Figure 6: what the classifier achieves on the images that a cutoff
  retains.
- `explanations`: results about where the classifier looks: Figure 7 and the pointing game.
- `figures`: the paper's figures of numbers, drawn from result documents; SVG and PNG, the same
  bytes.
- `inputs`: what an evaluation is made of: sets, networks, and the passes that both share.
- `items`: every table and figure by the name of its command, in the paper's order.
- `jobs`: what networks compute of each image in a pass: probabilities, or scores of a
  reconstruction.
- `localisation`: where a classifier looks: saliency and class activation maps, and the pointing
  game.
- `networks`: networks to be evaluated, built from their weight files alone: the tensors tell the
  sizes.
- `passes`: one pass of networks over a data set: image by image, rows straight to disk, computed
  once.
- `pictures`: the paper's figures that show images: 4 (reconstructions), 7 (explanations) and E.1.
- `results`: what an evaluation hands over: a folder per table or figure, whole or not there at
  all.
- `robustness`: the paper's Figures 3 and E.2: AUC by augmentation in training and in testing.
- `roc`: the paper's Figure E.4: ROC curves, with the operating points that validation chose.
- `samples`: images beside what autoencoders make of them: Figure 4, and E.1's rows from hard to
  easy.
- `separation`: the paper's Figures 5 and E.3: how scores of in- and out-of-distribution images
  lie apart.
- `sets`: the sets of images that an evaluation is given, and the part that each plays in it.
- `tables`: tables as CSV for programs and Markdown for people; Table 1's rows are in the paper's
  order.
"""

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
