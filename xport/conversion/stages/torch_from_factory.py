"""Stage 0: build the `nn.Module` that the release file names and fill it with weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference.preprocess import Preprocess
from xport.common import digests
from xport.common.callables import resolve, source_digest
from xport.common.raised import named, one_line
from xport.errors import InputError, XportError
from xport.formats import torch_module
from xport.formats.artifact import Artifact, Format, Signature
from xport.formats.torch_answers import require_answers, require_steady, save_answers
from xport.formats.torch_outputs import require_declared
from xport.formats.torch_reads import require_no_reads
from xport.inputs.probes import synthetic_inputs

CALIBRATION_IMAGES = 16


@dataclass(frozen=True)
class TorchFromFactory:
    """Weights come from a checkpoint through `loader(module, path)`, or from an initializer.

    Without either the factory's own are taken; it is called with torch's seed set to `seed`.

    A loader may return what it knows of the checkpoint; where that has `labels`, they must be the
    release's, in the same order, since a finding under another's name is a wrong diagnosis.

    The initializer is called as `initializer(module, inputs, seed=..., **initializer_arguments)`
    with deterministic synthetic inputs that are not among the probes.
    """

    factory: str
    arguments: Mapping[str, Any]
    signature: Signature
    checkpoint: Path | None = None
    loader: str | None = None
    initializer: str | None = None
    initializer_arguments: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    preprocess: Preprocess | None = None
    labels: tuple[str, ...] | None = None

    name = "torch_from_factory"
    consumes = None
    produces = Format.TORCH
    packages = ("torch", "safetensors", "numpy")

    def parameters(self) -> Mapping[str, Any]:
        """Everything that decides the weights: code, arguments, checkpoint bytes or seed."""
        filled_by = self.loader if self.checkpoint else self.initializer
        return {
            "factory": self.factory,
            "arguments": dict(self.arguments),
            "signature": self.signature.model_dump(mode="json"),
            "code": source_digest(self.factory, key="factory"),
            "filled by": filled_by,
            "filled by code": source_digest(filled_by, key="loader") if filled_by else None,
            "checkpoint": _checkpoint_digest(self.checkpoint),
            "seed": self.seed,
            "initializer_arguments": dict(self.initializer_arguments),
            "labels": self.labels,
            "preprocess": self.preprocess.model_dump(mode="json") if self.preprocess else None,
        }

    @property
    def _from_factory(self) -> bool:
        return self.checkpoint is None and self.initializer is None

    def run(self, source: Artifact | None, folder: Path) -> Signature:
        """Build, fill, run once, and write weights and recipe.

        Raises:
            InputError: factory, checkpoint or signature do not fit, or the module is another
                function at another build; the key or tensor is named.
        """
        recipe = torch_module.Recipe(
            factory=self.factory, arguments=dict(self.arguments), signature=self.signature
        )
        if self._from_factory:
            torch_module.seed(self.seed)
        module = recipe.build()
        if self.checkpoint is not None:
            self._load(module)
        elif not self._from_factory:
            self._initialise(module)
        module.eval()
        found = torch_module.signature_of(module, recipe)
        require_declared(self.signature, found)
        self._store(module, recipe, folder)
        return found

    def _store(self, module: Any, recipe: torch_module.Recipe, folder: Path) -> None:
        """Write the module, and see that a second build of it is the same function."""
        probes = synthetic_inputs(self.signature, self.preprocess, seed=self.seed, count=4)
        names = [spec.name for spec in self.signature.inputs]
        lively = max(probes, key=lambda probe: float(probe.inputs[names[0]].std()))
        inputs = [lively.inputs[name] for name in names]
        require_steady(module, recipe, inputs)
        require_no_reads(module, recipe, inputs)
        torch_module.save(module, recipe, folder)
        save_answers(module, recipe, inputs, folder)
        again, _ = torch_module.load(folder)
        require_answers(again, recipe, folder)

    def _load(self, module: Any) -> None:
        loader = resolve(self.loader or "", key="loader")
        try:
            info = loader(module, self.checkpoint)
        except (ValueError, OSError) as error:
            raise InputError(one_line(error), "checkpoint") from error
        except (XportError, MemoryError):
            raise
        except (Exception, SystemExit) as error:  # a loader is somebody else's code
            raise InputError(f"{self.loader} raised {named(error)}", "loader") from error
        known = getattr(info, "labels", None)
        if known is not None and self.labels is not None and tuple(known) != self.labels:
            raise InputError(
                f"the checkpoint's outputs are {', '.join(known)}, in this order",
                "labels",
                "list the labels as the checkpoint has them",
            )

    def _initialise(self, module: Any) -> None:
        import torch

        initializer = resolve(self.initializer or "", key="initializer")
        calibration = synthetic_inputs(
            self.signature, self.preprocess, seed=self.seed + 1, count=CALIBRATION_IMAGES
        )
        name = self.signature.inputs[0].name
        inputs = [torch.from_numpy(probe.inputs[name]) for probe in calibration]
        try:
            initializer(module, inputs, seed=self.seed, **self.initializer_arguments)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{self.initializer} failed: {one_line(error)}", "initializer_arguments"
            ) from error
        except (XportError, MemoryError):
            raise
        except (Exception, SystemExit) as error:  # an initializer is somebody else's code
            raise InputError(f"{self.initializer} raised {named(error)}", "initializer") from error


def _checkpoint_digest(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return digests.of_file(path)
    except OSError as error:
        raise InputError(
            f"cannot read the checkpoint: {error.strerror}", str(path), "check the path"
        ) from error
