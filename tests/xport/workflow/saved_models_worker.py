"""A worker program for tests: SavedModels that TensorFlow's own interface writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def save_lgamma(folder: str) -> dict[str, Any]:
    """One node that TF.js has no kernel for."""
    import tensorflow as tf

    return _save(folder, lambda x: tf.math.lgamma(x, name="the_node"))


def save_softplus(folder: str) -> dict[str, Any]:
    """Operators that have several attributes each."""
    import tensorflow as tf

    return _save(
        folder, lambda x: tf.nn.softplus(tf.linalg.matmul(x, tf.ones((4, 4)), name="product"))
    )


def _save(folder: str, compute: Callable[[Any], Any]) -> dict[str, Any]:
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((1, 4), tf.float32, name="x")])
    def function(x: Any) -> dict[str, Any]:
        return {"y": compute(x)}

    module = tf.Module()
    module.function = function
    tf.saved_model.save(module, folder, signatures=function)
    return {}


COMMANDS = {"save_lgamma": save_lgamma, "save_softplus": save_softplus}
