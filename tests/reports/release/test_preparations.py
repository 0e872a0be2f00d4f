"""The preprocessing leg in the documents: figure E.5 twice, pipelines, flips, heat maps."""

from __future__ import annotations

import json

import numpy as np

from reference.preprocess.picture import NOTES
from reports.release.html import html_report
from reports.release.junit import junit_xml
from reports.release.preparations import preparations
from reports.release.reading import Reading
from reports.release.summary import summary_lines
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_preprocessing import IMAGES, SamplePreprocessing
from xport.exchange.prepared import CANVAS, EXACT
from xport.judgement.evidence import Evidence
from xport.judgement.verdict import Status

BRIGHTER = SamplePreprocessing(
    spoil={CANVAS: lambda _, values: np.clip(values + np.float32(0.01), 0, 1)}
)


def test_evidence_without_the_leg_shows_none_of_it() -> None:
    evidence = make_evidence()
    assert preparations(Reading(evidence)) == []
    assert 'id="preprocessing"' not in html_report(evidence)


def test_figure_e5_stands_twice_on_one_axis() -> None:
    evidence = make_evidence(preprocessing=BRIGHTER)
    classifier, _ = preparations(Reading(evidence))
    assert [e.prepared.pipeline.name for e, _, _ in classifier.figures] == [CANVAS, EXACT]
    (_, _, canvas), (_, _, exact) = classifier.figures
    assert len(canvas.panels) == len(exact.panels) == 14
    ends = [{part for part in str(f.panels[0]).split(">") if part.startswith("0.0")} for _, _, f in
            classifier.figures]  # fmt: skip
    assert ends[0] == ends[1] != set()


def test_every_pipeline_has_a_row_and_the_exact_path_comes_first() -> None:
    evidence = make_evidence(preprocessing=BRIGHTER)
    for part in preparations(Reading(evidence)):
        names = [row.effect.prepared.pipeline.name for row in part.rows]
        assert names == [EXACT, CANVAS, "pillow"]
    page = html_report(evidence)
    assert "21 of 22" in page
    assert "22 of 22" in page
    assert "browsers decode PNG and JPEG, and no DICOM" in page


def test_flipped_decisions_are_counted_and_listed() -> None:
    evidence = make_evidence(preprocessing=BRIGHTER)
    flips = next(
        e.flips for e in evidence.preprocessing if e.prepared.pipeline.name == CANVAS and e.flips
    )
    page = html_report(evidence)
    assert f"{len(flips)} of {21 * 14}" in page
    assert all(flip.image in page for flip in flips)
    assert "decisions that come out otherwise" in page


def test_a_spoiled_exact_path_is_at_fault_everywhere() -> None:
    def darker(image: str, values: np.ndarray) -> np.ndarray:
        return values * np.float32(0.5) if image == IMAGES[2] else values

    evidence = make_evidence(preprocessing=SamplePreprocessing(spoil={EXACT: darker}))
    assert evidence.verdict.status is Status.FAILED
    assert evidence.verdict.culprits == (
        "classifier/preprocessing/exact", "autoencoder/preprocessing/exact",
    )  # fmt: skip
    assert "preprocessing/exact" in html_report(evidence)
    assert "preprocessing/exact · equal to the definition" in junit_xml(evidence)
    assert any("preprocessing/exact" in line for line in summary_lines(evidence))


def test_the_summary_tells_the_exact_path_and_the_canvas() -> None:
    lines = summary_lines(make_evidence(preprocessing=BRIGHTER))
    told = [line for line in lines if "images; input" in line]
    assert len(told) == 4
    assert "22 of 22 images; input 0, exact" in told[0]


def test_what_a_file_needed_is_said_with_its_name() -> None:
    noted = SamplePreprocessing(notes={IMAGES[21]: ("lut-descriptor", "pixel-aspect-ratio")})
    evidence = make_evidence(preprocessing=noted)
    for part in preparations(Reading(evidence)):
        assert part.notes == [(NOTES[note], [IMAGES[21]]) for note in noted.notes[IMAGES[21]]]
    page = html_report(evidence)
    assert f"Read with a note: {IMAGES[21]} (a lookup table of the file does not fit" in page
    assert f"Read with a note: {IMAGES[21]} (the file’s pixels are not square" in page.replace(
        "&#39;", "’"
    )


def test_files_without_notes_are_not_spoken_of() -> None:
    assert "Read with a note" not in html_report(make_evidence(preprocessing=BRIGHTER))


def test_evidence_from_before_there_were_notes_is_read() -> None:
    evidence = make_evidence(preprocessing=BRIGHTER)
    document = evidence.model_dump(mode="json")
    for effect in document["preprocessing"]:
        del effect["notes"], effect["prepared"]["notes"]
    assert Evidence.model_validate_json(json.dumps(document)) == evidence
