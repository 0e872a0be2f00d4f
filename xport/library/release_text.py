"""The text of a release file that `xport init` writes: what was measured, and what is to decide."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xport.conversion.exporters import Exporter
from xport.errors import InputError
from xport.formats.artifact import Signature, TensorSpec
from xport.plan.policy import Tolerance

BARE = re.compile(r"^[A-Za-z0-9_-]+$")
PROBES = 20
"""As many synthetic probes the file asks for; the tolerances are measured on the same ones."""
SEED = 0


@dataclass(frozen=True)
class Begun:
    """What the file says of the model.

    `checkpoint` is a path as the file has it, relative to its folder. `name` is the model's id,
    and `without_second` why TensorFlow's route will refuse it, as far as that is known. `preset` is
    the policy that stands in the place of the measured tolerances.
    """

    name: str
    title: str
    factory: str
    arguments: Mapping[str, Any]
    checkpoint: str | None
    signature: Signature
    tolerances: Sequence[Tolerance]
    without_second: str = ""
    preset: str | None = None
    loader: str | None = None

    @property
    def weights(self) -> list[str]:
        """The line that says where the weights come from; an ONNX file has them."""
        if self.factory.endswith(".onnx"):
            return []
        if self.checkpoint is not None:
            loader = [] if self.loader is None else [f"loader = {_value(self.loader)}"]
            return [f"checkpoint = {_value(self.checkpoint)}  # relative to this file", *loader]
        return ['weights_from_factory = "untrained"  # or "trained"; or a checkpoint in its place']


def release_text(begun: Begun, exporter: Exporter) -> str:
    """The whole file.

    Raises:
        InputError: TOML has no such value as one of the arguments.
    """
    lines = [
        "# Written by `xport init`; it runs as it stands. Comments say what is yours to decide.",
        "schema_version = 2",
        f"name = {_value(begun.name.replace('_', '-'))}  # lower case, digits and -",
        f"title = {_value(begun.title)}  # what people read",
        "",
        f"[models.{begun.name}]",
        f"title = {_value(begun.title)}  # what people read of this model",
        'kind = "other"  # "classifier" (with labels) or "autoencoder": the web page shows these',
        f"factory = {_value(begun.factory)}",
        *([f"arguments = {_value(begun.arguments)}"] if begun.arguments else []),
        *begun.weights,
        *([f"exporter = {_value(exporter)}"] if exporter != "torchscript" else []),
        "",
        f"[models.{begun.name}.signature]  # every axis is fixed",
        *_specs("inputs", begun.signature.inputs),
        *_specs("outputs", begun.signature.outputs),
        "",
        "[probes]  # noise of the inputs' shapes; a model of images gets images with a preprocess",
        f"synthetic = {PROBES}",
        f"seed = {SEED}",
        "",
        *_routes(begun.without_second),
        "",
        "[browser]",
        'backends = ["webgl", "wasm"]  # those that your page will use; also "cpu"',
        "",
        "[policy]",
        *(
            [f"preset = {_value(begun.preset)}  # what differs from it goes here"]
            if begun.preset
            else [f"min_probes = {PROBES}"]
        ),
    ]
    for tolerance in begun.tolerances if begun.preset is None else ():
        lines += [
            "",
            "[[policy.tolerances]]  # what your use bears; this is what rounding needs",
            f"model = {_value(tolerance.model)}",
            f"output = {_value(tolerance.output)}",
            f"max_abs = {tolerance.max_abs!r}",
            f"rationale = {_value(tolerance.rationale)}",
        ]
    return "\n".join(lines) + "\n"


def _routes(without_second: str) -> list[str]:
    if without_second:
        return [
            f"# The direct route goes alone: {without_second}.",
            "# Name [routes.direct] to leave the attempt out.",
        ]
    return [
        "# Both routes to TF.js are taken where TensorFlow is installed; [routes.direct] alone",
        "# leaves the second opinion out.",
    ]


def _specs(key: str, specs: Sequence[TensorSpec]) -> list[str]:
    rows = [f"  {_value(spec.model_dump(mode='json'))}," for spec in specs]
    return [f"{key} = [", *rows, "]"]


def _value(value: Any) -> str:
    """A value in TOML, tables within a line.

    Raises:
        InputError: TOML has no such value.
    """
    if isinstance(value, Mapping):
        return (
            "{ "
            + ", ".join(
                f"{k if BARE.match(k) else _value(k)} = {_value(v)}" for k, v in value.items()
            )
            + " }"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else repr(value)
    raise InputError(f"{value!r} cannot stand in TOML", "arguments", "give numbers, texts or lists")
