"""What `xport diff` accepts and does."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xport.errors import ExitCode

if TYPE_CHECKING:
    from xport.difference.measure import Compared
    from xport.recording.browser import BrowserOptions

DESCRIPTION = """\
Say what a new release changes against an old one.

OLD and NEW are each a run's folder that was judged, or a bundle. Compared are checks, errors,
bytes and nodes, times (recorded apart: no verdict; with --max-slowdown what ships of both runs in
turn in one browser, for one), and decisions: findings at their operating
points and images at the gate, on probes and image files that both recorded with the same bytes.
A bundle holds outputs on its self-test's probes alone; what is not compared is named, and never
counts as unchanged. NOT FOR MEDICAL USE.
"""

EPILOG = """\
With limits the exit code is 1 where one is broken, and 3 where one could not be judged: a limit on
decisions needs labelled images, at least --min-images with --min-positives positives of every
finding, and one on time that the 95 % interval of the ratio ends within it: more --min-rounds
narrow it. Without limits it is 0. --labelled takes the predictions-N.json that `xport paper table1`
writes for the weights of each release.

examples:
  xport diff published build/my
  xport diff published build/my --html difference.html --junit difference.xml
  xport diff published build/my --max-bytes-ratio 1.1 --json
"""

FLAGS = {
    "max_flipped_share": "the largest share of a model's decisions that may flip, 0 to 1",
    "max_gate_flipped_share": "the same of decisions at the gate alone, in or out of distribution",
    "max_auc_drop": "how much less the AUC of a finding may be on the labelled images",
    "max_calibrated_change": "how far a calibrated probability may move, on any image and finding",
    "max_bytes_ratio": "how many times the bytes of before a model may ship",
    "max_slowdown": "how many times the time of before a steady run may take; both run in turn in "
    "one browser",
    "min_map_cosine": "the least cosine of an explanation's map with that of before",
    "min_region_iou": "the least intersection over union of what both maps explain",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the parser of the command accept what it takes."""
    from xport.plan.chosen import EXPLAINED_SHARE, LEAST_ROUNDS, ROUNDS
    from xport.plan.labelled_sets import LEAST_IMAGES, LEAST_POSITIVES

    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.add_argument("old", type=Path, metavar="OLD", help="what is published, say")
    parser.add_argument("new", type=Path, metavar="NEW", help="what may take its place")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a page for people")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="also write JUnit XML")
    parser.add_argument(
        "--labelled",
        type=Path,
        nargs=2,
        metavar=("OLD_FILE", "NEW_FILE"),
        help="predictions of both classifiers on one labelled set",
    )
    for name, meaning in FLAGS.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=float, metavar="X", help=f"a limit: {meaning}"
        )
    for name, default, meaning in (
        ("min_images", LEAST_IMAGES, "labelled images that a limit on decisions needs"),
        ("min_positives", LEAST_POSITIVES, "positives of every finding among them"),
    ):
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=int,
            default=default,
            metavar="N",
            help=f"{meaning} (default: %(default)s); another number is said beside the outcome",
        )
    parser.add_argument(
        "--explained-share",
        type=float,
        default=EXPLAINED_SHARE,
        metavar="X",
        help="the share of a map's pixels that counts as explained (default: %(default)s)",
    )
    parser.add_argument(
        "--min-rounds",
        type=int,
        default=ROUNDS,
        metavar="N",
        help="how often both run in turn for a limit on time (default: %(default)s, at least "
        f"{LEAST_ROUNDS})",
    )


def difference(options: argparse.Namespace, browser: BrowserOptions) -> tuple[int, Compared]:
    """Compare, and write what is asked for; the exit code, and what was compared.

    Raises:
        XportError: as `xport.workflow.difference.compare`; a file cannot be written.
    """
    from xport.workflow.difference import compare, limits_named

    names = (*FLAGS, "explained_share", "min_rounds", "min_images", "min_positives")
    limits = limits_named({name: getattr(options, name) for name in names})
    labelled = tuple(options.labelled) if options.labelled else None
    compared = compare(options.old, options.new, limits, labelled, browser)
    _write(options, compared)
    status = compared.difference.status
    return (ExitCode.PASSED if status is None else status.exit_code), compared


def _write(options: argparse.Namespace, compared: Compared) -> None:
    from reports.difference.html import html_difference
    from reports.difference.junit import difference_junit
    from xport.common.document import write_whole

    if options.html:
        write_whole(options.html, html_difference(compared).encode())
    if options.junit:
        write_whole(options.junit, difference_junit(compared.difference).encode())
