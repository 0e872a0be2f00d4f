"""Record what a reader's corrections make of a plan's images, in Python and on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reference.preprocess import Preprocess
from reference.preprocess.corrections import TRIED, Correction
from xport.common import digests, progress
from xport.common.arrays import Array
from xport.errors import XportError
from xport.exchange.corrected import CorrectedInputs
from xport.exchange.prepared import prepared_models
from xport.exchange.preparer import Preparer
from xport.inputs.images import ImageFolder
from xport.plan.plan import Plan, PlannedModel

Prepare = Callable[[bytes, Sequence[Preprocess]], Sequence[Array]]
"""One image file by several definitions."""

_Tally = tuple[str, tuple[Correction, ...], dict[str, str], dict[str, str]]


def corrected_here(plan: Plan, images: ImageFolder) -> list[CorrectedInputs]:
    """What Python makes of every image of a plan, with each of ``TRIED`` done."""
    from xport.recording.python_preparer import PythonPreparer

    here = PythonPreparer(())
    return [
        CorrectedInputs(model=model, corrections=corrections, definition=found, failures=failures)
        for model, corrections, found, failures in _made(plan, images, here.by_all)
    ]


def corrected_by(preparer: Preparer, plan: Plan, images: ImageFolder) -> list[CorrectedInputs]:
    """What the page's exact path makes of the same."""
    models = len(prepared_models(plan))
    count = len(plan.preprocessing.images) if plan.preprocessing else 0
    with progress.step("correct images in the browser", models * count):
        return [
            CorrectedInputs(model=model, corrections=corrections, page=found, failures=failures)
            for model, corrections, found, failures in _made(plan, images, preparer.by_all)
        ]


def _made(plan: Plan, images: ImageFolder, prepare: Prepare) -> Iterator[_Tally]:
    """Model, corrections, digests and failures, the last two by image."""
    for model in prepared_models(plan):
        yield from _of_model(plan, model, images, prepare)


def _of_model(
    plan: Plan, model: PlannedModel, images: ImageFolder, prepare: Prepare
) -> Iterator[_Tally]:
    assert plan.preprocessing is not None
    assert model.preprocess is not None
    definitions = [model.preprocess.correcting(corrections) for corrections in TRIED]
    found: list[dict[str, str]] = [{} for _ in TRIED]
    failures: dict[str, str] = {}
    for image, content in images.all(plan.preprocessing.images):
        try:
            arrays = prepare(content, definitions)
        except XportError as error:
            failures[image.name] = str(error)
            progress.advance("failed")
            continue
        for digest_by_image, array in zip(found, arrays, strict=True):
            digest_by_image[image.name] = digests.of_array(array)
        progress.advance(image.name)
    for corrections, digest_by_image in zip(TRIED, found, strict=True):
        yield model.id, corrections, digest_by_image, failures
