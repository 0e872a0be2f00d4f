"""The program of the toolchain `tensorflow`: onnx-tf, TensorFlow and tensorflowjs, by command.

Runs in the toolchain's interpreter under `loop`: it needs the packages of `tensorflow.lock` and the
standard library, and imports nothing of this project. Every command takes and gives JSON; files are
named by path, arrays lie in `.npy` files. What the replies mean is said in `tensorflow`.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_opened: list[Any] = []


def check() -> dict[str, Any]:
    """Import everything that the other commands import."""
    import onnx
    import onnx_tf.backend
    import tensorflow
    from tensorflowjs.converters import tf_saved_model_conversion_v2

    assert all((onnx, onnx_tf.backend, tensorflow, tf_saved_model_conversion_v2))
    return {}


def saved_model_from_onnx(
    model: str, folder: str, signature: str, least_opset: int
) -> dict[str, Any]:
    """Translate with onnx-tf; operators that it does not know are found before it runs."""
    import onnx
    from onnx_tf.backend import prepare

    loaded = onnx.load(model)
    opset = next(o.version for o in loaded.opset_import if o.domain == "")
    unknown = _unknown(loaded.graph.node, loaded.opset_import)
    if unknown:
        return {
            "opset": opset,
            "unknown": [{"op": n.op_type, "name": n.name or n.output[0]} for n in unknown],
            "known_opset": _opset_without(unknown, opset, least_opset),
        }
    try:
        prepare(loaded, device="CPU", auto_cast=False).export_graph(folder)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # what they do not translate ends in errors of every type
        said = str(error).strip() or type(error).__name__  # the last line of a traceback
        return {"opset": opset, "refused": said.splitlines()[-1].strip()}
    return {"opset": opset, "signature": _signature_of(folder, signature)}


def tfjs_from_saved_model(
    saved_model: str, folder: str, signature: str, shard_bytes: int
) -> dict[str, Any]:
    """Freeze, optimise and write model.json with its shards."""
    # With oneDNN, which TensorFlow switches on by processor, its optimiser fuses activations
    # that TF.js cannot fuse; without it the result is also the same on every machine.
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter

    try:
        converter.convert_tf_saved_model(
            saved_model, folder, signature_def=signature, weight_shard_size_bytes=shard_bytes
        )
    except ValueError as error:
        return {"refused": _with_nodes(str(error), saved_model, signature)}
    _, function = _load(saved_model, signature)
    names = sorted(function.structured_outputs)
    pairs = zip(function.outputs, names, strict=True)
    return {"names": {tensor.name: name for tensor, name in pairs}}


def load(folder: str, signature: str) -> dict[str, Any]:
    """Load a SavedModel that `run` is to execute."""
    start = time.perf_counter()
    _opened[:] = _load(folder, signature)
    return {"seconds": time.perf_counter() - start}


def run(inputs: dict[str, str], folder: str) -> dict[str, Any]:
    """Execute the loaded model on arrays in files, and write its outputs into a folder."""
    import numpy as np
    import tensorflow as tf

    arrays = {name: np.load(path, allow_pickle=False) for name, path in inputs.items()}
    start = time.perf_counter()
    outputs = _opened[1](**{name: tf.constant(a) for name, a in arrays.items()})
    results = {name: tensor.numpy() for name, tensor in outputs.items()}
    seconds = time.perf_counter() - start
    files = {name: str(Path(folder) / f"{place}.npy") for place, name in enumerate(results)}
    for name, path in files.items():
        np.save(path, results[name], allow_pickle=False)
    return {"outputs": files, "seconds": seconds}


def open_graph(folder: str, signature: str, into: str) -> dict[str, Any]:
    """Freeze a SavedModel with every function in line, and write its graph and constants.

    The graph is written in protobuf's JSON form, without the constants' values.
    """
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    _, function = _load(folder, signature)
    frozen = convert_variables_to_constants_v2(function, aggressive_inlining=True)
    graph = frozen.graph.as_graph_def()
    _import_graph(graph)
    _, given = function.structured_input_signature
    names = sorted(function.structured_outputs)
    tensors = {tensor.name.split(":")[0].removeprefix(f"{signature}_"): tensor.name
               for tensor in frozen.inputs}  # fmt: skip
    return {
        "inputs": {name: tensors[name] for name in given},
        "outputs": {n: one.name for n, one in zip(names, frozen.outputs, strict=True)},
        **_written_graph(graph, Path(into)),
    }


def open_frozen(path: str) -> dict[str, Any]:
    """Open a graph that `extract` wrote."""
    import tensorflow as tf

    _import_graph(tf.compat.v1.GraphDef.FromString(Path(path).read_bytes()))
    return {}


def tensors(jobs: list[dict[str, Any]], folder: str) -> dict[str, Any]:
    """Tensors of the open graph, job by job: what is fed is not computed, and read as it is."""
    import numpy as np
    import tensorflow as tf

    _, graph = _opened
    found: dict[str, str] = {}
    with tf.compat.v1.Session(graph=graph) as session:
        for job in jobs:
            fed = {name: np.load(path, allow_pickle=False) for name, path in job["fed"].items()}
            for name, array in zip(job["wanted"], session.run(job["wanted"], fed), strict=True):
                found[name] = str(Path(folder) / f"tensor-{len(found)}.npy")
                np.save(found[name], array, allow_pickle=False)
    return {"outputs": found}


def extract(wanted: str, fed: list[str], path: str) -> dict[str, Any]:
    """Write what a tensor of the open graph is computed from the fed ones by."""
    import tensorflow as tf

    graph, cut = _opened[0], tf.compat.v1.GraphDef()
    names = {tensor.split(":")[0] for tensor in fed}
    for node in graph.node:
        copy = cut.node.add()
        if node.name in names:
            copy.name, copy.op = node.name, "Placeholder"
            kind = _opened[1].get_tensor_by_name(f"{node.name}:0").dtype
            copy.attr["dtype"].type = kind.as_datatype_enum
        else:
            copy.CopyFrom(node)
    cut.versions.CopyFrom(graph.versions)
    kept = tf.compat.v1.graph_util.extract_sub_graph(cut, [wanted.split(":")[0]])
    Path(path).write_bytes(kept.SerializeToString())
    return {}


def _import_graph(definition: Any) -> None:
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    _opened[:] = [definition, graph]


def _written_graph(graph: Any, into: Path) -> dict[str, Any]:
    import json

    import numpy as np
    import tensorflow as tf
    from google.protobuf.json_format import MessageToDict

    constants: dict[str, str] = {}
    bare = type(graph)()
    bare.CopyFrom(graph)
    for node in bare.node:
        if node.op == "Const":
            value = tf.make_ndarray(node.attr["value"].tensor)
            if value.dtype.kind not in "OSU":
                constants[node.name] = str(into / f"constant-{len(constants)}.npy")
                np.save(constants[node.name], value, allow_pickle=False)
            del node.attr["value"]
    (into / "graph.json").write_text(json.dumps(MessageToDict(bare)))
    return {"graph": str(into / "graph.json"), "constants": constants}


def _load(folder: str, signature: str) -> tuple[Any, Any]:
    """The loaded object, which must be kept alive, and its concrete function."""
    import tensorflow as tf

    loaded = tf.saved_model.load(folder)
    return loaded, loaded.signatures[signature]


def _signature_of(folder: str, signature: str) -> dict[str, Any]:
    """Inputs and outputs by the names that callers use, with the shapes the graph inferred."""
    _, function = _load(folder, signature)
    _, inputs = function.structured_input_signature
    sides = {"inputs": inputs, "outputs": function.structured_outputs}
    return {
        side: [
            {"name": name, "shape": spec.shape.as_list(), "dtype": spec.dtype.name}
            for name, spec in sorted(specs.items())
        ]
        for side, specs in sides.items()
    }


def _unknown(nodes: Iterable[Any], opsets: Iterable[Any]) -> list[Any]:
    """The nodes for whose operators onnx-tf has no handler at these opsets."""
    from onnx_tf.common.handler_helper import get_all_backend_handlers

    # Asked with a list, as onnx-tf hands one around, it takes version 1 of everything.
    versions = {opset.domain: opset.version for opset in opsets}
    handlers = get_all_backend_handlers(versions)  # what they are for is noted in them

    def known(node: Any) -> bool:
        handler = handlers.get(node.domain, {}).get(node.op_type)
        return handler is not None and hasattr(handler, f"version_{handler.SINCE_VERSION}")

    return [node for node in nodes if not known(node)]


def _opset_without(unknown: Sequence[Any], opset: int, least: int) -> int | None:
    """The greatest opset below `opset` at which each operator is known, or did not yet exist.

    An exporter has to write one that did not exist in older ones. None where there is no such
    opset from `least` on.
    """
    from onnx import helper

    for lower in range(opset - 1, least - 1, -1):
        existing = [node for node in unknown if _exists(node, lower)]
        if not _unknown(existing, [helper.make_opsetid("", lower)]):
            return lower
    return None


def _exists(node: Any, opset: int) -> bool:
    from onnx import defs

    try:
        defs.get_schema(node.op_type, opset, node.domain)
    except defs.SchemaError:
        return bool(node.domain)
    return True


def _with_nodes(message: str, saved_model: str, signature: str) -> str:
    """The converter's message, with the nodes of the operators it does not support."""
    match = re.search(r"Unsupported Ops[^\n]*\n(.*)", message)
    if match is None:
        return message
    unsupported = {op.strip() for op in match.group(1).split(",")}
    _, function = _load(saved_model, signature)
    graph = function.graph.as_graph_def()
    every = [*graph.node, *(node for f in graph.library.function for node in f.node_def)]
    named = [f"operator {n.op} of node {n.name!r}" for n in every if n.op in unsupported]
    return "; ".join(named[:5]) or message


COMMANDS = {
    "check": check,
    "saved_model_from_onnx": saved_model_from_onnx,
    "tfjs_from_saved_model": tfjs_from_saved_model,
    "load": load,
    "run": run,
    "open_graph": open_graph,
    "open_frozen": open_frozen,
    "tensors": tensors,
    "extract": extract,
}
