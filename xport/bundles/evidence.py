"""Whether a bundle says what its evidence says: of its verdict, its models and its engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reference.preprocess import Preprocess
from xport.bundles.claim import claim_of
from xport.bundles.examples import FOLDER as EXAMPLES
from xport.bundles.manifest import NOTICE, RULE, BundledModel, DataFile, Manifest
from xport.bundles.page import page_findings
from xport.common import digests
from xport.common.document import Document
from xport.exchange.witness import SCRIPT
from xport.judgement.again import again_findings
from xport.judgement.evidence import Evidence
from xport.judgement.witness_checks import WITNESSED
from xport.plan.page_models import page_backends, page_view
from xport.plan.plan import PlannedModel

ENGINE = ("engine.js", "engine.kernels.js")
"""The scripts that compute: they ship if, and only if, they were there when the models ran."""

REMEDY = "make the bundle again with `xport bundle`"


def evidence_findings(manifest: Manifest, evidence: Evidence) -> Iterator[str]:
    """Where a manifest says something else than the evidence that lies beside it.

    That is: not every check passed under the release's own policy, or a model, its files, labels,
    preprocessing, calibration, gate or rule, the notice, the tools, an example or the page are not
    those of the evidence. Or the evidence is not what the judge gives of it now.
    """
    yield from again_findings(evidence)
    for what, said, proved in _statements(manifest, evidence):
        if said != proved:
            yield f"{what} is not that of the evidence"
    shipped = {name: entry.sha256 for name, entry in manifest.files.items()}
    for name, leg in changed_page_files(evidence, shipped):
        yield f"{name} is not the file that was verified on {leg}"
    if evidence.rules != 1 and evidence.plan.page is None:
        yield "the plan names no page: the page's files are held to nothing"
    if evidence.rules != 1 and manifest.publishable is None:
        yield "the manifest does not say whether the page can show the release"
    if SCRIPT in shipped and evidence.rules < WITNESSED:
        yield f"the page has a witness, the evidence is of rules {evidence.rules}, without one"
    yield from page_findings(manifest, evidence.plan)
    yield from _example_findings(manifest, evidence)


def _example_findings(manifest: Manifest, evidence: Evidence) -> Iterator[str]:
    """Examples that are not among the images of the run, and such that were left out."""
    planned = evidence.plan.preprocessing
    known = {
        (f"{EXAMPLES}/{image.name}", image.example, image.sha256)
        for image in (planned.images if planned else ())
    }
    listed = {example.path for example in manifest.examples}
    gated = evidence.plan.rule or any(model.gate for model in evidence.plan.models)
    if not gated:  # a gate may have refused one
        for path, title, _ in known:
            if title is not None and path not in listed:
                yield f"{path} is an example of the run, and not in the bundle"
    for example in manifest.examples:
        if (example.path, example.title, example.sha256) not in known:
            yield f"{example.path} is no example of the run"


def changed_page_files(evidence: Evidence, shipped: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Files of the page, given as digests by name, that are not those that ran; and the leg."""
    places = [(r.leg, r.environment.web) for r in evidence.recordings if r.environment]
    for leg, web in [*places, ("preprocessing", evidence.prepared_in)]:
        if web is None:
            continue
        watched = (SCRIPT,) if evidence.rules >= WITNESSED else ()
        for name in sorted({*ENGINE, *watched, *web.files.keys() & shipped.keys()}):
            if shipped.get(name) != web.files.get(name):
                yield name, leg


def tools_of(evidence: Evidence) -> dict[str, str]:
    """The versions of what converted, ran and judged the release; several of one are all named."""
    found: dict[str, set[str]] = {"xport": {evidence.xport}}
    environments = [r.environment for r in evidence.recordings if r.environment]
    costs = [a.cost for model in evidence.plan.models for a in model.artifacts.values()]
    named = [*(e.tools for e in environments), *(cost.tools for cost in costs)]
    for web in (e.web for e in environments if e.web):
        named.append({"tfjs": web.tfjs, web.browser: web.version})
    for tools in named:
        for name, version in tools.items():
            found.setdefault(name, set()).add(version)
    return {name: ", ".join(sorted(versions)) for name, versions in sorted(found.items())}


def document_bytes(document: Preprocess | Document | None) -> bytes | None:
    """A definition, calibration, gate or rule as a bundle's file holds it."""
    if document is None:
        return None
    if isinstance(document, Preprocess):
        return document.document()
    return (document.model_dump_json(indent=2) + "\n").encode()


def weights_told(model: PlannedModel) -> str | None:
    """What the page says of the weights: nothing of trained ones, which have a card."""
    return None if model.trained else model.weights


def _statements(manifest: Manifest, evidence: Evidence) -> Iterator[tuple[str, object, object]]:
    """What the manifest says beside what has been proved."""
    plan = evidence.plan
    yield "the policy", evidence.other_policy, None
    yield "the verdict", manifest.verdict, evidence.verdict.status
    yield "that every check passed", evidence.verdict.status.all_passed, True
    yield "the notice", manifest.notice, NOTICE
    for key in ("release", "title", "version", "wasm_threads"):
        yield key, getattr(manifest, key), getattr(plan, key)
    yield "the tools", manifest.tools, tools_of(evidence)
    yield "what the models are held to", manifest.faithful_to, plan.faithful_to
    yield "what a site may set", manifest.site, plan.site
    yield "who claims the release", manifest.publisher, claim_of(evidence)
    yield "which corrections are offered", manifest.corrections, evidence.corrections()
    yield "what is said beside the verdict", manifest.notes, evidence.verdict.notes
    if manifest.backends is not None or evidence.rules > 2:
        yield "the backends of the page", manifest.backends, page_backends(plan)
    if manifest.publishable is not None:
        view = page_view(plan)
        proved_view = (view.publishable, view.unshown)
        yield "what the page shows", (manifest.publishable, manifest.unshown), proved_view
    rule = document_bytes(plan.rule)
    told_rule = None if rule is None else (RULE, digests.of_bytes(rule))
    listed = None if manifest.rule is None else (manifest.rule.path, manifest.rule.sha256)
    yield "the rule", listed, told_rule
    yield "the set of models", set(manifest.models), {model.id for model in plan.models}
    for planned in plan.models:
        bundled = manifest.models.get(planned.id)
        if bundled is None:
            continue  # the set of models says so
        for key in ("kind", "title", "signature", "labels", "explains"):
            yield f"{planned.id}: {key}", getattr(bundled, key), getattr(planned, key)
        yield f"{planned.id}: weights", bundled.weights, weights_told(planned)
        proved = planned.artifacts[plan.shipped_artifact].files
        yield f"{planned.id}: a file", _digests(bundled), proved
        for key in ("preprocess", "calibration", "gate"):
            said: DataFile | None = getattr(bundled, key)
            data = document_bytes(getattr(planned, key))
            told = None if data is None else digests.of_bytes(data)
            yield f"{planned.id}: {key}", said and said.sha256, told


def _digests(model: BundledModel) -> dict[str, str]:
    return {name: entry.sha256 for name, entry in model.files.items()}
