"""What `xport` hands on: models from Python, and the steps of a release.

- Models: `convert` makes TF.js of a module, a factory or an ONNX file, `verify` holds it to the
  module in a browser.
- Releases, from a release file: `check`, `init` and `release`; then `judge`, `report` and `bundle`
  on a run's folder, `verify` and `publish` on a bundle, and `diff` of two of either.
- `debug` names the first node at which a leg of a run, or of a verified model, departs.

Paths may be strings. All raise `XportError`, which says what, where and the remedy, and knows the
command line's exit code. The command line's own steps are `xport.workflow.commands`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args, overload

from xport.bundles.manifest import Manifest
from xport.common.displays import told
from xport.difference.difference import Difference
from xport.errors import InputError, VerdictError, XportError, told_as
from xport.fetching.addresses import is_address
from xport.library.checking import check
from xport.library.converted import Converted
from xport.library.converting import convert
from xport.library.debugged import Debugged, debug_run
from xport.library.report import Report
from xport.library.starting import init
from xport.library.verification import Verification, verify_model
from xport.plan.routes import Backend
from xport.publishing import VALID_DAYS
from xport.publishing.documents import NAMES, ChannelName
from xport.recording.browser import BrowserOptions
from xport.signing.keyless import demanded_identity
from xport.workflow import commands, publishing
from xport.workflow.debugging import Asked
from xport.workflow.difference import compare, limits_named
from xport.workflow.receiving import Demands, received
from xport.workflow.targets import Published, Publishing, no_passphrase
from xport.workflow.verification import require_strong

if TYPE_CHECKING:
    from typing import Literal

__all__ = [
    "Converted",
    "Debugged",
    "Report",
    "VerdictError",
    "XportError",
    "bundle",
    "check",
    "convert",
    "debug",
    "diff",
    "init",
    "judge",
    "publish",
    "release",
    "report",
    "verify",
]

CHROMIUM = "chromium"
CACHE_DIR = Path("build/store")
OF_BUNDLES = (
    *("allow_unchecked", "allow_waivers", "expect", "key", "policy", "revocations", "allow_http"),
    *("identity", "identity_provider", "trust_root"),
)
"""What `verify` takes for a bundle alone."""
Run = Report | str | Path
"""A run's folder, or the report of it."""


@overload
def verify(
    model: str | Path,
    *,
    allow_weak: bool = False,
    allow_waivers: bool = False,
    allow_unchecked: bool = False,
    expect: str | None = None,
    key: str | Path | None = None,
    identity: str | None = None,
    identity_provider: str | None = None,
    trust_root: str | Path | None = None,
    policy: str | Path | None = None,
    revocations: str | Path | None = None,
    allow_http: bool = False,
) -> Manifest: ...


@overload
def verify(
    model: Converted,
    inputs: Any = None,
    *,
    browsers: Sequence[str] = (CHROMIUM,),
    backends: Sequence[str] = ("webgl", "wasm"),
    tolerances: Mapping[str, tuple[float, str]] | None = None,
    out: str | Path | None = None,
    graphics: Literal["auto", "gpu", "llvmpipe", "swiftshader"] = "auto",
    wasm_threads: int = 1,
    timeout_seconds: float = 300.0,
    timed: bool = False,
    progress: bool | None = None,
    allow_weak: bool = False,
) -> Report: ...


def verify(model: Converted | str | Path, inputs: Any = None, **options: Any) -> Report | Manifest:
    """Hold a converted model to its module in a real browser; or check a bundle's every byte.

    The reference is PyTorch float32, itself held to float64. Nothing is compared before every
    tolerance is fixed.

    Args:
        model: what `convert` returned, the folder of a bundle, or the https:// address of a
            published one.
        inputs: an iterable of probes: each a dict by input name, a tuple of arrays, or, for one
            input, an array. Without it the example and eight probes of noise are made: standard
            normal for floats, 0 and 1 for integers and booleans.
        browsers: `chromium`, or the path or command of a Chromium or Chrome; one of them.
        backends: of TF.js: `webgl`, `wasm`, `cpu`.
        tolerances: the largest absolute difference by output, each with its reason. Without one,
            ten times the rounding that was measured on the probes is allowed: that of PyTorch
            float32 from its own float64 and from ONNX Runtime.
        out: the run's folder; without it, the model's folder with `.run` behind its name.
        graphics: who draws WebGL: `auto`, `gpu`, `llvmpipe`, `swiftshader`.
        wasm_threads: threads of wasm.
        timeout_seconds: the longest that one step in the browser may take.
        timed: also measure a warm start on every backend.
        progress: as of `convert`.
        allow_weak: go on where less is asked than every policy must ask; the verdict is then
            WEAK_PASSED at most. Of a bundle: take one that is.
        allow_waivers: of a bundle: take one that is PASSED_WITH_WAIVERS.
        allow_unchecked: of a bundle: take one of another version of xport, of which not all can
            be judged again here.
        expect: of a bundle: the SHA-256 of its manifest, as whoever published it gave it out.
        key: of a bundle: a public key in PEM, whose owner must have signed it. Without one, who
            made it is unknown, signed or not.
        identity: of a bundle: an e-mail address, or the address of a workflow, that must have
            signed it through Sigstore, without a key.
        identity_provider: of a bundle: the issuer that must have vouched for that.
        trust_root: of a bundle: Sigstore's `trusted_root.json` to believe, in the place of the one
            that its package has.
        policy: of a bundle: a TOML file with a `[policy]`; its evidence must say PASSED under at
            least that.
        revocations: of a bundle: a signed list of revoked releases, which must not name it.
        allow_http: of a bundle: fetch from an address without encryption too.

    Returns:
        A report of the verdict, whatever it is; of a bundle, its manifest.

    Raises:
        VerdictError: a bundle's evidence does not say PASSED under at least the policy.
        InputError: something given does not fit; it is named. Or less is asked than the floor of
            every policy, and that is not allowed.
        IntegrityError: files are not those that were converted, or not the bundle's; or that is
            not signed with the key, or by the identity.
    """
    if not isinstance(model, Converted):
        if inputs is not None or set(options) - {"allow_weak", *OF_BUNDLES}:
            raise InputError("a bundle is checked as it is", str(model), "give its folder alone")
        place = model if isinstance(model, str) and is_address(model) else Path(model)
        return _verified_bundle(place, **options)
    for name in OF_BUNDLES:
        if options.pop(name, None):
            raise InputError(f"{name} is for a bundle", name, "give the folder of one")
    out = options.pop("out", None)
    progress = options.pop("progress", None)
    how = _verification(**options)
    with told(progress):
        return verify_model(model, inputs, how, Path(out) if out is not None else None)


def _verified_bundle(
    bundle: Path | str,
    *,
    allow_weak: bool = False,
    allow_waivers: bool = False,
    allow_unchecked: bool = False,
    expect: str | None = None,
    key: str | Path | None = None,
    identity: str | None = None,
    identity_provider: str | None = None,
    trust_root: str | Path | None = None,
    policy: str | Path | None = None,
    revocations: str | Path | None = None,
    allow_http: bool = False,
) -> Manifest:
    trust = None if trust_root is None else Path(trust_root)
    demands = Demands(
        allow_unchecked=allow_unchecked,
        expect=expect,
        key=None if key is None else Path(key),
        identity=demanded_identity(identity, identity_provider, trust),
        policy=None if policy is None else Path(policy),
        revocations=None if revocations is None else Path(revocations),
        allow_http=allow_http,
    )
    with received(bundle, demands) as got, told_as(got.folder, str(bundle)):
        return require_strong(
            got.manifest, got.folder, allow_weak=allow_weak, allow_waivers=allow_waivers
        )


def _verification(
    browsers: Sequence[str] = (CHROMIUM,),
    backends: Sequence[str] = ("webgl", "wasm"),
    tolerances: Mapping[str, tuple[float, str]] | None = None,
    graphics: Any = "auto",
    wasm_threads: int = 1,
    timeout_seconds: float = 300.0,
    timed: bool = False,
    allow_weak: bool = False,
) -> Verification:
    """The options, each seen to be one.

    Raises:
        InputError: there is no such backend or browser, or more than one browser.
    """
    if isinstance(browsers, str) or len(browsers) != 1:
        raise InputError(f"{browsers!r} is not a list of one", "browsers", 'give ["chromium"]')
    known = get_args(Backend)
    if isinstance(backends, str) or not backends or set(backends) - set(known):
        raise InputError(
            f"{backends!r} is not a list of backends", "backends", f"there are {', '.join(known)}"
        )
    browser = None if browsers[0] == CHROMIUM else str(browsers[0])
    return Verification(
        backends=cast("tuple[Backend, ...]", tuple(dict.fromkeys(backends))),
        tolerances=tolerances or {},
        wasm_threads=wasm_threads,
        timeout_seconds=timeout_seconds,
        options=BrowserOptions(browser, graphics),
        timed=timed,
        allow_weak=allow_weak,
    )


def release(
    release_file: str | Path,
    out: str | Path,
    *,
    cache_dir: str | Path = CACHE_DIR,
    images: Sequence[str | Path] = (),
    options: BrowserOptions | None = None,
    progress: bool | None = None,
    allow_weak: bool = False,
    allow_waivers: bool = False,
    fresh: bool = False,
) -> Report:
    """Convert, record, judge, report and, when the verdict is PASSED, bundle a release.

    Args:
        release_file: in TOML.
        out: the run's folder.
        cache_dir: where converted artifacts and recordings are kept and found again.
        images: folders whose images are probes too.
        options: which browser, and who draws its WebGL.
        progress: as of `convert`.
        allow_weak: go on, and bundle, where the policy asks less than the floor of every policy.
        allow_waivers: bundle where what failed is waived by the policy.
        fresh: record everything, also what did not change since it was recorded.

    Raises:
        XportError: as the steps do, in `xport.workflow.commands`.
    """
    with told(progress):
        evidence = commands.release(
            Path(release_file),
            Path(out),
            cache_dir=Path(cache_dir),
            images=[Path(folder) for folder in images],
            options=options,
            allow_weak=allow_weak,
            allow_waivers=allow_waivers,
            fresh=fresh,
        )
    return Report(evidence, Path(out), allow_weak, allow_waivers)


def judge(run: Run, *, allow_weak: bool = False, allow_waivers: bool = False) -> Report:
    """Compare what a run recorded and pass its verdict anew, under its own policy.

    `allow_weak`, `allow_waivers`: WEAK_PASSED and PASSED_WITH_WAIVERS are no errors of the report.

    Raises:
        XportError: as `xport.workflow.commands.judge`.
    """
    return Report(commands.judge(_folder(run)), _folder(run), allow_weak, allow_waivers)


def report(run: Run) -> tuple[Path, Path]:
    """Write `report.html` and `junit.xml` of a run's evidence; their paths.

    `summary.md`, for the summary of a CI job, lies beside them.

    Raises:
        XportError: as `xport.workflow.commands.report`.
    """
    return commands.report(_folder(run))


def bundle(run: Run, *, allow_weak: bool = False, allow_waivers: bool = False) -> Path:
    """Make the deployable bundle of a run that PASSED, or was allowed otherwise; its folder.

    Raises:
        XportError: as `xport.workflow.commands.bundle`.
    """
    return commands.bundle(_folder(run), allow_weak=allow_weak, allow_waivers=allow_waivers)


def publish(
    bundle: str | Path,
    target: str | Path,
    channel: ChannelName = "next",
    *,
    key: str | Path | None = None,
    passphrase: str | None = None,
    valid_days: float = VALID_DAYS,
    max_age_days: float | None = None,
    allow_downgrade: bool = False,
    allow_unchecked: bool = False,
    single_publisher: bool = False,
) -> Published:
    """Check a bundle, send it to a target, and point a channel at it, which is changed last.

    Args:
        bundle: its folder.
        target: a folder, or an address that fsspec knows. What its `xport-target.json` asks, a weak
            verdict included, is decided there.
        channel: `next` or `stable`.
        key: a private key in PEM, which signs the channel.
        passphrase: of an encrypted key.
        valid_days: how long the channel may be believed, in days.
        max_age_days: how long ago the evidence may have been judged.
        allow_downgrade: let an older release take a newer one's place.
        allow_unchecked: take a bundle of another version of xport that cannot be judged again here.
        single_publisher: nobody else publishes to it, so that a store without conditional writes
            will do.

    Returns:
        The channel as it is now, where its file lies, and `warnings` of what was not done beside.

    Raises:
        InputError: the target does not take the bundle, or there is no such channel.
        IntegrityError: the bundle, or what lies in the target, is not what it must be.
        UnavailableError: somebody else has published meanwhile, or the target cannot be written.
    """
    if channel not in NAMES:
        raise InputError(f"{channel!r} is no channel", "channel", f"there are {', '.join(NAMES)}")
    terms = Publishing(
        key=None if key is None else Path(key),
        passphrase=no_passphrase if passphrase is None else lambda: passphrase,
        valid_days=valid_days,
        max_age_days=max_age_days,
        allow_downgrade=allow_downgrade,
        allow_unchecked=allow_unchecked,
        single_publisher=single_publisher,
    )
    return publishing.publish(Path(bundle), str(target), channel, terms)


def diff(
    before: Run,
    after: Run,
    *,
    limits: Mapping[str, float] | None = None,
    labelled: tuple[str | Path, str | Path] | None = None,
    options: BrowserOptions | None = None,
) -> Difference:
    """What a new release changes against an old one, each a run's folder or a bundle.

    Args:
        before: what is published, say.
        after: what may take its place.
        limits: what may change, by the names of `[policy.baseline]`: `max_flipped_share`,
            `max_gate_flipped_share`, `max_auc_drop`, `max_calibrated_change`, `min_map_cosine`,
            `min_region_iou` (with `explained_share`), `max_bytes_ratio`, `max_slowdown`,
            `min_images`, `min_positives`, `min_rounds`. The difference's `status` is their
            outcome, None without them.
        labelled: what the classifiers of both said of one labelled set, as `xport paper table1`
            writes it.
        options: the browser in which both run in turn, where `max_slowdown` asks for it.

    Raises:
        InputError: a folder is neither, a document cannot be read, there is no such limit, or
            predictions are not of these releases.
        IntegrityError: a bundle is not what was verified, or recordings are not the evidence's.
    """
    files = (Path(labelled[0]), Path(labelled[1])) if labelled else None
    allowed = limits_named(limits or {})
    return compare(_folder(before), _folder(after), allowed, files, options).difference


def debug(
    run: Run | Converted,
    leg: str | None = None,
    output: str | None = None,
    *,
    model: str | None = None,
    out: str | Path | None = None,
    options: BrowserOptions | None = None,
    progress: bool | None = None,
) -> Debugged:
    """Find the first node at which a leg departs from what it was made from.

    Args:
        run: one that was judged; or what `convert` returned, once `verify` has verified it beside
            its folder.
        leg: such as `onnx` or `tfjs/webgl`; the worst of the verdict by default.
        output: of the model; the worst on that leg by default.
        model: of a release; the worst by default.
        out: where page, document and minimal model are written; beside the run by default, whose
            report then links to the page.
        options: which browser runs a browser leg, and who draws its WebGL.
        progress: as of `convert`.

    Returns:
        Every node that was measured, and the first over tolerance: to be printed, or shown in a
        notebook. `raise_for_divergence()` raises where there is one.

    Raises:
        InputError: the run was not judged, the model not verified, or there is no such leg, output
            or model.
        IntegrityError: artifacts, probes or recordings are not those of the run.
        RunnerError: a tensor cannot be computed.
    """
    given = run if isinstance(run, Converted) else _folder(run)
    asked = Asked(leg, output, model)
    with told(progress):
        return debug_run(given, asked, Path(out) if out is not None else None, options)


def _folder(run: Run) -> Path:
    return run.folder if isinstance(run, Report) else Path(run)
