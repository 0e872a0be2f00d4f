"""Every table and figure by the name of its command, in the paper's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from reference.evaluation.autoencoders import cutoff, distributions, hardest, reconstructions
from reference.evaluation.classifiers import matrices, roc, table1
from reference.evaluation.explanations import saliency
from reference.evaluation.inputs import Evaluation

ITEMS: Mapping[str, Callable[[Evaluation], None]] = MappingProxyType(
    {
        "table1": table1,
        "robustness": matrices,
        "reconstructions": reconstructions,
        "distributions": distributions,
        "cutoff": cutoff,
        "saliency": saliency,
        "hardest": hardest,
        "roc": roc,
    }
)
"""Each writes its folder in ``Evaluation.out``, whole or not at all."""
