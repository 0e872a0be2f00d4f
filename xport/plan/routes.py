"""The ways from PyTorch to TF.js, as the release file chooses them and as artifacts and legs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from xport.common.document import Document
from xport.plan.plan import (
    EVALUATOR_LEG,
    FLOAT64_LEG,
    ONNX_LEG,
    OPTIMISED_LEG,
    REFERENCE_LEG,
    Leg,
)

Backend = Literal["webgl", "wasm", "cpu"]
WeightDType = Literal["float32", "float16", "uint16", "uint8"]


def _each_once(backends: tuple[Backend, ...]) -> tuple[Backend, ...]:
    if len(set(backends)) != len(backends):
        raise ValueError("names one twice")
    return backends


Backends = Annotated[tuple[Backend, ...], Field(min_length=1), AfterValidator(_each_once)]

TORCH, ONNX, SAVED_MODEL = "torch", "onnx", "savedmodel"
DIRECT, VIA_TENSORFLOW = "tfjs", "tfjs-tf"
"""Names of artifacts; a browser leg is called `artifact/backend`."""


OPINIONS = {OPTIMISED_LEG, EVALUATOR_LEG}
"""Legs of models that are ONNX files; one that comes from PyTorch has that to be held to."""


class DirectRoute(Document):
    """`[routes.direct]`: ONNX to TF.js by xport's own writer, which needs no TensorFlow.

    `backends` are those of `[browser]` unless given. Any `weights` but float32 are another model,
    which has to meet the same policy.
    """

    backends: Backends | None = None
    weights: WeightDType = "float32"


class TensorflowRoute(Document):
    """`[routes.tensorflow]`: the paper's route, ONNX to TensorFlow to TF.js (section 5).

    One that is not `required` is made where it can be, as without the table; where it cannot, the
    direct one goes alone, and every document says so.
    """

    backends: Backends | None = None
    required: bool = True


class Routes(Document):
    """`[routes]`: which conversions are made and verified, and which of them a bundle ships.

    Without this table both are made, but where the TensorFlow route cannot translate a model, or
    TensorFlow is not installed, the direct one goes alone, and every document says so. In the
    table, a route that is named must be made, and one that is not named is left out. Two
    independent conversions must agree with each other as they must with PyTorch.
    """

    direct: DirectRoute | None = None
    tensorflow: TensorflowRoute | None = None
    shipped_route: Literal["direct", "tensorflow"] | None = None

    @model_validator(mode="after")
    def _ships_what_is_made(self) -> Self:
        if self.direct is None and self.tensorflow is None:
            raise ValueError("name direct, tensorflow or both")
        if self.shipped_route and getattr(self, self.shipped_route) is None:
            raise ValueError(f"shipped_route: {self.shipped_route} is not among the routes")
        return self

    @property
    def shipped(self) -> str:
        """The name of the TF.js artifact that a bundle carries: the direct one by default."""
        chosen = self.shipped_route or ("direct" if self.direct else "tensorflow")
        return DIRECT if chosen == "direct" else VIA_TENSORFLOW

    def legs(self, backends: tuple[Backend, ...]) -> tuple[Leg, ...]:
        """Every way to execute a model, in the order of conversion."""
        legs = [
            Leg(name=FLOAT64_LEG, artifact=TORCH, predecessor=None),
            Leg(name=REFERENCE_LEG, artifact=TORCH, predecessor=None),
            Leg(name=ONNX_LEG, artifact=ONNX, predecessor=REFERENCE_LEG),
            Leg(name=OPTIMISED_LEG, artifact=ONNX, predecessor=None),
            Leg(name=EVALUATOR_LEG, artifact=ONNX, predecessor=None),
        ]
        if self.tensorflow is not None:
            legs.append(Leg(name=SAVED_MODEL, artifact=SAVED_MODEL, predecessor=ONNX))
        return (*legs, *self._browser_legs(backends))

    def legs_on(self, artifacts: Collection[str], backends: tuple[Backend, ...]) -> tuple[Leg, ...]:
        """The legs that a model with these artifacts runs on."""
        apart = OPINIONS if TORCH in artifacts else set()
        return tuple(
            leg
            for leg in self.legs(backends)
            if leg.artifact in artifacts and leg.name not in apart
        )

    def _browser_legs(self, backends: tuple[Backend, ...]) -> Iterator[Leg]:
        """The second conversion first; the direct one is compared with it."""
        via = tuple(self.tensorflow.backends or backends) if self.tensorflow else ()
        for backend in via:
            yield _browser_leg(VIA_TENSORFLOW, backend, SAVED_MODEL, None)
        for backend in (self.direct.backends or backends) if self.direct else ():
            other = backend if backend in via else next(iter(via), None)
            counterpart = f"{VIA_TENSORFLOW}/{other}" if other else None
            yield _browser_leg(DIRECT, backend, ONNX, counterpart)


def _browser_leg(artifact: str, backend: str, predecessor: str, counterpart: str | None) -> Leg:
    return Leg(
        name=f"{artifact}/{backend}",
        artifact=artifact,
        predecessor=predecessor,
        counterpart=counterpart,
        backend=backend,
    )
