"""Reading weight files without ever running code that they carry.

Two formats are read: safetensors, which cannot carry code, and PyTorch's own, whose
pickle is interpreted by PyTorch's restricted reader (``weights_only=True``).
"""

from __future__ import annotations

import io
import pickle
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import nn

from reference.errors import CheckpointError, UnsafeCheckpointError
from reference.networks.remaps import OPERATING_POINTS_KEY

MAX_BYTES = 2 * 1024**3
"""Weight files above this are refused before they are read; DenseNet-121 takes 28 MB."""

_AGAIN = "download or copy the file again"
_RESAVE = (
    "where you trust the file, load it once and save its state dict, with "
    "safetensors.torch.save_file(model.state_dict(), 'model.safetensors') or "
    "torch.save(model.state_dict(), 'model.pt'); from Python, and if you trust whoever made this "
    "very file, reference.networks.load_checkpoint takes trust_pickle_and_run_its_code=True"
)
_FORBIDDEN = re.compile(r"GLOBAL (\S+) was not an allowed global")


def read_bytes(path: Path) -> bytes:
    """Return the content of a weights file.

    Raises:
        CheckpointError: there is no such file, it is empty, or above ``MAX_BYTES``.
    """
    try:
        if not path.is_file():
            raise CheckpointError("there is no such file", remedy="check the path of the weights")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise CheckpointError(
                f"the file has {size:,} bytes, the limit is {MAX_BYTES:,}",
                remedy="give the weights alone, without optimiser state",
            )
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"the file cannot be read ({error.strerror})",
            remedy="check its permissions",
        ) from error
    if not content:
        raise CheckpointError("the file is empty", remedy=_AGAIN)
    return content


def parse(content: bytes, *, run_its_code: bool) -> dict[str, object]:
    """Return the named values of a weights file: tensors, if the file is as it should be.

    Args:
        content: the bytes of the file; the format is told from them, not from a name.
        run_its_code: unpickle without restriction. Never for a file you do not trust.

    Raises:
        UnsafeCheckpointError: the file would have to run code to be loaded.
        CheckpointError: the file is damaged, of another format, or holds no weights.
    """
    if content[8:9] == b"{":
        return dict(_parse_safetensors(content))
    if not content.startswith((b"PK\x03\x04", b"\x80")):
        raise CheckpointError(
            "the file is neither safetensors nor a PyTorch checkpoint, or its start is damaged",
            remedy=f"{_AGAIN}, or save a state dict",
        )
    return _named_values(_parse_pytorch(content, run_its_code))


def _parse_safetensors(content: bytes) -> dict[str, torch.Tensor]:
    try:
        return safetensors.torch.load(content)
    # The second kind covers headers that are valid JSON of an unknown dtype or shape.
    except (safetensors.SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise CheckpointError(
            f"the safetensors file is truncated or damaged ({error})", remedy=_AGAIN
        ) from error


def _parse_pytorch(content: bytes, run_its_code: bool) -> object:
    try:
        with warnings.catch_warnings():
            # PyTorch warns of old pickle protocols and of TorchScript; both end below.
            warnings.simplefilter("ignore")
            return torch.load(
                io.BytesIO(content), map_location="cpu", weights_only=not run_its_code
            )
    except pickle.UnpicklingError as error:
        raise UnsafeCheckpointError(_reason(str(error)), remedy=_RESAVE) from error
    except ImportError as error:
        raise CheckpointError(
            f"the pickle needs a package that is not installed ({error})",
            remedy="install that package where you trust the file and save the state dict there",
        ) from error
    # A damaged pickle can make the reader raise anything at all; none of it is our fault.
    except Exception as error:
        if "TorchScript" in str(error):
            reason = "the file is a TorchScript program, not weights"
            raise UnsafeCheckpointError(reason, remedy=_RESAVE) from error
        raise CheckpointError(
            f"the PyTorch checkpoint is truncated or damaged ({type(error).__name__})",
            remedy=_AGAIN,
        ) from error


def _reason(message: str) -> str:
    found = _FORBIDDEN.search(message)
    if found:
        return (
            f"the file is a pickle that refers to {found[1]}; loading it would run code, so it "
            "was not loaded"
        )
    return "the file is a pickle of something else than a state dict, so it was not loaded"


def _named_values(payload: object) -> dict[str, object]:
    """Find the state dict: the payload, its ``state_dict`` entry, or a trusted module's."""
    if isinstance(payload, nn.Module):
        named: dict[str, object] = dict(payload.state_dict())
        points = getattr(payload, OPERATING_POINTS_KEY, None)
        return named if points is None else named | {OPERATING_POINTS_KEY: points}
    if isinstance(payload, Mapping) and isinstance(payload.get("state_dict"), Mapping):
        payload = payload["state_dict"]
    if not isinstance(payload, Mapping) or not payload:
        raise CheckpointError(
            f"the file holds no weights but {_kind(payload)}",
            remedy="save model.state_dict()",
        )
    unnamed = [key for key in payload if not isinstance(key, str)]
    if unnamed:
        raise CheckpointError(
            f"the file holds a value under {unnamed[0]!r}, which is not a tensor's name",
            remedy="save model.state_dict()",
        )
    return dict(payload)


def _kind(payload: object) -> str:
    return "an empty mapping" if isinstance(payload, Mapping) else f"a {type(payload).__name__}"
