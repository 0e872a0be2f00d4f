"""What a bundle makes of a hospital's images: counts, thresholds, points, and no names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference.decide.gate import Gate, Gated
from reference.decide.rule import RULE_DEFINITIONS, Rule, rule_of
from reference.decide.rule import Condition as Condition_
from reference.decide.scores import DEFINITIONS, ScoreName, l1
from reference.preprocess import AUTOENCODER, Preprocess
from reference.samples.image_files import gray_png
from reports.site import html_site
from tests.browser.tiny_model import Autoencoder, Classifier
from tests.reports.parsed import Page
from xport.bundles.manifest import BundledModel, DataFile, Manifest
from xport.errors import InputError
from xport.judgement.verdict import Status
from xport.site.bundled import Bundled, Condition, Model
from xport.site.distribution import distribution_of, threshold_for
from xport.site.document import SiteReport, Where
from xport.site.labels import read_labels
from xport.site.seen import Seen, see
from xport.site.summary import Asked, site_report

LABELS = tuple(f"Finding_{n}" for n in range(1, 15))
RULE = Preprocess(size=32, channels=3)
WHERE = Where(browser="Chromium 1", backend="cpu", renderer=None, tfjs="4.22.0")
ABOVE = Condition("ssim", "ssim", DEFINITIONS["ssim"], "at least", 0.5)
BELOW = Condition("l1", "l1", DEFINITIONS["l1"], "at most", 0.5)
NAME = "Mustermann-Erika-1970"


class InNumpy:
    """The tiny models, and how often each ran."""

    def __init__(self) -> None:
        self.runs: list[str] = []

    def run(self, model_id: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        self.runs.append(model_id)
        return {"clf": Classifier(), "ae": Autoencoder()}[model_id].in_numpy(inputs["image"])


def model(name: str, kind: str, rule: Preprocess) -> Model:
    tiny = Classifier() if kind == "classifier" else Autoencoder()
    entry = BundledModel(
        kind=kind,
        title=kind,
        path=f"models/{name}/",
        signature=tiny.signature,
        labels=LABELS if kind == "classifier" else None,
        weights=None,
        preprocess=None,
        files={},
    )
    return Model(name, entry, rule)


def gate(score: ScoreName, threshold: float) -> Gate:
    return Gate(
        score=score,
        definition=DEFINITIONS[score],
        threshold=threshold,
        false_refusal_rate=0.05,
        in_distribution=Gated(dataset="phantoms", images=40, refused=2),
        out_of_distribution=(Gated(dataset="digits", images=10, refused=9),),
        weights_sha256="0" * 64,
    )


def release(gated: Gate | None = None) -> Bundled:
    autoencoder = model("ae", "autoencoder", AUTOENCODER)
    rule = rule_of(gated) if gated else None
    return Bundled(model("clf", "classifier", RULE), autoencoder, rule=rule)


def manifest() -> Manifest:
    return Manifest(
        release="mini",
        title="Miniature",
        verdict=Status.PASSED,
        wasm_threads=1,
        models={},
        self_test=DataFile(path="self_test/self_test.json", sha256="0" * 64, bytes=0),
        tools={},
        files={},
    )


def report(seen: Sequence[Seen], asked: Asked = Asked(), gated: Gate | None = None) -> SiteReport:  # noqa: B008
    return site_report((manifest(), "0" * 64), release(gated), seen, WHERE, asked)


def picture(seed: int = 1) -> bytes:
    rows, columns = np.mgrid[0:80, 0:90] / (20.0 + seed)
    return gray_png((127 + 90 * np.sin(rows) * np.cos(columns)).astype(np.uint8))


def accepted(number: int, probability: float) -> Seen:
    outputs = np.full(len(LABELS), 0.5, np.float32)
    outputs[0] = probability
    return Seen(f"{NAME}-{number}.png", None, {"l1": number / 100}, outputs)


def test_the_gate_decides_before_the_classifier_runs() -> None:
    engine = InNumpy()
    strict = see("a.png", picture(), release(gate("l1", 0.0)), engine)
    assert (strict.reason, strict.probabilities, engine.runs) == ("unlike", None, ["ae"])
    lenient = see("a.png", picture(), release(gate("l1", 2.0)), engine)
    assert lenient.reason is None
    assert engine.runs == ["ae", "ae", "clf"]


def test_the_first_condition_that_does_not_hold_says_why_and_all_scores_are_there() -> None:
    rule = rule_of(gate("l1", 0.0))
    small = {"score": "shorter_side", "comparison": "at least", "threshold": 100.0}
    words = {"definition": RULE_DEFINITIONS["shorter_side"], "reason": "too-small"}
    first, twice = (
        Condition_(**small, **words),
        Condition_(**small | {"comparison": "at most"}, **words),
    )
    both = Rule(conditions=(first, *rule.conditions, twice), in_distribution=rule.in_distribution)
    ruled = replace(release(), rule=both)
    found = see("a.png", picture(), ruled, InNumpy())
    assert found.reason == "too-small"
    assert found.scores.keys() == {"shorter_side", "l1"}
    names = [one.name for one in ruled.conditions]
    assert names == ["shorter_side at least", "l1", "shorter_side at most"]


def test_a_score_and_probabilities_are_those_of_the_page() -> None:
    from reference.decoding import decode

    found = see("a.png", picture(), release(gate("l1", 2.0)), InNumpy())
    image = AUTOENCODER.apply(decode(picture()))
    rebuilt = Autoencoder().in_numpy(image)["reconstruction"]
    assert found.scores == {"l1": l1(image[0, 0], rebuilt[0, 0])}
    expected = Classifier().in_numpy(RULE.apply(decode(picture())))["probabilities"][0]
    np.testing.assert_array_equal(found.probabilities, expected)


def test_a_file_that_cannot_be_read_is_refused_with_the_reason_and_without_its_name() -> None:
    found = see(NAME, b"no image at all", release(), InNumpy())
    assert found.reason == "not read: the file is not a PNG, JPEG or DICOM image"


def test_numbers_that_the_page_would_not_show_are_refused() -> None:
    class Broken(InNumpy):
        def run(self, model_id: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
            return {name: v * np.nan for name, v in super().run(model_id, inputs).items()}

    found = see("a.png", picture(), release(gate("l1", 2.0)), Broken())
    assert "no numbers" in (found.reason or "")


@pytest.mark.parametrize(("condition", "wanted"), [(ABOVE, 5.0), (BELOW, 94.0)])
def test_a_suggested_threshold_lets_the_wanted_share_pass(
    condition: Condition, wanted: float
) -> None:
    scores = [float(n) for n in range(100)]
    assert threshold_for(condition, scores, 0.95) == wanted
    moved = replace(condition, threshold=wanted)
    assert sum(map(moved.holds, scores)) == 95


def test_too_few_images_give_no_threshold_and_the_report_says_how_many_would() -> None:
    assert threshold_for(ABOVE, [1.0] * 19, 0.95) is None
    found = report([accepted(1, 0.5)], gated=gate("l1", 2.0)).conditions[0]
    assert found.suggested is None
    assert "20 or more" in (found.unsuggested or "")


def test_a_distribution_counts_every_image() -> None:
    found = distribution_of([0.0, 0.5, 0.5, 1.0])
    assert found is not None
    assert (sum(found.counts), found.least, found.greatest) == (4, 0.0, 1.0)
    assert distribution_of([]) is None
    assert distribution_of([1.0, float("nan")]) is None


def labels_csv(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text)
    return path


def test_operating_points_are_found_on_local_labels(tmp_path: Path) -> None:
    seen = [accepted(n, 0.2 + 0.01 * n) for n in range(40)]
    rows = "".join(f"{one.name},{int(n >= 20)}\n" for n, one in enumerate(seen))
    path = labels_csv(tmp_path, f"image,Finding_1\n{rows}other.png,1\n")
    asked = Asked(labels=read_labels(path, LABELS))
    found = report(seen, asked, gate("l1", 2.0))
    first, second = found.findings[:2]
    assert first.suggested is not None
    assert first.suggested.threshold == pytest.approx(0.4)
    assert first.suggested.true_positive_rate == 1
    assert first.suggested.false_positive_rate == 0
    assert (found.labelled, found.rows_without_image) == (40, 1)
    assert second.suggested is None
    assert second.unsuggested == "0 accepted images have it by their labels, 20 are wanted"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file,Finding_1\na,1\n", "0 columns `image`"),
        ("image,Finding_77\na,1\n", "no finding of this classifier"),
        ("image,Finding_1\na,maybe\n", "line 2 is no row of labels"),
        ("image,Finding_1\na\n", "line 2 is no row of labels"),
        ("image,Finding_1\na,1\na,0\n", "line 3: its image is named twice"),
        ("", "0 columns `image`"),
    ],
)
def test_labels_that_cannot_be_meant_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_labels(labels_csv(tmp_path, text), LABELS)


def test_no_report_names_a_file_unless_it_is_asked_for() -> None:
    seen = [accepted(n, 0.3) for n in range(25)] + [Seen(f"{NAME}.dcm", "unlike", {"l1": 3.0})]
    found = report(seen, gated=gate("l1", 2.0))
    assert (found.images, found.accepted, found.refused) == (26, 25, 1)
    assert found.reasons == {"unlike": 1}
    for told in (json.dumps(found.model_dump(mode="json")), html_site(found), *found.lines()):
        assert NAME not in told
    named = report(seen, Asked(names=True), gate("l1", 2.0))
    assert f"{NAME}.dcm" in html_site(named)
    assert f"{NAME}.dcm" in named.model_dump_json()


def test_the_page_stands_alone_and_says_what_it_is() -> None:
    seen = [accepted(n, 0.3) for n in range(25)] + [Seen("x", "<script>", {"l1": 3.0})]
    page = Page(html_site(report(seen, gated=gate("l1", 0.12))))
    assert page.unbalanced == []
    assert page.all("script", "img", "link") == []
    assert "NOT FOR MEDICAL USE" in page.text
    assert "no part of the verified release" in page.text
    assert "25 of 26 images accepted" in page.text
    (drawn,) = page.all("svg")
    assert "threshold, release: 0.12" in (drawn["aria-label"] or "")
    assert {"phantoms", "digits"} <= set(page.words)


def test_a_release_without_a_gate_accepts_what_can_be_read() -> None:
    assert see("a.png", picture(), release(), InNumpy()).reason is None
    text = Page(html_site(report([accepted(1, 0.5)]))).text
    assert "no gate" in text
