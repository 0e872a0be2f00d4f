"""The default checkpoints, of films and phantoms, so that a fresh checkout predicts something.

NOT FOR MEDICAL USE. They lie inside the package so that an installed one has them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

Name = Literal[
    "classifier", "classifier-none", "classifier-15", "classifier-45", "classifier-180", "ali", "l2"
]

CLASSIFIERS: Mapping[Name, str] = {
    "classifier": "hflip",
    "classifier-none": "none",
    "classifier-15": "15",
    "classifier-45": "45",
    "classifier-180": "180",
}
"""Classifiers, and the augmentation that each was trained with: the rows of Figure E.2.

The first is the one that ``PHANTOMS`` ships; the others differ from it in that alone.
"""

AUTOENCODERS: Mapping[Name, str] = {"ali": "ALI", "l2": "L2"}
"""Autoencoders, and what the paper's figures call them."""

NAMES: tuple[Name, ...] = (*CLASSIFIERS, *AUTOENCODERS)


RELEASE = Path(__file__).with_name("release.toml")
"""The default release, of real films: the networks, what they are tried on and what must hold."""

PHANTOMS = Path(__file__).with_name("phantoms.toml")
"""The release of the networks that were trained on phantoms."""


def default_folder(name: str) -> Path:
    """Return the folder of a default of phantoms: weights, ``card.json`` and ``card.md``.

    A classifier also has ``calibration.json``, the autoencoders ``gate.json``.

    Raises:
        KeyError: there is no such default.
    """
    if name not in NAMES:
        raise KeyError(f"{name!r} is none of {', '.join(NAMES)}")
    return Path(__file__).parent / name
