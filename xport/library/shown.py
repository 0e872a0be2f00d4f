"""What the deployed page will show of a release file's models, before anything is converted."""

from __future__ import annotations

from collections.abc import Iterator

from xport.plan.page_models import Described, PageView, view_of
from xport.release_file.decisions import read_decisions, read_rule
from xport.release_file.file import ReleaseFile


def page_of(release: ReleaseFile) -> PageView:
    """What the page will make of a release.

    Raises:
        InputError: a document that a model's decisions come from cannot be read.
    """
    return view_of([*_described(release)])


def _described(release: ReleaseFile) -> Iterator[Described]:
    rules = read_rule(release)
    for model, entry in release.models.items():
        decisions = read_decisions(entry, f"models.{model}")
        yield Described(
            id=model,
            kind=entry.kind,
            signature=entry.signature,
            labels=entry.labels,
            preprocess=entry.preprocess,
            calibration=decisions.calibration,
            gate=decisions.gate,
            rule=rules.get(model),
        )
    for name, explained in release.explanations.items():
        of = release.models[explained.classifier]
        yield Described(
            id=name,
            kind="explanation",
            signature=explained.signature(of.signature),
            labels=of.labels,
            preprocess=of.preprocess,
            explains=explained.classifier,
        )
