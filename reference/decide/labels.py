"""The findings that the classifiers score, and the three orders in which they are listed.

Two orders of the same fourteen findings are in use and must never be mixed up:

- ``LABELS`` is the order of the *outputs*. The networks of the paper's authors, their
  web tool and the first fourteen outputs of the 18-output model all use it.
- ``TABLE_1_LABELS`` is the order of the *rows of the paper's Table 1* (and of appendix A's
  list). The network of Weng et al. ("CheXNet Py3") scores the findings in this order.

``TABLE_1_TO_LABELS`` leads from the second to the first; ``reference.networks.checkpoints`` applies
it to the classifier rows of a CheXNet Py3 checkpoint, so that every 14-output model loaded
here answers in the order of ``LABELS``.
"""

from __future__ import annotations

LABELS: tuple[str, ...] = (
    "Atelectasis",
    "Consolidation",
    "Infiltration",
    "Pneumothorax",
    "Edema",
    "Emphysema",
    "Fibrosis",
    "Effusion",
    "Pneumonia",
    "Pleural Thickening",
    "Cardiomegaly",
    "Nodule",
    "Mass",
    "Hernia",
)
"""Findings in the order of the outputs of a 14-output classifier."""

TABLE_1_LABELS: tuple[str, ...] = (
    "Atelectasis",
    "Cardiomegaly",
    "Effusion",
    "Infiltration",
    "Mass",
    "Nodule",
    "Pneumonia",
    "Pneumothorax",
    "Consolidation",
    "Edema",
    "Emphysema",
    "Fibrosis",
    "Pleural Thickening",
    "Hernia",
)
"""The same findings in the order of the paper's Table 1, which is also CheXNet Py3's."""

XRV_LABELS: tuple[str, ...] = (
    *LABELS,
    "Lung Lesion",
    "Fracture",
    "Lung Opacity",
    "Enlarged Cardiomediastinum",
)
"""Findings in the order of the outputs of the 18-output (1 channel) classifier."""

TABLE_1_TO_LABELS: tuple[int, ...] = (0, 8, 3, 7, 9, 10, 11, 2, 6, 12, 1, 5, 4, 13)
"""``LABELS[i] == TABLE_1_LABELS[TABLE_1_TO_LABELS[i]]``."""
