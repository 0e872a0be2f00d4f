"""What `xport` hands on: one function for each step of a release, and for checking its bundle.

Each is documented where it is defined. All raise `XportError`, which says what, where and the
remedy, and knows the command line's exit code.
"""

from __future__ import annotations

from xport.bundles.checks import verify_bundle as verify
from xport.workflow.commands import bundle, convert, judge, record, release, report

__all__ = ["bundle", "convert", "judge", "record", "release", "report", "verify"]
