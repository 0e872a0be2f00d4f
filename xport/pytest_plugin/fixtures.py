"""What the fixtures hand out: the verified bundle, and any leg of the release to be played to."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from xport.common import digests
from xport.common.arrays import Array
from xport.common.callables import search_in
from xport.errors import InputError, IntegrityError
from xport.exchange.recording import Runner
from xport.formats.artifact import Signature
from xport.plan.plan import Leg, Plan, PlannedModel
from xport.recording.browser import Harness
from xport.recording.legs import artifact_of, local_runner
from xport.workflow.verification import require_strong, verify

if TYPE_CHECKING:
    from xport.pytest_plugin.session import Session


def verified_bundle(session: Session) -> Path:
    """The bundle of a session's release, checked as `xport verify` checks it.

    Raises:
        XportError: there is no verdict, or the bundle is not whole.
        InputError: there is no bundle, since the verdict is not one that is bundled.
    """
    status, bundle = session.status, session.run.bundle_path
    if not bundle.is_dir():
        raise InputError(
            f"there is no bundle: the verdict is {status}",
            str(bundle),
            "see report.html beside it, or run `xport bundle`",
        )
    wanted = session.wanted
    allowed = {"allow_weak": wanted.allow_weak, "allow_waivers": wanted.allow_waivers}
    require_strong(verify(bundle), bundle, **allowed)
    return bundle


class Played:
    """Plays inputs to legs of a release; the last leg stays open until another is asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._open = contextlib.ExitStack()
        self._opened: tuple[str, str] | None = None
        self._runner: Runner | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def __call__(
        self, inputs: Any, *, leg: str | None = None, model: str | None = None
    ) -> dict[str, Array]:
        """What a leg says of one input, by output, as the engine of the release computes it.

        Args:
            inputs: arrays by name, or, for one input, an array; of the declared shape, values are
                taken in the declared dtype.
            leg: such as `tfjs/webgl` or `torch`; by default the first one that ships.
            model: its id; may be left out where there is one.

        Raises:
            InputError: there is no such model or leg, or the inputs are not those of the model.
            IntegrityError: the stored model is not the one that was released.
            RunnerError: the leg could not be run.
        """
        _ = self._session.reading  # the release, if it has not been made
        plan = self._session.run.plan()
        chosen = _model_of(plan, model)
        found = _leg_of(plan, chosen, leg)
        given = _tensors(chosen.signature, inputs, chosen.id)
        if self._opened != (chosen.id, found.name) or self._runner is None:
            self._open.close()
            self._opened = None
            self._runner = self._open.enter_context(self._made(plan, chosen, found))
            self._opened = chosen.id, found.name
        return self._runner.run(given)[0]

    def _made(self, plan: Plan, model: PlannedModel, leg: Leg) -> Runner:
        planned = model.artifacts[leg.artifact]
        if digests.of_folder(planned.path) != planned.files:
            raise IntegrityError(
                "the stored files are not the converted ones",
                str(planned.path),
                "delete this folder and release again",
            )
        if leg.backend is None:
            search_in(plan.folder)
            return local_runner(model, leg)
        shaders = self._open.enter_context(tempfile.TemporaryDirectory(prefix="xport-shaders-"))
        harness = Harness(plan, self._session.options, Path(shaders))
        return harness.runner(model.id, artifact_of(model, leg.artifact), leg.backend)


def _model_of(plan: Plan, name: str | None) -> PlannedModel:
    ids = [model.id for model in plan.models]
    if name is None and len(ids) == 1:
        return plan.models[0]
    if name not in ids:
        said = "several models" if name is None else f"no model {name!r}"
        raise InputError(f"{said} in this release", "model", f"name one of {', '.join(ids)}")
    return plan.model(name)


def _leg_of(plan: Plan, model: PlannedModel, name: str | None) -> Leg:
    legs = plan.legs_of(model)
    for leg in legs:
        ships = leg.artifact == plan.shipped_artifact and leg.backend is not None
        if leg.name == name or (name is None and ships):
            return leg
    known = ", ".join(leg.name for leg in legs)
    raise InputError(f"{model.id} has no leg {name!r}", "leg", f"name one of {known}")


def _tensors(signature: Signature, inputs: Any, model: str) -> dict[str, Array]:
    """The inputs by name, in the declared dtypes.

    Raises:
        InputError: a name or a shape is not the declared one.
    """
    specs = {spec.name: spec for spec in signature.inputs}
    given = inputs if isinstance(inputs, Mapping) else dict(zip(specs, [inputs], strict=False))
    wanted = ", ".join(map(str, signature.inputs))
    if given.keys() != specs.keys():
        raise InputError(f"{model} takes {wanted}", "inputs", "give every input by its name")
    arrays = {name: np.asarray(value) for name, value in given.items()}
    for name, array in arrays.items():
        if array.shape != specs[name].shape:
            shape = list(array.shape)
            raise InputError(f"{name} has the shape {shape}", "inputs", f"{model} takes {wanted}")
    return {name: array.astype(specs[name].dtype) for name, array in arrays.items()}
