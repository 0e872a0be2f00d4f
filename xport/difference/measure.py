"""From two sides to their difference, and the pictures of what flipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xport.common.version import __version__
from xport.comparison.change import Changes, LabelledChange
from xport.comparison.paired_speed import SpeedPair
from xport.comparison.pictures import image_of, is_image, span_of, thumbnail
from xport.difference.decisions import decisions_between
from xport.difference.difference import Difference, SideFacts
from xport.difference.labelled import Files, LabelledFound, labelled_between, lacking
from xport.difference.maps import map_changes
from xport.difference.rows import check_changes, error_changes, size_changes, speed_changes
from xport.difference.side import Side
from xport.difference.words import told, untold
from xport.judgement.again import status_now
from xport.judgement.change_checks import change_checks, status_of
from xport.plan.baseline import ChangeLimits

PICTURES = 200
"""How many images a page shows; the tables have all."""


@dataclass(frozen=True)
class Compared:
    """A difference, and a small PNG in base64 of images that flipped, by model, basis, name."""

    difference: Difference
    pictures: dict[tuple[str, str, str], str]


def compare_sides(
    before: Side,
    after: Side,
    limits: ChangeLimits,
    labelled: Files | None = None,
    speeds: Sequence[SpeedPair] = (),
) -> Compared:
    """Everything that differs, and the outcome of the limits; `speeds` were taken in turn.

    Raises:
        InputError: labelled predictions are not of these releases.
        IntegrityError: a probe's bytes are not the planned ones.
    """
    assert before.evidence is not None
    assert after.evidence is not None
    found = labelled_between(before.plan, after.plan, labelled) if labelled else None
    changes = changes_between(before, after, found, speeds, limits)
    checks = tuple(change_checks(limits, changes, after.plan))
    changed, same = check_changes(before.evidence, after.evidence)
    difference = Difference(
        xport=__version__,
        before=_facts(before),
        after=_facts(after),
        changes=changes,
        told=tuple(told(before, after)),
        labelled_flips=found.flips if found else (),
        checks_changed=tuple(changed),
        checks_same=same,
        errors=tuple(error_changes(before.evidence, after.evidence)),
        speeds=tuple(speed_changes(before.evidence, after.evidence)),
        limits=limits,
        checks=checks,
        status=status_of(checks),
    )
    return Compared(difference, _pictures(changes, before, after))


def changes_between(
    before: Side,
    after: Side,
    labelled: LabelledFound | None = None,
    speeds: Sequence[SpeedPair] = (),
    limits: ChangeLimits | None = None,
) -> Changes:
    """All that limits look at; maps are compared where `limits` are on them."""
    rows: tuple[LabelledChange, ...] = ()
    missing = list(untold(before, after))
    if labelled is not None:
        rows = (labelled.change,)
        missing += lacking(after.plan, labelled.change)
    maps = limits is not None and limits.of_maps
    share = limits.explained_share if limits else 0.0
    ids = [model.id for model in after.plan.models]
    return Changes(
        before=before.identity(),
        after=after.identity(),
        only_before=tuple(m.id for m in before.plan.models if m.id not in ids),
        only_after=tuple(one for one in ids if before.model(one) is None),
        sizes=tuple(size_changes(before, after)),
        decisions=tuple(decisions_between(before, after)),
        labelled=rows,
        speeds=tuple(speeds),
        maps=tuple(map_changes(before, after, share)) if maps else (),
        untold=tuple(missing),
    )


def _facts(side: Side) -> SideFacts:
    evidence = side.evidence
    assert evidence is not None
    return SideFacts(
        place=side.place,
        title=side.plan.title,
        verdict=status_now(evidence),
        made=evidence.made,
        xport=evidence.xport,
        rules=evidence.rules,
        lacks=side.lacks,
    )


def _pictures(changes: Changes, before: Side, after: Side) -> dict[tuple[str, str, str], str]:
    """The input of every image that flipped, the new side's."""
    found: dict[tuple[str, str, str], str] = {}
    for one in changes.decisions:
        said = (
            after.on_probes[one.model, one.leg]
            if one.basis == "probes"
            else after.on_files[one.model][1]
        )
        key_by_name = {name: key for key, name in said.names.items()}
        model = after.plan.model(one.model)
        for flip in one.flips:
            place = (one.model, one.basis, flip.image)
            if place in found or len(found) >= PICTURES:
                continue
            values = said.input_of(key_by_name[flip.image])
            if values is not None and is_image(values.shape):
                found[place] = thumbnail(image_of(values[0], *span_of(model)))
    return found
