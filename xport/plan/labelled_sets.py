"""How large a set of labelled images must be; known before anything large is imported."""

from __future__ import annotations

LEAST_IMAGES = 200
LEAST_POSITIVES = 20
"""What a labelled set must hold before a limit on decisions can be kept.

With 20 positives the 95 % interval of a sensitivity of 0.9 is 0.13 wide to either side; with fewer,
no change that matters could be told from chance.
"""
