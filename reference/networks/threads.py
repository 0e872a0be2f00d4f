"""How many threads torch computes with."""

from __future__ import annotations

import torch

from reference.errors import ReferenceInputError

MAX_THREADS = 1024
"""Torch dies of some thousands."""


def set_threads(count: int) -> None:
    """Let torch compute with that many threads.

    Raises:
        ReferenceInputError: the number is below 1 or absurd.
    """
    if not 1 <= count <= MAX_THREADS:
        raise ReferenceInputError(
            f"{count} is no number of threads", "--threads", f"give 1 to {MAX_THREADS}"
        )
    torch.set_num_threads(count)
