"""From outputs to decisions: scores and gate, Equation 1 and operating points, labels, AUC.

- `auc`: the paper's Table 1: how well each finding is told, with a spread over half splits.
- `calibration`: from a network's outputs to calibrated ones: the paper's Equation 1 and its
  operating points.
- `gate`: the gate before the classifier: which images are near enough to the training
  distribution.
- `intervals`: intervals of counted shares: what a number of images can say of all that are like
  them.
- `labels`: the findings that the classifiers score, and the three orders in which they are
  listed.
- `labelled`: what a classifier said of every image of a labelled set, as a document that can be
  kept.
- `owned`: documents that belong to weights: a threshold of other weights is a wrong decision,
  silently.
- `paired_auc`: the AUC of a finding with an interval, and how it changes between two classifiers.
- `predictions`: what a classifier said about images whose findings are known.
- `rule`: the rule before the classifier: several scores decide together, and say why an image is
  refused.
- `scores`: how far an image is from its reconstruction, defined so exactly that JavaScript
  repeats it.
"""
