"""Seeds for every step and purpose, so that nothing depends on what was drawn before."""

from __future__ import annotations

import hashlib

import torch


def derived_seed(seed: int, *purpose: int | str) -> int:
    """Return a seed in [0, 2**63) for one purpose; unrelated ones for different purposes."""
    text = "/".join(map(str, (seed, *purpose)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1


def generator(seed: int, *purpose: int | str) -> torch.Generator:
    """Return a generator (on the CPU) of the derived seed."""
    return torch.Generator().manual_seed(derived_seed(seed, *purpose))
