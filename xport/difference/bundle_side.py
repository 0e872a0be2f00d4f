"""A bundle as one of the two releases: of arrays it holds those of its self-test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from xport.bundles.manifest import MANIFEST, Manifest
from xport.bundles.self_test import SELF_TEST, SelfTest
from xport.common import digests
from xport.common.arrays import Array
from xport.difference.side import (
    Said,
    Side,
    by_output,
    deciding_models,
    explaining_models,
    key_of,
    nodes_of,
    require_points,
)
from xport.formats.artifact import TensorSpec
from xport.judgement.evidence import Evidence
from xport.plan.plan import PlannedModel


def of_bundle(folder: Path, evidence: Evidence, sha256: str, *, maps: bool = False) -> Side:
    """A bundle that was checked; of arrays it holds those of its self-test alone.

    With `maps` those of explanations are read too.

    Raises:
        DocumentError: manifest or self-test cannot be read, or the plan contradicts itself.
    """
    plan = evidence.plan
    require_points(plan, folder)
    manifest = Manifest.read(folder / MANIFEST)
    tested = SelfTest.read(folder / SELF_TEST).models
    on_probes: dict[tuple[str, str], Said] = {}
    maps_on_probes: dict[tuple[str, str], Said] = {}
    lacks = []
    explaining = [model.id for model in explaining_models(plan)] if maps else []
    for model in [*deciding_models(plan), *(plan.model(one) for one in explaining)]:
        kept = maps_on_probes if model.id in explaining else on_probes
        cases = tested[model.id].cases if model.id in tested else ()
        lacks.append(
            f"{model.id}: the bundle holds outputs on {len(cases)} of {len(model.probes)} probes, "
            f"those of its self-test, and of {model.faithful_to} alone"
        )
        files = {"in": model.signature.inputs, "out": model.signature.outputs}
        read: dict[str, dict[str, dict[str, Array]]] = {"in": {}, "out": {}}
        for case in cases:
            for key, entries in (("in", case.input_files), ("out", case.output_files)):
                read[key][case.probe] = {
                    spec.name: _array(folder / entries[spec.name].path, spec)
                    for spec in files[key]
                    if spec.name in entries
                }
        kept[model.id, model.reference] = _tested(model, read["in"], read["out"])
    if plan.preprocessing is not None:
        lacks.append("the bundle does not hold what models said of image files")
    return Side(
        place=str(folder),
        held="bundle",
        plan=plan,
        evidence=evidence,
        evidence_sha256=sha256,
        on_probes=on_probes,
        nodes=dict(nodes_of(plan, lambda m: folder / manifest.models[m.id].path)),
        maps_on_probes=maps_on_probes,
        lacks=tuple(lacks),
    )


def _tested(
    model: PlannedModel,
    inputs: Mapping[str, Mapping[str, Array]],
    outputs: Mapping[str, Mapping[str, Array]],
) -> Said:
    keys = {
        probe: key_of(model, {name: digests.of_array(array) for name, array in by.items()})
        for probe, by in inputs.items()
    }
    names = {key: probe for probe, key in keys.items()}
    first = model.signature.inputs[0].name
    return Said(names, by_output(model, keys, outputs), lambda key: inputs[names[key]].get(first))


def _array(path: Path, spec: TensorSpec) -> Array:
    return np.frombuffer(path.read_bytes(), np.dtype(spec.dtype).newbyteorder("<")).reshape(
        spec.shape
    )
