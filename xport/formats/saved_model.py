"""Reading a SavedModel artifact through its `serving_default` signature."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xport.formats.artifact import Signature, TensorSpec

SIGNATURE = "serving_default"


def load(folder: Path) -> tuple[Any, Any]:
    """The loaded object, which must be kept alive, and its concrete function."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder))
    return loaded, loaded.signatures[SIGNATURE]


def signature_of(folder: Path) -> Signature:
    """Inputs and outputs by the names that callers use, with the shapes the graph inferred."""
    _, function = load(folder)
    _, inputs = function.structured_input_signature
    return Signature(
        inputs=tuple(_spec(name, spec) for name, spec in sorted(inputs.items())),
        outputs=tuple(
            _spec(name, spec) for name, spec in sorted(function.structured_outputs.items())
        ),
    )


def _spec(name: str, spec: Any) -> TensorSpec:
    return TensorSpec(name=name, shape=tuple(spec.shape.as_list()), dtype=spec.dtype.name)
