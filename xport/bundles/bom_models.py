"""A model in the bill of materials: its files, what it was made from, and its card's facts."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.component import Component, ComponentType, Pedigree
from cyclonedx.model.license import DisjunctiveLicense, License, LicenseExpression

from reference.card import Card
from reference.decide.gate import Gate
from reference.terms import NOT_STATED, DataTerms
from xport.formats.artifact import TensorSpec
from xport.plan.plan import Plan, PlannedModel

NOBODY = f"{NOT_STATED}: neither card nor release file names one"


def model_ref(model: str) -> str:
    """By which the bill of materials refers to a model."""
    return f"model/{model}"


def data_ref(model: str, role: str) -> str:
    """By which it refers to a set of images of a model's card."""
    return f"data/{model}/{role}"


def model_component(plan: Plan, model: PlannedModel) -> Component:
    """A model as it ships, its files by digest inside it and its weights as its ancestor."""
    shipped = model.artifacts[plan.shipped_artifact]
    stated = plan.terms_of(model).license
    return Component(
        name=model.id,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=model_ref(model.id),
        version=plan.version,
        description=model.title,
        components=[
            Component(
                name=name,
                type=ComponentType.FILE,
                bom_ref=f"{model_ref(model.id)}/{name}",
                hashes=[_sha256(digest)],
            )
            for name, digest in shipped.files.items()
        ],
        pedigree=_pedigree(model),
        properties=properties(
            {
                "kind": model.kind,
                "artifact": plan.shipped_artifact,
                "artifact-digest": shipped.digest,
                "preprocess-digest": model.preprocess_digest,
                "licence": stated or NOBODY,
            }
        ),
        licenses=_licences(stated),
    )


def data_components(model: PlannedModel) -> Iterator[Component]:
    """The sets of images that a model's card names, by the digest of what was prepared of them.

    Those that are stated beside them, of no role, come last.
    """
    roles = yield from _of_card(model)
    for one in model.terms.datasets:
        if not {*one.roles} & roles:
            told = properties({"source": one.source, "licence": one.license or NOBODY})
            yield Component(
                name=f"{model.id}: {one.name}",
                type=ComponentType.DATA,
                bom_ref=data_ref(model.id, one.name),
                properties=told,
                licenses=_licences(one.license),
            )


def _of_card(model: PlannedModel) -> Generator[Component, None, set[str]]:
    """The sets of a card by role; which roles there are."""
    if model.card is None:
        return set()
    origin = Card.model_validate(model.card).provenance
    told = {role: text for role, _, text in (line.partition(": ") for line in origin.data) if text}
    for role in sorted({*told, *origin.images}):
        sets = model.terms.of_role(role)
        yield Component(
            name=f"{model.id}: {role}",
            type=ComponentType.DATA,
            bom_ref=data_ref(model.id, role),
            description=told.get(role),
            properties=properties(
                {
                    "role": role,
                    "prepared-images-digest": origin.images.get(role),
                    "data-set": "; ".join(one.name for one in sets),
                    "source": _of_each(sets, [one.source for one in sets]),
                    "licence": _of_each(sets, [one.license for one in sets]) or NOBODY,
                }
            ),
            licenses=_licences_of(sets),
        )
    return {*told, *origin.images}


def _of_each(sets: Sequence[DataTerms], said: Sequence[str | None]) -> str | None:
    """What is said of each set: alone where there is one, else after its name."""
    if len(sets) < 2:
        return next(iter(said), None)
    named = zip(sets, said, strict=True)
    return "; ".join(f"{one.name}: {what or NOT_STATED}" for one, what in named)


def _licences_of(sets: Sequence[DataTerms]) -> list[License]:
    """Those of several sets beside each other; CycloneDX takes one expression, or none."""
    stated = list(dict.fromkeys(one.license for one in sets if one.license))
    if len(stated) < 2:
        return _licences(stated[0] if stated else None)
    made = [(text, LicenseFactory().make_from_string(text)) for text in stated]
    return [
        DisjunctiveLicense(name=text) if isinstance(one, LicenseExpression) else one
        for text, one in made
    ]


def _licences(stated: str | None) -> list[License]:
    """A licence as CycloneDX has it: an SPDX expression, or a name; none where none is stated."""
    return [] if stated is None else [LicenseFactory().make_from_string(stated)]


def model_card(model: PlannedModel, data: Iterable[str]) -> dict[str, Any]:
    """CycloneDX's `modelCard` of a model, which its library for Python has no class of.

    Args:
        model: as it was planned.
        data: references of its sets of images.
    """
    signature = model.signature
    parameters: dict[str, Any] = {
        "task": model.kind,
        "inputs": _tensors(signature.inputs),
        "outputs": _tensors(signature.outputs),
    }
    card = None if model.card is None else Card.model_validate(model.card)
    if card is not None:
        parameters["modelArchitecture"] = card.weights.factory
        parameters["datasets"] = [{"ref": one} for one in data]
    made: dict[str, Any] = {"modelParameters": parameters}
    if metrics := [] if card is None else list(_metrics(card)):
        made["quantitativeAnalysis"] = {"performanceMetrics": metrics}
    notes = [] if card is None else [*card.notes]
    made["considerations"] = {"technicalLimitations": [*notes, "NOT FOR MEDICAL USE"]}
    return made


def properties(named: Mapping[str, str | None]) -> list[Property]:
    """Facts that CycloneDX has no place for, under this package's name."""
    return [Property(name=f"xport:{name}", value=value) for name, value in named.items() if value]


def _tensors(specs: Iterable[TensorSpec]) -> list[dict[str, str]]:
    return [{"format": f"{one.name}: {one.dtype} {[*one.shape]}"} for one in specs]


def _metrics(card: Card) -> Iterator[dict[str, str]]:
    for table in card.tables:
        if table.mean_auc is not None:
            yield _metric("mean AUC", table.mean_auc, f"{table.dataset}: {table.images} images")
    for figures in card.scores:
        for other in figures.others:
            told = f"{figures.in_distribution} from {other.dataset}: {other.images} images"
            yield _metric(f"AUC of score {figures.score}", other.auc, told)
    if card.gate is not None:
        yield from _refusals(card.gate)


def _refusals(gate: Gate) -> Iterator[dict[str, str]]:
    for one in (gate.in_distribution, *gate.out_of_distribution):
        told = f"{one.dataset}: {one.images} images"
        yield _metric("share that the gate refuses", one.refused / one.images, told)


def _metric(kind: str, value: float, told: str) -> dict[str, str]:
    return {"type": kind, "value": f"{value:.6g}", "slice": told}


def _pedigree(model: PlannedModel) -> Pedigree:
    """The weights that it was converted from, which do not ship."""
    card = None if model.card is None else Card.model_validate(model.card)
    source = Component(
        name=model.weights if card is None else card.weights.file,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=f"weights/{model.id}",
        description=model.weights if card is None else card.title,
        hashes=[_sha256(model.weights_sha256)] if model.weights_sha256 else [],
        properties=properties(
            {}
            if card is None
            else {"made-by": card.provenance.command, "seed": str(card.provenance.seed)}
        ),
    )
    what = f"explains {model.explains}" if model.explains else None
    return Pedigree(ancestors=[source], notes=what)


def _sha256(digest: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=digest)
