"""Deliberately broken conversions: each is a change that somebody's converter might make."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from xport.common.arrays import Array
from xport.conversion.pipeline import Pipeline, Stage, UsesToolchain
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL as ONNX_MODEL
from xport.plan.routes import Routes
from xport.release_file.tables import ModelEntry
from xport.toolchains.toolchain import Toolchain

BYTES = {"float32": 4, "int32": 4, "float16": 2, "bool": 1}
Damage = Callable[[Path], None]
"""Spoils the artifact in a folder, in place."""


@dataclass(frozen=True)
class Saboteur:
    """A stage that does its work and then spoils what it wrote."""

    stage: Stage
    damage: Damage

    @property
    def name(self) -> str:
        return f"{self.stage.name}+{self.damage.__name__}"

    @property
    def consumes(self) -> Format | None:
        return self.stage.consumes

    @property
    def produces(self) -> Format:
        return self.stage.produces

    @property
    def packages(self) -> tuple[str, ...]:
        return self.stage.packages

    def parameters(self) -> Mapping[str, Any]:
        return self.stage.parameters()

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        signature = self.stage.run(source, folder)
        self.damage(folder)
        return signature


@dataclass(frozen=True)
class SaboteurOfTools(Saboteur):
    """One of a stage whose packages live in an interpreter of their own."""

    @property
    def toolchain(self) -> Toolchain:
        assert isinstance(self.stage, UsesToolchain)
        return self.stage.toolchain


def saboteur_of(stage: Stage, damage: Damage) -> Saboteur:
    """The saboteur of a stage, which finds its packages where the stage does."""
    kind = SaboteurOfTools if isinstance(stage, UsesToolchain) else Saboteur
    return kind(stage, damage)


def sabotaged(
    pipeline: Callable[[ModelEntry, Routes], Pipeline], stage_name: str, damage: Damage
) -> Callable[[ModelEntry, Routes], Pipeline]:
    """A pipeline in which one stage is a saboteur."""

    def build(entry: ModelEntry, routes: Routes) -> Pipeline:
        steps = pipeline(entry, routes).steps
        assert any(step.stage.name == stage_name for step in steps)
        return Pipeline(
            [
                replace(step, stage=saboteur_of(step.stage, damage))
                if step.stage.name == stage_name
                else step
                for step in steps
            ]
        )

    return build


def drop_sigmoid(folder: Path) -> None:
    """ONNX: hand out the logits as probabilities."""
    model = onnx.load(str(folder / ONNX_MODEL))
    (sigmoid,) = [node for node in model.graph.node if node.op_type == "Sigmoid"]
    sigmoid.op_type = "Identity"
    onnx.save(model, str(folder / ONNX_MODEL))


def swap_input_channels(folder: Path) -> None:
    """ONNX: read RGB as BGR."""
    _change_first_kernel(folder, lambda kernel: kernel[:, ::-1].copy())


def transpose_kernels(folder: Path) -> None:
    """ONNX: exchange the height and width of the first convolution's kernels."""
    _change_first_kernel(folder, lambda kernel: kernel.swapaxes(2, 3).copy())


def swap_classes(folder: Path) -> None:
    """ONNX: exchange the first two findings."""

    def swap(rows: Array) -> Array:
        return rows[[1, 0, *range(2, len(rows))]]

    _change(folder, "classifier.weight", swap)
    _change(folder, "classifier.bias", swap)


def change_one_number(folder: Path) -> None:
    """TF.js: one single number of the first convolution, the largest, grows by 1 %."""
    _change_tfjs(folder, lambda weights: _scale_largest(weights, 1.01), rank=4)


def change_one_tensor(folder: Path) -> None:
    """TF.js: the classifier's whole weight grows by 1 %."""
    _change_tfjs(folder, lambda weights: weights * np.float32(1.01), rank=2)


def round_to_float16(folder: Path) -> None:
    """TF.js: the first convolution's weights pass through float16."""
    _change_tfjs(folder, lambda w: w.astype(np.float16).astype(np.float32), rank=4)


def swap_output_names(folder: Path) -> None:
    """TF.js: logits and probabilities exchange their names."""
    model = json.loads((folder / "model.json").read_text())
    outputs = model["signature"]["outputs"]
    outputs["logits"], outputs["probabilities"] = outputs["probabilities"], outputs["logits"]
    (folder / "model.json").write_text(json.dumps(model))


def _change_first_kernel(folder: Path, change: Callable[[Array], Array]) -> None:
    model = onnx.load(str(folder / ONNX_MODEL))
    first = next(node for node in model.graph.node if node.op_type == "Conv")
    _change(folder, first.input[1], change)


def _change(folder: Path, name: str, change: Callable[[Array], Array]) -> None:
    model = onnx.load(str(folder / ONNX_MODEL))
    tensor = next(tensor for tensor in model.graph.initializer if tensor.name == name)
    before = numpy_helper.to_array(tensor)
    after = change(before)
    assert after.shape == before.shape
    assert not np.array_equal(after, before)
    tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(after), name))
    onnx.save(model, str(folder / ONNX_MODEL))


def _scale_largest(weights: Array, factor: float) -> Array:
    changed = weights.copy()
    changed.flat[np.abs(weights).argmax()] *= np.float32(factor)
    return changed


def _change_tfjs(folder: Path, change: Callable[[Array], Array], *, rank: int) -> None:
    """Change the first float weight of that rank, in its shards."""
    for group in json.loads((folder / "model.json").read_text())["weightsManifest"]:
        if _change_group(folder, group, change, rank):
            return
    raise AssertionError(f"no float32 weight of rank {rank}")


def _change_group(
    folder: Path, group: dict[str, Any], change: Callable[[Array], Array], rank: int
) -> bool:
    data = bytearray(b"".join((folder / path).read_bytes() for path in group["paths"]))
    sizes = [(folder / path).stat().st_size for path in group["paths"]]
    start = 0
    for spec in group["weights"]:
        count = int(np.prod(spec["shape"], dtype=int))
        stored = spec.get("quantization", {}).get("dtype", spec["dtype"])
        if stored == "float32" and len(spec["shape"]) == rank and count > 1:
            before = np.frombuffer(bytes(data[start : start + 4 * count]), "<f4")
            after = change(before.reshape(spec["shape"])).astype("<f4")
            assert not np.array_equal(after.ravel(), before)
            data[start : start + 4 * count] = after.tobytes()
            break
        start += count * BYTES[stored]
    else:
        return False
    for path, size in zip(group["paths"], sizes, strict=True):
        (folder / path).write_bytes(bytes(data[:size]))
        del data[:size]
    return True
