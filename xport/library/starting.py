"""A release file that runs as it stands, written from a factory or an ONNX file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xport.common import isolated
from xport.common.arrays import Array
from xport.common.callables import search_in
from xport.common.displays import told
from xport.common.document import write_whole
from xport.common.progress import advance, say, step
from xport.common.tools import missing_packages_named
from xport.conversion.exporters import Exporter
from xport.conversion.foreseeing import refusal_by_onnx_tf, require_direct
from xport.conversion.onnx_files import passing_file, settled, with_shapes
from xport.errors import InputError
from xport.exchange.implementations import Name
from xport.formats import torch_module
from xport.formats.artifact import Signature
from xport.inputs.probes import synthetic_inputs
from xport.library.answers import answers_of, answers_of_onnx, suggested_of_onnx
from xport.library.converting import FACTORY, name_of, shapes_in, title_of
from xport.library.modules import OwnModule, export, own_module
from xport.library.ranges import ranged
from xport.library.release_text import PROBES, SEED, Begun, release_text
from xport.library.suggesting import suggested
from xport.plan.plan import FLOAT64_LEG, REFERENCE_LEG
from xport.plan.policy import Tolerance
from xport.plan.presets import content_of
from xport.plan.rounding import Answers
from xport.recording.implementations import onnx_answers, torch_answers
from xport.recording.runners.torch_runner import TorchRunner


@missing_packages_named()
def init(
    factory: str | Path,
    example_inputs: Any = None,
    *,
    out: str | Path = "release.toml",
    arguments: Mapping[str, Any] | None = None,
    checkpoint: str | Path | None = None,
    exporter: Exporter = "torchscript",
    title: str | None = None,
    preset: str | None = None,
    overwrite: bool = False,
    progress: bool | None = None,
) -> Path:
    """Write a release file for a model, with signature and tolerances that were measured.

    The module is built, run and exported to find its signature, an ONNX file is read; the rounding
    is measured on the probes that the file asks for.

    Args:
        factory: a callable as `module:name` that returns an `nn.Module`, importable from the
            working folder or from the file's; or the path of an ONNX file.
        example_inputs: as `xport.convert` takes them.
        out: the file to write.
        arguments: of the factory; of an ONNX file, inputs that are to be constants.
        checkpoint: weights in safetensors or a PyTorch state dict; without it the factory's own.
        exporter: torch.onnx's.
        title: what people read of the model; by default its class, or the ONNX file's name.
        preset: a policy that comes with xport, by name, in the place of measured tolerances.
        overwrite: replace a file that is there.
        progress: as of `xport.convert`.

    Returns:
        The file's path.

    Raises:
        InputError: the file exists, or factory, arguments, checkpoint or example cannot be used.
        ConversionError: the module cannot be exported, or the direct writer does not take the
            model; operator and node are named.
        UnavailableError: the file cannot be written.
    """
    path = Path(out)
    if path.exists() and not overwrite:
        raise InputError("is there already", str(path), "name another with --out, or use --force")
    if preset is not None:
        content_of(preset)
    folder = path.resolve().parent
    of_file = str(factory).endswith(".onnx")
    if of_file and checkpoint:
        raise InputError("an ONNX file has its own", "checkpoint", "leave it out")
    with told(progress):
        if of_file:
            shapes = shapes_in(example_inputs)
            begun = _from_file(Path(factory), shapes, dict(arguments or {}), folder)
        else:
            begun = _from_factory(
                str(factory), dict(arguments or {}), checkpoint, example_inputs, exporter, folder
            )
    if title is not None:
        begun = replace(begun, title=title)
    begun = replace(begun, preset=preset)
    write_whole(path, release_text(begun, exporter).encode())
    return path


def _from_file(
    file: Path, shapes: Mapping[str, tuple[int, ...]], values: Mapping[str, Any], folder: Path
) -> Begun:
    title = title_of(None, str(file))
    name = name_of(title)
    model = with_shapes(file, shapes, values)
    second = _foreseen(model, name)
    with passing_file(str(file)) as path:
        signature = ranged(settled(file, shapes, path, values), model)
        probes = synthetic_inputs(signature, None, seed=SEED, count=PROBES)
        inputs = [dict(probe.inputs) for probe in probes]
        with step(f"measure {name}'s rounding", 1):
            tolerances = suggested_of_onnx(name, signature, path.parent, inputs)
            advance(f"{PROBES} probes")
    factory = _relative(file, folder)
    return Begun(name, title, factory, values, None, signature, tolerances, second)


def _foreseen(model: Any, name: str) -> str:
    """Why TensorFlow's route will refuse a model, or nothing; a person is told.

    Raises:
        ConversionError: the direct writer will refuse it.
    """
    require_direct(model)
    refusal = refusal_by_onnx_tf(model)
    if refusal is None:
        return ""
    say(f"{name}: without a second route: {refusal.what}")
    return refusal.what


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
    module = _built(factory, arguments, checkpoint)
    own = own_module(module, example_inputs, factory)
    title = title_of(module, factory)
    name = name_of(title)
    with step(f"measure {name}'s rounding", 1):
        signature, tolerances, second = _measured(own, exporter, name, factory)
        advance(f"{PROBES} probes")
    relative = None if checkpoint is None else _relative(checkpoint, folder)
    return Begun(name, title, factory, arguments, relative, signature, tolerances, second)


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


def _measured(
    own: OwnModule, exporter: Exporter, model: str, factory: str
) -> tuple[Signature, list[Tolerance], str]:
    """The signature with its integers' values, tolerances, and `_foreseen`'s words.

    Tolerances are from what PyTorch and ONNX Runtime say of the probes.
    """
    others: dict[Name, Answers] = {}
    with passing_file(factory) as path:
        export(own, exporter, None, path)
        exported = with_shapes(path, {})
        second = _foreseen(exported, model)
        signature = ranged(own.recipe.signature, exported)
        made = synthetic_inputs(signature, None, seed=SEED, count=PROBES)
        inputs = [dict(probe.inputs) for probe in made]
        runtime = isolated.call(answers_of_onnx, path.parent, inputs).result
        others |= isolated.call(onnx_answers, path.parent, inputs).result
    pair = (own.module, own.recipe)
    single = answers_of(TorchRunner(REFERENCE_LEG, Path(), "float32", pair), inputs)
    double = answers_of(TorchRunner(FLOAT64_LEG, Path(), "float64", pair), inputs)
    others |= torch_answers(TorchRunner(REFERENCE_LEG, Path(), "float32", pair), inputs)
    return signature, suggested(model, signature, single, double, runtime, others=others), second
