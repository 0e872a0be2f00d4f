"""What must hold for a verdict of PASSED, declared before anything is measured."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, ClassVar, Self

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from xport.common.document import Document, GrownDocument
from xport.common.numbers import short
from xport.plan.baseline import Baseline
from xport.plan.explained import RegionLimit

Reason = Annotated[str, Field(min_length=12)]


class Tolerance(Document):
    """The largest absolute error allowed on one output of one model, on every leg and probe."""

    model: str
    output: str
    max_abs: float = Field(gt=0, allow_inf_nan=False)
    rationale: Reason


class EveryOutput(Document):
    """The largest absolute error of every output that has no tolerance of its own; maps apart."""

    max_abs: float = Field(gt=0, allow_inf_nan=False)
    rationale: Reason


class RelativeTolerance(RegionLimit):
    """The largest error, relative to the output's norm, where single numbers may jump.

    A gradient passes through ReLUs: at a kink, rounding decides whether a whole path counts, in
    PyTorch itself too. So every probe's cosine must be at least `min_cosine` on every leg, and the
    relative L2 distance over all probes, divided by that of PyTorch float32 from its own float64,
    at most `max_ratio_to_float64_gap`. Of a map, `min_region_iou` holds what it explains: the
    `explained_share` of its pixels with the largest values, on every leg and probe.
    """

    model: str
    output: str
    min_cosine: float = Field(gt=0, le=1)
    max_ratio_to_float64_gap: float = Field(gt=0, allow_inf_nan=False)
    rationale: Reason


class EveryMap(RegionLimit):
    """The same as a relative tolerance, of every map of an explanation that has none of its own."""

    min_cosine: float = Field(gt=0, le=1)
    max_ratio_to_float64_gap: float = Field(gt=0, allow_inf_nan=False)
    rationale: Reason


class Preset(Document):
    """The policy that comes with xport and that this one is made from: its name, its file's digest.

    `overrides` are the keys that stand in the place of the preset's. In a release file the name
    alone is written.
    """

    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    overrides: tuple[str, ...] = ()


class AcceptanceCriterion(Document):
    """A named requirement of its own on some legs, such as the paper's 1e-5 on three images.

    It is met when every probe's maximum error against PyTorch float32 is within `max_abs` and
    at least `probes` probes were compared.
    """

    name: str
    model: str
    output: str
    legs: tuple[str, ...] = Field(min_length=1)
    max_abs: float = Field(gt=0, allow_inf_nan=False)
    probes: int = Field(ge=1)
    rationale: Reason


class Advisory(Document):
    """An output of a leg on the way whose distances do not decide, because its runtime is wrong.

    It may be none of the legs that ship, nor PyTorch's. What ships must then agree with PyTorch in
    float64 too. A NaN, an infinity, or an output that is missing or constant is never advisory.
    """

    model: str
    leg: str
    output: str
    rationale: Reason


class HalfPrecision(Document):
    """A leg of a browser that may compute at half precision, and why.

    It is held to the tolerances all the same, and another leg of what ships, at full precision,
    must pass beside it.
    """

    leg: str
    rationale: Reason


class Waiver(Document):
    """One check that may fail until a day, by how much, why, and who answers for it.

    It is named by model, leg, output and its own name, as reports write them; what is of no output,
    such as a limit against a baseline, is named without one. `bound` is the largest value that may
    be measured, `until` the last day (UTC) on which it holds. A verdict that rests on a waiver is
    PASSED_WITH_WAIVERS. What is no number, missing or constant, or did not run cannot be waived,
    nor what a policy below the floor lets fail.
    """

    model: str
    leg: str
    output: str | None = None
    check: str
    bound: float = Field(gt=0, allow_inf_nan=False)
    rationale: Reason
    owner: str = Field(pattern=r"\S.*\S")
    until: datetime.date

    @property
    def key(self) -> tuple[str, str, str | None, str]:
        """What the check is named by."""
        return self.model, self.leg, self.output, self.check

    @property
    def place(self) -> str:
        """Model, leg and output."""
        return f"{self.model}/{self.leg}" + (f" {self.output}" if self.output else "")

    def terms(self) -> str:
        """Up to what, until when, by whom and why."""
        return f"up to {short(self.bound)} until {self.until} by {self.owner} ({self.rationale})"


RECORDING_AGE_DAYS = 7.0
"""How old a recording may be that is reused, where the policy does not say."""
HALF_BITS = 10
"""The mantissa bits that float16 stores: the least of a leg that is declared half precision."""


class Policy(GrownDocument):
    """Tolerances with their reasons, and what the environment must be.

    `min_images` is the least number of image files that the page's exact path must have read; the
    paper compared 20. `mantissa_bits` is the float precision that every browser leg must have by
    measurement, but for those that `half_precision` names.
    `require_renderer` is a regular expression that the WebGL renderer's name must contain, in any
    case. With `require_second_route` every model (an explanation apart, for which there is one
    route only) must have been converted by two independent routes that agree. With
    `require_determinism` a second run of a probe must give the same bits on every leg; without it
    a difference is reported beside the verdict. `baseline` is the release that a new version is
    held to, with what may change. `waivers` are checks that may fail for a while.
    `max_recording_age_days` is the age at which a recording of an earlier run is not reused any
    more; with 0 none ever is.

    `preset` is the policy that this one is made from; `every_output` and `every_map` hold outputs
    and maps of explanations that have no tolerance of their own, for which they are spelt out.
    """

    later: ClassVar[tuple[str, ...]] = (
        *("baseline", "preset", "every_output", "every_map"),
        *("half_precision", "waivers", "max_recording_age_days"),
    )

    preset: Preset | str | None = None

    min_probes: int = Field(ge=1)
    min_images: int = Field(default=20, ge=1)
    mantissa_bits: int = Field(default=23, ge=1)
    require_renderer: str | None = None
    require_second_route: bool = False
    require_determinism: bool = False
    max_recording_age_days: float = Field(
        default=RECORDING_AGE_DAYS, ge=0, le=90, allow_inf_nan=False
    )
    every_output: EveryOutput | None = None
    every_map: EveryMap | None = None
    tolerances: tuple[Tolerance, ...] = ()
    relative_tolerances: tuple[RelativeTolerance, ...] = ()
    acceptance_criteria: tuple[AcceptanceCriterion, ...] = ()
    advisory: tuple[Advisory, ...] = ()
    half_precision: tuple[HalfPrecision, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    baseline: Baseline | None = None

    @field_validator("require_renderer")
    @classmethod
    def _a_regular_expression(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _one_tolerance_per_output(self) -> Self:
        if not self.tolerances and self.every_output is None:
            raise ValueError("tolerances: none is declared, nor every_output")
        if isinstance(self.preset, str):
            raise ValueError("preset: it is taken from a release or policy file alone")
        keys = self.declared()
        twice = {f"{m}.{o}" for m, o in keys if keys.count((m, o)) > 1}
        if twice:
            raise ValueError(f"more than one tolerance for {', '.join(sorted(twice))}")
        legs = [one.leg for one in self.half_precision]
        if len({*legs}) < len(legs):
            raise ValueError("half_precision: names a leg twice")
        named = [one.key for one in self.waivers]
        if len({*named}) < len(named):
            raise ValueError("waivers: name a check twice")
        return self

    def declared(self) -> list[tuple[str, str]]:
        """Model and output of every tolerance, absolute or relative."""
        keys = [(tolerance.model, tolerance.output) for tolerance in self.tolerances]
        return keys + [(relative.model, relative.output) for relative in self.relative_tolerances]

    def advisory_of(self, model: str, leg: str, output: str | None) -> Advisory | None:
        """What is declared of an advisory leg's output, or None."""
        wanted = (model, leg, output)
        return next((a for a in self.advisory if (a.model, a.leg, a.output) == wanted), None)

    def advises(self, model: str, output: str) -> bool:
        """Whether some leg of an output is advisory."""
        return any((a.model, a.output) == (model, output) for a in self.advisory)

    def waiver_of(self, model: str, leg: str, output: str | None, check: str) -> Waiver | None:
        """What is declared of a check that may fail for a while, or None."""
        return next((w for w in self.waivers if w.key == (model, leg, output, check)), None)

    def half(self, leg: str) -> HalfPrecision | None:
        """What is declared of a leg that may compute at half precision, or None."""
        return next((one for one in self.half_precision if one.leg == leg), None)

    def bits(self, leg: str) -> int:
        """The mantissa bits that a browser leg must have."""
        return min(HALF_BITS, self.mantissa_bits) if self.half(leg) else self.mantissa_bits

    def relative_tolerance(self, model: str, output: str) -> RelativeTolerance | None:
        """The relative tolerance declared for an output, or None."""
        return next(
            (a for a in self.relative_tolerances if (a.model, a.output) == (model, output)), None
        )

    def tolerance(self, model: str, output: str) -> Tolerance | None:
        """The tolerance declared for an output, or None."""
        for tolerance in self.tolerances:
            if (tolerance.model, tolerance.output) == (model, output):
                return tolerance
        return None


class OtherPolicy(Document):
    """Where a policy was read that is not the release's own: the file's name and SHA-256."""

    file: str
    sha256: str
