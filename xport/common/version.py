"""The version of this package, which rooms below the public face may ask for too."""

from __future__ import annotations

import datetime

__version__ = "0.1.0"
BUILT = datetime.date(2026, 1, 1)
"""A day before this version's locks were made: no clock that is right says an earlier one."""
