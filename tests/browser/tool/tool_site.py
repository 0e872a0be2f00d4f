"""A bundle with everything that the tool can show: gate, operating points, explanations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from browser_harness.drive.models import listing_of
from reference.decide.gate import Gate
from reference.preprocess import AUTOENCODER as AUTOENCODER_RULE
from reference.samples.synthetic import synthetic_image, synthetic_name
from tests.browser.tiny_model import Autoencoder, Classifier, Explainer
from tests.browser.tool.app_bundles import (
    RULE,
    TOLERANCE,
    attach,
    cases_of,
    make_bundle,
    picture_of,
    relist,
    write_example,
)
from tests.browser.tool.app_decisions import CALIBRATION, content, gate_at
from xport.bundles.manifest import MANIFEST, Manifest
from xport.bundles.self_test import OutputTolerance, RecordedCase, RecordedCases, write_self_test

AUTOENCODER = Autoencoder(gain=1.3)
GATE = gate_at("ssim", 0.9602)
"""Between the tests' chests and a photograph: SSIM 0.9639 and 0.9615, camera.png 0.9589."""


def make_site(
    folder: Path, classifier: Classifier | None = None, gate: Gate = GATE, **changes: Any
) -> Path:
    """A bundle whose models are tiny, with operating points, a gate and explanations.

    Args:
        changes: replace top-level keys of manifest.json.
    """
    classifier = classifier or Classifier()
    site = make_bundle(folder, classifier, AUTOENCODER, **changes)
    attach(site, "clf", "calibration", content(CALIBRATION))
    attach(site, "ae", "gate", content(gate))
    explainer = Explainer(classifier)
    why = explainer.write(site / "models" / "why")
    manifest = json.loads((site / MANIFEST).read_text())
    manifest["models"]["why"] = {
        **manifest["models"]["clf"],
        "kind": "explanation",
        "title": "Tiny explanation",
        "path": "models/why/",
        "signature": explainer.signature.model_dump(mode="json"),
        "explains": "clf",
        "calibration": None,
        "files": {name: file.model_dump() for name, file in listing_of(why).items()},
    }
    (site / MANIFEST).write_text(json.dumps(manifest))
    write_tests(site, classifier, explainer)
    return site


def write_tests(site: Path, classifier: Classifier, explainer: Explainer) -> None:
    """Write the self-test of all three models anew."""
    cases = {
        "clf": cases_of(classifier, RULE),
        "ae": cases_of(AUTOENCODER, AUTOENCODER_RULE),
        "why": explained_cases(explainer),
    }
    write_self_test(site, cases, [picture_of(write_example(site))])
    relist(site)


def explained_cases(explainer: Explainer) -> RecordedCases:
    """Three images, a finding of each, and what numpy says of them."""
    cases = []
    for finding, index in enumerate((0, 2, 4)):
        image = RULE.apply(synthetic_image(index, seed=5))
        one_hot = np.eye(explainer.classifier.findings, dtype=np.float32)[finding][None]
        with np.errstate(all="ignore"):
            found = explainer.in_numpy(image, one_hot)
        outputs = {name: values.astype(np.float32) for name, values in found.items()}
        inputs = {"image": image, "one_hot": one_hot}
        cases.append(RecordedCase(synthetic_name(index), inputs, outputs))
    tolerances = [
        OutputTolerance(output=one.name, max_abs=TOLERANCE, because="float32 against float64")
        for one in explainer.signature.outputs
    ]
    return RecordedCases(cases, tolerances)


def read_manifest(site: Path) -> Manifest:
    """manifest.json of a bundle."""
    return Manifest.read(site / MANIFEST)


def example_of(site: Path) -> Path:
    """The image that comes with the release."""
    (file,) = (site / "examples").iterdir()
    return file
