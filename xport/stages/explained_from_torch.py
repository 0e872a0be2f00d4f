"""A PyTorch classifier to the same classifier with its explanations, which others are held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xport import torch_module
from xport.artifact import Artifact, Format, Signature
from xport.callables import source_digest


@dataclass(frozen=True)
class ExplainedFromTorch:
    """Puts `wrapper(module, **wrapper_arguments)` around a module, whose weights stay the same.

    `signature` is the result's.
    """

    signature: Signature
    wrapper: str = "reference.explain:Explained"
    wrapper_arguments: Mapping[str, Any] = field(default_factory=dict)

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
            InputError: the wrapper refuses the module or its arguments, or what it makes does not
                run on the declared inputs.
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
        explained = wrapped.wrap(module)
        found = torch_module.signature_of(explained, wrapped)
        torch_module.save(explained, wrapped, folder)
        return found
