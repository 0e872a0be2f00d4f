"""Record what a reader's corrections make of a plan's images, in Python and on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reference.preprocess import Preprocess
from reference.preprocess.corrections import TRIED
from xport.common import digests, progress
from xport.common.arrays import Array
from xport.errors import XportError
from xport.exchange.corrected import CorrectedInputs, Corrections, tried_by_image
from xport.exchange.prepared import prepared_models
from xport.exchange.preparer import Preparer
from xport.inputs.images import ImageFolder
from xport.plan.plan import Plan, PlannedModel

Prepare = Callable[[bytes, Sequence[Preprocess]], Sequence[Array]]
"""One image file by several definitions."""

Tally = tuple[str, Corrections, dict[str, str], dict[str, str]]
"""Model, corrections, digests and failures, the last two by image."""


def corrected_here(plan: Plan, images: ImageFolder) -> list[CorrectedInputs]:
    """What Python makes of the images of a plan, each with its share of ``TRIED`` done."""
    from xport.recording.python_preparer import PythonPreparer

    return [
        CorrectedInputs(model=model, corrections=corrections, definition=found, failures=failures)
        for model, corrections, found, failures in _made(plan, images, PythonPreparer(()).by_all)
    ]


def corrected_by(preparer: Preparer, plan: Plan, images: ImageFolder) -> list[CorrectedInputs]:
    """What the page's exact path makes of the same."""
    count = len(plan.preprocessing.images) if plan.preprocessing else 0
    total = count * len(prepared_models(plan))
    with progress.step("correct images in the browser", total):
        return [
            CorrectedInputs(model=model, corrections=corrections, page=found, failures=failures)
            for model, corrections, found, failures in _made(plan, images, preparer.by_all)
        ]


def _made(plan: Plan, images: ImageFolder, prepare: Prepare) -> Iterator[Tally]:
    for model in prepared_models(plan):
        yield from _of_model(plan, model, images, prepare)


def _of_model(
    plan: Plan, model: PlannedModel, images: ImageFolder, prepare: Prepare
) -> Iterator[Tally]:
    assert plan.preprocessing is not None
    assert model.preprocess is not None
    shares = tried_by_image([image.name for image in plan.preprocessing.images])
    found: dict[Corrections, dict[str, str]] = {corrections: {} for corrections in TRIED}
    failures: dict[Corrections, dict[str, str]] = {corrections: {} for corrections in TRIED}
    for image, content in images.all(plan.preprocessing.images):
        share = shares[image.name]
        try:
            arrays = prepare(content, [model.preprocess.correcting(one) for one in share])
        except XportError as error:
            for corrections in share:
                failures[corrections][image.name] = str(error)
            progress.advance("failed")
            continue
        for corrections, array in zip(share, arrays, strict=True):
            found[corrections][image.name] = digests.of_array(array)
        progress.advance(image.name)
    for corrections in TRIED:
        yield model.id, corrections, found[corrections], failures[corrections]
