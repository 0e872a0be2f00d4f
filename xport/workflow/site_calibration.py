"""A hospital's images through a bundle, as its page would compute them, for a report.

The bundle is checked first and never changed; nothing but the report is written, and the browser
reaches no server but this process's own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reference.errors import ImageError
from xport.bundles.manifest import MANIFEST, Manifest
from xport.common import digests, progress
from xport.common.arrays import Array
from xport.common.tools import missing_packages_named
from xport.errors import InputError
from xport.formats.tfjs_model import operators_of
from xport.inputs.images import image_paths, read_image
from xport.recording.browser import BrowserOptions
from xport.site.bundled import Bundled, bundled, copy_of
from xport.site.document import SiteReport, Where
from xport.site.labels import read_labels
from xport.site.seen import UNREADABLE, Seen, see
from xport.site.summary import Asked, site_report
from xport.workflow.verification import require_strong, verify

if TYPE_CHECKING:
    from browser_harness.drive.session import BrowserSession

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
