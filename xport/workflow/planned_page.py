"""The page that a plan's browser legs run and its bundle ships, fixed when the plan is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from xport.bundles.page import INDEX, index_for
from xport.common import digests
from xport.errors import UnavailableError
from xport.plan.plan import PlannedModel, PlannedPage
from xport.recording.browser import operators_of_models


def planned_page(
    models: Sequence[PlannedModel], threads: int, folder: Path | None = None
) -> PlannedPage | None:
    """The built page for some models, in its folder or another; None where none is built.

    Who converts alone needs no page, and whoever records then has one or is refused.
    """
    from browser_harness.serve.assets import PAGE_FOLDER, app_files, engine_version, page_files

    operators, place = operators_of_models(models), folder or PAGE_FOLDER
    try:
        run = page_files(place, operators=operators)
        deployed = app_files(place, operators=operators)
        tfjs = engine_version(place)
    except UnavailableError:
        return None
    index = digests.of_bytes(index_for(deployed[INDEX], threads))
    return PlannedPage(tfjs=tfjs, files=_digests(run), deployed=_digests(deployed) | {INDEX: index})


def _digests(files: Mapping[str, Path]) -> dict[str, str]:
    return {name: digests.of_file(path) for name, path in files.items()}
