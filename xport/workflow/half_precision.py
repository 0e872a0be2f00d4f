"""The headroom of a run's model at half precision: forecast, beside what a forced run measures."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from xport.common import digests, progress
from xport.common.arrays import Array
from xport.common.document import write_whole
from xport.common.tools import missing_packages_named
from xport.common.version import __version__
from xport.comparison.parity import Role
from xport.conversion.store import disk_errors
from xport.divergence.browser import BrowserExecutor
from xport.divergence.document import Target
from xport.divergence.half_document import (
    HALF_PAGE,
    HALF_PRECISION,
    HalfOutput,
    HalfPrecision,
    HalfRun,
    HalfSpread,
)
from xport.divergence.half_precision import forecasts, half_layers
from xport.divergence.onnx_model import OnnxModel
from xport.divergence.statistics import distance
from xport.errors import IntegrityError, XportError
from xport.formats.onnx_file import MODEL
from xport.judgement.evidence import Evidence
from xport.plan.plan import PlannedModel
from xport.plan.routes import ONNX
from xport.recording.browser import BrowserOptions, Harness
from xport.workflow.debugging import Asked, choose
from xport.workflow.run_folder import RunFolder

WEBGL = "webgl"
FORCED = "WEBGL_FORCE_F16_TEXTURES"
FULL = 23
"""Bits of the mantissa that float32 stores."""


@dataclass(frozen=True)
class Looked:
    """A model of a run, and the probe that it is looked at on."""

    run: RunFolder
    evidence: Evidence
    target: Target
    options: BrowserOptions

    @property
    def model(self) -> PlannedModel:
        """The plan's."""
        return self.evidence.plan.model(self.target.model)

    @property
    def inputs(self) -> dict[str, Array]:
        """Those of the probe, by name."""
        probe = next(one for one in self.model.probes if one.name == self.target.probe)
        return self.run.probes.load(probe, self.model.signature)

    @property
    def every_input(self) -> dict[str, dict[str, Array]]:
        """Those of every probe, by probe."""
        probes, signature = self.run.probes, self.model.signature
        return {one.name: probes.load(one, signature) for one in self.model.probes}


@missing_packages_named()
def half_precision(
    run_folder: Path, asked: Asked, out: Path | None = None, options: BrowserOptions | None = None
) -> HalfPrecision:
    """Measure what float16 cannot hold of a model, layer by layer, and keep page and document.

    Args:
        run_folder: of a run that was judged.
        asked: which model; the probe is the one on which the leg and output asked for are worst,
            by default the verdict's.
        out: where they are kept; the run's folder by default.
        options: which browser is forced to half precision where no leg of the run was.

    Raises:
        InputError: there is no evidence, no such model, leg or output, or the ONNX file is missing.
        IntegrityError: the ONNX file is not the run's.
        RunnerError: a tensor cannot be computed.
    """
    run = RunFolder(run_folder)
    with run.locked():
        evidence = run.evidence()
        looked = Looked(run, evidence, choose(evidence, asked), options or BrowserOptions())
        with progress.step(f"half precision of {looked.model.id}", 1):
            found = _found(looked, asked.budget)
            progress.advance(f"{len(found.layers)} layers")
        folder = out or run.root
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            _keep(folder, found)
    return found


def _found(looked: Looked, budget: int) -> HalfPrecision:
    planned = looked.model.artifacts[ONNX]
    if digests.of_folder(planned.path) != planned.files:
        raise IntegrityError(
            "the stored files are not the converted ones",
            str(planned.path),
            "run `xport convert` again",
        )
    model = OnnxModel(planned.path / MODEL)
    layers, errors, largest = half_layers(model, looked.inputs, budget)
    over_all = forecasts(model, looked.every_input)
    measured = {name: list(recorded_halves(looked, name)) for name in errors}
    remarks: list[str] = []
    if not any(measured.values()):
        try:
            for name, run in _forced(looked).items():
                measured.setdefault(name, []).append(run)
        except XportError as error:
            remarks.append(f"no run was forced to half precision: {error}")
    policy, name_of = looked.evidence.plan.policy, looked.model.id
    bounds = {one.output: one.max_abs for one in policy.tolerances if one.model == name_of}
    outputs = tuple(
        HalfOutput(
            output=name,
            largest=largest[name],
            forecast=errors[name],
            spread=HalfSpread.of(over_all[name]) if over_all.get(name) else None,
            bound=bounds.get(name),
            measured=tuple(measured[name]),
        )
        for name in errors
    )
    return HalfPrecision(
        xport=__version__,
        release=looked.evidence.plan.release,
        model=name_of,
        probe=looked.target.probe,
        layers=tuple(layers),
        outputs=outputs,
        remarks=tuple(remarks),
    )


def recorded_halves(looked: Looked, output: str) -> Iterator[HalfRun]:
    """Legs of the run that the policy lets compute at half precision, and that did."""
    evidence, model = looked.evidence, looked.model
    for recording in evidence.recordings:
        web = recording.environment.web if recording.environment else None
        declared = evidence.plan.policy.half(recording.leg)
        if recording.model != model.id or web is None or not declared or web.mantissa_bits >= FULL:
            continue
        for one in evidence.comparisons:
            key = (one.model, one.leg, one.output, one.role)
            seen = one.probes.get(looked.target.probe)
            if key == (model.id, recording.leg, output, Role.REFERENCE) and seen is not None:
                yield HalfRun(leg=recording.leg, forced=False, away=seen.max_abs)


def _forced(looked: Looked) -> dict[str, HalfRun]:
    """What ships, in WebGL with textures of half precision, against the reference's recording.

    Raises:
        XportError: there is no browser, or it refuses; or the reference was not recorded.
    """
    plan, model = looked.evidence.plan, looked.model
    shipped = model.artifacts[plan.shipped_artifact]
    recorded = looked.run.recordings.load(model.id, model.reference)
    if recorded is None or looked.target.probe not in recorded[1]:
        raise IntegrityError("the reference was not recorded", model.id, "run `xport record`")
    reference = recorded[1][looked.target.probe]
    with tempfile.TemporaryDirectory(prefix="xport-shaders-") as caches:
        usual = Harness(plan, looked.options, Path(caches)).settings(WEBGL)
        forced = replace(usual, tfjs_flags=((FORCED, True),), allow_reduced_precision=True)
        with BrowserExecutor(lambda: forced) as execute:
            said = execute(shipped.path, model.signature, looked.inputs)
    return {
        name: HalfRun(
            leg=f"{plan.shipped_artifact} on {WEBGL}",
            forced=True,
            away=distance(np.asarray(array), reference[name]).max_abs,
        )
        for name, array in said.items()
    }


def _keep(folder: Path, found: HalfPrecision) -> None:
    from reports.divergence.half import html_half

    found.write(folder / HALF_PRECISION)
    write_whole(folder / HALF_PAGE, html_half(found).encode())
