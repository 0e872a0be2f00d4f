"""What explanations say on both sides, on the same probes: how alike their maps are."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xport.common.arrays import Array
from xport.comparison.change import MapChange
from xport.comparison.parity import measure
from xport.comparison.regions import Regions, region, region_iou
from xport.difference.side import Said, Side, explaining_models
from xport.plan.presets import MAPS


def map_changes(before: Side, after: Side, share: float) -> Iterator[MapChange]:
    """Every map of every explanation of the new side, leg by leg; empty where the old lacks it.

    Args:
        share: of a map's pixels that count as explained.
    """
    for model in explaining_models(after.plan):
        for (name, leg), said in after.maps_on_probes.items():
            if name != model.id:
                continue
            other = before.maps_on_probes.get((name, leg))
            for output in (o.name for o in model.signature.outputs if o.name in MAPS):
                if other is not None:
                    yield _compared((name, leg, output), other, said, share)


def _compared(place: tuple[str, str, str], before: Said, after: Said, share: float) -> MapChange:
    model, leg, output = place
    theirs, ours = before.outputs.get(output, {}), after.outputs.get(output, {})
    cosines, regions = {}, {}
    for key, values in ours.items():
        other = theirs.get(key)
        if other is not None and other.shape == values.shape:
            name = after.names[key]
            cosines[name] = _cosine(values, other)
            regions[name] = region_iou(values, other, share, output)
    return MapChange(
        model=model,
        leg=leg,
        output=output,
        before=len(theirs),
        after=len(ours),
        cosines=cosines,
        regions=Regions(share=share, iou=regions) if regions else None,
    )


def _cosine(ours: Array, theirs: Array) -> float:
    """NaN where a map is constant: it explains nothing, and points nowhere."""
    if any(region(one, 0.5) is None for one in (ours, theirs)):
        return math.nan
    return measure(ours, theirs).cosine
