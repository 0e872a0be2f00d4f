"""Models of transformers and timm, built and filled by these libraries themselves.

Nothing is downloaded and no code out of a folder is run: weights are safetensors on disk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xport.common.tools import require
from xport.errors import InputError

if TYPE_CHECKING:
    import torch

HUGGING_FACE, TIMM = "hf:", "timm:"
WEIGHTS = "model.safetensors"
SAFE = "name weights in safetensors"


@dataclass(frozen=True)
class Source:
    """What a release file says of where a module comes from; None takes what is usual."""

    factory: str
    arguments: Mapping[str, Any]
    checkpoint: Path | None = None
    loader: str | None = None


def source_of(model: str, arguments: Mapping[str, Any], checkpoint: str | Path | None) -> Source:
    """The factory that a model's name stands for, and what fills it.

    Args:
        model: `hf:FOLDER`, `timm:NAME`, or a factory, which is left as it is.

    Raises:
        InputError: folder or checkpoint cannot be used.
        PackageMissing: the library is not installed.
    """
    path = None if checkpoint is None else Path(checkpoint)
    if model.startswith(HUGGING_FACE):
        return _of_hugging_face(Path(model.removeprefix(HUGGING_FACE)), arguments, path)
    name = model.removeprefix(TIMM)
    if model.startswith(TIMM) and name != "create_model":
        return _of_timm(name, arguments, path)
    return Source(model, arguments, path)


def _of_hugging_face(folder: Path, arguments: Mapping[str, Any], checkpoint: Path | None) -> Source:
    require("transformers")
    if checkpoint is not None:
        raise InputError("a folder has its own", "checkpoint", "leave it out")
    if arguments:
        raise InputError("a folder has its own, in config.json", "arguments", "leave them out")
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"no config.json can be read in it: {error}",
            str(folder),
            "name a folder that save_pretrained wrote",
        ) from error
    _require_own_code(config, str(folder / "config.json"))
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise InputError(
            f"there is no {WEIGHTS}, and pickles are not read",
            str(folder),
            "write it with save_pretrained(folder, max_shard_size='100GB')",
        )
    text = json.dumps(config, sort_keys=True, separators=(",", ":"))
    return Source(f"{__name__}:hugging_face", {"config": text}, weights, f"{__name__}:fill")


def _require_own_code(config: Any, where: str) -> None:
    """Refuse a model whose code is not transformers' own.

    Raises:
        InputError: it asks for code of its folder, or names no class.
    """
    if not isinstance(config, dict) or not config.get("architectures"):
        raise InputError(
            "it names no class (architectures)", where, "write it with save_pretrained"
        )
    if config.get("auto_map"):
        raise InputError(
            "the model is code of the folder (auto_map), which is not run",
            where,
            "name a factory of your own, such as my_package.models:build",
        )


def hugging_face(config: str) -> torch.nn.Module:
    """A module of transformers, untrained, by its config.json; it keeps no cache of what it saw.

    Raises:
        InputError: transformers has no such class.
        PackageMissing: transformers is not installed.
    """
    require("transformers")
    import transformers

    told = json.loads(config)
    _require_own_code(told, "config")
    name = str(told["architectures"][0])
    kind = getattr(transformers, name, None)
    made = getattr(kind, "config_class", None)
    if kind is None or made is None:
        raise InputError(
            f"transformers {transformers.__version__} has no model {name!r}",
            "architectures",
            "install a version that has it",
        )
    settings = made.from_dict(told | {"use_cache": False})
    settings._attn_implementation = "eager"
    module: torch.nn.Module = kind(settings)
    return module


def fill(module: torch.nn.Module, checkpoint: Path) -> None:
    """Give a module of transformers its folder's weights, as from_pretrained reads them.

    Raises:
        InputError: weights of the module are not in the folder, or of another shape.
    """
    found, told = type(module).from_pretrained(  # type: ignore[attr-defined]
        checkpoint.parent,
        config=module.config,
        use_safetensors=True,
        local_files_only=True,
        output_loading_info=True,
    )
    missing = sorted(map(str, (*told["missing_keys"], *told["mismatched_keys"])))
    if missing:
        raise InputError(
            f"{missing[0]} is not in it as the model has it, {len(missing)} such in all",
            str(checkpoint),
            "name the folder of a model that was saved as it is used",
        )
    module.load_state_dict(found.state_dict())


def _of_timm(name: str, arguments: Mapping[str, Any], checkpoint: Path | None) -> Source:
    require("timm")
    if checkpoint is not None and checkpoint.suffix != ".safetensors":
        raise InputError("is no safetensors file, and pickles are not read", str(checkpoint), SAFE)
    loader = None if checkpoint is None else f"{__name__}:fill_timm"
    return Source(f"{__name__}:timm_model", {"name": name, **arguments}, checkpoint, loader)


def timm_model(name: str, **arguments: Any) -> torch.nn.Module:
    """A module of timm, untrained; nothing is downloaded.

    Raises:
        InputError: timm has no such model.
        PackageMissing: timm is not installed.
    """
    require("timm")
    import timm

    if name.partition(".")[0] not in timm.list_models():
        raise InputError(
            f"timm {timm.__version__} has no model {name!r}",
            "name",
            "name one of timm.list_models()",
        )
    module: torch.nn.Module = timm.create_model(name, pretrained=False, **arguments)
    return module


def fill_timm(module: torch.nn.Module, checkpoint: Path) -> None:
    """Give a module of timm its weights, as timm reads them.

    Raises:
        InputError: the file is no safetensors, or not of this module.
    """
    from timm.models import load_checkpoint

    if checkpoint.suffix != ".safetensors":
        raise InputError("is no safetensors file, and pickles are not read", str(checkpoint), SAFE)
    try:
        load_checkpoint(module, str(checkpoint), strict=True)
    except (RuntimeError, OSError, ValueError) as error:
        raise InputError(
            f"its weights are not the model's: {str(error).splitlines()[0]}",
            str(checkpoint),
            "name the checkpoint of this very model",
        ) from error
