"""A TF.js model cut out of another: chosen tensors as outputs, others given as inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xport.divergence.tf_nodes import Nodes, bare
from xport.divergence.tfjs_model import TfjsModel
from xport.formats.artifact import Signature, TensorSpec
from xport.formats.tfjs_model import MODEL

SHARD = "weights.bin"
DTYPES = {"float32": "DT_FLOAT", "int32": "DT_INT32", "bool": "DT_BOOL"}


@dataclass(frozen=True)
class Tap:
    """A tensor of a graph that goes into or out of a model cut from it, under a name of its own."""

    name: str
    ref: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def spec(self) -> TensorSpec:
        """The tensor as a signature has it."""
        return TensorSpec(name=self.name, shape=self.shape, dtype=self.dtype)  # type: ignore[arg-type]

    def info(self, tensor: str) -> dict[str, Any]:
        """The tensor as model.json's signature has it."""
        dims = [{"size": str(size)} for size in self.shape]
        return {"name": tensor, "dtype": DTYPES[self.dtype], "tensorShape": {"dim": dims}}


def cut(
    model: TfjsModel, folder: Path, own: Signature, outputs: Sequence[Tap], fed: Sequence[Tap]
) -> Signature:
    """Write what `outputs` need into an empty folder; the signature of what was written.

    Whoever reads a fed tensor reads an input instead; the tensor itself is still computed where it
    is an output. `own` is the whole model's signature.
    """
    taps = {tap.ref: tap for tap in fed}
    nodes = _needed(model, [tap.ref for tap in outputs], taps)
    info: Mapping[str, Any] = model.document["signature"]["inputs"]
    initializers = {
        name: model.document[name]
        for name in ("modelInitializer", "initializerSignature")
        if model.document.get(name)
    }
    captured = {name: one for name, one in info.items() if "resourceId" in one}
    for one in captured.values():
        nodes.setdefault(bare(one["name"]), model.nodes[bare(one["name"])])
    kept = [spec for spec in own.inputs if bare(info[spec.name]["name"]) in nodes]
    used = [tap for tap in fed if tap.name in nodes]
    inputs = {spec.name: info[spec.name] for spec in kept}
    inputs |= {tap.name: tap.info(f"{tap.name}:0") for tap in used}
    document = {
        "format": "graph-model",
        "generatedBy": model.document.get("generatedBy", ""),
        "convertedBy": "xport debug",
        "signature": {
            "inputs": {**inputs, **captured},
            "outputs": {t.name: t.info(t.ref if ":" in t.ref else f"{t.ref}:0") for t in outputs},
        },
        "modelTopology": {**model.document["modelTopology"], "node": list(nodes.values())},
        **initializers,
    }
    _write(model, folder, document, {*nodes, *(model.at_load if captured else ())})
    return Signature(
        inputs=(*kept, *(tap.spec for tap in used)), outputs=tuple(tap.spec for tap in outputs)
    )


def _needed(model: TfjsModel, wanted: Sequence[str], taps: Mapping[str, Tap]) -> Nodes:
    """The nodes that tensors depend on, in topological order, behind placeholders of the fed."""
    order, found = model.order(), Nodes()
    waiting = [tensor.split(":")[0] for tensor in wanted]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        node = dict(model.nodes[name])
        tensors = [bare(one) for one in node.get("input", []) if not one.startswith("^")]
        if tensors:
            node["input"] = [taps[one].name if one in taps else one for one in tensors]
        found[name] = node
        waiting += [one.split(":")[0] for one in tensors if one not in taps]
    read = {one for node in found.values() for one in node.get("input", [])}
    given = [tap for tap in taps.values() if tap.name in read]
    ordered = {name: found[name] for name in sorted(found, key=order.__getitem__)}
    return {**{tap.name: _placeholder(tap) for tap in given}, **ordered}


def _placeholder(tap: Tap) -> dict[str, Any]:
    dims = [{"size": str(size)} for size in tap.shape]
    attributes = {"dtype": {"type": DTYPES[tap.dtype]}, "shape": {"shape": {"dim": dims}}}
    return {"name": tap.name, "op": "Placeholder", "attr": attributes}


def _write(model: TfjsModel, folder: Path, document: dict[str, Any], nodes: set[str]) -> None:
    kept = [(entry, data) for name, (entry, data) in model.stored.items() if name in nodes]
    folder.mkdir(parents=True, exist_ok=True)
    document["weightsManifest"] = []
    if kept:
        (folder / SHARD).write_bytes(b"".join(data for _, data in kept))
        group = {"paths": [SHARD], "weights": [entry for entry, _ in kept]}
        document["weightsManifest"].append(group)
    (folder / MODEL).write_text(json.dumps(document, separators=(",", ":")))
