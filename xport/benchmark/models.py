"""What a benchmark is run on: TF.js folders and bundles, ONNX files, and inputs for them."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from xport.common import digests
from xport.common.arrays import Array
from xport.common.document import first_problem
from xport.errors import ConversionError, InputError, IntegrityError, told_as
from xport.formats import onnx_file
from xport.formats.artifact import Signature, TensorSpec
from xport.formats.tfjs_model import MODEL, signature_of
from xport.formats.weights_manifest import Weight, WeightGroup, weight_groups

BUNDLE_MANIFEST = "manifest.json"
ONE_HOT = "one_hot"


@dataclass(frozen=True)
class NamedModel:
    """A model that a person named, ready to be opened.

    `path` is a folder with model.json and all its shards, or an ONNX file. Whatever else lies in
    the folder, such as a bundle's preprocess.json, is no part of the model. `notes` say what was
    made up. `files` are the digests of what was measured. `given` is how the person named it, for
    errors.
    """

    name: str
    path: Path
    signature: Signature
    notes: tuple[str, ...] = ()
    given: str = ""

    @property
    def is_onnx(self) -> bool:
        """Whether it is for onnxruntime-web."""
        return self.path.is_file()

    def files(self) -> dict[str, str]:
        """SHA-256 by file."""
        names = [self.path.name] if self.is_onnx else self._parts()
        folder = self.path.parent if self.is_onnx else self.path
        return {name: digests.of_file(folder / name) for name in names}

    def _parts(self) -> list[str]:
        """The files of a TF.js model, from its folder: model.json and the shards that it names."""
        shards = {name for group in weight_groups(self.path) for name in group.paths}
        return sorted({MODEL, *shards})


def read_models(named: Sequence[str], scratch: Path, seed: int) -> list[NamedModel]:
    """The models behind what was named, each under a name of its own.

    Args:
        named: a folder with model.json, a bundle's folder (`FOLDER#MODEL` where it holds several
            models), or an ONNX file; `NAME=` before it says what the tables call it.
        scratch: an empty folder for shared files and weights that have to be made up.
        seed: of those weights.

    Raises:
        InputError: there is no such file or folder, no model.json in it, a shard is truncated, or
            a missing shard holds what random numbers cannot stand for.
        IntegrityError: a file of a bundle's model is not the one that its manifest lists.
    """
    models: list[NamedModel] = []
    for index, text in enumerate(named):
        taken = {model.name for model in models}
        label, path = _label(text)
        folder = scratch / str(index)
        whole = folder.with_name(f"{folder.name}-whole")
        with told_as(folder, path), told_as(whole, path):
            model = replace(_read(path, folder, seed + index), given=path)
        if label:
            model = replace(model, name=label)
        models.append(_renamed(model, taken))
    return models


def _label(text: str) -> tuple[str, str]:
    """The name that a person gave, if any, and the path."""
    label, given, path = text.partition("=")
    if not given or Path(text).exists() or _id(label) != label:
        return "", text
    return label, path


def _read(text: str, scratch: Path, seed: int) -> NamedModel:
    # A file's own name may hold the mark.
    folder, mark, wanted = (text, "", "") if Path(text).exists() else text.rpartition("#")
    path = Path(folder if mark else text)
    bundle = (path / BUNDLE_MANIFEST).is_file() and not (path / MODEL).is_file()
    if mark and path.exists() and not bundle:
        raise InputError(
            "is no bundle, so no model of it can be named", str(path), f"drop #{wanted}"
        )
    if path.is_file() and path.suffix == ".onnx":
        return NamedModel(_id(path.stem), path, _onnx_signature(path))
    if not path.is_dir():
        raise InputError("no such folder, and no ONNX file", text, "check the path")
    if bundle:
        path = _in_bundle(path, wanted, scratch)
    if not (path / MODEL).is_file():
        raise InputError(f"holds no {MODEL}", str(path), "name a TF.js model's folder")
    return _tfjs(path, scratch, seed)


def _onnx_signature(path: Path) -> Signature:
    try:
        return onnx_file.signature_of(path)
    except ConversionError as error:
        raise InputError(f"{error.where}: {error.what}", str(path), error.remedy) from error


def _in_bundle(bundle: Path, wanted: str, scratch: Path) -> Path:
    """A model's folder in a bundle; one that shares files with another is put together.

    Raises:
        InputError: the bundle has no such model, or several where none is named.
        IntegrityError: a file of the model is not the one that the manifest lists.
    """
    from xport.bundles.manifest import Manifest

    models = Manifest.read(bundle / BUNDLE_MANIFEST).models
    if not wanted and len(models) == 1:
        wanted = next(iter(models))
    if wanted not in models:
        raise InputError(
            f"the bundle holds {', '.join(models)}",
            str(bundle),
            f"name one of them: {bundle}#{next(iter(models), 'MODEL')}",
        )
    model = models[wanted]
    places = {name: entry.path or model.path + name for name, entry in model.files.items()}
    for name, place in places.items():
        _require_listed(bundle, place, model.files[name].sha256)
    if not any(entry.path for entry in model.files.values()):
        return bundle / model.path
    whole = scratch.with_name(f"{scratch.name}-whole") / wanted
    for name, place in places.items():
        (whole / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(bundle / place, whole / name)
    return whole


def _require_listed(bundle: Path, place: str, digest: str) -> None:
    try:
        state = "" if digests.of_file(bundle / place) == digest else "is not the one that it lists"
    except OSError as error:
        state = f"cannot be read ({error.strerror})"
    if state:
        raise IntegrityError(
            f"file {place} of the bundle {state}",
            str(bundle),
            "make the bundle again with `xport bundle`",
        )


def _tfjs(folder: Path, scratch: Path, seed: int) -> NamedModel:
    groups = weight_groups(folder)
    try:
        signature = signature_of(folder)
    except ValidationError as error:
        raise InputError(
            f"its signature does not fix every shape: {first_problem(error)}", str(folder / MODEL)
        ) from error
    name = _id(folder.name if folder.name != "content" else folder.parent.name[:12])
    broken = list(_missing_groups(folder, groups))
    if not broken:
        return NamedModel(name, folder, signature)
    scratch.mkdir(parents=True)
    (scratch / MODEL).write_bytes((folder / MODEL).read_bytes())
    notes = tuple(_fill(folder, scratch, groups, seed))
    return NamedModel(name, scratch, signature, notes)


def _missing_groups(folder: Path, groups: Sequence[WeightGroup]) -> Iterator[WeightGroup]:
    """Weight groups of which a shard is missing.

    Raises:
        InputError: the shards that are there cannot be whole.
    """
    for group in groups:
        held = {name: _size(folder / name) for name in group.paths}
        missing = [name for name, size in held.items() if size is None]
        found = sum(size or 0 for size in held.values())
        if (not missing and found != group.bytes) or found > group.bytes:
            raise InputError(
                f"shards {', '.join(held)} hold {found} bytes, their weights take {group.bytes}",
                str(folder),
                "a shard is truncated or of another model; copy it again",
            )
        if missing:
            yield group


def _fill(folder: Path, scratch: Path, groups: Sequence[WeightGroup], seed: int) -> Iterator[str]:
    """Copy the whole weight groups, and write random ones for the others; says what was done."""
    broken = list(_missing_groups(folder, groups))
    random = np.random.default_rng(seed)
    for group in groups:
        if group not in broken:
            for name in group.paths:
                (scratch / name).write_bytes((folder / name).read_bytes())
            continue
        pieces = list(_pieces(folder, group, random))
        data = b"".join(piece for piece, _ in pieces)
        first, *rest = group.paths
        (scratch / first).write_bytes(data)
        for name in rest:  # the manifest's order matters, not how the bytes are cut
            (scratch / name).write_bytes(b"")
        yield (
            f"RANDOM WEIGHTS: {folder} lacks {', '.join(_absent(folder, group))}; "
            f"{sum(made_up for _, made_up in pieces)} weights are random (seed {seed}): "
            "times count, results do not"
        )


def _pieces(
    folder: Path, group: WeightGroup, random: np.random.Generator
) -> Iterator[tuple[bytes, bool]]:
    """Each weight's bytes and whether they are made up: real where all its shards are there.

    Shards are of one length, but for the last.
    """
    shards = [folder / name for name in group.paths]
    each = max((shard.stat().st_size for shard in shards[:-1] if shard.is_file()), default=0)
    held = [shard.read_bytes() if shard.is_file() else b"" for shard in shards]
    data = b"".join(piece.ljust(each, b"\0") for piece in held)
    at = 0
    for weight in group.weights:
        size = weight.bytes
        touched = range(at // each, (at + size - 1) // each + 1) if each and size else range(0)
        whole = bool(touched) and all(i < len(held) and held[i] for i in touched)
        piece = data[at : at + size] if whole else _made_up(weight, random, folder)
        yield piece, not whole
        at += size


def _absent(folder: Path, group: WeightGroup) -> list[str]:
    missing = [name for name in group.paths if not (folder / name).is_file()]
    return missing if len(missing) < 4 else [*missing[:2], f"… {len(missing)} shards in all"]


def _made_up(weight: Weight, random: np.random.Generator, folder: Path) -> bytes:
    """Random values that keep activations finite: He's for kernels, near one for the others."""
    dtype, shape = weight.stored, weight.shape
    if weight.dtype not in ("float32", "float16"):
        raise InputError(
            f"weight {weight.name} is {weight.dtype} and its shard is missing; "
            "random numbers cannot stand for it",
            str(folder),
            "bring the shard that holds it",
        )
    if dtype.kind == "u":
        return random.integers(0, np.iinfo(dtype).max, shape).astype(dtype).tobytes()
    if len(shape) < 2:
        return random.uniform(0.5, 1.5, shape).astype(dtype).tobytes()
    scale = math.sqrt(2 / math.prod(shape[:-1]))
    return random.normal(0, scale, shape).astype(dtype).tobytes()


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _id(name: str) -> str:
    """`name` in letters that a model id may have."""
    return (
        "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name) or "model"
    )


def _renamed(model: NamedModel, taken: set[str]) -> NamedModel:
    name, count = model.name, 1
    while name in taken:
        count += 1
        name = f"{model.name}-{count}"
    return replace(model, name=name)


def inputs_for(signature: Signature, seed: int) -> dict[str, Array]:
    """Random inputs of a signature's shapes, the same for every model that has the same input.

    Floats are uniform in [0, 1), integers and truth values are 0; a one-hot choice is of the first
    class.
    """
    return {spec.name: _input(spec, seed) for spec in signature.inputs}


def _input(spec: TensorSpec, seed: int) -> Array:
    if spec.dtype != "float32":
        return np.zeros(spec.shape, spec.dtype)
    if spec.name == ONE_HOT:
        chosen = np.zeros(spec.shape, np.float32)
        chosen.flat[0] = 1
        return chosen
    return np.random.default_rng(seed).random(spec.shape, np.float32)
