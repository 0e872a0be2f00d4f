"""What decisions rest on is read from documents, and compared where images were prepared."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from reference.decide.calibration import Calibration, NoOperatingPoint, OperatingPoint
from reference.decide.gate import Gate, fit_gate
from tests import mini
from tests.reports.release.sample_plan import SampleRelease, make_plan
from xport.comparison.decision_effects import CALIBRATED, SCORE, decisions_of, with_decisions
from xport.errors import InputError
from xport.formats.artifact import Signature, TensorSpec
from xport.plan.plan import PlannedModel
from xport.release_file.decisions import Decisions, read_decisions, require_own
from xport.release_file.file import read_release
from xport.release_file.tables import ModelEntry

POINT = OperatingPoint(
    finding=mini.LABELS[0], threshold=0.3, true_positive_rate=0.9, false_positive_rate=0.1,
    positives=9, negatives=9, unknown=0,
)  # fmt: skip
OWN, OTHER = "a" * 64, "b" * 64
"""The digests of the model's weights, and of others."""
LACKING = NoOperatingPoint(
    finding=mini.LABELS[1], reason="no positive image", positives=0, negatives=9, unknown=0
)


def calibration(findings: list[str]) -> Calibration:
    points = [POINT.model_copy(update={"finding": finding}) for finding in findings]
    points[1] = LACKING.model_copy(update={"finding": findings[1]})  # type: ignore[call-overload]
    return Calibration(dataset="phantoms", points=tuple(points), weights_sha256=OWN)


def gate(weights: str | None = None) -> Gate:
    scores = [0.01 * i for i in range(10)]
    return fit_gate("l1", 0.1, ("phantoms", scores), {"digits": [1.0]}, weights or OWN)


def entry_of(folder: Path, model: str, **changes: object) -> ModelEntry:
    """A model's table in a mini release in `folder`; what is None is left out."""
    content = mini.release()
    table = content["models"][model] | changes
    content["models"][model] = {key: value for key, value in table.items() if value is not None}
    return read_release(mini.write(content, folder / "release.toml")).models[model]


def decisions(folder: Path, model: str, **changes: object) -> Decisions:
    """What a mini release in `folder` says about the decisions of a model."""
    return read_decisions(entry_of(folder, model, **changes), f"models.{model}")


def test_a_calibration_gives_the_operating_points(tmp_path: Path) -> None:
    calibration(mini.LABELS).write(tmp_path / "calibration.json")
    found = decisions(tmp_path, "classifier", calibration="calibration.json")
    assert found.operating_points == (0.3, None, 0.3, 0.3, 0.3)
    assert found.calibration == calibration(mini.LABELS)


def test_operating_points_can_be_written_down(tmp_path: Path) -> None:
    points = [0.1, 0.2, 0.3, 0.4, 0.5]
    found = decisions(tmp_path, "classifier", operating_points=points)
    assert found == Decisions(tuple(points), None, None)


@pytest.mark.parametrize("model", ["classifier", "autoencoder"])
def test_documents_of_other_weights_are_refused_with_both_digests(
    tmp_path: Path, model: str
) -> None:
    calibration(mini.LABELS).write(tmp_path / "calibration.json")
    gate().write(tmp_path / "gate.json")
    key = "gate" if model == "autoencoder" else "calibration"
    entry = entry_of(tmp_path, model, **{key: f"{key}.json"})
    found = read_decisions(entry, f"models.{model}")
    require_own(found, entry, OWN, f"models.{model}")
    with pytest.raises(
        InputError, match=f"made for the weights {OWN}, the model's are {OTHER}"
    ) as e:
        require_own(found, entry, OTHER, f"models.{model}")
    assert e.value.where == f"models.{model}.{key}"
    command = "python -m reference.training defaults" if key == "gate" else "xport paper roc"
    assert command in e.value.remedy


def test_a_document_of_other_weights_beside_which_the_right_one_lies_is_refused_with_its_path(
    tmp_path: Path,
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "model.safetensors").write_bytes(b"weights")
    gate().write(tmp_path / "own" / "gate.json")
    gate(OTHER).write(tmp_path / "gate.json")
    given = {"checkpoint": "own/model.safetensors", "initializer": None}
    entry = entry_of(tmp_path, "autoencoder", gate="gate.json", **given)
    found = read_decisions(entry, "models.autoencoder")
    with pytest.raises(InputError, match="which lies beside the checkpoint") as refused:
        require_own(found, entry, OWN, "models.autoencoder")
    assert "own/gate.json" in refused.value.remedy


def test_documents_that_name_no_weights_are_refused_with_what_names_them(tmp_path: Path) -> None:
    nameless = Gate.model_validate(gate().model_dump(exclude={"weights_sha256", "schema_version"}))
    nameless.write(tmp_path / "gate.json")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    given = {"checkpoint": "model.safetensors", "initializer": None}
    entry = entry_of(tmp_path, "autoencoder", gate="gate.json", **given)
    with pytest.raises(InputError, match=r"gate\.json names no weights") as refused:
        require_own(read_decisions(entry, "m"), entry, OWN, "m")
    assert "python -m reference.training name-weights --weights" in refused.value.remedy
    points = entry_of(tmp_path, "classifier", operating_points=[0.5] * 5)
    with pytest.raises(InputError, match="the list names no weights") as refused:
        require_own(read_decisions(points, "m"), points, OWN, "m")
    assert f'operating_points_weights_sha256 = "{OWN}"' in refused.value.remedy
    named = entry_of(
        tmp_path, "classifier", operating_points=[0.5] * 5, operating_points_weights_sha256=OWN
    )
    require_own(read_decisions(named, "m"), named, OWN, "m")


def test_a_gate_is_read(tmp_path: Path) -> None:
    gate().write(tmp_path / "gate.json")
    assert decisions(tmp_path, "autoencoder", gate="gate.json").gate == gate()


def test_a_calibration_of_other_findings_is_refused(tmp_path: Path) -> None:
    calibration(mini.LABELS[::-1]).write(tmp_path / "calibration.json")
    with pytest.raises(InputError, match=r"other findings.*") as refused:
        decisions(tmp_path, "classifier", calibration="calibration.json")
    assert "models.classifier.calibration" in str(refused.value)


def test_a_gate_of_another_definition_is_refused(tmp_path: Path) -> None:
    document = json.loads(gate().model_dump_json()) | {"definition": "8 by 8 windows"}
    (tmp_path / "gate.json").write_text(json.dumps(document))
    with pytest.raises(InputError, match=r"another definition") as refused:
        decisions(tmp_path, "autoencoder", gate="gate.json")
    assert "models.autoencoder.gate" in str(refused.value)


@pytest.mark.parametrize(
    ("model", "changes", "words"),
    [
        ("classifier", {"operating_points": [0.5] * 4}, "4 for 5 labels"),
        ("classifier", {"operating_points": [0.0] * 5}, "operating_points"),
        ("classifier", {"gate": "gate.json"}, "gate belongs to an autoencoder"),
        ("autoencoder", {"calibration": "c.json"}, "belong to a classifier"),
        (
            "classifier",
            {"operating_points": [0.5] * 5, "calibration": "c.json"},
            "give either operating_points or calibration",
        ),
        ("classifier", {"calibration": "absent.json"}, "cannot read"),
        (
            "autoencoder",
            {"gate": "g.json", "preprocess": {"preset": "autoencoder", "low": 0.0}},
            "needs preprocessing from -1 to 1",
        ),
        (
            "autoencoder",
            {
                "gate": "g.json",
                "signature": {
                    "inputs": [{"name": "image", "shape": [1, 1, 64, 64], "dtype": "float32"}],
                    "outputs": [{"name": "latent", "shape": [1, 8], "dtype": "float32"}],
                },
            },
            "needs an output reconstruction",
        ),
    ],
)
def test_wrong_tables_are_refused(
    tmp_path: Path, model: str, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        decisions(tmp_path, model, **changes)


def autoencoder(**changes: object) -> PlannedModel:
    """The sample's autoencoder, with a reconstruction as large as its image."""
    model = make_plan(SampleRelease()).model("autoencoder")
    outputs = (TensorSpec(name="reconstruction", shape=(1, 1, 64, 64)),)
    signature = Signature(inputs=model.signature.inputs, outputs=outputs)
    return model.model_copy(update={"signature": signature, **changes})


def test_the_gates_decision_flips_where_its_score_passes_the_threshold() -> None:
    model = autoencoder(gate=gate())
    image = np.full((1, 1, 64, 64), 0.5, np.float32)
    near = {"reconstruction": {"a": image + 0.05, "b": image + 0.05, "c": image + 0.5}}
    far = {"reconstruction": {"a": image + 0.05, "b": image + 0.2, "c": image + 0.6}}
    inputs = dict.fromkeys("abc", image)
    ours, theirs = (with_decisions(model, inputs, said) for said in (far, near))
    assert ours[SCORE]["b"] == pytest.approx([0.2], rel=1e-6)
    flips, compared = decisions_of(model, ours, theirs)
    assert compared == 3
    (flip,) = flips
    assert (flip.image, flip.label) == ("b", "gate, l1")
    assert flip.definition < gate().threshold < flip.pipeline


def test_without_a_gate_the_score_is_measured_and_nothing_decided() -> None:
    image = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(1, 1, 64, 64)
    said = with_decisions(autoencoder(), {"a": image}, {"reconstruction": {"a": image}})
    assert said[SCORE]["a"] == pytest.approx([1.0])
    assert decisions_of(autoencoder(), said, said) == ([], 0)


def test_a_finding_without_operating_point_is_not_decided_and_stays_as_it_is() -> None:
    classifier = make_plan(SampleRelease()).model("classifier")
    points = (None, *(0.25,) * 13)
    model = classifier.model_copy(update={"operating_points": points})
    low, high = (np.full((1, 14), level, np.float32) for level in (0.2, 0.6))
    image = {"a": np.zeros(model.signature.inputs[0].shape, np.float32)}
    ours, theirs = (
        with_decisions(model, image, {"probabilities": {"a": said}}) for said in (high, low)
    )
    assert ours[CALIBRATED]["a"][0, 0] == pytest.approx(0.6)
    assert ours[CALIBRATED]["a"][0, 1] == pytest.approx(1 - 0.4 / 1.5)
    flips, compared = decisions_of(model, ours, theirs)
    assert (len(flips), compared) == (13, 13)


def test_probabilities_that_are_none_are_not_calibrated() -> None:
    model = make_plan(SampleRelease()).model("classifier")
    image = {"a": np.zeros(model.signature.inputs[0].shape, np.float32)}
    said = with_decisions(model, image, {"probabilities": {"a": np.full((1, 14), 1.5)}})
    assert np.isnan(said[CALIBRATED]["a"]).all()
