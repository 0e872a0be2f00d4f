"""What is wrong with a release file, what is missing here, and what a run will cost.

Nothing is converted, no code that the file names is run, and no browser is started.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from xport.common import digests
from xport.common.callables import search_in, source_digest
from xport.common.document import Document
from xport.common.tools import missing_packages_named, tool_versions
from xport.conversion.foreseeing import refusal_by_onnx_tf, require_direct
from xport.conversion.onnx_files import with_shapes
from xport.conversion.pipeline import UsesToolchain
from xport.errors import ExitCode, InputError, PackageMissing, XportError
from xport.library.costs import Cost, costs_of, images_of, pipelines_of, probe_count
from xport.library.finding import Finding, State, looked_at
from xport.library.shown import page_of
from xport.recording.browser import BrowserOptions
from xport.release_file.decisions import Decisions, read_decisions, read_rule, require_own
from xport.release_file.file import ReleaseFile, read_release
from xport.release_file.model_cards import read_card
from xport.release_file.tables import ModelEntry
from xport.signing.keys import shown
from xport.signing.publisher import read_publisher
from xport.toolchains.known import TOOLCHAINS
from xport.toolchains.standing import standing_of
from xport.workflow.difference import open_side
from xport.workflow.second_route import SECOND, asks_for_second_route


class Checked(Document):
    """What a run of a release file would meet and do.

    `images` are files that every one of `pipelines` would prepare.
    """

    release: str
    findings: tuple[Finding, ...]
    costs: tuple[Cost, ...]
    images: int = 0
    pipelines: int = 0

    @property
    def exit_code(self) -> ExitCode:
        """2 where something is wrong, 3 where something is missing here, else 0."""
        states = {finding.state for finding in self.findings}
        if "wrong" in states:
            return ExitCode.BAD_INPUT
        return ExitCode.COULD_NOT_RUN if "missing" in states else ExitCode.PASSED


@missing_packages_named()
def check(release_file: str | Path, *, options: BrowserOptions | None = None) -> Checked:
    """Look at a release file and this machine, in seconds and without converting anything.

    Raises:
        InputError: the file cannot be read, or a key is unknown, missing or wrong; it is named.
    """
    path = Path(release_file)
    release = read_release(path)
    for folder in (Path.cwd(), path.resolve().parent):
        search_in(folder)
    findings = [
        *_floor(release),
        *_models(release),
        *_operators(release),
        *_packages(release),
        *_probe_counts(release),
        *_baseline(release, path.resolve().parent),
        looked_at("web page", _page, release),
        *_browser(options or BrowserOptions()),
    ]
    images, pipelines = images_of(release)
    return Checked(
        release=release.name,
        findings=tuple(findings),
        costs=tuple(costs_of(release, _alone(release, findings))),
        images=images,
        pipelines=pipelines,
    )


def _floor(release: ReleaseFile) -> Iterator[Finding]:
    """Whether the policy asks enough, as far as the file shows it."""
    found = release.shortfalls()
    for shortfall in found:
        place, _, what = shortfall.partition(": ")
        yield Finding(
            name=f"floor: {place}",
            state="wrong",
            found=what,
            remedy="ask for more, or give --allow-weak to a run: it is then WEAK_PASSED at most",
        )
    if not found:
        yield Finding(
            name="policy floor",
            state="ok",
            found="the policy asks enough; how wide tolerances are is measured by `xport convert`",
        )


def _models(release: ReleaseFile) -> Iterator[Finding]:
    """Every file and callable that a model's table names."""
    for model, entry in release.models.items():
        key = f"models.{model}"
        if entry.onnx_file is not None:
            yield looked_at(f"{key}.factory", _checkpoint, entry.onnx_file)
        else:
            yield looked_at(f"{key}.factory", _callable, entry.factory, "factory")
        if entry.initializer:
            yield looked_at(f"{key}.initializer", _callable, entry.initializer, "initializer")
        if entry.checkpoint is not None:
            yield looked_at(f"{key}.loader", _callable, entry.loader, "loader")
            yield looked_at(f"{key}.checkpoint", _checkpoint, entry.checkpoint)
        if entry.calibration or entry.gate or entry.operating_points:
            yield looked_at(f"{key}.decisions", _decisions, entry, key)
    if release.gate is not None:
        yield looked_at("gate.rule", _rule, release)
    if release.publisher is not None:
        yield looked_at("publisher.key", _publisher, release)


def _operators(release: ReleaseFile) -> Iterator[Finding]:
    """What each route would refuse of an ONNX file; a module would have to be run for that."""
    for model, entry in release.models.items():
        if entry.onnx_file is None or not entry.onnx_file.is_file():
            continue
        shapes = {spec.name: spec.shape for spec in entry.signature.inputs}
        key = f"models.{model}"
        try:
            loaded = with_shapes(entry.onnx_file, shapes, entry.arguments)
        except XportError as error:
            found = f"{error.where}: {error.what}"
            yield Finding(name=f"{key}: shapes", state="wrong", found=found, remedy=error.remedy)
            continue
        if release.routes.direct is not None:
            yield looked_at(f"{key}: direct writer", _direct, loaded)
        if release.routes.tensorflow is not None:
            yield _onnx_tf(_onnx_tf_of(model), loaded, asks_for_second_route(release))


def _direct(model: Any) -> str:
    require_direct(model)
    return f"takes every one of {len(model.graph.node)} nodes"


def _onnx_tf(name: str, model: Any, asked: bool) -> Finding:
    refusal = refusal_by_onnx_tf(model)
    if refusal is None:
        return Finding(name=name, state="ok", found="knows every operator")
    if asked:
        return Finding(name=name, state="wrong", found=refusal.what, remedy=refusal.remedy)
    wanted = f"; for a second opinion, {refusal.remedy}" if refusal.remedy else ""
    remedy = f"nothing need be done: the direct route goes alone{wanted}"
    return Finding(name=name, state="optional", found=refusal.what, remedy=remedy)


def _alone(release: ReleaseFile, findings: Sequence[Finding]) -> set[str]:
    """The models that do without TensorFlow's route, because onnx-tf would refuse them."""
    missing = {one.name for one in findings if one.state == "optional"}
    return {model for model in release.models if _onnx_tf_of(model) in missing}


def _onnx_tf_of(model: str) -> str:
    return f"models.{model}: onnx-tf"


def _callable(name: str, key: str) -> str:
    source_digest(name, key=key)
    return name


def _checkpoint(path: Path) -> str:
    _file(path)
    card = read_card(path)
    size = path.stat().st_size / 1e6
    return f"{path}, {size:.1f} MB{', with its card' if card else ''}"


def _decisions(entry: ModelEntry, key: str) -> str:
    decisions = read_decisions(entry, key)
    if entry.weights_file is not None and entry.weights_file.is_file():
        require_own(decisions, entry, digests.of_file(entry.weights_file), key)
    documents = (entry.calibration, entry.gate, entry.operating_points and "operating points")
    return ", ".join(str(document) for document in documents if document)


def _rule(release: ReleaseFile) -> str:
    rules = read_rule(release)
    for model, rule in rules.items():
        entry = release.models[model]
        if entry.weights_file is not None and entry.weights_file.is_file():
            decisions = Decisions(None, None, None, rule=rule)
            require_own(decisions, entry, digests.of_file(entry.weights_file), f"models.{model}")
    conditions = next(iter(rules.values())).conditions
    return f"{len(conditions)} conditions, of {' and '.join(rules)}"


def _publisher(release: ReleaseFile) -> str:
    found = read_publisher(release.publisher)
    return f"{found.name}, {shown(found.fingerprint)}" if found else ""


def _packages(release: ReleaseFile) -> Iterator[Finding]:
    """What every stage needs; that of a route that nothing asks for is optional."""
    packages: dict[str, bool] = {}
    toolchains: dict[str, bool] = {}
    for _, pipeline in pipelines_of(release):
        for step in pipeline.steps:
            optional = step.name in SECOND and not asks_for_second_route(release)
            if isinstance(step.stage, UsesToolchain):
                name = step.stage.toolchain.name
                toolchains[name] = toolchains.get(name, True) and optional
                continue
            for package in step.stage.packages:
                packages[package] = packages.get(package, True) and optional
    for package, optional in packages.items():
        yield _package(package, "optional" if optional else "missing")
    for name, optional in toolchains.items():
        yield _toolchain(name, "optional" if optional else "missing")


def _package(package: str, without: State) -> Finding:
    name = f"package {package}"
    try:
        (version,) = tool_versions((package,)).values()
    except PackageMissing as error:
        return Finding(name=name, state=without, found="not installed", remedy=error.remedy)
    return Finding(name=name, state="ok", found=version)


def _toolchain(name: str, without: State) -> Finding:
    standing = standing_of(TOOLCHAINS[name])
    missing: State = "missing" if standing.asked else without
    return Finding(
        name=f"toolchain {name}",
        state="ok" if standing.found else missing,
        found=standing.line(),
        remedy=standing.remedy,
    )


def _probe_counts(release: ReleaseFile) -> Iterator[Finding]:
    least = release.policy.min_probes
    for model, entry in release.models.items():
        count = probe_count(release, entry)
        enough = count >= least
        yield Finding(
            name=f"models.{model}: probes",
            state="ok" if enough else "wrong",
            found=f"{count}, policy.min_probes wants {least}",
            remedy="" if enough else "raise probes.synthetic, or add --images to the run",
        )


def _baseline(release: ReleaseFile, folder: Path) -> Iterator[Finding]:
    """Whether what the policy compares with is there, and is a release."""
    if release.policy.baseline is None:
        return
    baseline = release.policy.baseline.paths_from(folder)
    digest = baseline.evidence_sha256
    yield looked_at("policy.baseline.release", _release, baseline.release, digest)
    if baseline.labelled is not None:
        yield looked_at("policy.baseline.labelled.before", _file, baseline.labelled.before)
        yield looked_at("policy.baseline.labelled.after", _file, baseline.labelled.after)


def _release(folder: Path, evidence_sha256: str | None) -> str:
    side = open_side(folder)
    if evidence_sha256 not in (None, side.evidence_sha256):
        raise InputError(
            f"its evidence has SHA-256 {side.evidence_sha256}, not {evidence_sha256}",
            str(folder),
            "name the release of that digest, or this one in policy.baseline.evidence_sha256",
        )
    return f"{folder}, {side.plan.title} {side.plan.version or ''}".rstrip()


def _file(path: Path) -> str:
    if not path.is_file():
        raise InputError("there is no such file", str(path), "check the path")
    return str(path)


def _page(release: ReleaseFile) -> str:
    view = page_of(release)
    shown = [one for one in (*release.models, *release.explanations) if one not in view.unshown]
    told = [f"shows {', '.join(shown)}"] if view.publishable else []
    return "; ".join([*told, *view.sentences()])


def _browser(options: BrowserOptions) -> Iterator[Finding]:
    """Whether there is a browser and the built page; neither is started."""
    from browser_harness.launch.browsers import installed_browser
    from browser_harness.serve.assets import app_files, page_files

    def browser() -> str:
        return str(installed_browser(options.browser))

    def built() -> str:
        return f"{len(page_files() | app_files())} files"

    yield looked_at("browser", browser)
    page = looked_at("built page", built)
    yield page if page.state == "ok" else page.model_copy(update={"state": "missing"})
