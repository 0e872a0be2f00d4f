"""The release file: which models, how they are built, converted and tried, and what must hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from xport.common import digests
from xport.common.document import Document, first_problem
from xport.errors import InputError, located
from xport.plan import floor, presets
from xport.plan.policy import OtherPolicy, Policy
from xport.plan.routes import DIRECT, ONNX, TORCH, Backend, DirectRoute, Routes, TensorflowRoute
from xport.plan.site_bounds import SiteBounds
from xport.release_file.publisher import PublisherEntry
from xport.release_file.tables import (
    BrowserEntry,
    ExplanationEntry,
    GateEntry,
    ModelEntry,
    PreprocessingEntry,
    ProbeEntry,
)
from xport.release_file.toml_document import content_of, parsed, require_current

M = TypeVar("M", bound=BaseModel)


class ReleaseFile(Document):
    """A release: models, explanations of them, probes, routes, browser and policy."""

    schema_version: Literal[2]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    version: str | None = Field(default=None, pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]*$")
    models: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ModelEntry] = Field(
        min_length=1
    )
    explanations: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ExplanationEntry] = (
        Field(default_factory=dict)
    )
    probes: ProbeEntry
    routes: Routes = Routes(direct=DirectRoute(), tensorflow=TensorflowRoute())
    preprocessing: PreprocessingEntry = PreprocessingEntry()
    gate: GateEntry | None = None
    browser: BrowserEntry
    policy: Policy
    site: SiteBounds | None = None
    publisher: PublisherEntry | None = None

    @model_validator(mode="after")
    def _policy_names_what_exists(self) -> Self:
        outputs = self.outputs()
        declared = set(presets.spelt_out(self.policy, outputs, self.maps()).declared())
        for model, output in sorted(outputs - declared):
            raise ValueError(
                f"policy.tolerances: none declared for {model}.{output}, nor a relative tolerance"
            )
        criteria = {(c.model, c.output) for c in self.policy.acceptance_criteria}
        for model, output in sorted((declared | criteria) - outputs):
            raise ValueError(f"policy: {model}.{output} is not an output of this release")
        legs = {leg.name for leg in self.routes.legs(self.browser.backends)}
        named = {leg for one in self.policy.acceptance_criteria for leg in one.legs}
        for leg in sorted(named - legs):
            raise ValueError(f"policy.acceptance_criteria: {leg} is not a leg of this release")
        return self

    @model_validator(mode="after")
    def _advisory_legs_do_not_ship(self) -> Self:
        outputs = self.outputs()
        legs = {leg.name: leg for leg in self.routes.legs(self.browser.backends)}
        for one in self.policy.advisory:
            if (one.model, one.output) not in outputs:
                raise ValueError(f"policy.advisory: {one.model}.{one.output} is not an output here")
            if one.leg not in legs:
                raise ValueError(f"policy.advisory: {one.leg} is not a leg of this release")
            own = self.models.get(one.model)
            if own and own.onnx_file and legs[one.leg].artifact == ONNX:
                raise ValueError(
                    f"policy.advisory: {one.leg} is what {one.model} is held to, and cannot be "
                    "advisory"
                )
            if legs[one.leg].artifact in (self.routes.shipped, TORCH):
                raise ValueError(
                    f"policy.advisory: {one.leg} is what ships, or PyTorch, and cannot be advisory"
                )
        return self

    @model_validator(mode="after")
    def _relative_tolerances_have_a_measure(self) -> Self:
        for one in self.policy.relative_tolerances:
            own = self.models.get(one.model)
            if own and own.onnx_file:
                raise ValueError(
                    f"policy.relative_tolerances: {one.model} is an ONNX file, which has no "
                    "float64 to be measured by; write max_abs under policy.tolerances"
                )
        return self

    @model_validator(mode="after")
    def _half_precision_beside_full(self) -> Self:
        legs = {leg.name: leg for leg in self.routes.legs(self.browser.backends) if leg.backend}
        half = {one.leg for one in self.policy.half_precision}
        for name in sorted(half - {*legs}):
            raise ValueError(f"policy.half_precision: {name} is not a browser leg of this release")
        shipped = {name for name, leg in legs.items() if leg.artifact == self.routes.shipped}
        if half and not shipped - half:
            raise ValueError(
                "policy.half_precision: no leg of what ships is left at full precision; verify "
                "another backend"
            )
        return self

    @model_validator(mode="after")
    def _preprocessing_runs_where_the_model_ships(self) -> Self:
        backend = self.prepared_on()
        legs = self.routes.legs(self.browser.backends)
        if (self.routes.shipped, backend) not in [(leg.artifact, leg.backend) for leg in legs]:
            raise ValueError(
                f"preprocessing.backend: the model that ships is not verified on {backend}"
            )
        return self

    @model_validator(mode="after")
    def _explanations_explain(self) -> Self:
        for name, entry in self.explanations.items():
            key = f"explanations.{name}"
            if name in self.models:
                raise ValueError(f"{key}: a model has this name")
            classifier = self.models.get(entry.classifier)
            if (
                classifier is None
                or classifier.kind != "classifier"
                or classifier.preprocess is None
            ):
                raise ValueError(
                    f"{key}.classifier: {entry.classifier} is not a classifier of images here"
                )
            if classifier.onnx_file is not None:
                raise ValueError(f"{key}.classifier: {entry.classifier} is not built by PyTorch")
            outputs = {output.name for output in classifier.signature.outputs}
            for output in filter(None, (entry.logits, entry.probabilities)):
                if output not in outputs:
                    hint = '; write probabilities = "" if it has none'
                    raise ValueError(
                        f"{key}: {entry.classifier} has no output {output}"
                        + (hint if output == entry.probabilities else "")
                    )
            if entry.logits == entry.probabilities:
                raise ValueError(f"{key}: logits and probabilities are the same output")
            if self.routes.direct is None or self.routes.shipped != DIRECT:
                raise ValueError(f"{key}: needs the direct route, and that it ships")
        return self

    @model_validator(mode="after")
    def _the_baseline_limits_what_exists(self) -> Self:
        baseline = self.policy.baseline
        if baseline is None:
            return self
        classifiers = any(entry.kind == "classifier" for entry in self.models.values())
        gates = self.gate or any(entry.gate for entry in self.models.values())
        for name, there, what in (
            ("max_auc_drop", classifiers, "no classifier"),
            ("max_calibrated_change", classifiers, "no classifier"),
            ("max_flipped_share", classifiers or gates, "neither a classifier nor a gate"),
            ("max_gate_flipped_share", gates, "no gate"),
            ("min_map_cosine", self.explanations, "no explanation"),
            ("min_region_iou", self.explanations, "no explanation"),
        ):
            if getattr(baseline, name) is not None and not there:
                raise ValueError(f"policy.baseline.{name}: there is {what} here")
        return self

    @model_validator(mode="after")
    def _one_gate(self) -> Self:
        kinds = [entry.kind for entry in self.models.values()]
        if kinds.count("view") > 1:
            raise ValueError("models: two are of kind view, and one alone says which view it is")
        if self.gate is None:
            return self
        for name, entry in self.models.items():
            if entry.gate is not None:
                raise ValueError(
                    f"models.{name}.gate: the rule of [gate] decides; leave one of them out"
                )
        return self

    @model_validator(mode="after")
    def _two_routes_if_two_are_required(self) -> Self:
        routes = self.routes
        if self.policy.require_second_route and not (routes.direct and routes.tensorflow):
            left_out = "tensorflow" if routes.direct else "direct"
            raise ValueError(
                f"policy.require_second_route: routes.{left_out} is left out; name both routes"
            )
        return self

    def outputs(self) -> set[tuple[str, str]]:
        """Model and output of everything that the release says."""
        found = {(m, o.name) for m, e in self.models.items() for o in e.signature.outputs}
        for name, entry in self.explanations.items():
            found |= {(name, output) for output in entry.outputs()}
        return found

    def maps(self) -> set[tuple[str, str]]:
        """Those of them that are maps of explanations."""
        return {(m, o) for m, o in self.outputs() if m in self.explanations and o in presets.MAPS}

    @property
    def names_routes(self) -> bool:
        """Whether the file has a table of routes: what it names is asked for."""
        return "routes" in self.model_fields_set

    def shortfalls(self) -> list[str]:
        """What the file asks too little of, by the floor of every policy; tolerances apart.

        How wide those are shows when rounding is measured.
        """
        legs = self.routes.legs(self.browser.backends)
        shipped = [leg.backend for leg in legs if leg.artifact == self.routes.shipped]
        images = any(entry.preprocess for entry in self.models.values())
        return list(floor.shortfalls(self.policy, [*filter(None, shipped)], images=images))

    def prepared_on(self) -> Backend:
        """The backend on which prepared images are predicted: wasm where none is asked for."""
        verified = self.browser.backends
        return self.preprocessing.backend or ("wasm" if "wasm" in verified else verified[-1])

    def digest(self) -> str:
        """Identifies the release file's content."""
        fields = self.model_dump(mode="json")
        for name in ("gate", "site", "publisher"):  # as before each of them could be said
            if fields[name] is None:
                fields.pop(name)
        return digests.of_json(fields)


def read_release(path: Path) -> ReleaseFile:
    """Read a release file in TOML; relative paths in it are relative to its folder.

    Raises:
        InputError: the file cannot be read, is not TOML or of another version, or a key is unknown,
            missing or wrong; the key is named.
    """
    release = _validated(ReleaseFile, parsed(content_of(path), path), path)
    models = {
        name: entry.model_copy(
            update={
                key: path.parent / file
                for key in ("checkpoint", "calibration", "gate")
                if (file := getattr(entry, key))
            }
            | ({"factory": str(path.parent / entry.factory)} if entry.onnx_file else {})
        )
        for name, entry in release.models.items()
    }
    policy = presets.spelt_out(release.policy, sorted(release.outputs()), release.maps())
    gate = release.gate and GateEntry(rule=path.parent / release.gate.rule)
    publisher = release.publisher and release.publisher.beside(path.parent)
    own = {"models": models, "policy": policy, "gate": gate, "publisher": publisher}
    return release.model_copy(update=own)


class PolicyFile(BaseModel):
    """Any TOML file of this version with a `[policy]` table; its other tables are not looked at."""

    schema_version: Literal[2]
    policy: Policy


def read_policy(path: Path) -> tuple[Policy, OtherPolicy]:
    """Read the `[policy]` table of a TOML file, such as a release file, and say which file it was.

    The name of a preset is one of its file, where no file of that name is here.

    Raises:
        InputError: as `read_release`.
    """
    named = str(path) in presets.names() and not path.exists()
    content = presets.content_of(str(path)) if named else content_of(path)
    file = f"{path}.toml" if named else path.name
    value = parsed(content, path)
    if named:
        value["policy"] = {"preset": str(path)}
    policy = _validated(PolicyFile, value, path).policy
    if policy.baseline is not None:
        own = policy.baseline.paths_from(path.resolve().parent)
        policy = policy.model_copy(update={"baseline": own})
    return policy, OtherPolicy(file=file, sha256=digests.of_bytes(content))


def _validated(kind: type[M], value: dict[str, Any], path: Path) -> M:
    require_current(value, path)
    if isinstance(own := value.get("policy"), dict):
        with located(str(path)):
            value = value | {"policy": presets.merged(own)}
    try:
        return kind.model_validate_json(json.dumps(value, default=str))
    except ValidationError as error:
        remedy = "`xport check --print-schema` says what may stand there"
        raise InputError(first_problem(error), str(path), remedy) from error
