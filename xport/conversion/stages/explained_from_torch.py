"""A PyTorch classifier to the same classifier with its explanations, which others are held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference.errors import ArchitectureError
from xport.common.callables import source_digest
from xport.errors import InputError
from xport.formats import torch_module
from xport.formats.artifact import Artifact, Format, Signature

CAM = "cam"
"""The output that is the class activation map."""


@dataclass(frozen=True)
class ExplainedFromTorch:
    """Puts `wrapper(module, **wrapper_arguments)` around a module, whose weights stay the same.

    `signature` is the result's. `key` is the release file's, for errors.
    """

    signature: Signature
    wrapper: str = "reference.networks.explain:Explained"
    wrapper_arguments: Mapping[str, Any] = field(default_factory=dict)
    key: str = "explanation"

    name = "explained_from_torch"
    consumes = Format.TORCH
    produces = Format.TORCH
    packages = ("torch", "safetensors", "numpy")

    def parameters(self) -> Mapping[str, Any]:
        """The wrapper's name, code and arguments, and the signature."""
        return {
            "wrapper": self.wrapper,
            "wrapper_arguments": dict(self.wrapper_arguments),
            "code": source_digest(self.wrapper, key="wrapper"),
            "signature": self.signature.model_dump(mode="json"),
        }

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Wrap, run once, and write weights and recipe.

        Raises:
            InputError: the wrapper refuses the module or its arguments, what it makes does not run
                on the declared inputs, or a map is of another size than declared.
        """
        assert source is not None
        module, recipe = torch_module.load(source.path)
        wrapped = recipe.model_copy(
            update={
                "signature": self.signature,
                "wrapper": self.wrapper,
                "wrapper_arguments": dict(self.wrapper_arguments),
            }
        )
        try:
            explained = wrapped.wrap(module)
            found = torch_module.signature_of(explained, wrapped)
        except (ArchitectureError, InputError) as error:
            refused = error if isinstance(error, ArchitectureError) else error.__cause__
            if not isinstance(refused, ArchitectureError):
                raise
            place = f"{self.key}.{refused.where}"
            raise InputError(refused.what, place, refused.remedy) from error
        self._require_size(found)
        torch_module.save(explained, wrapped, folder)
        return found

    def _require_size(self, found: Signature) -> None:
        """The class activation map is as large as the last feature maps are."""
        sizes = [
            spec.shape[2:] for side in (self.signature, found) for spec in side.outputs
            if spec.name == CAM
        ]  # fmt: skip
        if len(sizes) == 2 and sizes[0] != sizes[1]:
            declared, real = (" x ".join(map(str, size)) for size in sizes)
            raise InputError(
                f"the last feature maps are {real}, not {declared}",
                f"{self.key}.{CAM}",
                f"write {CAM} = {list(sizes[1])}",
            )
