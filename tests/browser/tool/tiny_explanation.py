"""A tiny explanation beside the tiny classifier in a bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reference.preprocess import AUTOENCODER
from reference.samples.synthetic import synthetic_image, synthetic_name
from tests.browser.tiny_model import (
    FINDINGS,
    Autoencoder,
    Classifier,
    Weight,
    node,
    placeholder,
    spec,
    write_model,
)
from tests.browser.tool.app_bundles import (
    RULE,
    TOLERANCE,
    cases_of,
    entry,
    picture_of,
    relist,
)
from xport.bundles.manifest import MANIFEST, Manifest
from xport.bundles.self_test import (
    OutputRelativeTolerance,
    OutputTolerance,
    RecordedCase,
    RecordedCases,
    write_self_test,
)
from xport.formats.artifact import Signature

BECAUSE = "float32 against float64"


@dataclass(frozen=True)
class Explanation:
    """`gradient` is the image times the finding's weight; `saliency`, `cam` of it. NCHW in."""

    channels: int = 3
    size: int = 32
    seed: int = 11

    @property
    def signature(self) -> Signature:
        """An image and the finding, one-hot, in; three maps out."""
        shape = (1, self.channels, self.size, self.size)
        return Signature(
            inputs=(spec("image", *shape), spec("one_hot", 1, FINDINGS)),
            outputs=(spec("gradient", *shape), spec("saliency", *shape), spec("cam", 1, 1, 2, 3)),
        )

    def weights(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One weight a finding, one a channel, and the plan of the activation map."""
        random = np.random.default_rng(self.seed)
        findings = random.uniform(0.5, 2, FINDINGS).astype(np.float32)
        channels = random.normal(size=(1, self.channels, 1, 1)).astype(np.float32)
        return findings, channels, np.arange(6, dtype=np.float32).reshape(1, 1, 2, 3)

    def write(self, folder: Path) -> Path:
        """Write the model."""
        findings, channels, plan = self.weights()
        weights = [
            Weight("findings", findings),
            Weight("channels", channels),
            Weight("plan", plan),
            Weight("axis", np.array([1], np.int32)),
        ]
        image, one_hot = self.signature.inputs
        total = {"keep_dims": {"b": True}, "Tidx": {"type": "DT_INT32"}}
        nodes = [
            placeholder("x", image.shape),
            placeholder("which", one_hot.shape),
            node("chosen", "Mul", "which", "findings"),
            node("weight", "Sum", "chosen", "axis", **total),
            node("coloured", "Mul", "x", "channels"),
            node("Identity", "Mul", "coloured", "weight"),
            node("Identity_1", "Relu", "Identity"),
            node("Identity_2", "Mul", "plan", "weight"),
        ]
        names = {
            "image": "x:0",
            "one_hot": "which:0",
            "gradient": "Identity:0",
            "saliency": "Identity_1:0",
            "cam": "Identity_2:0",
        }
        return write_model(folder, self.signature, nodes, weights, names)

    def in_numpy(self, image: np.ndarray, finding: int) -> dict[str, np.ndarray]:
        """The same in float64."""
        findings, channels, plan = (weight.astype(np.float64) for weight in self.weights())
        gradient = image.astype(np.float64) * channels * findings[finding]
        return {
            "gradient": gradient,
            "saliency": np.maximum(gradient, 0),
            "cam": plan * findings[finding],
        }


def add_explanation(site: Path) -> Path:
    """Give a bundle of `make_bundle` an explanation of its classifier."""
    model = Explanation()
    folder = model.write(site / "models" / "why")
    manifest = json.loads((site / MANIFEST).read_text())
    manifest["models"]["why"] = {
        **entry("explanation", folder, model.signature, RULE),
        "explains": "clf",
        "preprocess": manifest["models"]["clf"]["preprocess"],
    }
    found = Manifest.model_validate_json(json.dumps(manifest))
    cases = {
        "clf": cases_of(Classifier(), RULE),
        "ae": cases_of(Autoencoder(), AUTOENCODER),
        "why": explanation_cases(model),
    }
    write_self_test(site, cases, [picture_of(one) for one in found.examples])
    relist(site, found)
    return site


def explanation_cases(model: Explanation) -> RecordedCases:
    """Three findings explained: a relative tolerance for the gradient, absolute for the rest."""
    cases = []
    for index in (0, 2, 4):
        image = RULE.apply(synthetic_image(index, seed=5))
        one_hot = np.eye(FINDINGS, dtype=np.float32)[[index]]
        outputs = model.in_numpy(image, index)
        recorded = {name: values.astype(np.float32) for name, values in outputs.items()}
        inputs = {"image": image, "one_hot": one_hot}
        cases.append(RecordedCase(synthetic_name(index), inputs, recorded))
    relative = OutputRelativeTolerance(
        output="gradient", min_cosine=0.999, max_relative_l2=1e-3, because=BECAUSE
    )
    tolerances = [
        OutputTolerance(output=name, max_abs=TOLERANCE, because=BECAUSE)
        for name in ("saliency", "cam")
    ]
    return RecordedCases(cases, tolerances, [relative])
