"""The default checkpoints: trained on phantoms, so that a fresh checkout predicts something.

NOT FOR MEDICAL USE. They lie inside the package so that an installed one has them too.
"""

from __future__ import annotations

from pathlib import Path

NAMES = ("classifier", "l2", "ali")


def default_folder(name: str) -> Path:
    """Return the folder of a default: ``model.safetensors``, ``card.json`` and ``card.md``.

    The classifier also has ``calibration.json``, the autoencoders ``gate.json``.

    Raises:
        KeyError: there is no such default.
    """
    if name not in NAMES:
        raise KeyError(f"{name!r} is none of {', '.join(NAMES)}")
    return Path(__file__).parent / name
