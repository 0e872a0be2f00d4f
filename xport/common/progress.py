"""Telling a person how far long work has come, as it is defined where networks are trained too."""

from __future__ import annotations

from reference.progress import Display, Silent, Step, advance, is_shown, say, shown, step

__all__ = ["Display", "Silent", "Step", "advance", "is_shown", "say", "shown", "step"]
