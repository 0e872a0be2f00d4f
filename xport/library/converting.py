"""From a module, a factory or an ONNX file to a folder that TF.js loads."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import psutil

from browser_harness.launch.processes import largest_resident_mib
from xport.common import digests
from xport.common.callables import search_in
from xport.common.displays import told
from xport.common.document import folder_made_whole
from xport.common.progress import advance, step
from xport.common.tools import missing_packages_named, tool_versions
from xport.conversion.exporters import OPSETS, Exporter
from xport.conversion.onnx_files import passing_file, settled
from xport.conversion.pipeline import Stage, carry_out
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.conversion.store import disk_errors, require_writable
from xport.errors import InputError, located
from xport.formats import torch_module
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.onnx_file import MODEL as ONNX_FILE
from xport.formats.tfjs_model import MODEL
from xport.library.converted import Converted
from xport.library.modules import OwnModule, export, own_module
from xport.plan.plan import StageCost
from xport.plan.routes import DIRECT, ONNX, TORCH, WeightDType

if TYPE_CHECKING:
    import torch


FACTORY = re.compile(r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
MIB = 2**20


@missing_packages_named()
def convert(
    model: torch.nn.Module | Callable[..., torch.nn.Module] | str | Path,
    example_inputs: Any = None,
    *,
    out: str | Path,
    output_names: Sequence[str] | None = None,
    arguments: Mapping[str, Any] | None = None,
    exporter: Exporter = "torchscript",
    opset: int | None = None,
    weights: WeightDType = "float32",
    title: str | None = None,
    progress: bool | None = None,
) -> Converted:
    """Convert a model to TF.js by the direct writer, into `out`: model.json and its shards.

    Inputs are called as `forward` calls its parameters, and every axis is fixed at the example's
    size. Outputs are called by key where a dict or dataclass is returned, else `output`, or
    `output_0`, `output_1`, …

    Args:
        model: an `nn.Module` (also one whose class lives in a notebook or a script), a factory (a
            callable, or `module:name`), or the path of an ONNX file.
        example_inputs: a tuple of tensors or arrays, a dict by parameter name, or a tensor alone.
            For an ONNX file, what fixes the shapes that it leaves open, by input name; arrays, or
            shapes as tuples of integers.
        out: a new folder, or one that holds such a model already, which is replaced.
        output_names: other names for the outputs.
        arguments: of the factory; of an ONNX file, inputs that are to be constants.
        exporter: torch.onnx's, `torchscript` or `dynamo`.
        opset: of the ONNX file; None takes the exporter's default.
        weights: how weights are stored; any but float32 are another model.
        title: what reports call the model; by default its class, or the file's name.
        progress: show how far it has come: None where somebody looks on (a terminal, a notebook),
            True in a log too, False never.

    Raises:
        InputError: model, example or folder cannot be used; it is named.
        ConversionError: an operator cannot be translated; operator and node are named.
        UnavailableError: a package is missing or the folder cannot be written.
    """
    folder = Path(out)
    _require_one_of("exporter", exporter, OPSETS)
    _require_one_of("weights", weights, get_args(WeightDType))
    require_replaceable(folder)
    file = _file(model)
    module: Any = None
    named = str(file)
    if file is None:
        module, named = _module(model, arguments)
    name = title_of(module, named)
    with told(progress), step(f"convert {name}", 2), passing_file(named) as path:
        if file is not None:
            own, shapes = None, shapes_in(example_inputs)
            signature, cost = _timed(None, lambda: settled(file, shapes, path, arguments))
            costs = {ONNX: cost}
        else:
            own = own_module(module, example_inputs, named, output_names)
            stage = OnnxFromTorch(exporter=exporter, opset=opset)
            signature, cost = _timed(stage, lambda: export(own, exporter, opset, path))
            costs = {TORCH: _no_cost(own), ONNX: cost}
        advance(ONNX)
        digest = digests.of_listing({ONNX_FILE: digests.of_file(path)})
        source = Artifact(Format.ONNX, path.parent, signature, digest)
        costs[DIRECT] = _write(TfjsFromOnnx(weights=weights), source, folder)
        advance(DIRECT)
        content = path.read_bytes()
    files = digests.of_folder(folder)
    return Converted(name_of(name), title or name, folder, signature, files, content, own, costs)


def _require_one_of(key: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise InputError(f"{value!r} is not one", key, f"there are {', '.join(known)}")


def require_replaceable(folder: Path) -> None:
    """Check that a folder can be written: it is new, empty, or holds a TF.js model and no more.

    Raises:
        InputError: it holds something else, or is a file.
        UnavailableError: it cannot be written.
    """
    require_writable(folder)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError("is a file, not a folder", str(folder), "name a new folder")
    names = [path.name for path in folder.iterdir()]
    others = [name for name in names if name != MODEL and not name.endswith(".bin")]
    if others or (names and MODEL not in names):
        raise InputError(
            f"holds {sorted(others or names)[0]!r}, which is no part of a TF.js model",
            str(folder),
            "name a new folder",
        )


def _file(model: Any) -> Path | None:
    """The path of an ONNX file, or None."""
    if isinstance(model, Path) or (isinstance(model, str) and not FACTORY.match(model)):
        return Path(model)
    return None


def _module(model: Any, arguments: Mapping[str, Any] | None) -> tuple[Any, str]:
    """The module that is given or that the factory builds, and what errors call it."""
    import torch

    if isinstance(model, str):
        search_in(Path.cwd())
        return torch_module.called(model, "factory", **(arguments or {})), model
    if callable(model) and not isinstance(model, torch.nn.Module):
        title = getattr(model, "__name__", type(model).__name__)
        return torch_module.built(model, title, "model", **(arguments or {})), title
    if not isinstance(model, torch.nn.Module):
        raise InputError(
            f"a {type(model).__name__} is no model",
            "model",
            "give an nn.Module, what builds one (a callable or module:name), or an ONNX file",
        )
    return model, type(getattr(model, "_orig_mod", model)).__name__


def shapes_in(given: Any) -> dict[str, tuple[int, ...]]:
    """Shapes by input name, of arrays or as they are."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(
            "for an ONNX file they are told by name",
            "example_inputs",
            'give a dict, such as {"image": (1, 3, 224, 224)}',
        )
    shapes: dict[str, Any] = {n: getattr(value, "shape", value) for n, value in given.items()}
    return {name: tuple(int(size) for size in shape) for name, shape in shapes.items()}


def _write(stage: TfjsFromOnnx, source: Artifact, folder: Path) -> StageCost:
    """Run the writer into a folder that gets its name only if all went well."""
    with disk_errors(folder), folder_made_whole(folder.absolute()) as staging:
        _, cost = _timed(stage, lambda: carry_out(stage, source, staging))
        if folder.exists():
            shutil.rmtree(folder)
    return cost


def _timed(stage: Stage | None, run: Any) -> tuple[Signature, StageCost]:
    """What a stage found, run in this process, and what it took; None is reading a file."""
    name = stage.name if stage else "onnx_from_file"
    tools = tool_versions(stage.packages if stage else ("onnx", "onnxruntime", "numpy"))
    start = time.monotonic()
    with located(name):
        found = run()
    return found, StageCost(
        stage=name,
        format=stage.produces if stage else Format.ONNX,
        seconds=time.monotonic() - start,
        peak_mib=largest_resident_mib([psutil.Process()]),
        cached=False,
        tools=tools,
    )


def _no_cost(own: OwnModule) -> StageCost:
    return StageCost(
        stage="torch_in_memory",
        format=Format.TORCH,
        seconds=0.0,
        peak_mib=0.0,
        cached=True,
        tools=tool_versions(("torch", "numpy")),
    )


def title_of(module: torch.nn.Module | None, named: str) -> str:
    """What people read of a model that nobody gave a title: its class, or its file's name.

    A class of torch's own, such as Sequential, says nothing where a factory has a name.

    Args:
        module: None for an ONNX file.
        named: the factory, the class or the file, as the caller named it.
    """
    if module is None:
        return Path(named).stem
    kind = type(getattr(module, "_orig_mod", module))
    anybodys = kind.__module__.partition(".")[0] == "torch"
    return named.rpartition(":")[2] if anybodys else kind.__name__


def name_of(title: str) -> str:
    """A model's id: `ResNet` is `resnet`, `a b` is `a_b`."""
    plain = re.sub(r"[^a-z0-9_]+", "_", title.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"model_{plain}".rstrip("_")
