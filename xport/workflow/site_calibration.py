"""A hospital's images through a bundle, as its page would compute them, for a report.

The bundle is checked first and never changed; nothing but the report is written, and the browser
reaches no server but this process's own.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from reference.errors import ImageError
from xport.bundles.manifest import MANIFEST, Manifest
from xport.common import digests, progress
from xport.common.arrays import Array
from xport.common.document import first_problem, write_whole
from xport.common.tools import missing_packages_named
from xport.conversion.store import require_writable
from xport.errors import InputError
from xport.formats.tfjs_model import operators_of
from xport.inputs.images import image_paths, read_image
from xport.recording.browser import BrowserOptions
from xport.signing.keys import PrivateKey
from xport.site.bundled import Bundled, bundled, copy_of
from xport.site.configuration import (
    Name,
    SiteConfiguration,
    configured,
    read_site,
    require_for,
    signed,
)
from xport.site.document import SiteReport, Where
from xport.site.labels import read_labels
from xport.site.seen import UNREADABLE, Seen, see
from xport.site.summary import Asked, site_report
from xport.workflow.verification import require_strong, verify

if TYPE_CHECKING:
    from browser_harness.drive.session import BrowserSession

LASTS_DAYS = 365
"""How long a site configuration holds where no end is given."""
EARLIER_BACKENDS = ("webgl", "wasm", "cpu")
"""Those that a page tries where its manifest is from before it said."""


@dataclass(frozen=True)
class Site:
    """A hospital's images and labels, and where they are computed.

    Args:
        images: a folder; folders in it are not looked into.
        labels: a CSV file.
        asked: what is wanted of the report, apart from the labels.
        options: which browser computes.
        backend: one that the bundle was verified on; None takes the page's first.
    """

    images: Path
    labels: Path | None = None
    asked: Asked = field(default_factory=Asked)
    options: BrowserOptions = field(default_factory=BrowserOptions)
    backend: str | None = None
    allow_unchecked: bool = False
    allow_weak: bool = False
    allow_waivers: bool = False


@dataclass(frozen=True)
class WantedSite:
    """Who sets thresholds, with which key, until which day, and where the file goes."""

    name: str
    key: PrivateKey
    out: Path
    until: datetime.date

    def require_possible(self, bundle: Path) -> None:
        """Refuse, before long work, what could not be written after it.

        Raises:
            InputError: the name is none, the end lies in the past, or the release lets nothing be
                set.
            UnavailableError: the folder cannot be written.
        """
        try:
            TypeAdapter(Name).validate_python(self.name)
        except ValidationError as error:
            raise InputError(first_problem(error), "--site", "give a name in one line") from error
        if self.until < _today():
            raise InputError(f"{self.until.isoformat()} is past", "--until", "give a day to come")
        if Manifest.read(bundle / MANIFEST).site is None:
            raise InputError(
                "the release allows no site configuration",
                str(bundle),
                "ask its maker for one whose release file has [site] with bounds",
            )
        require_writable(self.out.parent)


def until_of(given: datetime.date | None) -> datetime.date:
    """The last day of a site configuration, where none is given: in ``LASTS_DAYS``."""
    return given or _today() + datetime.timedelta(days=LASTS_DAYS)


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


@missing_packages_named()
def calibrate(bundle: Path, site: Site) -> SiteReport:
    """Check a bundle, and say what it makes of these images.

    Raises:
        InputError: this is no bundle, or its verdict is none that is allowed; the page cannot show
            it; there is no image, or the labels cannot be read; the share is not between 0 and 1.
        IntegrityError: the bundle is not what was verified.
        RunnerError: the browser refused to compute, or did not answer in time.
    """
    asked = site.asked
    if not 0 < asked.accept < 1:
        raise InputError(f"{asked.accept:g} is not between 0 and 1", "--accept", "give 0.95, say")
    if asked.least_positives < 1:
        raise InputError(f"{asked.least_positives} is less than 1", "--least-positives")
    manifest = verify(bundle, allow_unchecked=site.allow_unchecked)
    require_strong(manifest, bundle, allow_weak=site.allow_weak, allow_waivers=site.allow_waivers)
    return measured(bundle, manifest, site)


def measured(bundle: Path, manifest: Manifest, site: Site) -> SiteReport:
    """Return what a bundle that was checked makes of a hospital's images; errors as `calibrate`."""
    release = bundled(bundle, manifest)
    labels = release.classifier.entry.labels or ()
    read = None if site.labels is None else read_labels(site.labels, labels)
    asked = Asked(site.asked.accept, site.asked.least_positives, read, site.asked.names)
    paths = image_paths(site.images, progress.say)
    backend = _backend(manifest, bundle, site.backend)
    with _engine(bundle, manifest, release, (backend, site.options)) as engine:
        with progress.step("examine images", len(paths)):
            seen = [_seen(path, release, engine) for path in paths]
        where = _where(engine.session, backend)
    digest = digests.of_file(bundle / MANIFEST)
    return site_report((manifest, digest), release, seen, where, asked)


def write_site(bundle: Path, report: SiteReport, wanted: WantedSite) -> SiteConfiguration:
    """Write what a report suggests as a site configuration, signed, for the bundle's page.

    Raises:
        InputError: nothing is suggested.
        IntegrityError: the release does not let it be set: nothing is written.
        UnavailableError: the disk is full or the folder cannot be written.
    """
    made = configured(report, wanted.name, wanted.until, wanted.key)
    manifest = Manifest.read(bundle / MANIFEST)
    release, where = bundled(bundle, manifest), str(wanted.out)
    require_for(made, (manifest, report.manifest_sha256, release), _today(), where)
    write_whole(wanted.out, signed(made, wanted.key))
    return made


def site_for(bundle: Path, manifest: Manifest, file: Path) -> tuple[SiteConfiguration, bytes]:
    """Return the site configuration in a file, held to a bundle that was checked, and its bytes.

    Raises:
        InputError: the file cannot be read.
        IntegrityError: it is not for this bundle, has ended, or sets what may not be set.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", str(file), "check --site") from error
    found = read_site(content, str(file))
    digest = digests.of_file(bundle / MANIFEST)
    require_for(found, (manifest, digest, bundled(bundle, manifest)), _today(), str(file))
    return found, content


def _seen(path: Path, release: Bundled, engine: _Browser) -> Seen:
    try:
        found = see(path.name, read_image(path), release, engine)
    except ImageError as error:  # it is larger than a picture may be
        found = Seen(path.name, f"{UNREADABLE}{error.what}")
    progress.advance("accepted" if found.reason is None else "refused")
    return found


def _backend(manifest: Manifest, bundle: Path, wanted: str | None) -> str:
    verified = manifest.backends or EARLIER_BACKENDS
    if wanted is not None and wanted not in verified:
        raise InputError(
            f"was not verified on {wanted}", str(bundle), f"choose from {', '.join(verified)}"
        )
    return wanted or verified[0]


@dataclass(frozen=True)
class _Browser:
    """Implements `xport.site.seen.Engine` with a browser session."""

    session: BrowserSession

    def run(self, model_id: str, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        """Outputs by name; errors as in a session."""
        return self.session.run(model_id, dict(inputs)).outputs


@contextmanager
def _engine(
    bundle: Path, manifest: Manifest, release: Bundled, how: tuple[str, BrowserOptions]
) -> Iterator[_Browser]:
    """A browser with the bundle's models, on the engine of this xport."""
    from browser_harness.drive.models import ModelSource
    from browser_harness.drive.session import BrowserSession
    from browser_harness.launch.browsers import Graphics
    from browser_harness.launch.settings import BrowserSettings

    backend, options = how
    with tempfile.TemporaryDirectory(prefix="xport-calibrate-") as temporary:
        sources = [
            ModelSource(one.id, copy_of(bundle, one, Path(temporary)), one.entry.signature)
            for one in release.models
        ]
        settings = BrowserSettings(
            backend=backend,
            threads=manifest.wasm_threads if backend == "wasm" else None,
            graphics=Graphics(options.graphics),
            browser=options.browser,
            operators=frozenset().union(*(operators_of(one.folder) for one in sources)),
            require_renderer=options.require_renderer,
        )
        with BrowserSession(sources, settings) as session:
            yield _Browser(session)


def _where(session: BrowserSession, backend: str) -> Where:
    web = session.environment()
    browser = f"{web.browser} {web.version}"
    return Where(browser=browser, backend=backend, renderer=web.renderer, tfjs=web.tfjs)
