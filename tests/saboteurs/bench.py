"""What mutations are tried on: the miniature run in memory, its bundle on disk, release files."""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from reference.decoding import decode
from reference.preprocess import Preprocess
from reference.preprocess.picture import Picture
from tests import mini
from tests.kept import MiniRun
from tests.saboteurs.hosted import Site
from tests.saboteurs.said import Said, refusal_of
from xport.bundles.manifest import MANIFEST
from xport.common import digests
from xport.common.arrays import Array
from xport.comparison.pipeline_effect import PipelineEffect
from xport.comparison.preprocessing import effects_of, load_prepared
from xport.exchange.prepared import EXACT, Preparations
from xport.exchange.recording import Recording
from xport.judgement.assembly import Recorded, load, measured
from xport.judgement.evidence import EVIDENCE
from xport.judgement.judge import judge
from xport.judgement.verdict import Case, Verdict
from xport.plan.plan import Plan
from xport.plan.policy import OtherPolicy, Policy
from xport.recording.recorder import Arrays, digests_of
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder
from xport.workflow.verification import require_strong, verify

Key = tuple[str, str]


@dataclass
class Held:
    """The miniature run in memory, to be spoilt: plan, recordings, arrays, preprocessing leg."""

    plan: Plan
    planned: str
    documents: dict[Key, Recording]
    arrays: dict[Key, Arrays]
    effects: Sequence[PipelineEffect] = ()
    prepared: dict[Key, Recording] = field(default_factory=dict)
    preparations: Preparations | None = None

    def change(self, key: Key, **updates: Any) -> None:
        """Change fields of one recording's document."""
        self.documents[key] = self.documents[key].model_copy(update=updates)

    def change_web(self, key: Key, **updates: Any) -> None:
        """Change what one recording says of the browser it was made in."""
        self.documents[key] = with_web(self.documents[key], **updates)

    def put(self, key: Key, output: str, change: Callable[[Any], Any]) -> None:
        """Change one output of one leg on every probe; its digests follow."""
        for said in self.arrays[key].values():
            said[output] = change(said[output])
        self.seal(key)

    def seal(self, key: Key) -> None:
        """Let a recording's digests be those of its arrays: whoever spoils numbers does so.

        What a second run gave is the same: a leg that is wrong is so twice.
        """
        found = digests_of(self.arrays[key])
        self.change(key, output_digests=found, again_digests=found)


def with_web(recording: Recording, **updates: Any) -> Recording:
    """A recording that says other things of its browser."""
    assert recording.environment is not None
    assert recording.environment.web is not None
    web = recording.environment.web.model_copy(update=updates)
    environment = recording.environment.model_copy(update={"web": web})
    return recording.model_copy(update={"environment": environment})


@dataclass(frozen=True)
class Bench:
    """Tries mutations of the miniature release and says what came of each."""

    run: MiniRun
    folder: Path

    @cached_property
    def _held(self) -> Held:
        run, evidence = RunFolder(self.run.folder), self.run.evidence
        recorded = load(run.plan(), run.recordings)
        return Held(
            plan=run.plan(),
            planned=run.plan().digest(),
            documents=dict(recorded.documents),
            arrays=dict(recorded.arrays),
            effects=evidence.preprocessing,
            prepared={(r.model, r.leg): r for r in evidence.prepared},
            preparations=evidence.preparations,
        )

    @cached_property
    def site(self) -> Site:
        """The bundle, published."""
        return Site.of(self.run.folder / "bundle", self.folder / "hosted")

    def held(self) -> Held:
        """A copy of the run; arrays are replaced, never changed in place."""
        own = self._held
        arrays = {
            key: {probe: dict(said) for probe, said in found.items()}
            for key, found in own.arrays.items()
        }
        return replace(
            own, documents=dict(own.documents), arrays=arrays, prepared=dict(own.prepared)
        )

    def verdict(
        self, spoil: Callable[[Held], object], other: tuple[Policy, OtherPolicy] | None = None
    ) -> Verdict:
        """Spoil the run in memory and judge it, under its own policy or another."""
        held = self.held()
        spoil(held)
        case = replace(
            self._measured(held),
            effects=held.effects,
            prepared=held.prepared,
            preparations=held.preparations,
            day=datetime.datetime.now(datetime.UTC).date(),
        )
        if other is not None:
            plan = case.plan.model_copy(update={"policy": other[0]})
            case = replace(case, plan=plan, other=other[1])
        return judge(case)

    def judged(self, spoil: Callable[[Held], object]) -> Said:
        """What the verdict on a spoilt run says."""
        verdict = self.verdict(spoil)
        told = [note.text for note in verdict.notes]
        return Said(verdict.status, "\n".join([*verdict.findings, *told]))

    def _measured(self, held: Held) -> Case:
        """Facts and comparisons of a spoilt run: measured anew for models whose numbers changed."""
        own = self._base
        spoilt = {
            key[0] for key in held.arrays if not _same(held.arrays[key], self._held.arrays[key])
        }
        models = tuple(model for model in held.plan.models if model.id in spoilt)
        if not models:
            return replace(own, plan=held.plan, planned=held.planned, recordings=held.documents)
        part = held.plan.model_copy(update={"models": models})
        documents = {key: one for key, one in held.documents.items() if key[0] in spoilt}
        fresh = measured(part, held.planned, Recorded(documents, held.arrays))
        return Case(
            plan=held.plan,
            planned=held.planned,
            recordings=held.documents,
            facts={k: v for k, v in own.facts.items() if k[0] not in spoilt} | {**fresh.facts},
            comparisons={k: v for k, v in own.comparisons.items() if k[0] not in spoilt}
            | {**fresh.comparisons},
        )

    @cached_property
    def _base(self) -> Case:
        held = self._held
        return measured(held.plan, held.planned, Recorded(held.documents, held.arrays))

    def prepared(self, spoil: Callable[[Picture, Preprocess], Array | None]) -> Said:
        """Let the page's exact path make other inputs of the classifier's images, and judge.

        `spoil` makes an input of a decoded picture and the definition; None leaves it right.
        """
        run, model = RunFolder(self.run.folder), self._held.plan.model("classifier")
        case = load_prepared(self._held.plan, run.prepared, run.images)
        assert case is not None
        assert model.preprocess is not None
        assert case.plan.preprocessing is not None
        inputs, changed = dict(case.input_by_digest), {}
        for image, content in run.images.all(case.plan.preprocessing.images):
            made = spoil(decode(content, image.name), model.preprocess)
            if made is not None:
                changed[image.name] = digests.of_array(made)
                inputs[changed[image.name]] = made
        assert changed
        every = tuple(
            one.model_copy(update={"digest_by_image": one.digest_by_image | changed})
            if (one.model, one.pipeline.name) == (model.id, EXACT)
            else one
            for one in case.preparations.made
        )
        preparations = case.preparations.model_copy(update={"made": every})
        spoilt = replace(case, preparations=preparations, input_by_digest=inputs)

        def measured_again(held: Held) -> None:
            held.effects = tuple(effects_of(spoilt))

        return self.judged(measured_again)

    def exported(self, model: str, spoil: Callable[[onnx.ModelProto], object]) -> Said:
        """Spoil a model's ONNX file, let ONNX Runtime say what it says now, and judge."""
        import onnxruntime

        held = self.held()
        planned = held.plan.model(model)
        proto = onnx.load(str(next(planned.artifacts["onnx"].path.glob("*.onnx"))))
        spoil(proto)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(proto.SerializeToString(), options)
        names = [output.name for output in session.get_outputs()]
        probes = RunFolder(self.run.folder).probes
        key = (model, "onnx")
        for probe in planned.probes:
            said = session.run(names, dict(probes.load(probe, planned.signature)))
            held.arrays[key][probe.name] = dict(zip(names, map(np.asarray, said), strict=True))
        held.seal(key)
        return self.judged(lambda fresh: fresh.__dict__.update(held.__dict__))

    def on_disk(
        self, spoil: Callable[[RunFolder], object], command: Callable[[Path], object]
    ) -> Said:
        """Spoil a copy of the run's recordings on disk and try a command on it."""
        copy = Path(tempfile.mkdtemp(dir=self.folder)) / "run"
        leave = shutil.ignore_patterns("bundle", "preprocessing")
        run = RunFolder(Path(shutil.copytree(self.run.folder, copy, ignore=leave)))
        spoil(run)
        return refusal_of(lambda: command(run.root))

    def verified(self, spoil: Callable[[Path], object], *, relisted: bool = True) -> Said:
        """Spoil a copy of the bundle, redo its manifest's digests if asked, and verify it."""
        copy = Path(tempfile.mkdtemp(dir=self.folder)) / "bundle"
        bundle = Path(shutil.copytree(self.run.folder / "bundle", copy, symlinks=True))
        spoil(bundle)
        if relisted:
            relist(bundle)
        said = refusal_of(lambda: require_strong(verify(bundle), bundle, allow_weak=False))
        shutil.rmtree(copy.parent)
        return said

    def evidence(self, spoil: Callable[[dict[str, Any]], object]) -> Said:
        """Spoil the evidence in a bundle, redo the manifest's digests and verify it."""

        def edited(bundle: Path) -> None:
            content = json.loads((bundle / EVIDENCE).read_text())
            spoil(content)
            (bundle / EVIDENCE).write_text(json.dumps(content))

        return self.verified(edited)

    def manifest(self, spoil: Callable[[dict[str, Any]], object]) -> Said:
        """Spoil a bundle's manifest and verify it."""
        return self.verified(lambda bundle: edit(bundle / MANIFEST, spoil), relisted=False)

    def converted(self, content: Mapping[str, Any]) -> Said:
        """Convert a release file that has to be refused before anything is converted."""
        place = Path(tempfile.mkdtemp(dir=self.folder))
        file = mini.write(dict(content), place / "release.toml")
        run = place / "run"
        said = refusal_of(lambda: commands.convert(file, run, cache_dir=self.run.store))
        assert not (run / "plan.json").exists()
        return said


def _same(arrays: Arrays, others: Arrays) -> bool:
    """Whether two recordings hold the very same arrays."""
    if arrays.keys() != others.keys():
        return False
    return all(
        arrays[probe].keys() == others[probe].keys()
        and all(arrays[probe][name] is others[probe][name] for name in arrays[probe])
        for probe in arrays
    )


def edit(path: Path, spoil: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON document in place."""
    content = json.loads(path.read_text())
    spoil(content)
    path.write_text(json.dumps(content))


def relist(bundle: Path) -> None:
    """Redo a manifest: every file that lies in the bundle by its own digest, none that does not."""
    manifest = json.loads((bundle / MANIFEST).read_text())
    found = digests.of_folder(bundle)
    found.pop(MANIFEST)
    listed = [*manifest["models"].values()]
    owned: set[str] = set()
    for model in listed:
        for name, entry in model["files"].items():
            path = entry["path"] or model["path"] + name
            owned.add(path)
            _redo(entry, bundle / path)
        for key in ("preprocess", "calibration", "gate", "card"):
            if model[key]:
                owned.add(model[key]["path"])
                _redo(model[key], bundle / model[key]["path"])
    manifest["files"] = {
        name: {"sha256": digest, "bytes": (bundle / name).stat().st_size, "path": None}
        for name, digest in sorted(found.items())
        if name not in owned
    }
    for entry in (manifest["self_test"], *manifest["examples"]):
        _redo(entry, bundle / entry["path"])
    (bundle / MANIFEST).write_text(json.dumps(manifest))


def _redo(entry: dict[str, Any], path: Path) -> None:
    if path.is_file():
        entry |= {"sha256": digests.of_file(path), "bytes": path.stat().st_size}
