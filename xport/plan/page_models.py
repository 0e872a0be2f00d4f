"""What the deployed page can show of a release; its twin is `web/app/host/release.ts`.

The page runs the first classifier of images, the first autoencoder and the first view model beside
it, and what explains that classifier; `readRelease` (and before anything is fetched,
`web/app/host/shown.ts`) refuses a release in which one of them is not what it needs. Here the same
is found out from a plan, so that it is said when a bundle is made, and not first by the page.

Twin: `app/host/shown.ts` and `app/host/release.ts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from reference.decide.calibration import Calibration
from reference.decide.gate import Gate
from reference.decide.rule import Rule
from reference.preprocess import Preprocess
from xport.formats.artifact import Signature
from xport.plan.plan import Plan

BACKENDS = ("webgl", "wasm", "cpu")
"""In the order in which the page tries them."""
FOLDER = "models/"
"""Where a bundle has its models."""


@dataclass(frozen=True)
class Described:
    """What decides whether the page shows a model: a planned one, or one of a release file."""

    id: str
    kind: str
    signature: Signature
    labels: tuple[str, ...] | None
    preprocess: Preprocess | None
    calibration: Calibration | None = None
    gate: Gate | None = None
    rule: Rule | None = None
    explains: str | None = None


@dataclass(frozen=True)
class PageView:
    """Why the page does not show some models, by id, and whether it shows a release at all."""

    unshown: dict[str, str]
    publishable: bool

    def sentences(self) -> list[str]:
        """What a person has to know; nothing where the page shows every model."""
        told = [f"{model} ({why})" for model, why in self.unshown.items()]
        if not told:
            return []
        if self.publishable:
            return [f"the page does not show {'; '.join(told)}; use the files under {FOLDER}"]
        return [
            f"the page cannot show {'; '.join(told)}: not publishable as a web tool; use the "
            f"models under {FOLDER}"
        ]


def page_view(plan: Plan) -> PageView:
    """What the page makes of a release."""
    names = [one.name for one in fields(Described)]
    return view_of([Described(**{n: getattr(model, n) for n in names}) for model in plan.models])


def view_of(models: Sequence[Described]) -> PageView:
    """What the page makes of a release's models."""
    chosen = [model.id for model in _chosen(models)]
    unshown = {model.id: why for model in models if (why := _why_not(model, models, chosen))}
    unheeded = any(m.id not in chosen and (m.calibration or m.gate or m.rule) for m in models)
    whole = not any(model in unshown for model in chosen)
    return PageView(unshown, _first(models, "classifier") is not None and whole and not unheeded)


def page_backends(plan: Plan) -> tuple[str, ...]:
    """The backends that the page tries, in its order: those that every model was verified on."""
    shipped = [
        {leg.backend for leg in plan.legs_of(model) if leg.artifact == plan.shipped_artifact}
        for model in plan.models
    ]
    return tuple(name for name in BACKENDS if all(name in backends for backends in shipped))


def _chosen(models: Sequence[Described]) -> Iterator[Described]:
    """The models that the page would run."""
    classifier = _first(models, "classifier")
    if classifier is None:
        return
    yield classifier
    for kind in ("autoencoder", "view"):
        beside = _first(models, kind)
        if beside is not None:
            yield beside
    yield from [model for model in models if model.explains == classifier.id][:1]


def _first(models: Sequence[Described], kind: str) -> Described | None:
    return next((model for model in models if model.kind == kind), None)


def _why_not(model: Described, models: Sequence[Described], chosen: Sequence[str]) -> str | None:
    """Why the page does not show a model, None where it does."""
    if model.kind == "other":
        return 'it is of kind "other", and neither classifier nor autoencoder of images'
    if model.preprocess is None:
        return "it has no preprocess, so no image becomes its input"
    if model.id in chosen:
        return _what_lacks(model)
    decides = model.calibration or model.gate or model.rule
    heeded = "; its decisions would not be heeded" if decides else ""
    if not chosen:
        return f"there is no classifier beside it{heeded}"
    shown = [other.id for other in models if other.id in chosen and other.kind == model.kind]
    return f"one {model.kind} is shown, {', '.join(shown) or 'that of the classifier'}{heeded}"


def _what_lacks(model: Described) -> str | None:
    """What a model lacks that the page reads of one of its kind."""
    outputs = {output.name: output.shape for output in model.signature.outputs}
    labels = len(model.labels or ())
    if model.kind in ("classifier", "view") and outputs.get("probabilities", ())[1:2] != (labels,):
        return "it has no output probabilities with a value for every label"
    if model.kind == "autoencoder" and "reconstruction" not in outputs:
        return "it has no output reconstruction"
    latent = (model.gate and model.gate.score == "latent") or (
        model.rule and any(one.score == "latent" for one in model.rule.of_kind(model.kind))
    )
    if latent and "latent" not in outputs:
        return "it has no output latent, which its gate needs"
    if model.kind == "explanation" and model.signature.inputs[1].shape != (1, labels):
        return "it does not take one of the classifier's findings"
    return None
