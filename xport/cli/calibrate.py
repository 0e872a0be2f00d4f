"""What `xport calibrate` accepts and does."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xport.errors import InputError

if TYPE_CHECKING:
    from xport.recording.browser import BrowserOptions
    from xport.workflow.site_calibration import WantedSite

DESCRIPTION = """\
Say what a bundle makes of a hospital's own images, before anybody looks at numbers.

The bundle is checked, then every image of the folder is examined as its page would examine it, in a
browser on this machine: how many are accepted, how many are refused and why, how the gate's score
is spread beside the release's sets, and which threshold would accept the share that is wanted. With
labels, operating points are found on the accepted images. Nothing leaves the machine; no document
holds a picture, nor a file's name without --names. What is suggested is no part of the verified
release, and changes nothing in the bundle. NOT FOR MEDICAL USE.
"""

EPILOG = """\
LABELS is a CSV file: a column `image` with the files' names, and a column for each finding that is
known, named as the bundle names it, with 1, 0 or nothing.

examples:
  xport calibrate published --images rays --out rays.html
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the parser of the command accept what it takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.add_argument("bundle", type=Path, help="folder of a bundle")
    parser.add_argument(
        "--images", type=Path, required=True, metavar="FOLDER", help="folder of the images"
    )
    parser.add_argument("--labels", type=Path, metavar="CSV", help="what the images show")
    parser.add_argument(
        "--accept",
        type=float,
        default=0.95,
        metavar="SHARE",
        help="the share of images that suggested thresholds accept (default: %(default)s)",
    )
    parser.add_argument(
        "--least-positives",
        type=int,
        default=20,
        metavar="N",
        help="suggest no operating point for a finding that fewer images have by their labels, or "
        "fewer have not (default: %(default)s)",
    )
    parser.add_argument(
        "--site",
        metavar="NAME",
        help="also write the suggested thresholds as a site configuration of this name, signed "
        "with --key, within the bounds that the release declares in [site]",
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the site's own private key on P-256, in PEM"
    )
    parser.add_argument(
        "--until",
        type=day,
        metavar="DATE",
        help="the last day on which the site configuration holds, such as 2030-12-31 (default: in "
        "365 days)",
    )
    parser.add_argument(
        "--site-out",
        type=Path,
        default=Path("site.json"),
        metavar="FILE",
        help="where the site configuration goes (default: %(default)s)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report, as HTML")
    parser.add_argument(
        "--names", action="store_true", help="list every image with its file's name"
    )
    parser.add_argument(
        "--backend",
        choices=("webgl", "wasm", "cpu"),
        help="compute on this one of those that were verified (default: the page's first)",
    )
    parser.add_argument(
        "--allow-unchecked",
        action="store_true",
        help="take a bundle of another version whose evidence, report or cards cannot be judged "
        "again here",
    )


def day(text: str) -> datetime.date:
    """A day as ISO 8601 has it."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2030-12-31") from error


def calibrate(options: argparse.Namespace, browser: BrowserOptions) -> tuple[str, dict[str, Any]]:
    """Carry it out; what is told of it to a person and to programs."""
    from reports.site import html_site
    from reports.words import printable
    from xport.common.document import write_whole
    from xport.conversion.store import require_writable
    from xport.signing.keys import shown
    from xport.site.summary import Asked
    from xport.workflow.site_calibration import Site, calibrate, write_site

    if (options.site is None) != (options.key is None):
        raise InputError("--site and --key are given together", "--site", "give both or neither")
    if options.site is None and options.until is not None:
        raise InputError("only --site takes it", "--until", "leave it out")
    wanted = _wanted(options) if options.site is not None else None
    if options.out:
        require_writable(options.out.parent)
    site = Site(
        images=options.images,
        labels=options.labels,
        asked=Asked(options.accept, options.least_positives, names=options.names),
        options=browser,
        backend=options.backend,
        allow_unchecked=options.allow_unchecked,
        allow_weak=options.allow_weak,
        allow_waivers=options.allow_waivers,
    )
    report = calibrate(options.bundle, site)
    lines = [printable(one) for one in report.lines()]
    if options.out:
        write_whole(options.out, html_site(report).encode())
        lines.append(str(options.out))
    value = report.model_dump(mode="json")
    if wanted is not None:
        made = write_site(options.bundle, report, wanted)
        lines.append(printable(f"{options.site_out}: {made.words()}, until {made.until}"))
        lines.append(f"signed with {shown(made.fingerprint)}")
        value["site"] = made.model_dump(mode="json") | {"file": str(options.site_out)}
    return "\n".join(lines), value


def _wanted(options: argparse.Namespace) -> WantedSite:
    from xport.cli.bundles import passphrase
    from xport.signing.keys import read_private_key
    from xport.workflow.site_calibration import WantedSite, until_of

    key = read_private_key(options.key, options.bundle, lambda: passphrase(options.key))
    wanted = WantedSite(options.site, key, options.site_out, until_of(options.until))
    wanted.require_possible(options.bundle)
    return wanted
