"""What becomes of a model that TensorFlow's route refuses: it goes without, or not at all."""

from __future__ import annotations

from xport.conversion.pipeline import Refusal
from xport.plan.plan import MissingRoute
from xport.plan.routes import SAVED_MODEL, VIA_TENSORFLOW
from xport.release_file.file import ReleaseFile

ROUTE = "tensorflow"
SECOND = (SAVED_MODEL, VIA_TENSORFLOW)
"""The artifacts of the route that a model may have to do without."""

ALONE = "so that the direct route goes alone"


def missing_route(release: ReleaseFile, model: str, refusal: Refusal) -> MissingRoute:
    """What the plan says of a model that the route refused.

    Raises:
        ConversionError, PackageMissing: the refusal itself, where the release asks for the route;
            it says what has to be left out of the release to do without.
    """
    error = refusal.error
    remedy = _remedy(release)
    if remedy:
        advice = f"{error.remedy}, or {remedy}" if error.remedy else remedy
        raise type(error)(error.what, error.where, advice, error.details) from error
    return MissingRoute(model=model, route=ROUTE, stage=refusal.stage, reason=error.what)


def asks_for_second_route(release: ReleaseFile) -> bool:
    """Whether a refusal by the route is an error, and not only said."""
    return bool(_remedy(release))


def _remedy(release: ReleaseFile) -> str:
    """What asks for the route, as advice to leave it out; empty where nothing does."""
    routes = release.routes
    if release.names_routes and (routes.direct is None or routes.shipped_route == ROUTE):
        return f"name [routes.direct] in the place of [routes.tensorflow], {ALONE}"
    named = release.names_routes and routes.tensorflow is not None and routes.tensorflow.required
    asking = ["[routes.tensorflow]"] if named else []
    if release.policy.require_second_route:
        asking.append("policy.require_second_route")
    legs = routes.legs(release.browser.backends)
    own = {leg.name for leg in legs if leg.artifact in SECOND}
    asking += [
        f"policy.acceptance_criteria of {criterion.name!r}"
        for criterion in release.policy.acceptance_criteria
        if own & {*criterion.legs}
    ]
    return f"leave out {' and '.join(asking)}, {ALONE}" if asking else ""
