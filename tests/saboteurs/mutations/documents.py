"""Documents of other weights: a threshold that decides by another checkpoint's numbers."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reference.decide.gate import Gate
from reference.defaults import PHANTOMS, default_folder
from reference.document import Document
from tests import mini
from tests.saboteurs.bench import Bench, Held
from tests.saboteurs.mutations.numbers import judged
from tests.saboteurs.said import Said
from tests.saboteurs.table import Mutation
from xport.plan.plan import PlannedModel
from xport.release_file.file import read_release

REFUSED = "refused, exit code 2"


def release_with(model: str, **changes: Any) -> dict[str, Any]:
    """The model of the phantoms' release alone, with other documents."""
    table = read_release(PHANTOMS).models[model].model_dump(mode="json", exclude_none=True)
    table = {key: value for key, value in table.items() if key not in ("weights", "trained")}
    policy = mini.policy(acceptance_criteria=[], relative_tolerances=[])
    policy["tolerances"] = [
        {
            "model": model,
            "output": o["name"],
            "max_abs": 1e-3,
            "rationale": "as in the release of the phantoms",
        }
        for o in table["signature"]["outputs"]
    ]
    table |= changes
    return mini.release(
        models={model: {key: value for key, value in table.items() if value is not None}},
        explanations={},
        routes={"direct": {}},
        policy=policy,
        preprocessing={"synthetic": 8},
        browser={"backends": ["wasm"], "wasm_threads": 1, "timeout_seconds": 60},
    )


def refused(name: str, what: str, said: str, model: str, **changes: Any) -> Mutation:
    """A release that names a document of other weights."""
    return Mutation(
        name,
        what,
        "convert",
        REFUSED,
        said,
        lambda bench: bench.converted(release_with(model, **changes)),
    )  # type: ignore[arg-type]


def edited(name: str, what: str, said: str, change: Callable[[Path], None]) -> Mutation:
    """The L2 autoencoder's folder, in which something was changed."""

    def attempt(bench: Bench) -> Said:
        folder = Path(tempfile.mkdtemp(dir=bench.folder)) / "l2"
        shutil.copytree(default_folder("l2"), folder)
        change(folder)
        files = {"checkpoint": str(folder / "model.safetensors"), "gate": str(folder / "gate.json")}
        return bench.converted(release_with("autoencoder", **files))

    return Mutation(name, what, "convert", "refused, exit code 2", said, attempt)


def edit(path: Path, **changes: Any) -> None:
    """Change keys of a JSON document; those that become None are taken away."""
    content = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({k: v for k, v in content.items() if v is not None}))


def other_card(folder: Path) -> None:
    """The card of ALI beside the L2 autoencoder."""
    shutil.copyfile(default_folder("ali") / "card.json", folder / "card.json")


def planned(change: Callable[[PlannedModel], dict[str, Any]]) -> Callable[[Held], None]:
    """Change the autoencoder in a plan after it was made."""

    def spoil(held: Held) -> None:
        models = tuple(
            m.model_copy(update=change(m)) if m.kind == "autoencoder" else m
            for m in held.plan.models
        )
        held.plan = held.plan.model_copy(update={"models": models})

    return spoil


def document_of(name: str) -> Document:
    """The gate of a default autoencoder."""
    return Gate.read(default_folder(name) / "gate.json")


ALI, CLASSIFIER_15 = default_folder("ali"), default_folder("classifier-15")

MUTATIONS = [
    refused(
        "another autoencoder's gate",
        "The gate of ALI (threshold 0.178) beside the L2 autoencoder (0.746).",
        "which lies beside the checkpoint",
        "autoencoder",
        gate=str(ALI / "gate.json"),
    ),
    refused(
        "another checkpoint's gate",
        "The L2 autoencoder's gate beside the weights of ALI: the remedy names the right one.",
        str(Path("ali") / "gate.json"),
        "autoencoder",
        checkpoint=str(ALI / "model.safetensors"),
    ),
    refused(
        "another classifier's operating points",
        "The operating points of the classifier trained with 15 degrees, beside the default one.",
        "was made for the weights",
        "classifier",
        calibration=str(CLASSIFIER_15 / "calibration.json"),
    ),
    refused(
        "a list of nobody's operating points",
        "Operating points in the release file that do not say which weights they were chosen for.",
        "operating_points_weights_sha256 = ",
        "classifier",
        calibration=None,
        operating_points=[0.5] * 14,
    ),
    refused(
        "a list of others' operating points",
        "Operating points in the release file that were chosen for other weights.",
        "xport paper roc --classifier",
        "classifier",
        calibration=None,
        operating_points=[0.5] * 14,
        operating_points_weights_sha256="0" * 64,
    ),
    edited(
        "a gate that names no weights",
        "A gate of an earlier version, which does not say what it was made for.",
        "python -m reference.training name-weights --weights",
        lambda f: edit(f / "gate.json", schema_version=1, weights_sha256=None),
    ),
    edited(
        "a gate whose name was taken away",
        "A gate of this version from which the weights' digest was deleted.",
        "version 2 names the SHA-256 of its weights",
        lambda f: edit(f / "gate.json", weights_sha256=None),
    ),
    edited(
        "another autoencoder's card",
        "The card of ALI lies beside the L2 autoencoder's weights.",
        "is the card of the weights",
        other_card,
    ),
    edited(
        "changed weights",
        "One byte of the checkpoint is another: card and gate are of others.",
        "the model's are",
        lambda f: (f / "model.safetensors").write_bytes(
            (f / "model.safetensors").read_bytes()[:-1] + b"\1"
        ),
    ),
    judged(
        "a gate put into the plan",
        "ALI's gate is written into the plan after the conversion.",
        "the gate is of the weights",
        planned(lambda _: {"gate": document_of("ali")}),
    ),
    judged(
        "a card put into the plan",
        "Another model's card is written into the plan after the conversion.",
        "the card is of the weights",
        planned(lambda _: {"card": {"weights": {"sha256": "0" * 64}}}),
    ),
]
