"""A model's card in the form of model hubs: Markdown under a header of YAML.

Source: https://huggingface.co/docs/hub/model-cards, keys and identifiers of its metadata. Values
are written as JSON, which YAML takes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reference.terms import NOT_STATED
from reports.words import STATUS_WORDS, one_line, printable
from xport.formats.artifact import TensorSpec
from xport.judgement.evidence import Evidence
from xport.plan.plan import PlannedModel

TASKS = {"classifier": "image-classification"}
"""What a hub calls the kinds of models that it has a task for."""
_SPDX = re.compile(r"^(?!LicenseRef-)[A-Za-z0-9.+-]+$")


def model_card(evidence: Evidence, model: PlannedModel) -> str:
    """The card of a verified model, by what its evidence says; the same of the same."""
    header = "\n".join(f"{key}: {_value(value)}" for key, value in _header(evidence, model))
    parts = [f"---\n{header}\n---", *map(_plain, _body(evidence, model))]
    return "\n\n".join(parts) + "\n"


def _header(evidence: Evidence, model: PlannedModel) -> Iterator[tuple[str, object]]:
    """The metadata, key by key; licences that are none of SPDX's identifiers go by their words."""
    stated = evidence.plan.terms_of(model).license
    if stated is None:
        yield "license", "unknown"
    elif _SPDX.match(stated):
        yield "license", stated.lower()
    else:
        yield "license", "other"
        yield "license_name", stated
    yield "library_name", "tfjs"
    if model.kind in TASKS and model.preprocess is not None:
        yield "pipeline_tag", TASKS[model.kind]
    yield "tags", ["tensorflow.js", "xport", "not-for-medical-use"]
    results = list(_results(model))
    if results:
        yield "model-index", [{"name": model.title, "results": results}]


def _results(model: PlannedModel) -> Iterator[dict[str, object]]:
    """Mean AUC on each set that the card has a table of, as a hub lists results."""
    for table in (model.card or {}).get("tables", ()):
        found = [row["auc"] for row in table["rows"] if row["auc"] is not None]
        if found:
            metric = {"type": "roc_auc", "name": "mean AUC", "value": sum(found) / len(found)}
            name = table["dataset"]
            yield {
                "task": {"type": TASKS.get(model.kind, "other")},
                "dataset": {"type": re.sub(r"\W+", "-", name).strip("-").lower(), "name": name},
                "metrics": [metric],
            }


def _body(evidence: Evidence, model: PlannedModel) -> Iterator[str]:
    plan, status = evidence.plan, STATUS_WORDS[evidence.verdict.status]
    yield f"# {one_line(model.title)}"
    yield f"**NOT FOR MEDICAL USE.** A model of {one_line(plan.title)}, converted to TensorFlow.js."
    yield (
        f"The files beside this card were held to {model.reference_words} before they shipped; "
        f"the verdict is {status}, by xport {evidence.xport}. What was asked and measured is in "
        "the bundle's `report.html` and `evidence.json`. It says that models compute the same, and "
        "not that they are right for a task."
    )
    yield "## Inputs and outputs"
    yield "\n".join(
        [*_tensors("input", model.signature.inputs), *_tensors("output", model.signature.outputs)]
    )
    if model.labels:
        yield f"Labels, in order: {', '.join(model.labels)}."
    yield "## Weights"
    yield "\n".join(f"- {name}: {value}" for name, value in _weights(evidence, model).items())
    yield "## Data"
    yield "\n".join(_data(evidence, model))
    if model.card and model.card.get("notes"):
        yield "## What else to know"
        yield "\n".join(f"- {note}" for note in model.card["notes"])


def _tensors(role: str, specs: tuple[TensorSpec, ...]) -> list[str]:
    return [
        f"- {role} `{one.name}`: {one.dtype}, {' × '.join(map(str, one.shape))}" for one in specs
    ]


def _weights(evidence: Evidence, model: PlannedModel) -> Mapping[str, str]:
    card: Mapping[str, Any] = model.card or {}
    told = {
        "from": card["title"] if card else model.weights,
        "SHA-256": model.weights_sha256,
        "licence": evidence.plan.terms_of(model).license or NOT_STATED,
        "made by": f"`{card['provenance']['command']}`" if card else None,
    }
    if model.explains:
        told["explains"] = model.explains
    return {name: value for name, value in told.items() if value}


def _data(evidence: Evidence, model: PlannedModel) -> Iterator[str]:
    """What the card says of images, and the licences that are stated of them."""
    for line in model.card["provenance"]["data"] if model.card else ():
        yield f"- {line}"
    datasets = evidence.plan.terms_of(model).datasets
    for one in datasets:
        yield (
            f"- {one.name}: licence {one.license or NOT_STATED}, from {one.source or NOT_STATED}"
        )
    if not datasets:
        yield f"- licences of the data: {NOT_STATED}"


def _plain(text: str) -> str:
    """Words of a release as text, never as HTML."""
    return printable(text).replace("<", "&lt;")


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
