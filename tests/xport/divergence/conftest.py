"""Evidence of a verdict that failed."""

from __future__ import annotations

from tests.reports.conftest import failing

__all__ = ["failing"]
