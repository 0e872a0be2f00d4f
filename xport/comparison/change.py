"""What a new version of a release changes against another, as documents; limits look at these."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeInt

from xport.common.document import Document
from xport.comparison.paired_speed import SpeedPair
from xport.comparison.regions import Regions

Basis = Literal["probes", "image files"]
"""What is the same on both sides: a model's input by its bytes, or an image file by its own."""


class ChangedDecision(Document):
    """A decision that comes out otherwise, or a value that decides it and is no number.

    `before` and `after` are the values, each held to its own side's threshold.
    """

    image: str
    label: str
    before: float
    after: float
    threshold_before: float
    threshold_after: float


class LabelledFlip(ChangedDecision):
    """The same on a labelled image; `present` is its label, None where that is unknown."""

    present: bool | None


class CalibratedChange(Document):
    """How far the calibrated probability of a finding moved: largest and mean, over `images`."""

    finding: str
    images: NonNegativeInt
    max: float
    mean: float


class DecisionsChange(Document):
    """The decisions of one model on what both sides recorded.

    `leg` is what decided. `images_before` and `images_after` are those that each side holds
    outputs of, `shared` those that both do; of these there are `decisions`, and `gate_decisions`
    and `gate_flips` are those of them that are made at the gate.
    """

    model: str
    basis: Basis
    leg: str
    images_before: NonNegativeInt
    images_after: NonNegativeInt
    shared: NonNegativeInt
    decisions: NonNegativeInt
    flips: tuple[ChangedDecision, ...] = ()
    calibrated: tuple[CalibratedChange, ...] = ()
    gate_decisions: NonNegativeInt = 0
    gate_flips: NonNegativeInt = 0


class MapChange(Document):
    """How alike a map of an explanation is on both sides, one leg, by probe that both recorded.

    `cosines` and `regions` are NaN where a map is constant or holds what is no number; `regions` is
    None where no probe is shared. `before` and `after` count each side's probes.
    """

    model: str
    leg: str
    output: str
    before: NonNegativeInt
    after: NonNegativeInt
    cosines: dict[str, float]
    regions: Regions | None


class LabelledFinding(Document):
    """One finding on a labelled set, where both sides said something of the same images.

    `auc_change` is after minus before, `low` and `high` its 95 % interval (DeLong, paired); all are
    None where no positive or no negative image is known. `decisions` are those at both sides'
    operating points, 0 where one has none.
    """

    finding: str
    positives: NonNegativeInt
    negatives: NonNegativeInt
    auc_before: float | None
    auc_after: float | None
    auc_change: float | None
    low: float | None
    high: float | None
    decisions: NonNegativeInt
    flips: NonNegativeInt
    calibrated_max: float | None
    calibrated_mean: float | None


class LabelledChange(Document):
    """One classifier on a labelled set; `images` are those that both sides have, by name."""

    model: str
    dataset: str
    images: NonNegativeInt
    images_before: NonNegativeInt
    images_after: NonNegativeInt
    findings: tuple[LabelledFinding, ...]


class SizeChange(Document):
    """The bytes of one model that ship, and its graph's nodes; None where that is not known.

    An explanation's are with its classifier's weights, which a bundle holds once.
    """

    model: str
    bytes_before: int
    bytes_after: int
    nodes_before: int | None = None
    nodes_after: int | None = None


class ReleaseIdentity(Document):
    """One of the two releases, by name, version and the SHA-256 of its evidence.

    `held` is what was compared: a run's folder has every recorded array, a bundle those of its
    self-test. `evidence_sha256` is None of a run that is being judged.
    """

    release: str
    version: str | None
    held: Literal["run", "bundle"]
    evidence_sha256: str | None


class Changes(Document):
    """All that limits on a new version look at.

    `only_before` and `only_after` are the models that one side alone has; `speeds` are times that
    were taken in turn, and `maps` what explanations say, where a limit asks for them; `untold` is
    what could not be compared, and why.
    """

    before: ReleaseIdentity
    after: ReleaseIdentity
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    sizes: tuple[SizeChange, ...] = ()
    decisions: tuple[DecisionsChange, ...] = ()
    labelled: tuple[LabelledChange, ...] = ()
    speeds: tuple[SpeedPair, ...] = ()
    maps: tuple[MapChange, ...] = ()
    untold: tuple[str, ...] = Field(default=())


class BaselineFound(Document):
    """What came of comparing a run with its policy's baseline; `failure` is why nothing did."""

    changes: Changes | None = None
    failure: str | None = None
