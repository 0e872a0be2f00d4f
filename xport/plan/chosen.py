"""What limits are where nothing else is said; known before anything large is imported."""

from __future__ import annotations

ROUNDS = 20
"""How often both versions of a model run in turn where nothing else is said."""
LEAST_ROUNDS = 10
"""With fewer, the bootstrap of a median has too few values to be drawn from."""
EXPLAINED_SHARE = 0.1
"""The share of a map's pixels that count as explained where nothing else is said: the top tenth."""
