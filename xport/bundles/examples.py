"""Images that a bundle carries to be tried: in the run they were read and predicted like others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xport.bundles.manifest import Example, write_file
from xport.bundles.self_test import PictureInputs
from xport.comparison.decision_effects import SCORE
from xport.comparison.preprocessing import PreparedCase, said_of
from xport.comparison.rule_decisions import rulings
from xport.exchange.prepared import DEFINITION, prepared_models
from xport.inputs.images import ImageFolder
from xport.plan.plan import Plan, PlannedImage

FOLDER = "examples"


def write_examples(
    folder: Path, plan: Plan, images: ImageFolder, prepared: PreparedCase | None
) -> list[Example]:
    """Write the plan's examples into the bundle at `folder`, but those that a gate refuses.

    The decision is the recorded one: the gate's score of what PyTorch reconstructed from the
    definition's input. Without a preprocessing leg there are no examples.

    Raises:
        IntegrityError: a file is not the planned one.
    """
    examples = []
    for image in plan.preprocessing.images if plan.preprocessing and prepared else ():
        if prepared and image.example and accepted(plan, image, prepared):
            file = write_file(folder, f"{FOLDER}/{image.name}", images.load(image))
            examples.append(Example(title=image.example, **file.model_dump()))
    return examples


def accepted(plan: Plan, image: PlannedImage, prepared: PreparedCase) -> bool:
    """Whether rule or gates of the plan let an image pass; one without a recorded score fails."""
    if plan.rule is not None:
        ruling = rulings(prepared, page=False).get(image.name)
        return ruling is not None and ruling.accepted
    for model in prepared_models(plan):
        if model.gate is None:
            continue
        made = prepared.preparations.of(model.id, DEFINITION)
        scores = said_of(prepared, model, made).get(SCORE, {}) if made else {}
        if image.name not in scores or not model.gate.accepts(float(scores[image.name][0])):
            return False
    return True


def pictures_of(examples: Sequence[Example], prepared: PreparedCase | None) -> list[PictureInputs]:
    """The inputs that the definition made of the examples in the run, by model and digest."""
    if prepared is None:
        return []
    found = []
    for example in examples:
        name = Path(example.path).name
        made = (
            prepared.preparations.of(model.id, DEFINITION)
            for model in prepared_models(prepared.plan)
        )
        digests = {
            one.model: one.digest_by_image[name]
            for one in made
            if one and name in one.digest_by_image
        }
        found.append(PictureInputs(path=example.path, digest_by_model=digests))
    return found
