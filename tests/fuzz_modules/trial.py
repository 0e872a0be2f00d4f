"""What becomes of one module: converted by the stages of a release, run in a browser, compared."""

from __future__ import annotations

import pickle
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from tests.fuzz_modules import building
from tests.fuzz_modules.rounding import Shaken
from xport.common import isolated
from xport.common.arrays import Array
from xport.conversion.pipeline import Stage, carry_out
from xport.conversion.stages.onnx_from_torch import OnnxFromTorch
from xport.conversion.stages.tfjs_from_onnx import TfjsFromOnnx
from xport.conversion.stages.torch_from_factory import TorchFromFactory
from xport.errors import RunnerCrashed, XportError
from xport.formats import torch_module
from xport.formats.artifact import Artifact, Format

RELATIVE = 1e-4
"""Of the largest number of an output."""
NUDGES = (1e-6, -1e-6, 3e-7)
"""Relative changes of the input, by which a sound answer hardly changes."""
PAGE = 100
"""Models that are open in one page."""
TRACES = re.compile(r"Traceback|fault of the direct writer|\b(?:Key|Attribute|Index|Name)Error\b")


@dataclass
class Trial:
    """One module and what became of it: `right`, `refused` or `wrong`, and why."""

    seed: int
    operators: tuple[str, ...]
    outcome: str = ""
    reason: str = ""
    folder: Path | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.seed} {'+'.join(self.operators)}: {self.outcome}: {self.reason}"


def trials(session: BrowserSession, seeds: Sequence[int]) -> Iterator[Trial]:
    """Try the modules of some numbers; those of a page at a time."""
    for start in range(0, len(seeds), PAGE):
        with tempfile.TemporaryDirectory(prefix="xport-fuzz-") as folder:
            tried = _converted_apart(seeds[start : start + PAGE], Path(folder))
            _run(session, [trial for trial in tried if not trial.outcome])
            yield from tried


def _converted_apart(seeds: Sequence[int], root: Path) -> list[Trial]:
    """Convert in a process of its own, as a release does: a library may end it."""
    found: list[Trial] = []
    while len(found) < len(seeds):
        folder = Path(tempfile.mkdtemp(dir=root))
        rest = seeds[len(found) :]
        try:
            isolated.call(_all_converted, rest, folder)
        except RunnerCrashed as error:
            if "signal" not in error.what:
                raise
            found += _read(folder)
            seed = seeds[len(found)]
            found.append(Trial(seed, building.build(seed).operators, "refused", error.what))
        else:
            found += _read(folder)
    return found


def _all_converted(seeds: Sequence[int], folder: Path) -> None:
    """Convert one module after the other; each trial is written at once."""
    for place, seed in enumerate(seeds):
        trial = _converted(seed, folder)
        (folder / f"{place:05d}.trial").write_bytes(pickle.dumps(trial))


def _read(folder: Path) -> list[Trial]:
    return [pickle.loads(path.read_bytes()) for path in sorted(folder.glob("*.trial"))]


def _converted(seed: int, root: Path) -> Trial:
    trial = Trial(seed, building.build(seed).operators)
    try:
        trial.folder = _convert(seed, root / str(seed))
    except XportError as error:
        trial.outcome, trial.reason = "refused", str(error)
        if TRACES.search(str(error)) or "\n" in str(error):
            trial.outcome = "wrong"
    except Exception as error:  # whatever it is, no module may bring it about
        trial.outcome, trial.reason = "wrong", f"{type(error).__name__}: {error}"
    return trial


def _convert(seed: int, root: Path) -> Path:
    """Through the stages of a release, without a store; the folder of all artifacts."""
    signature = building.signature(seed)
    made = TorchFromFactory(
        factory="tests.fuzz_modules.building:build",
        arguments={"seed": seed},
        signature=signature,
        initializer="tests.fuzz_modules.building:fill",
        seed=seed,
    )
    source: Artifact | None = None
    stages: tuple[Stage, ...] = (made, OnnxFromTorch(opset=17), TfjsFromOnnx())
    for stage in stages:
        folder = root / stage.produces
        folder.mkdir(parents=True)
        found = carry_out(stage, source, folder)
        source = Artifact(stage.produces, folder, found, "")
    return root


def _run(session: BrowserSession, tried: Sequence[Trial]) -> None:
    models = [_model(trial) for trial in tried]
    if not models:
        return
    try:
        session.reopen(models)
    except XportError as error:
        if len(tried) == 1:
            tried[0].outcome, tried[0].reason = "wrong", f"does not load: {error}"
            return
        for trial in tried:
            _run(session, [trial])
        return
    for trial in tried:
        try:
            outputs = session.run(str(trial.seed), {"x": _input(trial)}).outputs
            trial.reason = _difference(trial, outputs["y"])
        except XportError as error:
            trial.reason = f"does not run: {error}"
        trial.outcome = "wrong" if trial.reason else "right"


def _model(trial: Trial) -> ModelSource:
    from xport.formats.tfjs_model import signature_of

    assert trial.folder is not None
    folder = trial.folder / Format.TFJS
    return ModelSource(str(trial.seed), folder, signature_of(folder))


def _input(trial: Trial) -> Array:
    assert trial.folder is not None
    recipe = torch_module.Recipe.read(trial.folder / Format.TORCH / torch_module.RECIPE)
    shape = recipe.signature.inputs[0].shape
    return np.random.default_rng(trial.seed).normal(size=shape).astype(np.float32)


def _difference(trial: Trial, found: Array) -> str:
    assert trial.folder is not None
    module, _ = torch_module.load(trial.folder / Format.TORCH)
    return difference(module, _input(trial), found)


def difference(module: torch.nn.Module, given: Array, found: Array) -> str:
    """How the browser differs from PyTorch, or nothing.

    Allowed is what rounding explains: a share of the largest number, and what PyTorch's own answer
    moves by when the input is nudged or its functions round otherwise (`Shaken`).

    Not in the sign of an infinity: that may be the sign of a zero, which the exporter's ONNX does
    not keep (softshrink, remainder). A release fails on every infinity, of either sign.
    """
    x = torch.from_numpy(given)
    with torch.no_grad():
        expected = module(x).numpy()
        moved = [module(x * (1 + nudge)).numpy() for nudge in NUDGES]
        for seed in range(3):
            with Shaken(seed):
                moved.append(module(x).numpy())
    if (found.shape, found.dtype) != (expected.shape, expected.dtype):
        return f"{found.dtype}{found.shape}, not {expected.dtype}{expected.shape}"
    ours, theirs = found.astype(np.float64), expected.astype(np.float64)
    finite = np.abs(theirs[np.isfinite(theirs)])
    with np.errstate(invalid="ignore"):
        shaken = np.max([np.abs(one.astype(np.float64) - theirs) for one in moved], axis=0)
        largest = finite.max() if finite.size else 0.0
        unsure = (shaken > 0) & (20 * shaken >= largest)  # no digit of the number is sure
        allowed = np.where(unsure, np.inf, RELATIVE * largest + 1e-6 + 20 * shaken)
        same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        same |= np.isinf(ours) & np.isinf(theirs)
        wrong = ~(same | (np.abs(ours - theirs) <= allowed))
    if not wrong.any():
        return ""
    at = int(np.argmax(wrong.ravel()))
    return f"{ours.ravel()[at]:.6g} instead of {theirs.ravel()[at]:.6g}, {int(wrong.sum())} numbers"
