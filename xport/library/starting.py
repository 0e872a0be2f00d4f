"""A release file that runs as it stands, written from a factory or an ONNX file."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xport.common import isolated
from xport.common.arrays import Array
from xport.common.callables import search_in
from xport.common.document import write_whole
from xport.common.tools import missing_packages_named
from xport.conversion.exporters import Exporter
from xport.conversion.onnx_files import settled
from xport.errors import InputError
from xport.formats import torch_module
from xport.formats.artifact import Signature, TensorSpec
from xport.formats.onnx_file import MODEL as ONNX_FILE
from xport.inputs.probes import synthetic_inputs
from xport.library.converting import FACTORY, name_of, shapes_in
from xport.library.modules import OwnModule, export, own_module
from xport.library.suggesting import suggested
from xport.library.verification import answers_of, answers_of_onnx, suggested_of_onnx
from xport.plan.plan import FLOAT64_LEG, REFERENCE_LEG
from xport.plan.policy import Tolerance
from xport.recording.runners.torch_runner import TorchRunner

PROBES = 20
"""As many synthetic probes the file asks for; the tolerances are measured on the same ones."""
SEED = 0
BARE = re.compile(r"^[A-Za-z0-9_-]+$")


@dataclass(frozen=True)
class Begun:
    """What the file says of the model.

    `checkpoint` is a path as the file has it, relative to its folder.
    """

    factory: str
    arguments: Mapping[str, Any]
    checkpoint: str | None
    signature: Signature
    tolerances: Sequence[Tolerance]

    @property
    def name(self) -> str:
        """The model's id."""
        return name_of(self.factory.rpartition("/")[2])

    @property
    def weights(self) -> list[str]:
        """The line that says where the weights come from; an ONNX file has them."""
        if self.factory.endswith(".onnx"):
            return []
        if self.checkpoint is not None:
            return [f"checkpoint = {_value(self.checkpoint)}  # relative to this file"]
        return ['weights_from_factory = "untrained"  # or "trained"; or a checkpoint in its place']


@missing_packages_named()
def init(
    factory: str | Path,
    example_inputs: Any = None,
    *,
    out: str | Path = "release.toml",
    arguments: Mapping[str, Any] | None = None,
    checkpoint: str | Path | None = None,
    exporter: Exporter = "torchscript",
    overwrite: bool = False,
) -> Path:
    """Write a release file for a model, with signature and tolerances that were measured.

    The module is built, run and exported to find its signature, an ONNX file is read; the rounding
    is measured on the probes that the file asks for.

    Args:
        factory: a callable as `module:name` that returns an `nn.Module`, importable from the
            working folder or from the file's; or the path of an ONNX file.
        example_inputs: as `xport.convert` takes them.
        out: the file to write.
        arguments: of the factory.
        checkpoint: weights in safetensors or a PyTorch state dict; without it the factory's own.
        exporter: torch.onnx's.
        overwrite: replace a file that is there.

    Returns:
        The file's path.

    Raises:
        InputError: the file exists, or factory, arguments, checkpoint or example cannot be used.
        ConversionError: the module cannot be exported.
        UnavailableError: the file cannot be written.
    """
    path = Path(out)
    if path.exists() and not overwrite:
        raise InputError("is there already", str(path), "name another with --out, or use --force")
    folder = path.resolve().parent
    if str(factory).endswith(".onnx"):
        for key, given in (("arguments", arguments), ("checkpoint", checkpoint)):
            if given:
                raise InputError("an ONNX file has its own", key, "leave it out")
        begun = _from_file(Path(factory), shapes_in(example_inputs), folder)
    else:
        begun = _from_factory(
            str(factory), dict(arguments or {}), checkpoint, example_inputs, exporter, folder
        )
    write_whole(path, _text(begun, exporter).encode())
    return path


def _from_file(file: Path, shapes: Mapping[str, tuple[int, ...]], folder: Path) -> Begun:
    name = name_of(file.name)
    with tempfile.TemporaryDirectory(prefix="xport-init-") as made:
        signature = settled(file, shapes, Path(made) / ONNX_FILE)
        probes = synthetic_inputs(signature, None, seed=SEED, count=PROBES)
        inputs = [dict(probe.inputs) for probe in probes]
        tolerances = suggested_of_onnx(name, signature, Path(made), inputs)
    return Begun(_relative(file, folder), {}, None, signature, tolerances)


def _from_factory(
    factory: str,
    arguments: Mapping[str, Any],
    checkpoint: str | Path | None,
    example_inputs: Any,
    exporter: Exporter,
    folder: Path,
) -> Begun:
    if not FACTORY.match(factory):
        raise InputError(
            f"{factory!r} is not a callable as module:name",
            "factory",
            "name what builds the module, such as my_package.models:build, or an ONNX file",
        )
    for searched in (Path.cwd(), folder):
        search_in(searched)
    own = own_module(_built(factory, arguments, checkpoint), example_inputs, factory)
    tolerances = _measured(own, exporter, name_of(factory))
    relative = None if checkpoint is None else _relative(checkpoint, folder)
    return Begun(factory, arguments, relative, own.recipe.signature, tolerances)


def _relative(path: str | Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def noise(shapes: Sequence[tuple[str | None, tuple[int, ...], str]]) -> Any:
    """Example inputs of shapes and dtypes: by name where every one has a name, else by place.

    Args:
        shapes: name or None, shape and dtype (float32, int32 or bool) of each.
    """
    rng = np.random.default_rng(SEED)
    arrays: list[Array] = [
        rng.standard_normal(shape).astype(np.float32)
        if dtype == "float32"
        else rng.integers(0, 2, shape).astype(dtype)
        for _, shape, dtype in shapes
    ]
    names = [name for name, _, _ in shapes]
    return dict(zip(names, arrays, strict=True)) if all(names) else tuple(arrays)


def _built(factory: str, arguments: Mapping[str, Any], checkpoint: str | Path | None) -> Any:
    """The module as a release builds it; the caller's random numbers stay as they were."""
    import torch

    from reference.networks.checkpoints import load_checkpoint

    if checkpoint is not None and not Path(checkpoint).is_file():
        raise InputError("there is no such file", str(checkpoint), "check the path")
    with torch.random.fork_rng(devices=[]):
        torch_module.seed(SEED)
        module = torch_module.called(factory, "factory", **arguments)
    if checkpoint is not None:
        load_checkpoint(module, checkpoint)
    return module


def _measured(own: OwnModule, exporter: Exporter, model: str) -> list[Tolerance]:
    """Tolerances from what PyTorch and ONNX Runtime say of the release's probes."""
    signature = own.recipe.signature
    made = synthetic_inputs(signature, None, seed=SEED, count=PROBES)
    inputs = [dict(probe.inputs) for probe in made]
    with tempfile.TemporaryDirectory(prefix="xport-init-") as folder:
        export(own, exporter, None, Path(folder) / ONNX_FILE)
        runtime = isolated.call(answers_of_onnx, Path(folder), inputs).result
    pair = (own.module, own.recipe)
    single = answers_of(TorchRunner(REFERENCE_LEG, Path(), "float32", pair), inputs)
    double = answers_of(TorchRunner(FLOAT64_LEG, Path(), "float64", pair), inputs)
    return suggested(model, signature, single, double, runtime)


def _text(begun: Begun, exporter: Exporter) -> str:
    lines = [
        "# Written by `xport init`; it runs as it stands. Comments say what is yours to decide.",
        "schema_version = 2",
        f"name = {_value(begun.name.replace('_', '-'))}  # lower case, digits and -",
        f"title = {_value(begun.factory)}  # what people read",
        "",
        f"[models.{begun.name}]",
        f"title = {_value(begun.factory)}  # what people read of this model",
        'kind = "other"  # "classifier" (with labels) or "autoencoder": the web page shows these',
        f"factory = {_value(begun.factory)}",
        *([f"arguments = {_value(begun.arguments)}"] if begun.arguments else []),
        *begun.weights,
        *([f"exporter = {_value(exporter)}"] if exporter != "torchscript" else []),
        "",
        f"[models.{begun.name}.signature]  # every axis is fixed",
        *_specs("inputs", begun.signature.inputs),
        *_specs("outputs", begun.signature.outputs),
        "",
        "[probes]  # noise of the inputs' shapes; a model of images gets images with a preprocess",
        f"synthetic = {PROBES}",
        f"seed = {SEED}",
        "",
        "# Both routes to TF.js are taken where TensorFlow is installed; [routes.direct] alone",
        "# leaves the second opinion out.",
        "",
        "[browser]",
        'backends = ["webgl", "wasm"]  # those that your page will use; also "cpu"',
        "",
        "[policy]",
        f"min_probes = {PROBES}",
    ]
    for tolerance in begun.tolerances:
        lines += [
            "",
            "[[policy.tolerances]]  # what your use bears; this is what rounding needs",
            f"model = {_value(tolerance.model)}",
            f"output = {_value(tolerance.output)}",
            f"max_abs = {tolerance.max_abs!r}",
            f"rationale = {_value(tolerance.rationale)}",
        ]
    return "\n".join(lines) + "\n"


def _specs(key: str, specs: Sequence[TensorSpec]) -> list[str]:
    rows = [f"  {_value(spec.model_dump(mode='json'))}," for spec in specs]
    return [f"{key} = [", *rows, "]"]


def _value(value: Any) -> str:
    """A value in TOML, tables within a line.

    Raises:
        InputError: TOML has no such value.
    """
    if isinstance(value, Mapping):
        return (
            "{ "
            + ", ".join(
                f"{k if BARE.match(k) else _value(k)} = {_value(v)}" for k, v in value.items()
            )
            + " }"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else repr(value)
    raise InputError(f"{value!r} cannot stand in TOML", "arguments", "give numbers, texts or lists")
