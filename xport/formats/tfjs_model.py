"""Reading a TF.js graph-model artifact: model.json, its signature and its shards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from xport.errors import InputError
from xport.formats.artifact import DType, Signature, TensorSpec

MODEL = "model.json"
_DTYPES: dict[str, DType] = {
    "DT_FLOAT": "float32",
    "DT_DOUBLE": "float64",
    "DT_INT32": "int32",
    "DT_BOOL": "bool",
}


def read_model(folder: Path) -> dict[str, Any]:
    """model.json as a dictionary.

    Raises:
        InputError: absent, not JSON, or not a TF.js graph model.
    """
    path = folder / MODEL
    try:
        model = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the TF.js model: {error}", str(path)) from error
    if not isinstance(model, dict) or model.get("format") != "graph-model":
        raise InputError("not a TF.js graph model", str(path))
    return model


def stored_weights(folder: Path) -> dict[str, dict[str, int]]:
    """What the direct writer says of the weights by dtype; empty for models of other writers."""
    metadata = read_model(folder).get("userDefinedMetadata") or {}
    found: dict[str, dict[str, int]] = metadata.get("xport", {}).get("weights", {})
    return found


def operators_of(folder: Path) -> frozenset[str]:
    """The operators of a model's graphs, that of its initializer included.

    Raises:
        InputError: model.json cannot be read.
    """
    model = read_model(folder)
    graphs = [model.get(name) or {} for name in ("modelTopology", "modelInitializer")]
    return frozenset(node["op"] for graph in graphs for node in graph.get("node", []))


def signature_of(folder: Path) -> Signature:
    """Inputs and outputs under the names of the signature, not of the graph's tensors.

    Inputs with a resource id are what the model computes for itself when it is loaded.

    Raises:
        InputError: model.json cannot be read, or its signature is misshapen.
        ValidationError: the signature does not fix every shape.
    """
    signature = read_model(folder).get("signature") or {}
    try:
        given = {n: v for n, v in signature.get("inputs", {}).items() if "resourceId" not in v}
        return Signature(
            inputs=tuple(_spec(n, v) for n, v in sorted(given.items())),
            outputs=tuple(_spec(n, v) for n, v in sorted(signature.get("outputs", {}).items())),
        )
    except ValidationError:
        raise
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"its signature is misshapen: {error}", str(folder / MODEL), "convert the model anew"
        ) from error


def _spec(name: str, value: dict[str, Any]) -> TensorSpec:
    # The converter writes `name:0` for inputs; shapes are strings in protobuf's JSON form.
    shape = tuple(int(dim["size"]) for dim in value.get("tensorShape", {}).get("dim", []))
    dtype = value.get("dtype", "")
    return TensorSpec.of_file(name.split(":")[0], shape, _DTYPES.get(dtype, dtype))
