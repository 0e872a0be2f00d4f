"""The default checkpoints: trained on phantoms, so that a fresh checkout predicts something.

NOT FOR MEDICAL USE. They lie inside the package so that an installed one has them too.
"""

from __future__ import annotations

from pathlib import Path

CLASSIFIERS = {
    "classifier": "hflip",
    "classifier-none": "none",
    "classifier-15": "15",
    "classifier-45": "45",
    "classifier-180": "180",
}
"""Classifiers, and the augmentation that each was trained with: the rows of Figure E.2.

The first is the one that ships; the others differ from it in that alone.
"""

AUTOENCODERS = {"ali": "ALI", "l2": "L2"}
"""Autoencoders, and what the paper's figures call them."""

NAMES = (*CLASSIFIERS, *AUTOENCODERS)


def default_folder(name: str) -> Path:
    """Return the folder of a default: ``model.safetensors``, ``card.json`` and ``card.md``.

    A classifier also has ``calibration.json``, the autoencoders ``gate.json``.

    Raises:
        KeyError: there is no such default.
    """
    if name not in NAMES:
        raise KeyError(f"{name!r} is none of {', '.join(NAMES)}")
    return Path(__file__).parent / name
