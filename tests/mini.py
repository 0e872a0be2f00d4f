"""A miniature release: the same two networks, small enough that a test can convert them."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

LABELS = [f"Finding {n}" for n in range(1, 6)]
CLASSIFIER_ARGUMENTS = {
    "in_channels": 3,
    "num_classes": len(LABELS),
    "growth": 4,
    "block_config": [2, 2],
    "init_features": 8,
}


def release(**overrides: Any) -> dict[str, Any]:
    """A release file's content; `overrides` replace whole top-level tables."""
    return {
        "schema_version": 2,
        "name": "mini",
        "title": "Miniature",
        "models": {"classifier": classifier(), "autoencoder": autoencoder()},
        "explanations": {"explanation": explanation()},
        "probes": {"synthetic": 6, "distinct_channels": 2, "seed": 3},
        "routes": {"direct": {}, "tensorflow": {"backends": ["wasm"]}},
        "preprocessing": {"synthetic": 12, "examples": 2},
        "browser": {
            "backends": ["webgl", "wasm", "cpu"],
            "wasm_threads": 1,
            "timeout_seconds": 120,
        },
        "policy": policy(),
    } | overrides


def classifier(**changes: Any) -> dict[str, Any]:
    """The classifier's table."""
    return {
        "title": "Miniature DenseNet",
        "kind": "classifier",
        "factory": "reference.networks.densenet:classifier",
        "arguments": CLASSIFIER_ARGUMENTS,
        "initializer": "reference.networks.initialise:from_data",
        "seed": 7,
        "labels": LABELS,
        "signature": {
            "inputs": [_spec("image", 1, 3, 64, 64)],
            "outputs": [_spec("logits", 1, 5), _spec("probabilities", 1, 5)],
        },
        "preprocess": {"preset": "chestxnet", "size": 64},
    } | changes


def autoencoder(**changes: Any) -> dict[str, Any]:
    """The autoencoder's table."""
    return {
        "title": "Miniature ALI",
        "kind": "autoencoder",
        "factory": "reference.networks.ali:autoencoder",
        "arguments": {"latent": 8, "width": 4},
        "initializer": "reference.networks.initialise:from_data",
        "seed": 7,
        "signature": {
            "inputs": [_spec("image", 1, 1, 64, 64)],
            "outputs": [_spec("reconstruction", 1, 1, 64, 64), _spec("latent", 1, 8)],
        },
        "preprocess": "autoencoder",
    } | changes


def explanation(**changes: Any) -> dict[str, Any]:
    """The explanation's table."""
    return {
        "title": "Explanations",
        "classifier": "classifier",
        "cam": [8, 8],
        "probes": 6,
    } | changes


def policy(**changes: Any) -> dict[str, Any]:
    """The full-width release's tolerances and the paper's criterion."""
    bounds = {
        ("classifier", "probabilities"): 1e-5,
        ("classifier", "logits"): 1e-4,
        ("autoencoder", "reconstruction"): 5e-5,
        ("autoencoder", "latent"): 5e-5,
        ("explanation", "probabilities"): 1e-5,
        ("explanation", "logits"): 1e-4,
    }
    alike = {
        "min_cosine": 0.999,
        "max_ratio_to_float64_gap": 3.0,
        "rationale": "kinks, as in the full-width release",
    }
    return {
        "min_probes": 6,
        "min_images": 8,
        "tolerances": [
            {"model": m, "output": o, "max_abs": bound, "rationale": "as in the full-width release"}
            for (m, o), bound in bounds.items()
        ],
        "relative_tolerances": [
            {"model": "explanation", "output": output} | alike
            for output in ("gradient", "saliency", "cam")
        ],
        "acceptance_criteria": [
            {
                "name": "the paper's criterion",
                "model": "classifier",
                "output": "probabilities",
                "legs": ["tfjs/webgl"],
                "max_abs": 1e-5,
                "probes": 3,
                "rationale": "section 5 of the paper",
            }
        ],
    } | changes


def only_classifier(backends: tuple[str, ...] = ("wasm",), **changes: Any) -> dict[str, Any]:
    """A release of the classifier alone, on few backends."""
    tolerances = [t for t in policy()["tolerances"] if t["model"] == "classifier"]
    return release(
        models={"classifier": classifier(**changes)},
        explanations={},
        routes={"direct": {}, "tensorflow": {}},
        browser={"backends": list(backends), "wasm_threads": 1, "timeout_seconds": 120},
        policy=policy(tolerances=tolerances, relative_tolerances=[], acceptance_criteria=[]),
    )


def write(content: dict[str, Any], path: Path) -> Path:
    """Write a release file as TOML."""
    lines: list[str] = []
    _table(content, "", lines)
    path.write_text("\n".join(lines) + "\n")
    return path


def _spec(name: str, *shape: int) -> dict[str, Any]:
    return {"name": name, "shape": list(shape), "dtype": "float32"}


def _table(table: dict[str, Any], name: str, lines: list[str]) -> None:
    if name:
        lines.append(f"[{name}]")
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    lines += [f"{key} = {_value(value)}" for key, value in table.items() if key not in inner]
    for key, value in inner.items():
        _table(value, f"{name}.{key}" if name else key, lines)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return value.isoformat() if isinstance(value, datetime.date) else json.dumps(value)
