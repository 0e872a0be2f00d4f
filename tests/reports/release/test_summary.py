"""The verdict in a terminal, and the table in a README."""

from __future__ import annotations

import re

from reports import summary_lines, worst_errors_markdown
from tests.reports.release.sample_evidence import make_evidence
from tests.reports.release.sample_plan import LEGS, SampleRelease
from xport.judgement.evidence import Evidence


def test_verdict_is_the_first_line(
    passing: Evidence, failing: Evidence, incomplete: Evidence
) -> None:
    assert summary_lines(passing)[0].startswith("PASSED  Chest X-ray tool")
    assert summary_lines(failing)[0].startswith("FAILED  ")
    assert summary_lines(incomplete)[0].startswith("NOT RUN  ")


def test_every_leg_has_a_line_with_every_output(passing: Evidence) -> None:
    lines = [line for line in summary_lines(passing) if line.startswith("  ")]
    assert len(lines) == 2 * len(LEGS[2:])
    assert all("% of 2e-4)" in line for line in lines if "probabilities" in line)
    assert sum("reconstruction" in line and "latent" in line for line in lines) == 4


def test_findings_times_and_weights_are_told(failing: Evidence) -> None:
    text = "\n".join(summary_lines(failing))
    assert "- FAILED: classifier/savedmodel probabilities" in text
    assert "NOT FOR MEDICAL USE" in text
    assert "untrained weights: classifier" in text
    assert "times, webgl, autoencoder + classifier: cold load 6.23 s" in text


def test_nan_and_missing_are_words(failing: Evidence, incomplete: Evidence) -> None:
    assert any("probabilities NaN (tolerance 2e-4) FAILED" in x for x in summary_lines(failing))
    lines = summary_lines(incomplete)
    assert any("tfjs/wasm" in line and "missing NOT RUN" in line for line in lines)
    assert "times: not measured" in lines


def test_a_hostile_name_moves_no_cursor() -> None:
    evidence = make_evidence(SampleRelease(title="\x1b[2J\rPASSED\nPASSED", criteria=False))
    lines = summary_lines(evidence)
    assert not any(set(line) & set("\x1b\r\n") for line in lines)


def test_markdown_has_a_row_per_model_output_and_leg(failing: Evidence) -> None:
    head, rule, *rows = worst_errors_markdown(failing).splitlines()
    assert len(rows) == 3 * len(LEGS[2:])
    assert head.replace("\\|", "").count("|") == rule.count("|") == rows[0].count("|")
    assert "| classifier | probabilities | tfjs/webgl | NaN | 2e-4 | NaN | FAILED |" in rows
    assert "| autoencoder | latent | tfjs/wasm | missing | 1e-3 | missing | NOT RUN |" in rows


def test_a_relative_distance_says_so_and_stands_with_its_cosine() -> None:
    evidence = make_evidence(SampleRelease(relative_tolerance=True))
    text = "\n".join(summary_lines(evidence))
    assert "worst |Δ|" not in text
    assert re.search(
        r"latent relative L2 \S+ \(.* of .*\) cosine 0\.999999 \(at least 0\.999\)", text
    )
    assert re.search(
        r"\| latent \| onnx \| relative L2 \S+, cosine 0\.999999", worst_errors_markdown(evidence)
    )
