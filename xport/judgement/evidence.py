"""Everything that was seen, in one versioned JSON document that reports and bundles read."""

from __future__ import annotations

from typing import ClassVar, Literal

from reference.preprocess.corrections import Correction
from xport.common.document import GrownDocument
from xport.comparison.change import BaselineFound
from xport.comparison.leg_decisions import LegDecisions
from xport.comparison.parity import Comparison
from xport.comparison.picture import Picture
from xport.comparison.pipeline_effect import PipelineEffect
from xport.comparison.rule_decisions import RuleDecisions
from xport.exchange.corrected import verified
from xport.exchange.implementations import Implementations
from xport.exchange.prepared import Preparations, prepared_models
from xport.exchange.recording import Recording, WebEnvironment
from xport.exchange.sensitivity import Sensitivity
from xport.judgement.evidence_versions import as_version_4
from xport.judgement.sensitivity import DetectableError
from xport.judgement.verdict import OutputFacts, Verdict
from xport.plan.plan import BROUGHT, Plan
from xport.plan.policy import OtherPolicy
from xport.plan.timing import BackendRuntime

EVIDENCE = "evidence.json"


class Evidence(GrownDocument):
    """A verdict with all that it rests on.

    `preprocessing` is what every pipeline does to images, and `prepared_in` the browser it was
    measured in. `other_policy` names the one that the verdict is under where it is not the
    release's own; `plan.policy` is the one that was applied. `made` is the UTC time of judging
    in ISO 8601, `xport` the version that judged. `preparations` and `prepared` are what pipelines
    made of images and what models said of it.

    `sensitivity` is what was tried of errors in the models' weights, and `detectable_errors` the
    smallest that the policy detects, by group of layers.

    `decisions` is what the errors of legs that failed, waived or not, do to decisions on probes.

    `baseline` is what changed against the release that the policy names; None where it names none.

    `implementations` is what other correct implementations differ by, beside the tolerances; it
    informs, and no check rests on it. Empty where it was not measured.

    `rule` is what the rule before the classifier says of image files, in Python and as it ships;
    None of a release without one.

    `rules` are those it was judged by. Rules 1, of evidence of versions 1 and 2, held neither the
    reference to its float64, nor documents to their weights, nor legs to one page. Rules 2, of
    version 3, had neither the page's witness nor a second run of every probe, did not hold the
    policy to the floor, and said less beside the verdict.
    """

    later: ClassVar[tuple[str, ...]] = ("rule",)

    schema_version: Literal[4] = 4
    rules: Literal[1, 2, 3] = 3
    made: str
    xport: str
    plan: Plan
    recordings: tuple[Recording, ...]
    facts: tuple[OutputFacts, ...]
    comparisons: tuple[Comparison, ...]
    runtimes: tuple[BackendRuntime, ...]
    pictures: tuple[Picture, ...]
    preprocessing: tuple[PipelineEffect, ...] = ()
    prepared_in: WebEnvironment | None = None
    preparations: Preparations | None = None
    prepared: tuple[Recording, ...] = ()
    other_policy: OtherPolicy | None = None
    sensitivity: tuple[Sensitivity, ...] = ()
    detectable_errors: tuple[DetectableError, ...] = ()
    decisions: tuple[LegDecisions, ...] = ()
    baseline: BaselineFound | None = None
    implementations: tuple[Implementations, ...] = ()
    rule: RuleDecisions | None = None
    verdict: Verdict

    @classmethod
    def upgraded(cls, content: bytes, where: str) -> bytes:
        """Evidence of versions 1 to 3 as version 4 has it; any other as it stands.

        Raises:
            DocumentError: the evidence is of another version than these.
        """
        return as_version_4(content, where)

    def corrections(self) -> tuple[Correction, ...]:
        """The corrections of images that were verified, for every model that is given images."""
        made = self.preparations.corrections if self.preparations else ()
        planned = self.plan.preprocessing
        images = [image.name for image in planned.images] if planned else []
        return verified(made, [model.id for model in prepared_models(self.plan)], images)

    def published(self) -> Evidence:
        """The same without pictures of images that a user brought: they may be of patients.

        The names of their files stay.
        """
        kept = _without_brought(self.pictures)
        effects = tuple(
            effect.model_copy(update={"pictures": _without_brought(effect.pictures)})
            for effect in self.preprocessing
        )
        return self.model_copy(update={"pictures": kept, "preprocessing": effects})


def _without_brought(pictures: tuple[Picture, ...]) -> tuple[Picture, ...]:
    return tuple(one for one in pictures if not one.probe.startswith(f"{BROUGHT}-"))
